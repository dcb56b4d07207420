import assert from "node:assert/strict";
import { test } from "node:test";
import { createModel } from "../../assets/session/live_model.mjs";
import { createWays, obstacleShapes } from "../../assets/map/ways.mjs";
import { createDetails } from "../../assets/panels/case/details.mjs";
import { areaOf, around } from "../../assets/geometry/rings.mjs";
import { createSketch, sketchShapes } from "../../assets/map/sketch.mjs";
import { tripWords } from "../../assets/words/trips.mjs";

const settled = () => new Promise((resolve) => setImmediate(resolve));
const answer = (body) => ({ ok: true, status: 200, json: async () => body });

test("what stands in the way is one of the things a screen hears of", () => {
  const model = createModel();
  model.take({ things: { ways: { "a/gate/1": { id: "a/gate/1", code: "gate.fault" } } } });
  assert.equal(model.things.ways.size, 1);
  model.take({ things: { ways: { "a/gate/1": null } } });
  assert.equal(model.things.ways.size, 0);
});

test("details are asked for anew when something in the way turned, even while an answer is under way", async () => {
  const waiting = [];
  const get = () => new Promise((resolve) => waiting.push(resolve));
  const details = createDetails({ session: "live", onChange: () => {}, get });
  details.renew();
  assert.equal(waiting.length, 0);
  details.follow({ id: "INC-1", version: 1 });
  details.renew();
  assert.equal(waiting.length, 1);
  waiting[0](answer({ recommendations: ["old"] }));
  await settled();
  assert.equal(waiting.length, 2);
  waiting[1](answer({ recommendations: ["new"] }));
  await settled();
  assert.deepEqual(details.current().recommendations, ["new"]);
  details.renew();
  assert.equal(waiting.length, 3);
});

test("a trip says how, by which gate, up what, and past what", () => {
  const lift = { code: "lift.stopped", name: "2号梯" };
  const gate = { code: "gate.fault", name: "南门" };
  const trip = { seconds: 80, mode: "ebike", via: "东门", by: "stairs", floor: 3, around: [gate, lift] };
  const words = tripWords(trip);
  assert.equal(words.length, 4);
  assert.deepEqual(
    words.map((word) => word.split("list.")[0]),
    ["ways.mode.ebike", "why.via", "ways.by.stairs", "ways.around"],
  );
  assert.ok(words[2].endsWith("ways.stopped"));
  assert.ok(
    tripWords({ ...trip, seconds: null, by: "" })
      .at(-1)
      .startsWith("ways.cut_by"),
  );
  assert.deepEqual(tripWords({ seconds: 5, mode: "foot", via: "", by: "", around: [] }), []);
});

test("each answer is drawn as ground, lines and marks, and put away again", () => {
  const drawn = {};
  const ways = createWays((name, features) => (drawn[name] = features));
  ways.show("circle", {
    area: [
      [
        [
          [0, 0],
          [1, 0],
          [0, 0],
        ],
      ],
    ],
  });
  assert.deepEqual([drawn.reach.length, drawn.flows.length, drawn.helps.length], [1, 0, 0]);
  const muster = { id: "m", lonlat: [1, 2], name: "集合点", people: 5 };
  const gate = { id: "g", lonlat: [1, 3], name: "东门", people: 5 };
  ways.show("evacuation", {
    loads: [
      {
        line: [
          [0, 0],
          [1, 1],
        ],
        people: 5,
      },
    ],
    musters: [muster],
    gates: [gate],
  });
  assert.deepEqual([drawn.reach.length, drawn.flows.length, drawn.helps.length], [0, 1, 2]);
  ways.show(null, null);
  assert.deepEqual([drawn.reach.length, drawn.flows.length, drawn.helps.length], [0, 0, 0]);
});

