import assert from "node:assert/strict";
import { test } from "node:test";
import { withKinds } from "../../assets/map/records/devices.mjs";
import { moved } from "../../assets/geometry/shapes.mjs";
import { distanceField } from "../../assets/map/icons.mjs";
import { GLIDE_MS, JUMP_M, createMovers, createTracks } from "../../assets/map/records/movers.mjs";
import { rollupFeatures, rollupWords } from "../../assets/map/records/rollups.mjs";
import { apart, litShapes, spotOf } from "../../assets/map/records/points.mjs";

const HERE = [113.15, 27.83];
const there = moved(HERE, 10, 0);
const half = [(HERE[0] + there[0]) / 2, HERE[1]];
const close = (a, b) => assert.ok(Math.abs(a[0] - b[0]) < 1e-9 && Math.abs(a[1] - b[1]) < 1e-9, `${a} is not ${b}`);

test("somebody new stands where they were reported", () => {
  const tracks = createTracks();
  assert.deepEqual(tracks.aim("zhou", HERE, 0), HERE);
  assert.equal(tracks.moving(10), false);
  assert.equal(tracks.at("nobody", 0), null);
});

test("a walk glides from the last place to the next within a second", () => {
  const tracks = createTracks();
  tracks.aim("zhou", HERE, 0);
  tracks.aim("zhou", there, 5000);
  close(tracks.at("zhou", 5000 + GLIDE_MS / 2), half);
  assert.equal(tracks.moving(5000 + GLIDE_MS / 2), true);
  close(tracks.at("zhou", 5000 + GLIDE_MS + 1), there);
  assert.equal(tracks.moving(5000 + GLIDE_MS + 1), false, "and then rests");
});

test("a report in the middle of a walk goes on from where the walker is drawn", () => {
  const tracks = createTracks();
  tracks.aim("zhou", HERE, 0);
  tracks.aim("zhou", there, 5000);
  const drawn = tracks.aim("zhou", moved(HERE, 20, 0), 5500);
  close(drawn, half);
  close(tracks.at("zhou", 5500), half);
});

test("the same place again changes nothing", () => {
  const tracks = createTracks();
  tracks.aim("zhou", HERE, 0);
  tracks.aim("zhou", there, 5000);
  tracks.aim("zhou", there, 5500);
  close(tracks.at("zhou", 6000), there);
});

test("a correction across the compound is not walked", () => {
  const tracks = createTracks();
  tracks.aim("zhou", HERE, 0);
  const far = moved(HERE, JUMP_M + 1, 0);
  assert.deepEqual(tracks.aim("zhou", far, 1000), far);
});

test("without motion everybody jumps", () => {
  const tracks = createTracks({ still: true });
  tracks.aim("zhou", HERE, 0);
  assert.deepEqual(tracks.aim("zhou", there, 1000), there);
});

/** Movers with a source that keeps what it was given, and frames the test lets pass. */
function walk({ still = false } = {}) {
  const diffs = [];
  const frames = [];
  const marks = new Map();
  let time = 0;
  const updateData = (diff) => {
    diffs.push(diff);
    for (const { id, geometry } of diff.add ?? []) marks.set(id, geometry.coordinates);
    for (const { id, newGeometry } of diff.update ?? []) if (newGeometry) marks.set(id, newGeometry.coordinates);
    for (const id of diff.remove ?? []) marks.delete(id);
  };
  const movers = createMovers(() => ({ updateData }), {
    describe: ({ name, status }) => ({ name, status }),
    still,
    now: () => time,
    next: (act) => frames.push(act),
  });
  const pass = (ms) => {
    time += ms;
    const due = frames.splice(0);
    due.forEach((act) => act());
    return due.length;
  };
  return { movers, diffs, marks, pass };
}

const zhou = (more) => ({ id: "zhou", name: "周网格员", status: "available", lonlat: HERE, ...more });

