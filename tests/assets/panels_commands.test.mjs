import assert from "node:assert/strict";
import { test } from "node:test";
import { createCommander } from "../../assets/panels/case/commands.mjs";
import { createDetails } from "../../assets/panels/case/details.mjs";
import { wasMine } from "../../assets/panels/case/outcome.mjs";
import { joinReplay } from "../../assets/panels/replay.mjs";

const answer = (status, body) => ({ ok: status < 400, status, json: async () => body });

/** A server that answers when told to. */
function aServer() {
  const calls = [];
  const post = (path, options) => new Promise((resolve, reject) => calls.push({ path, body: JSON.parse(options.body), resolve, reject }));
  return { calls, post };
}

const assign = { command: "assign", target: "INC-1", version: 3, args: { responder: "zhou" } };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a command is pending at once, accepted by the server, confirmed by the version on screen", async () => {
  const { calls, post } = aServer();
  const states = [];
  const commander = createCommander({ post, onChange: (sent) => states.push(sent.state) });
  const done = commander.send(assign);
  assert.deepEqual(states, ["pending"]);
  assert.deepEqual(calls[0].body, assign);
  calls[0].resolve(answer(200, { accepted: true, version: 4 }));
  await done;
  commander.see(() => 3);
  assert.equal(commander.newest("INC-1").state, "accepted");
  commander.see(() => 4);
  assert.deepEqual(states, ["pending", "accepted", "confirmed"]);
});

test("a double click sends once", async () => {
  const { calls, post } = aServer();
  const commander = createCommander({ post });
  commander.send(assign);
  commander.send(assign);
  assert.equal(calls.length, 1);
  assert.ok(commander.busy("INC-1"));
});

test("whoever loses a race learns who won", async () => {
  const { calls, post } = aServer();
  const commander = createCommander({ post });
  const done = commander.send(assign);
  calls[0].resolve(answer(409, { error: "stale", detail: { by: "li", state: "assigned" } }));
  const sent = await done;
  assert.equal(sent.state, "lost");
  assert.equal(sent.answer.detail.by, "li");
  assert.ok(wasMine(sent, { name: "li" }));
  assert.ok(!wasMine(sent, { name: "chen" }));
});

test("a command the network swallowed can be sent again", async () => {
  const { calls, post } = aServer();
  const commander = createCommander({ post });
  const done = commander.send(assign);
  calls[0].reject(new TypeError("network"));
  const sent = await done;
  assert.equal(sent.state, "failed");
  sent.retry();
  sent.retry();
  assert.equal(calls.length, 2);
  assert.deepEqual(calls[1].body, calls[0].body);
});

test("an alarm that left the screen confirms its acknowledgement", async () => {
  const { calls, post } = aServer();
  const commander = createCommander({ post });
  const done = commander.send({ command: "acknowledge", target: "d#r", version: 1 });
  calls[0].resolve(answer(200, { version: 2 }));
  await done;
  commander.see(() => undefined);
  assert.equal(commander.newest("d#r").state, "confirmed");
});

test("the newest command of several targets is the one sent last", async () => {
  const { post } = aServer();
  const commander = createCommander({ post });
  commander.send({ command: "note", target: "b", version: 1 });
  commander.send({ command: "note", target: "a", version: 1 });
  assert.equal(commander.newest("a", "b").target, "a");
});

test("a server that refuses is not asked again by itself", async () => {
  const { calls, post } = aServer();
  const commander = createCommander({ post });
  const done = commander.send(assign);
  calls[0].resolve(answer(403, { error: "not_permitted" }));
  assert.equal((await done).state, "refused");
  commander.forget(commander.newest("INC-1"));
  assert.equal(commander.newest("INC-1"), undefined);
});

test("details are asked for once a version, and again when they grow old", async () => {
  const asked = [];
  let now = 100_000;
  const get = async (path) => (asked.push(path), answer(200, { possible: ["note"] }));
  const details = createDetails({ session: "live", onChange: () => {}, get, now: () => now });
  details.follow({ id: "INC-1", version: 1 });
  details.follow({ id: "INC-1", version: 1 });
  await settled();
  assert.equal(asked.length, 1);
  assert.deepEqual(details.current().possible, ["note"]);
  details.follow({ id: "INC-1", version: 1 });
  assert.equal(asked.length, 1);
  details.follow({ id: "INC-1", version: 2 });
  await settled();
  assert.equal(asked.length, 2);
  now += 60_000;
  details.follow({ id: "INC-1", version: 2 });
  assert.equal(asked.length, 3);
});

test("details of another incident never show under the new one", async () => {
  const waiting = [];
  const get = () => new Promise((resolve) => waiting.push(resolve));
  const details = createDetails({ session: "live", onChange: () => {}, get });
  details.follow({ id: "INC-1", version: 1 });
  details.follow({ id: "INC-2", version: 1 });
  waiting[0](answer(200, { possible: ["close"] }));
  await settled();
  assert.equal(details.current(), null);
});

test("a replay is joined by its name or begun at a moment", async () => {
  assert.equal(await joinReplay("?session=replay:abc"), "abc");
  const begun = [];
  const post = async (path, options) => (begun.push(JSON.parse(options.body)), answer(200, { session: "replay:xyz" }));
  assert.equal(await joinReplay("?at=5000", post), "xyz");
  assert.deepEqual(begun, [{ at: 5000 }]);
});
