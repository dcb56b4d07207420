// What is announced to ears: cases, alarms nobody deals with, conditions; each once, nothing lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createConditions } from "../../assets/panels/conditions.mjs";
import { createNews } from "../../assets/panels/news.mjs";
import { speak } from "../../assets/words/texts.mjs";
import { glass } from "./glass.mjs";
import { flagged, staged } from "./cases.mjs";

const NOW = 1_795_228_927_000;
const WORDS = {
  "news.incident": "case {kind}",
  "news.alarm": "alarm {kind}",
  "live.live": "live",
  "condition.words.entry_set_aside": "{n} set aside",
  "condition.mend.entry_set_aside": "tell somebody",
  "condition.words.engine_absent": "no engine",
  "condition.mend.engine_absent": "by telephone",
};
const call = (more = {}) =>
  flagged({
    id: "h/call/1#call",
    rule: "call",
    device: "h/call/1",
    level: 1,
    at: NOW,
    since: NOW,
    unattended: true,
    label: "unacknowledged",
    ...more,
  });
const opened = (more = {}) => staged({ id: "INC-1", kind: "one_key_call", level: 1, state: "reported", at: NOW, ...more });
const condition = (code, tone, count = 1) => ({ code, tone, street: "a.b", since: NOW, count, figures: {} });

/** A page whose facts the test changes; `hear` draws and gives what both regions say from then on. */
async function page(context, { alarms = [], conditions = [], session = "live" } = {}) {
  await speak("zh-CN", async () => ({ ok: true, json: async () => WORDS }));
  const document = glass(context, "polite", "urgent", "conditions");
  const things = { incidents: new Map(), alarms: new Map(alarms.map((row) => [row.id, row])) };
  const panels = { conditions };
  let time = 0;
  const desk = {
    ready: () => true,
    things: () => things,
    panels: () => panels,
    places: [],
    session,
    clock: { now: () => NOW + time },
    status: { state: "live" },
  };
  const parts = [createConditions(desk), createNews(desk, () => time)];
  const regions = ["urgent", "polite"].map((id) => document.getElementById(id));
  const hear = (ms = 0) => {
    time += ms;
    for (const region of regions) region.textContent = "";
    for (const part of parts) part.draw();
    return regions.map((region) => region.textContent);
  };
  const raise = (row) => things.alarms.set(row.id, row);
  return { hear, raise, things, panels, first: hear() };
}

test("a grave alarm without a case is announced once, a second after it came", async (context) => {
  const { hear, raise } = await page(context);
  raise(call());
  assert.deepEqual(hear(), ["", ""]);
  assert.deepEqual(hear(999), ["", ""]);
  assert.deepEqual(hear(1), ["alarm call", ""]);
  assert.deepEqual(hear(5000), ["", ""]);
});

test("an alarm whose case follows it is told by its case alone, also after that was closed", async (context) => {
  const { hear, raise, things } = await page(context);
  raise(call());
  hear();
  raise(call({ unattended: false, incident: "INC-1" }));
  things.incidents.set("INC-1", opened());
  assert.deepEqual(hear(300), ["case one_key_call", ""]);
  assert.deepEqual(hear(5000), ["", ""]);
  things.incidents.set("INC-1", opened({ state: "closed" }));
  raise(call({ incident: "INC-1" }));
  hear();
  assert.deepEqual(hear(5000), ["", ""], "somebody closed it knowing");
  raise(call({ incident: "INC-1", at: NOW + 9000 }));
  hear();
  assert.deepEqual(hear(1000), ["alarm call", ""], "it was raised anew");
});

test("of level Ⅱ it is said when it suits, and nothing of what was there when the page opened", async (context) => {
  const { hear, raise } = await page(context, { alarms: [call()] });
  assert.deepEqual(hear(5000), ["", ""]);
  raise(call({ id: "h/smoke/1#smoke", rule: "smoke", level: 2 }));
  hear();
  assert.deepEqual(hear(1000), ["", "alarm smoke"]);
});

for (const [session, words] of [
  ["live", "alarm call"],
  ["replay:1", ""],
])
  test(`an alarm of an hour ago is ${words ? "" : "no "}news on a page of ${session}`, async (context) => {
    const { hear, raise } = await page(context, { session });
    raise(call({ at: NOW - 3_600_000, since: NOW - 3_600_000 }));
    hear();
    assert.deepEqual(hear(1000), [words, ""]);
  });

test("a new condition is announced with what to do, one that warns politely; a count that grows is not", async (context) => {
  const { hear, panels } = await page(context);
  panels.conditions = [condition("engine_absent", "bad")];
  assert.deepEqual(hear(), ["no engine by telephone", ""]);
  panels.conditions = [condition("engine_absent", "bad"), condition("entry_set_aside", "warn")];
  assert.deepEqual(hear(), ["", "1 set aside tell somebody"]);
  panels.conditions = [condition("engine_absent", "bad"), condition("entry_set_aside", "warn", 2)];
  assert.deepEqual(hear(), ["", ""]);
  panels.conditions = [condition("entry_set_aside", "warn", 3)];
  assert.deepEqual(hear(), ["", ""]);
  panels.conditions = [condition("engine_absent", "bad"), condition("entry_set_aside", "warn", 3)];
  assert.deepEqual(hear(), ["no engine by telephone", ""], "it was gone and came back");
});

test("what stands when the page opens is announced too, and the link's state replaces nothing", async (context) => {
  const { first } = await page(context, { conditions: [condition("engine_absent", "bad"), condition("entry_set_aside", "warn")] });
  assert.deepEqual(first, ["no engine by telephone", "1 set aside tell somebody · live"]);
});
