import assert from "node:assert/strict";
import { test } from "node:test";
import { createPainted } from "../../assets/session/painted.mjs";
import { createServerTime } from "../../assets/session/server_time.mjs";
import { timelyWords } from "../../assets/panels/header.mjs";
import { speak } from "../../assets/words/texts.mjs";

const SERVER = 1_795_228_927_000;

/** A screen that paints when the test says so, beside a server whose clock is known exactly. */
function screen({ hidden = () => false } = {}) {
  let time = 1000;
  const acts = [];
  const painted = createPainted({
    time: { latest: () => SERVER + time },
    now: () => time,
    afterPaint: (act) => acts.push(act),
    hidden,
  });
  const paint = (ms) => {
    time += ms;
    acts.splice(0).forEach((act) => act());
  };
  return { painted, paint, pass: (ms) => (time += ms), at: () => SERVER + time };
}

test("an event counts from when it happened to when its frame is painted", () => {
  const { painted, paint, at } = screen();
  painted.frame({ at: at(), newest: at() - 30, shown: at() });
  paint(20);
  assert.equal(painted.usual_ms(), 50);
});

test("a beat that comes later tells which frame painted the event, and its own age does not count", () => {
  const { painted, paint, pass, at } = screen();
  const [shown, newest] = [at(), at() - 30];
  painted.frame({ at: shown }); // rows: they do not say what is newest
  paint(20);
  pass(900);
  painted.frame({ at: at(), newest, shown });
  paint(20);
  assert.equal(painted.usual_ms(), 50);
});

test("the same newest event is counted once, and none before there was one", () => {
  const { painted, paint, at } = screen();
  painted.frame({ at: at(), newest: null, shown: null });
  paint(20);
  assert.ok(Number.isNaN(painted.usual_ms()));
  const [shown, newest] = [at(), at() - 30];
  for (let beat = 0; beat < 5; beat += 1) {
    painted.frame({ at: at(), newest, shown });
    paint(1000);
  }
  assert.equal(painted.minute().p50_ms, 1030);
  paint(8000);
  assert.ok(Number.isNaN(painted.usual_ms()), "an old measurement is not shown as today's");
});

test("a snapshot shows what happened long before and tells no delay", () => {
  const { painted, paint, at } = screen();
  painted.frame({ at: at(), newest: at() - 86_400_000, shown: at() }, true);
  paint(20);
  painted.frame({ at: at(), newest: at() - 90_000, shown: at() });
  paint(20);
  assert.equal(painted.usual_ms(), 90_020, "but what is new after it does, however old");
});

test("nothing is measured where nobody looks, nor of a clock that is ahead", () => {
  let away = true;
  const { painted, paint, at } = screen({ hidden: () => away });
  painted.frame({ at: at(), newest: at() - 30, shown: at() });
  paint(60_000);
  assert.ok(Number.isNaN(painted.usual_ms()));
  away = false;
  painted.frame({ at: at(), newest: at() + 5000, shown: at() });
  paint(20);
  assert.ok(Number.isNaN(painted.usual_ms()), "zero would be a lie");
});

test("the usual delay of the last seconds is shown, and of the last minute what one in twenty exceeds", () => {
  const { painted, paint, at } = screen();
  for (let event = 1; event <= 100; event += 1) {
    painted.frame({ at: at(), newest: at() - event, shown: at() });
    paint(event > 40 ? 100 : 0);
  }
  assert.ok(painted.usual_ms() > 100 && painted.usual_ms() <= 200);
  const { p50_ms, p95_ms } = painted.minute();
  assert.ok(p50_ms < p95_ms && p95_ms >= 195);
});

test("nothing is known of the server's time before it was heard, and a lower bound before it answered", () => {
  let time = 500;
  const server = createServerTime(() => time);
  assert.ok(Number.isNaN(server.now()) && Number.isNaN(server.latest()));
  server.stamped(SERVER);
  assert.equal(server.now(), SERVER);
  assert.ok(Number.isNaN(server.latest()));
  time += 100;
  server.answered(550, SERVER + 70);
  assert.equal(server.latest(), SERVER + 120);
  assert.ok(server.unsure_ms() <= 10.1);
});

test("of many answers the quickest counts, and a clock that drifts is followed", () => {
  let time = 0;
  const server = createServerTime(() => time);
  const drift = 1 + 1e-4; // the server's clock runs fast
  for (let round = 0; round < 400; round += 1) {
    const sent = (time = round * 10_000);
    const slow = round % 5 ? 300 : 4;
    const at = SERVER + (time + slow / 2) * drift;
    time += slow;
    server.answered(sent, at);
    assert.ok(Math.abs(server.now() - (SERVER + time * drift)) < 15, `${round}: ${server.now() - (SERVER + time * drift)}`);
  }
});

test("a browser that rounds its clock knows the time of a server next door all the while", () => {
  let time = 0.05;
  const server = createServerTime(() => Math.floor(time));
  for (let second = 0; second < 300; second += 1) {
    const sent = Math.floor(time);
    time += 0.15;
    const at = SERVER + time;
    time += 0.15;
    if (second % 10 === 0) server.answered(sent, at);
    server.stamped(SERVER + time);
    time += 0.17;
    assert.ok(Math.abs(server.latest() - (SERVER + time)) < 5, `${second}: ${server.latest() - (SERVER + time)}`);
    time += 1000;
  }
});

test("the words beside the chip give the delay in its unit, else how far behind, else the age", async () => {
  const words = { "live.latency": "端到端 {time}", "live.late": "画面晚 {seconds} s", "live.age": "最新数据 {time} 前" };
  await speak("zh-CN", async () => ({ ok: true, json: async () => words }));
  const nothing = { state: "live", latency_ms: NaN, age_ms: NaN, late_s: null };
  assert.equal(timelyWords({ ...nothing, latency_ms: 83.6, age_ms: 20 }), "端到端 84 ms");
  assert.equal(timelyWords({ ...nothing, state: "stale", latency_ms: 4068, late_s: 4 }), "端到端 4.1 s");
  assert.equal(timelyWords({ ...nothing, age_ms: 90_000, late_s: 4 }), "画面晚 4 s");
  assert.equal(timelyWords({ ...nothing, age_ms: 90_000 }), "最新数据 01:30 前");
  assert.equal(timelyWords(nothing), "");
});

test("a picture that is stale does not show how quick it was before", () => {
  const before = { state: "stale", latency_ms: 84, age_ms: 6000, late_s: null };
  assert.equal(timelyWords(before), "最新数据 00:06 前");
  assert.equal(timelyWords({ ...before, late_s: 4 }), "画面晚 4 s");
  assert.equal(timelyWords({ ...before, late_s: 4, latency_ms: 3968 }), "端到端 4.0 s");
});
