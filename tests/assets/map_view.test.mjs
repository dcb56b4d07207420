import assert from "node:assert/strict";
import { test } from "node:test";
import { bandOf, createCamera, inView, paddingFor, viewOf, wideViewOf } from "../../assets/map/viewpoint.mjs";
import { createFill } from "../../assets/map/records/sources.mjs";
import { createFocus } from "../../assets/map/records/focus.mjs";
import { foremost } from "../../assets/map/picking.mjs";
import { larger, scaled } from "../../assets/map/scaling.mjs";

const PLACES = [
  { id: "west", bounds: [113.0, 27.0, 113.1, 27.1] },
  { id: "east", bounds: [113.2, 27.0, 113.3, 27.1] },
];

test("a zoom that trembles at the limit does not change the band", () => {
  assert.equal(bandOf(null, 15.3, 15.2), "near");
  assert.equal(bandOf(null, 15.1, 15.2), "far");
  assert.equal(bandOf("near", 15.15, 15.2), "near");
  assert.equal(bandOf("far", 15.25, 15.2), "far");
  assert.equal(bandOf("near", 15.0, 15.2), "far");
  assert.equal(bandOf("far", 15.4, 15.2), "near");
});

test("compounds in view are those the view touches, and one just left stays", () => {
  assert.deepEqual(inView([113.05, 27, 113.25, 27.1], PLACES, []), ["west", "east"]);
  assert.deepEqual(inView([113.11, 27, 113.25, 27.1], PLACES, []), ["east"]);
  assert.deepEqual(inView([113.11, 27, 113.25, 27.1], PLACES, ["west", "east"]), ["west", "east"]);
  assert.deepEqual(inView([113.15, 27, 113.25, 27.1], PLACES, ["west", "east"]), ["east"]);
});

test("a wall leaves room for its panels, a narrow map wastes none", () => {
  const wall = paddingFor("wall", 1920, 1080);
  assert.ok(wall.left > 300 && wall.right > 300);
  assert.ok(paddingFor("console", 390, 400).left < 20);
});

/** A map that remembers what it was asked; what it is looking at, the test says. */
function fakeMap({ zoom = 17, width = 1000, height = 800 } = {}) {
  const listeners = new Map();
  const moves = [];
  const states = [];
  return {
    moves,
    states,
    zoom,
    on: (kind, act) => listeners.set(kind, [...(listeners.get(kind) ?? []), act]),
    happen: (kind) => (listeners.get(kind) ?? []).forEach((act) => act({})),
    getContainer: () => ({ clientWidth: width, clientHeight: height }),
    getZoom() {
      return this.zoom;
    },
    getPitch: () => 50,
    unproject: ([x, y]) => ({ lng: 113.05 + x / 1e5, lat: 27.05 - y / 1e5 }),
    easeTo: (to) => moves.push(["ease", to]),
    jumpTo: (to) => moves.push(["jump", to]),
    setFeatureState: ({ source, id }, state) => states.push([source, id, state]),
  };
}

const camera = (map, more = {}) =>
  createCamera(map, { screen: "console", limit: 15.2, places: () => PLACES, onView: () => {}, reducedMotion: false, ...more });

test("the view is told once, and again when band or compounds change", () => {
  const told = [];
  const map = fakeMap();
  const eye = camera(map, { onView: (view) => told.push(view) });
  eye.report();
  eye.report();
  assert.deepEqual(told, [{ band: "near", compounds: ["west"] }]);
  map.zoom = 14;
  eye.report();
  assert.equal(told.at(-1).band, "far");
  assert.equal(eye.view().band, "far");
});

test("nothing moves the map while a hand holds it", () => {
  const map = fakeMap();
  const eye = camera(map);
  map.happen("dragstart");
  eye.goTo([113.05, 27.05]);
  eye.fit(PLACES[0].bounds);
  assert.deepEqual(map.moves, []);
  map.happen("dragend");
  eye.goTo([113.05, 27.05]);
  assert.equal(map.moves.length, 1);
});

