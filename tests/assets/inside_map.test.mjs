import assert from "node:assert/strict";
import { test } from "node:test";
import { createInside } from "../../assets/map/inside/inside.mjs";
import { staged } from "./cases.mjs";

const ring = (west, east) => [
  [west, 0],
  [east, 0],
  [east, 1e-4],
  [west, 1e-4],
  [west, 0],
];
const TOLD = {
  id: "h/b9",
  name: "9幢",
  rooms: [],
  stairs: [],
  floors: [1, 2, 3].map((floor) => ({ floor })),
  units: [
    { units: ["1"], names: ["1"], shape: [[ring(0, 1e-4)]], middle: [5e-5, 5e-5] },
    { units: ["2"], names: ["2"], shape: [[ring(1e-4, 2e-4)]], middle: [15e-5, 5e-5] },
  ],
  shafts: [{ id: "h/lift/1", unit: "2", shape: [[ring(12e-5, 13e-5)]] }],
  devices: [
    { id: "h/lift/1", kind: "lift", unit: "2", floor: 1, room: "", lonlat: [125e-6, 5e-5], name: "" },
    { id: "h/call/1", kind: "call", unit: "2", floor: 3, room: "302", lonlat: [16e-5, 5e-5], name: "" },
    { id: "h/smoke/1", kind: "smoke", unit: "1", floor: 1, room: "", lonlat: [5e-5, 5e-5], name: "" },
  ],
};

/** A map that only remembers, and a model that says what it is told to. */
function stage({ off = [], covered = [] } = {}) {
  const paint = { buildings: 0.96, surroundings: 1, walls: 0.55, lit: 0.62 };
  const layers = ["buildings", "surroundings", "walls", "lit", "sensors", "cameras", "roofs", "floors"];
  const seen = { state: {}, visibility: {}, paint: { ...paint }, filled: {}, camera: 0 };
  const said = { readings: {}, incidents: [] };
  const map = {
    getLayer: (id) => (layers.includes(id) ? { metadata: { "dayuan:layer": id } } : undefined),
    getPaintProperty: (id) => paint[id],
    setPaintProperty: (id, _, value) => (seen.paint[id] = value),
    setLayoutProperty: (id, _, value) => (seen.visibility[id] = value),
    setFeatureState: ({ source, id }, state) => (seen.state[`${source} ${id}`] = state),
    getBearing: () => 0,
    on: () => {},
    easeTo: () => (seen.camera += 1),
    jumpTo: () => (seen.camera += 1),
  };
  const model = {
    reading: (id) => said.readings[id] ?? null,
    things: {
      get incidents() {
        return new Map(said.incidents.map((row) => [row.id, row]));
      },
    },
  };
  const inside = createInside(map, {
    kinds: () => ({ call: { glyph: "C" } }),
    byAge: [1, 0.62, 0.6, 0.4],
    fill: (name, features) => (seen.filled[name] = features),
    model: () => model,
    shown: (name) => !off.includes(name),
    covered: (id) => covered.includes(id),
    unitOf: (id) => TOLD.devices.find((one) => one.id === id)?.unit,
  });
  return { inside, seen, said };
}

const device = (features, id) => features.find(({ properties }) => properties.part === "device" && properties.id === id)?.properties;
const call = (more) =>
  staged({
    id: "INC-1",
    building: "h/b9",
    device: "h/call/1",
    floor: 3,
    level: 1,
    state: "reported",
    lonlat: [16e-5, 5e-5],
    ...more,
  });

test("what opens stands alone, and everything comes back as it was when it closes", () => {
  const { inside, seen } = stage({ off: ["cameras"] });
  inside.open(TOLD, 1);
  assert.deepEqual(seen.state["buildings h/b9"], { open: 1 });
  assert.ok(seen.paint.buildings < 0.3);
  assert.equal(seen.visibility.sensors, "none");
  assert.equal(inside.id(), "h/b9");
  inside.open({ ...TOLD, id: "h/b8" }, 1);
  assert.deepEqual([seen.state["buildings h/b9"], seen.state["floors h/b8"]], [{ open: 0 }, { open: 1 }]);
  inside.open(null, 0);
  assert.deepEqual(seen.paint, { buildings: 0.96, surroundings: 1, walls: 0.55, lit: 0.62 });
  assert.deepEqual([seen.visibility.sensors, seen.visibility.cameras], ["visible", "none"]);
  assert.deepEqual([seen.filled.storeys, seen.filled.shafts, seen.filled.inside], [[], [], []]);
  assert.equal(inside.spot(call()), null);
});

test("an alarm colours the plate of its unit on its floor, a case without a device its whole floor", () => {
  const { inside, seen, said } = stage();
  inside.open(TOLD, 1);
  assert.deepEqual(seen.state["storeys 3|1"], { level: 0 });
  said.readings["h/call/1"] = { level: 1, age: 0, value: NaN };
  said.incidents = [call({ device: "", floor: 2, level: 3 })];
  inside.refresh();
  assert.deepEqual([seen.state["storeys 3|0"], seen.state["storeys 3|1"]], [{ level: 0 }, { level: 1 }]);
  assert.deepEqual([seen.state["storeys 2|0"], seen.state["storeys 2|1"]], [{ level: 3 }, { level: 3 }]);
  said.readings = {};
  inside.refresh();
  assert.deepEqual(seen.state["storeys 3|1"], { level: 0 });
  assert.equal(seen.camera, 0, "data moves no view");
});

test("marks stand on the chosen floor, a lift's while its cabin is there, alarms wherever they are", () => {
  const { inside, seen, said } = stage();
  said.readings["h/lift/1"] = { level: 0, age: 0, value: 2 };
  inside.open(TOLD, 1);
  assert.ok(device(seen.filled.inside, "h/smoke/1"));
  assert.equal(device(seen.filled.inside, "h/call/1"), undefined);
  assert.equal(device(seen.filled.inside, "h/lift/1"), undefined);
  inside.open(TOLD, 2);
  assert.equal(device(seen.filled.inside, "h/lift/1").floor, 2);
  inside.open(TOLD, 1);
  assert.ok(seen.state["shafts h/lift/1"].base > 0);
  said.readings["h/call/1"] = { level: 1, age: 0, value: NaN };
  inside.refresh();
  assert.equal(device(seen.filled.inside, "h/call/1").name, "", "rooms are named on the chosen floor");
  inside.open(TOLD, 3);
  assert.equal(device(seen.filled.inside, "h/call/1").name, "302");
});

test("a case stands on its floor and its device has no second mark", () => {
  const { inside, seen, said } = stage({ covered: ["h/call/1"] });
  said.incidents = [call()];
  inside.open(TOLD, 3);
  assert.equal(device(seen.filled.inside, "h/call/1"), undefined);
  const plate = seen.filled.storeys.find(({ properties }) => properties.id === "3|1").properties;
  const { lonlat, height } = inside.spot(call());
  assert.deepEqual(lonlat, [16e-5, 5e-5]);
  assert.ok(height > plate.height);
  assert.deepEqual(inside.spot(call({ lonlat: null })).lonlat, TOLD.units[1].middle);
  assert.equal(inside.spot(call({ building: "h/b1" })), null);
  assert.ok(inside.holds("h/call/1") && !inside.holds("h/call/2"));
});

test("a building without an outline opens without a picture and does no harm", () => {
  const { inside, seen } = stage();
  inside.open({ ...TOLD, units: [], shafts: [] }, 1);
  assert.deepEqual(seen.filled.storeys, []);
  assert.equal(inside.extent(), null);
});