test("an obstacle is drawn where it is: a gate, a path, an area", () => {
  const code = "closure.works";
  const kinds = (row) => obstacleShapes(row).map((one) => one.geometry.type);
  assert.deepEqual(kinds({ id: "g", code: "gate.fault", name: "", lonlat: [1, 2] }), ["Point"]);
  assert.deepEqual(
    kinds({
      id: "w",
      code,
      name: "",
      outline: [],
      line: [
        [0, 0],
        [1, 1],
      ],
    }),
    ["LineString", "Point"],
  );
  assert.deepEqual(
    kinds({
      id: "w",
      code,
      name: "",
      outline: [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    }),
    ["Polygon", "Point"],
  );
  assert.deepEqual(kinds({ id: "w", code, name: "" }), []);
  assert.deepEqual(kinds({ id: "l", code: "lift.fault", name: "", lonlat: [1, 2] }), []);
});

test("a ring around a place is closed, as wide as it should be and as large", () => {
  const ring = around([113.15, 27.83], 8);
  assert.deepEqual(ring[0], ring.at(-1));
  assert.ok(Math.abs((ring[6][1] - 27.83) * 111_320 - 8) < 0.1);
  assert.ok(Math.abs(areaOf(ring) - 24 * 32 * Math.sin(Math.PI / 12)) < 1);
  assert.ok(Math.abs(areaOf([...ring].reverse()) - areaOf(ring)) < 1e-3);
});

test("an area being drawn is a point, an edge, a ground, with the line to the pointer", () => {
  const kinds = (...words) =>
    sketchShapes(...words)
      .map(({ geometry }) => geometry.type)
      .join();
  assert.equal(kinds([]), "");
  assert.equal(kinds([[0, 0]]), "Point");
  assert.equal(kinds([[0, 0]], [1, 1]), "LineString,Point");
  assert.equal(
    kinds(
      [
        [0, 0],
        [1, 0],
      ],
      [1, 1],
    ),
    "Polygon,Point,Point",
  );
});

/** A map that knows a click from a key: one pixel is a degree. */
function mapped() {
  const heard = {};
  const keys = new Set();
  globalThis.document = { addEventListener: (_, told) => keys.add(told), removeEventListener: (_, told) => keys.delete(told) };
  globalThis.requestAnimationFrame = (draw) => draw();
  const canvas = { style: {}, focus: () => {} };
  const map = {
    getCanvas: () => canvas,
    on: (name, told) => (heard[name] = told),
    project: ([x, y]) => ({ x, y }),
    doubleClickZoom: { enable: () => {}, disable: () => {} },
  };
  const drawn = {};
  const frames = [];
  const sketch = createSketch(
    map,
    (name, features) => (drawn[name] = features),
    (act) => frames.push(act),
  );
  const click = (x, y) => heard.click({ point: { x, y }, lngLat: { lng: x, lat: y } });
  const press = (key, target = {}) =>
    [...keys].forEach((told) =>
      told({ key, target: { closest: () => target.field ?? null }, preventDefault() {}, stopImmediatePropagation() {} }),
    );
  const twice = () => heard.dblclick({ preventDefault() {} });
  const move = (x, y) => heard.mousemove({ lngLat: { lng: x, lat: y } });
  return { sketch, click, press, twice, move, drawn, keys, frames };
}

test("a frame that was asked for while somebody drew takes nothing away of the area that was ended before", () => {
  const { sketch, click, twice, move, drawn, frames } = mapped();
  const none = () => {};
  sketch.begin({ onChange: none, onShort: none, onCancel: none, onEnd: (ring) => sketch.show(ring) });
  for (const at of [
    [0, 0],
    [40, 0],
    [40, 40],
  ])
    click(...at);
  move(20, 20);
  twice();
  const shown = drawn.sketch;
  assert.equal(shown.length, 1);
  frames.splice(0).forEach((act) => act());
  assert.deepEqual(drawn.sketch, shown);
});

test("corners are set by clicks, taken back by Backspace, ended by Enter, by a double click, by the first corner", async () => {
  const { sketch, click, press, twice, keys } = mapped();
  const ends = [];
  const told = [];
  const begin = () =>
    sketch.begin({
      onChange: (n) => told.push(n),
      onShort: () => told.push("short"),
      onEnd: (ring) => ends.push(ring),
      onCancel: () => told.push("left"),
    });
  const corner = [
    [0, 0],
    [40, 0],
    [40, 40],
  ];
  click(9, 9);
  begin();
  click(...corner[0]);
  click(20, 20);
  press("Backspace");
  click(...corner[1]);
  press("Enter");
  assert.equal(told.at(-1), "short");
  press("Backspace", { field: true }); // somebody types
  click(...corner[2]);
  click(41, 41); // the second click of a double click is no corner
  twice();
  assert.deepEqual(ends, [[...corner, corner[0]]]);
  assert.deepEqual([sketch.active(), keys.size], [false, 0]);
  begin();
  corner.forEach((at) => click(...at));
  press("Enter");
  begin();
  corner.forEach((at) => click(...at));
  click(1, 1);
  await settled();
  assert.equal(ends.length, 3);
  assert.deepEqual(ends[2], ends[0]);
});

test("Escape leaves a drawing and nothing of it stays on the map", () => {
  const { sketch, click, press, drawn } = mapped();
  let left = 0;
  sketch.begin({ onChange: () => {}, onShort: () => {}, onEnd: () => {}, onCancel: () => (left += 1) });
  click(0, 0);
  assert.equal(drawn.sketch.length, 1);
  press("Escape");
  assert.deepEqual([left, drawn.sketch.length, sketch.active()], [1, 0, false]);
  sketch.show([
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 0],
  ]);
  assert.deepEqual(
    drawn.sketch.map(({ geometry }) => geometry.type),
    ["Polygon"],
  );
  sketch.show(null);
  assert.equal(drawn.sketch.length, 0);
});
