// What an empty list says: that all is normal only when it is; alarms without a case as rows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { calm } from "../../assets/panels/wall/calm.mjs";
import { DWELL_MS, step } from "../../assets/panels/wall/rotation.mjs";
import { logWords } from "../../assets/words/names.mjs";
import { speak } from "../../assets/words/texts.mjs";
import { listed, unattended, worst } from "../../assets/records/cases.mjs";
import { backIn, heldLines, heldWords } from "../../assets/panels/case/holding.mjs";
import { aboutKey } from "../../assets/panels/case/case.mjs";
import { emptyWords } from "../../assets/panels/queue.mjs";
import { flagged, staged } from "./cases.mjs";

const NOW = 1_795_228_927_000;
const QUIET = { unjudged: 0, alarms: 0, grave: [0, 0], shelved: 0, devices: 40, silent: 0, unheard: 0 };
const NONE = { waiting: 0, working: 0 };
const facts = (more = {}, link = "live") => ({
  link,
  now: NOW,
  panels: { counts: NONE, conditions: [], ...more, standing: { ...QUIET, ...more.standing } },
});
const condition = (code, tone) => ({ code, tone, street: "a.b", since: NOW, count: 1, figures: {} });

test("a quiet site with everything well is normal", () => {
  assert.deepEqual(calm(facts()), { state: "calm", words: "calm.normal" });
});

test("nothing is said before the first facts", () => {
  assert.equal(calm({ link: "live", now: NOW, panels: {} }).state, "waiting");
});

for (const link of ["stale", "lost", "connecting"])
  test(`a screen that is ${link} does not know whether all is normal`, () => {
    assert.deepEqual(calm(facts({}, link)), { state: "unknown", words: "calm.link" });
  });

for (const code of ["engine_absent", "engine_late", "fold_late", "server_refuses", "stream_gap"])
  test(`nothing is normal while ${code} stands`, () => {
    const found = calm(facts({ conditions: [condition("clock_ahead", "warn"), condition(code, "bad")] }));
    assert.deepEqual(found, { state: "unknown", words: `condition.words.${code}` });
  });

test("before the first report there is no data, and without devices nothing to be normal", () => {
  assert.equal(calm(facts({ standing: { unheard: 40 } })).words, "calm.no_data");
  assert.equal(calm(facts({ standing: { devices: 0 } })).words, "calm.no_devices");
  assert.equal(calm(facts({ standing: { unheard: 39 } })).words, "calm.unheard");
});

for (const [name, more] of [
  ["unjudged", { standing: { unjudged: 1 } }],
  ["alarms", { standing: { alarms: 1 } }],
  ["shelved", { standing: { shelved: 1 } }],
  ["silent", { standing: { silent: 22 } }],
  ["unheard", { standing: { unheard: 1 } }],
  ["waiting", { counts: { waiting: 1, working: 0 } }],
  ["working", { counts: { waiting: 0, working: 3 } }],
  ["conditions", { conditions: [condition("place_left_out", "warn")] }],
])
  test(`one of ${name} alone is enough not to be normal`, () => {
    assert.deepEqual(calm(facts(more)), { state: "open", words: `calm.${name}` });
  });

test("all that stands open is named, alarms that nobody deals with first", () => {
  const { words } = calm(facts({ counts: { waiting: 0, working: 3 }, standing: { alarms: 2, silent: 22 } }));
  assert.equal(words, "calm.alarms · calm.working · calm.silent");
});

test("a condition of several streets is one notice, as it is one badge", async () => {
  const rows = ["a.b", "a.c"].map((street) => ({ ...condition("entry_set_aside", "warn"), street }));
  await speak("en", async () => ({ ok: true, json: async () => ({ "calm.conditions": "{n} notices" }) }));
  const { words } = calm(facts({ conditions: [...rows, condition("clock_ahead", "warn")] }));
  await speak("zh-CN", async () => ({ ok: true, json: async () => ({}) }));
  assert.equal(words, "2 notices");
});

test("today's list is not called empty of cases when they have ended", () => {
  assert.equal(emptyWords("today", 3), "queue.ended_today");
  assert.equal(emptyWords("today", 0), "queue.empty_today");
  assert.equal(emptyWords("waiting", 3), "queue.empty_waiting");
});

test("that new cases will appear is said only where it is known that they do", () => {
  assert.equal(aboutKey("calm", false), "incident.calm_about");
  assert.equal(aboutKey("open", false), "incident.calm_about");
  assert.equal(aboutKey("unknown", false), null);
  assert.equal(aboutKey("waiting", false), null);
  assert.equal(aboutKey("unknown", true), "incident.none_about");
});

