import assert from "node:assert/strict";
import { test } from "node:test";
import { EPOCH_MS, beat, line, stage } from "./link.mjs";

test("a server hours away by its clock is as live as any", () => {
  for (const ahead of [0, 7_200_000, -7_200_000]) {
    const { live, run, server } = line({ ahead });
    run(20);
    assert.equal(live.status.state, "live");
    assert.ok(Math.abs(live.time.now() - server()) <= 10, `${live.time.now() - server()}`);
    assert.ok(live.time.unsure_ms() <= 10);
  }
});

test("a socket that is four seconds late from its beginning says so and turns stale", () => {
  for (const ahead of [0, -600_000]) {
    const { live, run } = line({ down: 4000, ahead });
    run(15);
    assert.equal(live.status.state, "stale");
    assert.equal(live.status.late_s, 4);
  }
});

test("a socket that becomes late turns stale and stays so, and is live again when it catches up", () => {
  const { live, run, clock } = line();
  run(10);
  clock.down = 4000;
  run(4);
  const seen = [];
  run(12, ({ state }) => seen.push(state));
  assert.deepEqual([...new Set(seen)], ["stale"]);
  assert.equal(live.status.late_s, 4);
  clock.down = 5;
  run(8);
  assert.equal(live.status.state, "live");
});

test("questions that take eight seconds there and back bound the delay: it is late", () => {
  const { live, run } = line({ down: 4000, up: 4000 });
  run(20);
  assert.equal(live.status.state, "stale");
  assert.equal(live.status.late_s, 8, "never told shorter than it may be");
});

test("a picture that is stale for another reason says since when that one holds", () => {
  const { live, run, clock, socket, server } = line();
  run(10);
  clock.down = 4000;
  run(12);
  assert.deepEqual([live.status.state, live.status.late_s], ["stale", 4]);
  const stopped = server() - 1000;
  const late = { code: "fold_late", tone: "bad", street: "lusong.hejiatu", since: stopped, count: 1, figures: {} };
  live.model.panels.conditions = [late];
  clock.down = 5;
  run(8);
  assert.deepEqual([live.status.state, live.status.late_s, live.status.since], ["stale", null, stopped]);
  const other = { ...late, street: "lusong.jianning", since: stopped + 500 };
  live.model.panels.conditions = [other, late];
  run(2);
  assert.equal(live.status.since, stopped, "of two streets the earlier, whichever is told first");
  live.model.panels.conditions = [other];
  run(2);
  assert.equal(live.status.since, stopped + 500, "the first one reads again");
  socket().drop();
  assert.equal(live.status.state, "lost");
});

test("a picture that comes back late is not called live in between", () => {
  const { live, run, clock, socket, pass, connect } = line();
  run(10);
  socket().drop();
  clock.down = 4000;
  pass(600);
  connect();
  const seen = [];
  run(14, ({ state }) => seen.push(state));
  assert.deepEqual([...new Set(seen)], ["lost", "stale"]);
  assert.equal(live.status.late_s, 4);
});

test("a server whose clock is set is not late, neither set back nor forward", () => {
  for (const step of [-7_200_000, 7_200_000, -5000, 5000]) {
    const { live, run, clock, server } = line();
    run(10);
    clock.ahead = step;
    const seen = [];
    run(12, ({ state }) => seen.push(state));
    assert.deepEqual([...new Set(seen)], ["live"], String(step));
    assert.ok(Math.abs(live.time.now() - server()) <= 10, String(step));
  }
});

test("a page that was busy takes its frames in one go and is not late", () => {
  const { live, run, pass, time, server, socket, heard } = line();
  run(3);
  const frames = [1, 2, 3, 4].map((n) => beat(8 + n, { at: server() + 1000 * n }));
  const before = time();
  heard.length = 0;
  pass(0);
  while (time() < before + 4000) pass(4000); // nothing ran meanwhile but the timers
  socket().take(...frames);
  assert.equal(live.status.state, "live");
});

test("since when a link is lost is told by the server's clock, whatever this computer believes", () => {
  const { live, run, socket, server } = line({ ahead: 250, wrong: -600_000 });
  run(5);
  const at = server();
  socket().drop();
  assert.equal(live.status.state, "lost");
  assert.ok(Math.abs(live.status.since - at) < 1100, `${live.status.since - at}`);
});

test("in a replay no frame is late: it shows another time than now", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  socket().take({ kind: "pong", sent: 1000, at: EPOCH_MS });
  socket().take(beat(6, { at: EPOCH_MS - 90_000, clock: { mode: "replay" } }));
  pass(1000);
  assert.equal(live.status.state, "live");
});
