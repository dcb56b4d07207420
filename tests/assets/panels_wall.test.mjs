import assert from "node:assert/strict";
import { test } from "node:test";
import { DWELL_MS, mayReload, step } from "../../assets/panels/wall/rotation.mjs";
import { ARC_MINUTES, arcMinutes, rootSize, shift } from "../../assets/panels/wall/scale.mjs";
import { createSound } from "../../assets/ui/sound.mjs";
import { areaName } from "../../assets/panels/wall/wall.mjs";
import { staged } from "./cases.mjs";

const incident = (id, level, more = {}) =>
  staged({ id, level, compound: id[0], state: "reported", at: 0, crew: [], unacked: false, ...more });
const places = ["a", "b", "c"];
const facts = (incidents, attention = [], paused = false) => ({ incidents, attention, places, paused });
const needs = (...compounds) => compounds.map((compound) => ({ compound, open: 1 }));

test("a wall turns through the compounds that need attention and skips the quiet ones", () => {
  const attention = [...needs("a", "c"), { compound: "b", open: 0 }];
  let view = step(null, facts([], attention), 0);
  assert.equal(view.compound, "a");
  view = step(view, facts([], attention), DWELL_MS.attention - 1);
  assert.equal(view.compound, "a");
  view = step(view, facts([], attention), DWELL_MS.attention);
  assert.equal(view.compound, "c");
});

test("a wall stays on an unacknowledged level Ⅰ or Ⅱ until it is acknowledged", () => {
  const grave = incident("b1", 2, { unacked: true });
  const view = step({ compound: "a", incident: null, since: 0, held: false }, facts([grave], needs("a", "b")), 1);
  assert.deepEqual([view.compound, view.incident, view.held], ["b", "b1", true]);
  const later = step(view, facts([grave], needs("a", "b")), 10 * DWELL_MS.attention);
  assert.equal(later, view);
  const after = step(view, facts([{ ...grave, unacked: false }], needs("a", "b")), 11 * DWELL_MS.attention);
  assert.deepEqual([after.compound, after.incident, after.held], ["b", "b1", false]);
});

test("a second emergency does not take the wall off the graver one", () => {
  const rows = [incident("b1", 1, { unacked: true }), incident("c1", 2, { unacked: true })];
  assert.equal(step(null, facts(rows), 0).compound, "b");
});

test("a paused wall stays, but not before an emergency", () => {
  const view = { compound: "a", incident: null, since: 0, held: false };
  assert.equal(step(view, facts([], needs("b"), true), 1e6), view);
  assert.equal(step(view, facts([incident("b1", 1, { unacked: true })], [], true), 1e6).compound, "b");
});

test("with nothing wrong a wall walks slowly through all compounds", () => {
  const view = step(null, facts([]), 0);
  assert.equal(step(view, facts([]), DWELL_MS.attention).compound, "a");
  assert.equal(step(view, facts([]), DWELL_MS.calm).compound, "b");
});

const four = Date.UTC(2026, 10, 21, 20, 0, 1); // 04:00:01 on the place's clock
const quiet = { now: four, started: four - 9e6, incidents: [], jitterMs: 0 };

test("a wall reloads at four in the morning, but not beside a grave case, nor twice", () => {
  assert.ok(mayReload(quiet));
  assert.ok(!mayReload({ ...quiet, incidents: [incident("a", 2)] }));
  assert.ok(mayReload({ ...quiet, incidents: [incident("a", 3)] }));
  assert.ok(!mayReload({ ...quiet, started: four - 1000 }));
  assert.ok(!mayReload({ ...quiet, now: four + 8 * 3_600_000 }));
});

test("no letter of the wall falls below sixteen arc minutes for the farthest viewer", () => {
  for (const widthPx of [1920, 3840]) {
    const fontPx = rootSize({ widthPx });
    assert.ok(arcMinutes({ fontPx, widthPx }) >= ARC_MINUTES - 0.01, `${widthPx}`);
  }
});

test("letters grow with the distance, up to what fits beside each other", () => {
  const near = rootSize({ widthPx: 1920, viewerM: 3 });
  const far = rootSize({ widthPx: 1920, viewerM: 8 });
  assert.ok(near < far);
  assert.equal(far, rootSize({ widthPx: 1920, viewerM: 60 }));
});

test("the picture walks a few pixels and comes back", () => {
  const steps = Array.from({ length: 9 }, (_, minute) => shift(minute).join());
  assert.equal(new Set(steps).size, 9);
  assert.deepEqual(shift(9), shift(0));
  assert.ok(steps.every((words) => words.split(",").every((px) => Math.abs(Number(px)) <= 4)));
});

test("the sound lamp says whether sound can be heard", async () => {
  const states = [];
  const none = createSound((state) => states.push(state), undefined);
  await none.arm();
  assert.equal(states.at(-1), typeof AudioContext === "undefined" ? "none" : "off");
});

test("a wall is named after the smallest area that holds all its compounds", () => {
  const place = (street) => ({ district: "芦淞区", street });
  assert.equal(areaName({ places: [place("甲街道"), place("甲街道")] }), "甲街道");
  assert.equal(areaName({ places: [place("甲街道"), place("乙街道")] }), "芦淞区");
  assert.equal(areaName({ places: [] }), "");
});