const alarm = (more = {}) =>
  flagged({
    id: "huodian/smoke/1#smoke",
    device: "huodian/smoke/1",
    rule: "smoke",
    level: 1,
    label: "acknowledged",
    active: true,
    at: NOW - 1000,
    since: NOW - 60_000,
    compound: "huodian",
    incident: "INC-1",
    unattended: true,
    place: "25幢5单元502",
    lonlat: [113, 27],
    value: null,
    ...more,
  });
const incident = (more = {}) =>
  staged({
    id: "INC-2",
    kind: "noise",
    level: 2,
    state: "reported",
    at: NOW,
    compound: "b",
    unacked: true,
    ...more,
  });

test("a grave alarm without a case is a row among the cases, by its level and since when it holds", () => {
  const rows = unattended([alarm(), alarm({ id: "x#y", unattended: false })]);
  assert.deepEqual(
    rows.map(({ id, at, unacked }) => [id, at, unacked]),
    [["huodian/smoke/1#smoke", NOW - 60_000, false]],
  );
  assert.deepEqual(
    listed([incident()], "waiting", rows).map(({ id }) => id),
    ["huodian/smoke/1#smoke", "INC-2"],
  );
  assert.equal(listed([incident()], "today").length, 1);
});

test("the banner speaks of an alarm without a case when no case is graver", () => {
  const rows = unattended([alarm()]);
  assert.equal(worst(rows).id, "huodian/smoke/1#smoke");
  assert.equal(worst([incident({ unacked: false }), ...rows]).id, "huodian/smoke/1#smoke");
  assert.equal(worst([incident({ state: "closed", finished: NOW }), ...rows]).id, "huodian/smoke/1#smoke");
});

test("a wall turns to a compound that has no case but an alarm nobody deals with", () => {
  const attention = [
    { compound: "b", open: 0, alarms: 1 },
    { compound: "a", open: 0, alarms: 0 },
  ];
  const view = step(null, { incidents: [], attention, places: ["a", "b"], paused: false }, 0);
  assert.equal(view.compound, "b");
  assert.equal(step(view, { incidents: [], attention, places: ["a", "b"], paused: false }, DWELL_MS.calm * 2).compound, "b");
});

const desk = (alarms) => ({
  catalogue: {
    kinds: { smoke: { states: ["normal", "smoke"], quantities: {} }, water: { states: [], quantities: { level_m: "m" } } },
    rules: { smoke: {}, water_high: { quantity: "level_m" } },
  },
  device: () => ({ name: "502烟感" }),
  reading: () => ({ code: 1 }),
  learn: () => {},
  things: () => ({ alarms: new Map(alarms.map((one) => [one.id, one])) }),
});

test("what still holds is told by rule, device, value and since when", () => {
  assert.equal(heldWords(alarm(), desk([])), "smoke · 502烟感 · holding.since");
  const high = alarm({ rule: "water_high", device: "huodian/water/1", value: 0.9 });
  assert.equal(heldWords(high, desk([])), "water_high · 502烟感 · 0.9 m · holding.since");
});

test("a case names its own alarms that hold, and says so of those it may not name", () => {
  const own = alarm({ incident: "INC-2" });
  const over = alarm({ id: "b#c", incident: "INC-2", active: false });
  assert.deepEqual(heldLines(incident({ holding: false }), desk([own])), []);
  assert.equal(heldLines(incident({ holding: true }), desk([own, over, alarm({ id: "d#e" })])).length, 1);
  assert.deepEqual(heldLines(incident({ holding: true }), desk([])), ["holding.elsewhere"]);
});

test("a case that came back by itself says in its record that the alarm held", async () => {
  const texts = { "holding.reopened": "held", "log.incident.reopened": "reopened", "list.colon": ": " };
  await speak("en", async () => ({ ok: true, json: async () => texts }));
  const entry = { type: "incident.reopened", by: "system", text: "smoke", responder: "" };
  assert.equal(logWords(entry, String), "held: smoke");
  assert.equal(logWords({ ...entry, by: "li" }, String), "reopened: smoke");
});

test("a case is not said to come back while its alarm is shelved", () => {
  const row = incident({ state: "closed", finished: NOW });
  const asked = (more) => ({ ...desk([alarm({ incident: "INC-2", ...more })]), catalogue: { rules: { smoke: { realarm_s: 300 } } } });
  assert.equal(backIn(row, asked({ shelved_until: null })), 5);
  assert.equal(backIn(row, asked({ shelved_until: NOW + 60_000 })), Infinity);
});
