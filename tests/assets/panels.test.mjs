import assert from "node:assert/strict";
import { test } from "node:test";
import { commandsFor, offered, sending } from "../../assets/panels/case/actions.mjs";
import { buttonRows, choicesOf, commandRow, commandRows } from "../../assets/words/commands.mjs";
import { createClock } from "../../assets/panels/clock.mjs";
import { readingWords } from "../../assets/words/readings.mjs";
import { clock, deadline, elapsed, fieldInstant, fieldValue, metres, percent, travel } from "../../assets/words/format.mjs";
import { actionOf, cap, capOf, shortcuts } from "../../assets/panels/keys.mjs";
import { fresh } from "../../assets/panels/news.mjs";
import { barHeight, binAt } from "../../assets/panels/strip.mjs";
import { fill } from "../../assets/words/texts.mjs";
import { layerRows } from "../../assets/panels/layers.mjs";
import { lead, listed, neighbour, open, worst } from "../../assets/records/cases.mjs";
import { rejectedRows } from "../../assets/panels/sheets.mjs";
import { flagged, staged } from "./cases.mjs";

const incident = (id, more = {}) => staged({ id, level: 3, state: "reported", at: 0, crew: [], unacked: false, version: 1, ...more });

test("time since something began grows from minutes to hours to days", () => {
  assert.equal(elapsed(41_900), "00:41");
  assert.equal(elapsed(3_909_000), "1:05:09");
  assert.equal(elapsed(93_780_000), "1d 02:03");
  assert.equal(elapsed(-5), "00:00");
});

test("travel time is read as minutes and seconds", () => {
  assert.equal(travel(80), "1′20″");
  assert.equal(travel(45.4), "45″");
  assert.equal(travel(59.7), "1′00″");
  assert.equal(travel(7530), "2 h 05′");
});

test("a distance is in metres, a far one in kilometres", () => {
  assert.deepEqual([metres(41.4), metres(737_919)], ["41\u00a0m", "737.9\u00a0km"]);
});

test("the clock is the place's, wherever the screen stands", () => {
  assert.equal(clock(Date.UTC(2026, 10, 21, 2, 42, 7)), "10:42:07");
  assert.equal(clock(Date.UTC(2026, 10, 21, 20, 0), false), "04:00");
});

test("a time field reads back the instant it was given", () => {
  const instant = Date.UTC(2026, 10, 21, 2, 42, 7);
  assert.equal(fieldInstant(fieldValue(instant)), instant);
  assert.equal(fieldInstant("2026-11-21T10:42"), Date.UTC(2026, 10, 21, 2, 42));
  assert.ok(Number.isNaN(fieldInstant("")));
});

test("shares near one keep a decimal, where it matters", () => {
  assert.deepEqual([percent(0.97), percent(0.992), percent(1)], ["97", "99.2", "100"]);
});

test("a deadline turns tight and late with the share of time used", () => {
  const row = { at: 0, due: 100 };
  assert.deepEqual(
    [10, 70, 90, 500].map((now) => deadline(row, now).state),
    ["good", "tight", "late", "late"],
  );
  assert.equal(deadline(row, 500).share, 1);
  assert.equal(deadline({ at: 0, due: null }, 5).state, "none");
});

test("the gravest incident comes first, unacknowledged before acknowledged, then the oldest", () => {
  const rows = [
    incident("c", { at: 5 }),
    incident("b", { at: 1 }),
    incident("d", { at: 9, unacked: true }),
    incident("a", { level: 1, at: 9 }),
  ];
  assert.deepEqual(
    listed(rows, "waiting").map((row) => row.id),
    ["a", "d", "b", "c"],
  );
});

test("an incident stands in the list its state belongs to, and finished ones only in today's", () => {
  const rows = [incident("w"), incident("p", { state: "en_route" }), incident("x", { state: "closed" })];
  assert.deepEqual(
    ["waiting", "working", "today"].map((tab) => listed(rows, tab).length),
    [1, 1, 3],
  );
  assert.deepEqual(
    open(rows)
      .map((row) => row.id)
      .sort(),
    ["p", "w"],
  );
});