test("whoever wants little motion is taken there at once", () => {
  const map = fakeMap();
  camera(map, { reducedMotion: true }).fit(PLACES[0].bounds);
  assert.equal(map.moves[0][0], "jump");
});

test("going somewhere never zooms out", () => {
  const map = fakeMap({ zoom: 20 });
  camera(map).goTo([113.05, 27.05]);
  assert.equal(map.moves[0][1].zoom, 20);
});

test("of what lies under the pointer the most urgent is picked", () => {
  const drawn = (layer, id) => ({ layer: { id: layer }, properties: { id } });
  assert.equal(foremost([]), null);
  assert.equal(foremost([drawn("paths", "p1")]), null);
  const crowd = [drawn("buildings", "b1"), drawn("cameras", "c1"), drawn("incidents", "i1"), drawn("gates", "g1")];
  assert.deepEqual(foremost(crowd), { type: "incident", id: "i1" });
  assert.deepEqual(foremost(crowd.slice(0, 2)), { type: "device", id: "c1" });
});

test("letters grow by a factor, as a number and along the zoom, and the given style stays", () => {
  assert.equal(larger(10, 1.5), 15);
  assert.deepEqual(larger(["interpolate", ["linear"], ["zoom"], 15, 10, 18, 20], 2), ["interpolate", ["linear"], ["zoom"], 15, 20, 18, 40]);
  const style = { version: 8, layers: [{ id: "a", layout: { "text-size": 10, "icon-size": 1 } }, { id: "b" }] };
  assert.deepEqual(scaled(style, 2).layers, [{ id: "a", layout: { "text-size": 20, "icon-size": 2 } }, { id: "b" }]);
  assert.equal(style.layers[0].layout["text-size"], 10);
  assert.equal(scaled(style, 1), style);
});

test("cameras that see a case are marked, and unmarked when another case is chosen", () => {
  const map = fakeMap();
  const focus = createFocus(map, () => false);
  focus.cameras(["c1", "c2"]);
  map.states.length = 0;
  focus.cameras(["c2", "c3"]);
  const devices = map.states.filter(([source]) => source === "devices").map(([, id, { seen }]) => [id, seen]);
  assert.deepEqual(devices, [
    ["c1", false],
    ["c3", true],
  ]);
});

test("picking another device lets go of the one before", () => {
  const map = fakeMap();
  const focus = createFocus(map, () => false);
  focus.pick("d1");
  focus.pick("d1");
  focus.pick("d2");
  focus.pick(null);
  const devices = map.states.filter(([source]) => source === "devices").map(([, id, { picked }]) => [id, picked]);
  assert.deepEqual(devices, [
    ["d1", true],
    ["d1", false],
    ["d2", true],
    ["d2", false],
  ]);
});

test("a way is drawn when it changes, and taken away", () => {
  const drawn = [];
  const fill = createFill((name) => ({ setData: (data) => drawn.push([name, data.features.length]) }));
  const focus = createFocus(fakeMap(), fill);
  focus.route([
    [113, 27],
    [113.001, 27],
  ]);
  focus.route([
    [113, 27],
    [113.001, 27],
  ]);
  focus.route(null);
  focus.route(null);
  assert.deepEqual(drawn, [
    ["route", 1],
    ["route", 0],
  ]);
});

test("a map begins where it will look: at one compound, or at all there are", () => {
  const box = { screen: "console", width: 900, height: 600 };
  const bounds = [113.1, 27.8, 113.104, 27.803];
  const near = viewOf(bounds, undefined, box);
  const wide = wideViewOf([113.0, 27.7, 113.3, 27.95], box);
  for (const view of [near, wide]) for (const value of [view.zoom, view.pitch, ...view.center]) assert.ok(Number.isFinite(value));
  assert.ok(near.zoom > 16 && wide.zoom < 12.5);
  assert.ok(near.center[0] > bounds[0] && near.center[0] < bounds[2]);
});
