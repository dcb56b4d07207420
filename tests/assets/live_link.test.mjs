import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../../assets/session/live.mjs";
import { EPOCH_MS, beat, delta, stage } from "./link.mjs";

test("after a lost link it asks only for what is missing, and is live again with the first frame", () => {
  const { live, begin, heard, pass, sockets, socket } = stage();
  begin();
  live.send({ kind: "open", incident: "i1" });
  socket().drop();
  assert.equal(live.status.state, "lost");
  pass(500);
  assert.equal(sockets.length, 2);
  socket().open();
  assert.deepEqual(
    socket().sent.map(({ kind, seq, epoch, incident }) => [kind, seq ?? incident, epoch]),
    [
      ["hello", 5, "e.1"],
      ["open", "i1", undefined],
    ],
  );
  assert.equal(live.status.state, "lost");
  heard.length = 0;
  socket().take(delta(6, { panels: { kpi: 1 } }));
  assert.equal(live.status.state, "live");
  assert.equal(heard[0][0], "panels");
});

test("it retries for ever, ever more slowly, up to ten seconds", () => {
  const { live, pass, sockets, heard, socket } = stage();
  const tries = [];
  for (let i = 0; i < 200; i += 1) {
    const before = sockets.length;
    socket().drop();
    let waited = 0;
    while (sockets.length === before) {
      pass(100);
      waited += 100;
    }
    tries.push(waited);
  }
  assert.deepEqual(tries.slice(0, 6), [500, 1000, 2000, 4000, 8000, 10_000]);
  assert.equal(tries.at(-1), 10_000);
  assert.equal(live.status.attempt, 200);
  assert.equal(heard.filter(([kind]) => kind === "status").length, 200, "each failed attempt is told");
});

test("two screens do not come back at the same moment", () => {
  assert.equal(
    backoff(0, () => 0),
    250,
  );
  assert.equal(
    backoff(3, () => 0.5),
    3000,
  );
  assert.equal(
    backoff(500, () => 1),
    10_000,
  );
});

test("a link without frames for five seconds is dropped and made anew", () => {
  const { live, begin, pass, sockets, heard } = stage();
  begin();
  pass(3000);
  assert.equal(live.status.state, "stale");
  pass(3500);
  assert.equal(live.status.state, "lost");
  assert.equal(sockets[0].readyState, 3);
  assert.equal(live.status.since, EPOCH_MS, "since the last frame, by the clock that stamped it");
  pass(1000);
  assert.equal(sockets.length, 2);
  assert.deepEqual(
    heard.filter(([kind]) => kind === "status").map(([, { state }]) => state),
    ["live", "stale", "lost"],
  );
});

test("a socket that never opens is given up", () => {
  const { pass, sockets } = stage();
  pass(12_000);
  assert.equal(sockets.length, 2);
});

test("what a given-up socket still says is not heard", () => {
  const { begin, heard, pass, sockets } = stage();
  begin();
  pass(7000);
  heard.length = 0;
  sockets[0].onmessage({ data: JSON.stringify(beat(6)) });
  sockets[0].onclose();
  assert.deepEqual(heard, []);
});

test("a quiet site is live for as long as the server beats, whatever the age of its newest fact", () => {
  const { live, begin, heard, pass, socket } = stage();
  begin();
  heard.length = 0;
  for (let i = 0; i < 3600; i += 1) {
    pass(1000);
    const newest = EPOCH_MS + (i > 1800 ? 1_800_000 : 0); // one report in an hour, as a smoke head sends
    socket().take(beat(6 + i, { at: EPOCH_MS + i * 1000, newest }));
  }
  assert.deepEqual(
    heard.filter(([kind]) => kind === "status"),
    [],
    "it never turned between colour and grey",
  );
  assert.equal(live.status.state, "live");
});

test("a site from which nothing was ever heard is live, too: what is missing is said elsewhere", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  for (let i = 0; i < 120; i += 1) {
    pass(1000);
    socket().take(beat(6 + i, { newest: null }));
  }
  assert.equal(live.status.state, "live");
});

test("a quiet site whose link falls silent is stale within seconds, since the last beat", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  pass(1000);
  socket().take(beat(6, { newest: EPOCH_MS - 900_000 }));
  pass(3000);
  assert.equal(live.status.state, "stale");
  assert.equal(Math.round(live.status.since), EPOCH_MS + 1000, "the beat came a second after the snapshot");
});

test("a server that beats and no longer reads its streams is stale since it stopped", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  const late = { code: "fold_late", tone: "bad", street: "lusong.hejiatu", since: EPOCH_MS - 8000, count: 1, figures: {} };
  socket().take(delta(6, { panels: { conditions: [{ ...late, code: "clock_ahead" }] } }));
  assert.equal(live.status.state, "live");
  socket().take(delta(7, { panels: { conditions: [late] } }));
  assert.equal(live.status.state, "stale");
  assert.equal(live.status.since, EPOCH_MS - 8000);
  for (let i = 8; i < 20; i += 1) {
    pass(1000);
    socket().take(beat(i));
  }
  assert.equal(live.status.state, "stale", "its beats alone make nothing new");
  socket().take(delta(20, { panels: { conditions: [] } }));
  assert.equal(live.status.state, "live");
});

test("a replay's old facts are not stale", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  socket().take(beat(6, { at: EPOCH_MS, newest: EPOCH_MS - 90_000, clock: { mode: "paused" } }));
  pass(1000);
  assert.equal(live.status.state, "live");
  assert.equal(live.model.clock.mode, "paused");
});

test("a clock of the server or of the wall that jumps does not break the link", () => {
  const { live, begin, socket, sockets } = stage();
  begin();
  socket().take(
    beat(6, { at: EPOCH_MS - 86_400_000, newest: EPOCH_MS - 86_400_040 }),
    beat(7, { at: EPOCH_MS + 86_400_000, newest: null }),
  );
  assert.equal(live.status.state, "live");
  assert.equal(sockets.length, 1);
});

test("after sleep the link is made anew", () => {
  const { live, begin, jump, pass } = stage();
  begin();
  jump(3_600_000);
  pass(600);
  assert.equal(live.status.state, "lost");
});

test("closing is for good", () => {
  const { live, begin, pass, sockets } = stage();
  begin();
  live.close();
  pass(60_000);
  assert.equal(sockets.length, 1);
});

test("a session that was ended is told apart from a lost link", () => {
  const { live, begin, pass, sockets, socket } = stage();
  let ended = 0;
  live.on("ended", () => (ended += 1));
  begin();
  socket().drop();
  assert.equal(ended, 0);
  pass(1000);
  socket().readyState = 3;
  socket().onclose({ code: 4401 });
  assert.equal(ended, 1);
  pass(20_000); // and a new session of the same browser is picked up by itself
  assert.ok(sockets.length > 2);
});

test("since when the link is lost stays through every attempt, and moves with every picture in between", () => {
  const { live, begin, pass, socket, sockets } = stage();
  begin();
  pass(1000);
  socket().take(beat(6));
  socket().drop();
  const { since } = live.status;
  pass(600);
  socket().open();
  socket().drop();
  assert.deepEqual([live.status.attempt, live.status.since], [2, since]);
  pass(20_000);
  socket().open();
  socket().take(beat(7, { at: EPOCH_MS + 15_000 }));
  socket().drop();
  assert.equal(live.status.state, "lost");
  assert.ok(live.status.since > since, `${sockets.length} sockets`);
});