test("the crew member furthest along is the one to name", () => {
  const crew = [
    { id: 1, state: "assigned" },
    { id: 2, state: "en_route" },
    { id: 3, state: "released" },
  ];
  assert.equal(lead(incident("a", { crew })).id, 2);
  assert.equal(lead(incident("a")), null);
});

test("a wall speaks of the unacknowledged before graver ones that somebody has seen", () => {
  assert.equal(worst([incident("seen", { level: 1 }), incident("new", { level: 2, unacked: true })]).id, "new");
  assert.equal(worst([]), null);
});

test("moving through a list stops at its ends", () => {
  assert.equal(neighbour(["a", "b"], null, 1), "a");
  assert.equal(neighbour(["a", "b"], null, -1), "b");
  assert.equal(neighbour(["a", "b"], "b", 1), "b");
  assert.equal(neighbour([], "b", 1), null);
});

const press = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

test("keys act, but not while somebody types, composes, or has switched single keys off", () => {
  const free = { typing: false, single: true };
  assert.equal(actionOf(press("J"), free), "next");
  assert.equal(actionOf(press("a"), free), "command:assign");
  assert.equal(actionOf(press("a"), { typing: true, single: true }), null);
  assert.equal(actionOf(press("a", { isComposing: true }), free), null);
  assert.equal(actionOf(press("a"), { typing: false, single: false }), null);
  assert.equal(actionOf(press("k", { ctrlKey: true }), { typing: true, single: false }), "search");
  assert.equal(actionOf(press("v", { ctrlKey: true }), free), null);
});

test("no two shortcuts share a key, and the keys the design fixes are there", () => {
  const caps = shortcuts().map(cap);
  assert.equal(new Set(caps).size, caps.length);
  for (const fixed of ["J", "K", "V", "A", "C", "/", "Ctrl K", "?"]) assert.ok(caps.includes(fixed), fixed);
  assert.equal(capOf("command:assign"), "A");
});

test("every command that a key names has a button or a part of the panel", () => {
  const commands = shortcuts()
    .map((row) => row.act)
    .filter((act) => act.startsWith("command:"));
  for (const act of commands)
    assert.ok(
      commandRows().some((row) => `command:${row.name}` === act && (row.tone || ["recommend", "crew", "note"].includes(row.form))),
      act,
    );
});

const alarm = (id, label) => flagged({ id, label, version: 4 });

test("only what is possible has a button, and alarm commands follow the alarms", () => {
  const rows = offered(["verify", "note"], [alarm("x", "unacknowledged")], ["acknowledge", "shelve"]);
  assert.deepEqual(
    rows.map((row) => row.name),
    ["acknowledge", "verify", "shelve"],
  );
  assert.deepEqual(offered([], [alarm("x", "unacknowledged")], []), []);
});

test("buttons stand in the order of their places, those that matter most first", () => {
  assert.deepEqual(
    buttonRows().map((row) => row.name),
    ["acknowledge", "verify", "check", "close", "reject", "shelve", "unshelve", "cancel", "reopen"],
  );
  assert.deepEqual(choicesOf("shelve", "minutes"), [15, 60, 480]);
  assert.deepEqual([choicesOf("verify", "minutes"), choicesOf("fly", "kind")], [[], []]);
});

test("steps of a responder share one key, which says what it does", () => {
  const keys = shortcuts().filter(({ group }) => group === "act");
  assert.equal(keys.map(cap).join(""), "QSVXAGTCN");
  assert.equal(capOf("command:accept"), "G");
});

test("acknowledging an incident goes to each of its unacknowledged alarms", () => {
  const acknowledge = commandRow("acknowledge");
  const alarms = [alarm("x", "unacknowledged"), alarm("y", "acknowledged"), alarm("z", "returned_unacknowledged")];
  const orders = commandsFor(acknowledge, incident("i"), alarms);
  assert.deepEqual(
    orders.map((order) => order.target),
    ["x", "z"],
  );
  assert.equal(orders[0].version, 4);
});