test("responders come, change their look, walk and leave as small diffs", () => {
  const { movers, diffs, pass } = walk();
  movers.draw([zhou()]);
  assert.equal(diffs[0].add.length, 1);
  assert.equal(diffs[0].add[0].properties.id, "zhou");
  while (pass(50));
  diffs.length = 0;

  movers.draw([zhou()]);
  while (pass(50));
  assert.deepEqual(
    diffs.filter(({ update }) => update?.length),
    [],
    "nothing changed",
  );

  movers.draw([zhou({ status: "busy" })]);
  assert.deepEqual(
    diffs.at(-1).update[0].addOrUpdateProperties.find(({ key }) => key === "status"),
    { key: "status", value: "busy" },
  );
  while (pass(50));
  diffs.length = 0;

  movers.draw([zhou({ status: "busy", lonlat: there })]);
  while (pass(100));
  close(diffs.at(-1).update[0].newGeometry.coordinates, there);

  movers.draw([]);
  assert.deepEqual(diffs.at(-1).remove, ["zhou"]);
});

test("no frame is asked for while everybody stands", () => {
  const { movers, pass } = walk();
  movers.draw([zhou()]);
  while (pass(50));
  assert.equal(pass(10_000), 0);
});

test("without motion the mark stands at the last report, report after report", () => {
  const { movers, marks, pass } = walk({ still: true });
  for (const metres of [0, 5, 80, 300, 20]) {
    const reported = moved(HERE, metres, 0);
    movers.draw([zhou({ lonlat: reported })]);
    assert.deepEqual(marks.get("zhou"), reported, `${metres} m`);
    pass(1000);
    assert.deepEqual(marks.get("zhou"), reported, `${metres} m, later`);
  }
});

test("after a jump the mark stands where the jump went, also out of a walk", () => {
  const { movers, marks, pass } = walk();
  const far = moved(HERE, JUMP_M + 1, 0);
  movers.draw([zhou()]);
  pass(5000);
  movers.draw([zhou({ lonlat: far })]);
  assert.deepEqual(marks.get("zhou"), far);

  movers.draw([zhou({ lonlat: moved(far, 10, 0) })]);
  pass(50);
  movers.draw([zhou()]);
  assert.deepEqual(marks.get("zhou"), HERE, "a seek in the middle of a walk");
  while (pass(50));
  assert.deepEqual(marks.get("zhou"), HERE);
});

test("whoever changes their look while they jump does both", () => {
  const { movers, marks, diffs } = walk({ still: true });
  movers.draw([zhou()]);
  movers.draw([zhou({ status: "busy", lonlat: there })]);
  assert.deepEqual(marks.get("zhou"), there);
  assert.ok(diffs.some(({ update }) => update?.some(({ addOrUpdateProperties }) => addOrUpdateProperties)));
});

test("every mark ends at its last report, whoever walks, jumps, comes and goes", () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n; // the same story every time
  for (const still of [false, true]) {
    const { movers, marks, pass } = walk({ still });
    let rows = [];
    for (let turn = 0; turn < 300; turn += 1) {
      rows = ["zhou", "li", "sun"]
        .filter(() => random(8))
        .map((id) => {
          const before = rows.find((row) => row.id === id);
          const lonlat = before && random(3) ? before.lonlat : moved(HERE, random(400), random(400));
          return { ...zhou({ id, lonlat: random(9) ? lonlat : null }) };
        });
      movers.draw(rows);
      pass(random(1500));
    }
    for (let turn = 0; turn < 40; turn += 1) pass(50);
    assert.deepEqual(
      [...marks.keys()].sort(),
      rows
        .filter(({ lonlat }) => lonlat)
        .map(({ id }) => id)
        .sort(),
    );
    for (const { id, lonlat } of rows) if (lonlat) assert.deepEqual(marks.get(id), lonlat);
  }
});

test("somebody off duty has no place on the map", () => {
  const { movers, diffs } = walk();
  movers.draw([zhou({ lonlat: null })]);
  assert.deepEqual(
    diffs.flatMap(({ add }) => add ?? []),
    [],
  );
});

const building = {
  type: "Feature",
  properties: { id: "b3", height: 18, floors: 6 },
  geometry: { type: "Polygon", coordinates: [[HERE, moved(HERE, 40, 0), moved(HERE, 40, 12), moved(HERE, 0, 12), HERE]] },
};

test("a case is drawn on its floor, near the ground when the floor is unknown, on it outdoors", () => {
  assert.equal(spotOf({ lonlat: HERE, floor: 3 }, building).height, 7.5);
  assert.equal(spotOf({ lonlat: HERE, floor: 99 }, building).height, 18);
  assert.equal(spotOf({ lonlat: HERE, floor: 0 }, building).height, 3);
  assert.deepEqual(spotOf({ lonlat: HERE, floor: 0 }, undefined), { lonlat: HERE, height: 0 });
});

