import assert from "node:assert/strict";
import { test } from "node:test";
import { gcj02FromWgs84, lonlatAt, pieces, tileAt } from "../../assets/map/places/gcj02.mjs";
import { MANY, around, inFull, levelFor, parent, summed, together } from "../../assets/map/places/levels.mjs";
import { createRollups, rollupFeatures } from "../../assets/map/records/rollups.mjs";
import { createPlaces } from "../../assets/map/places/sources.mjs";

// The golden points of docs/explanation/maps.md: WGS-84 and GCJ-02 of six places.
const GOLDEN = [
  [116.3974589, 39.9087202, 116.40370247, 39.91012369],
  [121.4, 31.25, 121.40465304, 31.24817359],
  [112.99, 28.11, 112.99559792, 28.10662442],
  [113.15, 27.83, 113.1558047, 27.82683405],
  [113.92, 30.92, 113.9254839, 30.91752049],
  [119.3, 26.085, 119.30480618, 26.08189652],
];

test("six golden points are shifted as everybody else shifts them", () => {
  for (const [lon, lat, ...shifted] of GOLDEN) {
    const found = gcj02FromWgs84([lon, lat]);
    found.forEach((degrees, i) => assert.ok(Math.abs(degrees - shifted[i]) < 1e-8, `${found} is not ${shifted}`));
  }
  assert.deepEqual(gcj02FromWgs84([139.7, 35.68]), [139.7, 35.68]);
});

test("what a shifted map draws of a place lands on the place, to a pixel, at every zoom", () => {
  const size = 256;
  for (const [lon, lat, ...shifted] of GOLDEN)
    for (let zoom = 8; zoom <= 19; zoom += 1) {
      const [x, y] = tileAt([lon, lat], zoom);
      const [sx, sy] = tileAt(shifted, zoom);
      const part = pieces(zoom, Math.floor(x), Math.floor(y), size).find((one) => one.x === Math.floor(sx) && one.y === Math.floor(sy));
      assert.ok(part, `the tile that shows ${lon},${lat} at ${zoom} is not used`);
      const drawn = [part.left + (sx % 1) * (part.right - part.left), part.top + (sy % 1) * (part.bottom - part.top)];
      const wanted = [(x % 1) * size, (y % 1) * size];
      const off = Math.hypot(drawn[0] - wanted[0], drawn[1] - wanted[1]);
      assert.ok(off < 1, `${lon},${lat} at ${zoom}: ${off} pixels off`);
    }
});

test("the pieces of a tile cover it without a gap", () => {
  const parts = pieces(15, 26666, 13740, 256);
  assert.ok(parts.length <= 4);
  assert.ok(Math.min(...parts.map(({ left }) => left)) <= 0 && Math.max(...parts.map(({ right }) => right)) >= 256);
  for (const { right, y } of parts) assert.ok(right >= 256 || parts.some((one) => one.left === right && one.y === y));
});

test("a tile's corner and its position are the same place", () => {
  const [lon, lat] = lonlatAt(tileAt([113.15, 27.83], 14), 14);
  assert.ok(Math.abs(lon - 113.15) < 1e-12 && Math.abs(lat - 27.83) < 1e-12);
});

/** Compounds in a row from west to east, four to a community, eight to a street. */
const row = (number, count = 100) =>
  Array.from({ length: number }, (_, i) => ({
    id: `c${i}`,
    name: `c${i}`,
    territory: `l.s${Math.floor(i / 8)}.k${Math.floor(i / 4)}.c${i}`,
    count,
    street: `street ${Math.floor(i / 8)}`,
    center: [113 + i / 100, 27.8],
    bounds: [113 + i / 100, 27.7, 113.005 + i / 100, 27.9],
    version: "1",
  }));

test("the compounds nearest to the middle are drawn in full, and no more than can be", () => {
  const places = row(40);
  const chosen = inFull(places, [113.2, 27.8], []);
  assert.equal(chosen.length, MANY);
  assert.ok(chosen.includes("c20") && !chosen.includes("c0") && !chosen.includes("c39"));
  assert.deepEqual(inFull(row(5), [113.2, 27.8], []), ["c0", "c1", "c2", "c3", "c4"]);
  assert.equal(inFull(row(40, 2500), [113.2, 27.8], []).length, 2);
  assert.deepEqual(inFull(row(1, 99_999), [0, 0], []), ["c0"]);
});