test("the first responder is assigned, a further one added, one on the way not sent again", () => {
  assert.equal(sending(["assign"], incident("i"), "zhou").command, "assign");
  const busy = incident("i", { crew: [{ id: "zhou", state: "en_route" }] });
  assert.equal(sending(["add_responder"], busy, "li").command, "add_responder");
  assert.equal(sending(["add_responder"], busy, "zhou"), null);
  assert.equal(sending([], busy, "li"), null);
});

test("a clock runs between frames and stands still when paused", () => {
  let local = 0;
  const clock = createClock(() => local);
  clock.set({ at: 1000, clock: { mode: "replay", now: 1000, speed: 5, start: 0, end: 9000 } });
  local = 100;
  assert.equal(clock.now(), 1500);
  clock.set({ clock: { mode: "paused", now: 1500, speed: 5, start: 0, end: 9000 } });
  local = 900;
  assert.equal(clock.now(), 1500);
});

test("a live clock ignores small jitter and follows a jump", () => {
  let local = 0;
  const clock = createClock(() => local);
  clock.set({ at: 1000, clock: { mode: "live", now: 1000, speed: 1 } });
  local = 1000;
  clock.set({ at: 2040 });
  assert.equal(clock.now(), 2000);
  clock.set({ at: 9000 });
  assert.equal(clock.now(), 9000);
});

test("an incident is told once, level Ⅰ apart from the rest", () => {
  const told = new Set();
  const rows = [incident("a", { level: 1 }), incident("b")];
  assert.deepEqual(
    fresh(told, rows).urgent.map((row) => row.id),
    ["a"],
  );
  assert.deepEqual(fresh(told, rows), { urgent: [], polite: [] });
  assert.deepEqual(fresh(told, [incident("old", { at: 5 })], 6), { urgent: [], polite: [] });
});

test("one alarm stays visible beside forty", () => {
  assert.equal(barHeight(40, 40), 100);
  assert.ok(barHeight(1, 40) > 20);
  assert.ok(barHeight(0, 40) < 5);
  assert.deepEqual([binAt(-1, 144), binAt(0.5, 144), binAt(2, 144)], [0, 72, 143]);
});

test("braces are filled and unknown ones left", () => {
  assert.equal(fill("{n} 件 {x}", { n: 4 }), "4 件 {x}");
});

test("kinds unfold below their layer, in the order that the server gives", () => {
  const layers = ["cameras", "fields", "sensors", "gates"].map((name) => ({ name, starts_on: true, counted: name !== "fields" }));
  const counts = { cameras: {}, sensors: {}, "sensors/smoke": {}, "sensors/lift": {} };
  assert.deepEqual(layerRows(layers, counts, false), ["cameras", "fields", "sensors"]);
  assert.deepEqual(layerRows(layers, counts), ["cameras", "fields", "sensors", "sensors/lift", "sensors/smoke"]);
});

test("rejections of all streets are listed by source, most first", () => {
  const rows = rejectedRows({ "a.b": { counts: { meters: 2, gates: 9 } } });
  assert.deepEqual(
    rows.map((row) => row.source),
    ["gates", "meters"],
  );
  assert.equal(rejectedRows(null), null);
});

test("a device's reading keeps its unit and says when it is old", () => {
  const catalogue = { kinds: { manhole: { states: ["closed", "open"], quantities: { water_level_m: "m" } } } };
  assert.deepEqual(readingWords("manhole", { code: 1, age: 3, value: 0.456 }, catalogue), ["open", "0.46 m", "device.gone"]);
  assert.deepEqual(readingWords("manhole", { code: 7, age: 0, value: NaN }, catalogue), ["unknown"]);
  assert.deepEqual(readingWords("manhole", null, catalogue), []);
});