test("a case without a position stands in the middle of its building, or nowhere", () => {
  close(spotOf({ lonlat: null, floor: 0 }, building).lonlat, moved(HERE, 20, 6));
  assert.equal(spotOf({ lonlat: null, floor: 2 }, undefined), null);
});

test("cases at one spot are drawn beside each other", () => {
  const spots = apart([{ lonlat: HERE }, { lonlat: there }, { lonlat: HERE }, { lonlat: HERE }]);
  assert.equal(new Set(spots.map(({ lonlat }) => lonlat.join())).size, 4);
  assert.deepEqual(spots[0].lonlat, HERE);
});

test("a lit building shows the storey of the case", () => {
  assert.equal(litShapes(building, { level: 1, floor: 0 }).length, 1);
  const [whole, storey] = litShapes(building, { level: 1, floor: 2 });
  assert.deepEqual([whole.properties.base, whole.properties.height], [0, 18]);
  assert.deepEqual([storey.properties.base, storey.properties.height], [3, 6]);
  assert.equal(litShapes(building, { level: 1, floor: 9 }).length, 1, "a floor it does not have");
});

test("a roll-up carries the worst level that nobody acknowledged, and words", () => {
  const speech = { nameOf: (place) => place.name, words: (told) => (told ? `${told.open} 件` : "…") };
  const places = [
    { id: "huodian", name: "火电小区", center: HERE },
    { id: "xiangyuan", name: "湘园", center: there },
  ];
  const [busy, quiet] = rollupFeatures(places, { huodian: { level: 2, worst: 1, open: 3 } }, speech);
  assert.equal(busy.properties.icon, "rollup-2");
  assert.equal(busy.properties.counts, "3 件");
  assert.equal(busy.properties.worst, 1);
  assert.equal(quiet.properties.icon, "rollup-0");
  assert.ok(busy.properties.order < quiet.properties.order);
  assert.equal(rollupFeatures(places, undefined, speech).length, 2);
});

test("kinds that are switched off leave the sensors' filter, and come back", () => {
  const filter = ["all", ["==", ["get", "layer"], "sensors"], ["any", ["!", ["get", "indoors"]], [">=", ["zoom"], 17.6]]];
  const less = withKinds(["lift", "lamp"], filter);
  assert.equal(less.length, filter.length + 1);
  assert.deepEqual(less.at(-1), ["!", ["in", ["get", "kind"], ["literal", ["lift", "lamp"]]]]);
  assert.equal(withKinds(["lift"], less).length, less.length, "not one condition for every click");
  assert.deepEqual(withKinds([], less), filter);
});

test("a distance field has its edge at three quarters and falls off on both sides", () => {
  const size = 32;
  const rgba = new Uint8ClampedArray(4 * size * size);
  for (let y = 8; y < 24; y += 1) for (let x = 8; x < 24; x += 1) rgba[4 * (y * size + x) + 3] = 255;
  const field = distanceField(rgba, size);
  const at = (x, y) => field[4 * (y * size + x) + 3];
  assert.ok(Math.abs(at(8, 16) - 191) < 24 && at(8, 16) > 191 - 1, `inside the edge: ${at(8, 16)}`);
  assert.ok(at(7, 16) < 192, `outside the edge: ${at(7, 16)}`);
  assert.ok(at(9, 16) > at(8, 16), "deeper inside");
  assert.ok(at(4, 16) < at(6, 16) && at(6, 16) < at(7, 16), "farther outside");
});

test("the mark of a compound says the alarm whose level it bears, though no case is open", () => {
  assert.equal(rollupWords({ level: 1, worst: 1, open: 0, alarms: 1, unacked: 0 }, 1), "Ⅰ · unattended.count");
  assert.equal(rollupWords({ level: 1, worst: 1, open: 2, alarms: 1, unacked: 1 }, 1), "Ⅰ · map.busy_compound · unattended.count");
  assert.equal(rollupWords({ level: null, worst: null, open: 0, alarms: 0 }, 3), "map.compounds · map.quiet_compound");
  assert.equal(rollupWords(undefined, 1), "map.quiet_compound");
});