test("a compound that is drawn stays while the middle moves a little", () => {
  const places = row(2, 5000);
  assert.deepEqual(inFull(places, [113.004, 27.8], []), ["c0"]);
  assert.deepEqual(inFull(places, [113.0052, 27.8], ["c0"]), ["c0"]);
  assert.deepEqual(inFull(places, [113.009, 27.8], ["c0"]), ["c1"]);
});

test("marks are as fine as can be read", () => {
  assert.equal(levelFor(row(20)), "compound");
  assert.equal(levelFor(row(80)), "community");
  assert.equal(levelFor(row(800)), "street");
  assert.equal(parent("l.s1.k2.c9", "community"), "l.s1.k2");
});

test("several compounds say together what each says: the gravest level and the sum", () => {
  const told = [{ level: null, worst: 3, open: 2, unacked: 0 }, { level: 2, worst: 2, open: 1, unacked: 1 }, undefined];
  assert.deepEqual(summed(told), { level: 2, worst: 2, open: 3, alarms: 0, unacked: 1 });
  assert.deepEqual(summed([]), { level: null, worst: null, open: 0, alarms: 0, unacked: 0 });
  assert.deepEqual(around(row(2)), [113, 27.7, 113.015, 27.9]);
  assert.deepEqual(
    together(row(16), "street").map(({ id, places }) => [id, places.length]),
    [
      ["l.s0", 8],
      ["l.s1", 8],
    ],
  );
});

const SPEECH = {
  nameOf: ({ name }) => name,
  divisionOf: (id, level, place) => place[level] ?? id,
  words: (told, compounds) => `${compounds}:${told?.open ?? 0}`,
};

test("a mark of a street counts the compounds outside the view too", () => {
  const drawn = [];
  const marks = createRollups((name, features) => drawn.push(features), SPEECH);
  const places = row(800);
  const rollups = Object.fromEntries(places.map(({ id }) => [id, { open: 1, unacked: 0, level: null, worst: 4 }]));
  const inView = places.slice(4, 796).map(({ id }) => id);
  marks.draw(places, rollups, { far: true, inView, inFull: () => false });
  const [first] = drawn.at(-1);
  assert.deepEqual([first.properties.name, first.properties.counts, first.properties.sort], ["street 0", "8:8", "street"]);
  assert.deepEqual(marks.bounds("l.s0"), around(places.slice(0, 8)));
});

test("near, what is not drawn in full keeps its mark", () => {
  const drawn = [];
  const marks = createRollups((name, features) => drawn.push(features.map(({ properties }) => properties.id)), SPEECH);
  marks.draw(row(40), {}, { far: false, inView: ["c1", "c2", "c3"], inFull: (id) => id === "c2" });
  assert.deepEqual(drawn.at(-1), ["c1", "c3"]);
  assert.equal(rollupFeatures(row(2), undefined, SPEECH)[0].properties.icon, "rollup-0");
});

test("of many compounds only those looked at are held, and one left while it came is not taken", async () => {
  const all = row(40);
  const [asked, dropped, drawn] = [[], [], []];
  let hold = null;
  const read = async (path) => {
    asked.push(path);
    if (hold) await hold;
    return { ...all.find(({ id }) => path.includes(`/${id}?`)), devices: [], features: {} };
  };
  const places = createPlaces({
    source: () => ({ setData: () => {} }),
    kinds: {},
    read,
    onLoad: () => {},
    onDrop: ({ id }) => dropped.push(id),
    onDraw: (ids) => drawn.push(ids),
  });
  await places.load(all);
  assert.deepEqual(asked, []);
  await places.look(["c1", "c2"]);
  assert.ok(places.get("c1") && places.get("c2"));
  await places.look(["c2"]);
  assert.deepEqual(dropped, ["c1"]);
  assert.equal(places.get("c1"), undefined);
  let free = () => {};
  hold = new Promise((resolve) => (free = resolve));
  const coming = places.look(["c2", "c3"]);
  const leaving = places.look([]);
  free();
  await Promise.all([coming, leaving]);
  assert.equal(places.get("c3"), undefined);
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.deepEqual(drawn.at(-1), []);
});
