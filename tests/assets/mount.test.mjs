import assert from "node:assert/strict";
import { test } from "node:test";
import { createLife } from "../../assets/map/life.mjs";
import { createMount } from "../../assets/map/mount.mjs";
import { createCamera } from "../../assets/panels/camera/camera.mjs";
import { handClock } from "./clock.mjs";
import { bareDesk } from "./desk.mjs";
import { glass } from "./glass.mjs";

const HERE = { center: [113.1, 27.8], zoom: 17, bearing: -17, pitch: 55 };
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A page whose maps come and go as the test says; its clock is moved by hand. */
function page() {
  const clock = handClock();
  const [said, maps] = [[], []];
  let fails = 0;
  let [gone, here] = [0, "huodian"];
  const turns = [];
  const build = async (view, onLost) => {
    maps.push({ view, onLost });
    if (fails > 0) throw new Error(`no context ${(fails -= 1)}`);
  };
  const begin = createMount({
    build,
    tell: (key, words) => said.push([key, words]),
    onGone: () => (gone += 1),
    here: () => here,
    turn: (compound) => turns.push(compound),
    later: clock.later,
    now: clock.now,
  });
  const pass = async (ms) => {
    for (const act of clock.due(ms)) {
      act();
      await settled();
    }
  };
  return {
    begin,
    pass,
    maps,
    said,
    turns,
    visit: (compound) => (here = compound),
    fail: (n) => (fails = n),
    gone: () => gone,
    lose: () => maps.at(-1).onLost(HERE),
  };
}

test("a map that was lost is said at once, made anew where it looked, and its return is said for a while", async (context) => {
  context.mock.method(console, "warn", () => {});
  const { begin, pass, maps, said, lose, gone } = page();
  await begin();
  assert.deepEqual(said, [[null, undefined]]);
  lose();
  assert.equal(said.at(-1)[0], "map.lost");
  assert.equal(gone(), 1, "and nobody may ask it anything");
  await pass(1000);
  assert.equal(maps.length, 2);
  assert.deepEqual(maps[1].view, HERE);
  assert.deepEqual(said.at(-1), ["map.back", { seconds: 1 }]);
  await pass(30_000);
  assert.equal(said.at(-1)[0], null);
});

test("a map that comes back looks at the compound that the page went on to meanwhile", async (context) => {
  context.mock.method(console, "warn", () => {});
  const { begin, pass, turns, visit, fail, lose } = page();
  await begin();
  visit("xiangyuan");
  lose();
  await pass(1000);
  assert.deepEqual(turns, [], "it stayed where the page was");
  lose();
  fail(1);
  visit("huodian");
  await pass(10_000);
  assert.deepEqual(turns, ["huodian"], "however many attempts it took");
});

test("it tries for ever, ever more slowly, and says after a while what a person can do", async (context) => {
  context.mock.method(console, "warn", () => {});
  const { begin, pass, maps, said, fail, lose } = page();
  await begin();
  fail(12);
  lose();
  await pass(9000);
  assert.equal(said.at(-1)[0], "map.lost");
  await pass(60_000);
  assert.equal(said.at(-1)[0], "map.lost_long");
  await pass(300_000);
  assert.equal(maps.length, 14);
  assert.equal(said.findLast(([key]) => key)[0], "map.back");
});

test("a machine without graphics is told so, and tried again in case it had none yet", async (context) => {
  context.mock.method(console, "warn", () => {});
  const { begin, pass, said, fail } = page();
  fail(2);
  await begin();
  assert.equal(said.at(-1)[0], "map.failed");
  await pass(10_000);
  assert.equal(said.at(-1)[0], null);
});

test("a map that fails again at once waits longer, one that stood for a minute does not", async (context) => {
  context.mock.method(console, "warn", () => {});
  const { begin, pass, maps, lose } = page();
  await begin();
  lose();
  await pass(1000);
  lose();
  await pass(1000);
  assert.equal(maps.length, 2);
  await pass(1000);
  assert.equal(maps.length, 3);
  await pass(61_000);
  lose();
  await pass(1000);
  assert.equal(maps.length, 4);
});

test("what a lost map still says is not heard", async () => {
  const { begin, pass, maps, said, lose } = page();
  await begin();
  const first = maps[0];
  lose();
  await pass(1000);
  const before = said.length;
  first.onLost(HERE);
  await pass(5000);
  assert.deepEqual([maps.length, said.length], [2, before]);
});

/** A map of the library, as far as its life goes. */
function mapOf() {
  const listeners = {};
  return {
    removed: 0,
    on: (kind, act) => (listeners[kind] = act),
    lose: () => listeners.webglcontextlost(),
    getCenter: () => ({ toArray: () => HERE.center }),
    getZoom: () => HERE.zoom,
    getBearing: () => HERE.bearing,
    getPitch: () => HERE.pitch,
    remove() {
      this.removed += 1;
    },
  };
}

test("nothing that was put off, fetched or refused reaches a map that is gone", async () => {
  const map = mapOf();
  const life = createLife(map);
  const heard = [];
  life.while(settled().then(() => "rows")).then((rows) => heard.push(rows));
  life.while(settled().then(() => Promise.reject(new Error("late")))).catch(() => heard.push("error"));
  const waiting = new Promise((resolve) => setTimeout(resolve, 5));
  life.later(() => heard.push("timer"), 1);
  map.lose();
  assert.deepEqual(await life.lost, HERE);
  await waiting;
  await settled();
  assert.deepEqual(heard, []);
  assert.equal(map.removed, 1);
  map.lose();
  await settled();
  assert.equal(map.removed, 1, "its end is told once");
});

test("while a map lives everything reaches it", async () => {
  const life = createLife(mapOf());
  assert.equal(life.over(), false);
  assert.equal(await life.while(Promise.resolve(1)), 1);
  await assert.rejects(life.while(Promise.reject(new Error("no"))), /no/);
  await new Promise((resolve) => life.later(resolve, 0));
});

test("a map that cannot be taken away any more harms nobody", async (context) => {
  const warned = context.mock.method(console, "warn", () => {});
  const map = mapOf();
  map.remove = () => {
    throw new TypeError("of null");
  };
  const life = createLife(map);
  map.lose();
  await life.lost;
  await settled();
  assert.equal(warned.mock.callCount(), 1);
});

test("on a map that came back stand the device that was picked and the ways that were shown", (context) => {
  context.mock.method(globalThis, "fetch", async () => ({ ok: false, status: 404 }));
  const desk = bareDesk();
  const [selected, renewed] = [[], context.mock.fn()];
  desk.on("ways", renewed);
  desk.pick("huodian/gate/1");
  desk.setMap({ drawRoute: () => {}, highlightCameras: () => {}, select: (target) => selected.push(target) });
  desk.drawAgain();
  assert.deepEqual(selected, [{ type: "device", id: "huodian/gate/1" }]);
  assert.equal(renewed.mock.callCount(), 1);
});

/** A map as far as panels draw on it. */
function surface() {
  const [rings, marks] = [[], []];
  const nothing = () => {};
  return {
    rings,
    marks,
    drawRoute: nothing,
    highlightCameras: nothing,
    select: nothing,
    goTo: nothing,
    mark: (target) => marks.push(target.name),
    unmark: () => marks.splice(0).length > 0,
    placing: { field: nothing },
    sighting: { rings: (features) => rings.push(features.length), sighted: nothing },
  };
}

test("on a map that came back stands the mark of what was searched for, unless it was taken away", (context) => {
  context.mock.method(globalThis, "fetch", async () => ({ ok: false, status: 404 }));
  const desk = bareDesk();
  const [first, second, third] = [surface(), surface(), surface()];
  desk.setMap(first);
  desk.goTo({ type: "address", id: "a", name: "3幢", lonlat: [113, 27] });
  desk.setMap(null);
  desk.setMap(second);
  desk.drawAgain();
  assert.deepEqual([first.marks, second.marks], [["3幢"], ["3幢"]]);
  assert.equal(desk.unmark(), true);
  desk.setMap(third);
  desk.drawAgain();
  assert.deepEqual(third.marks, []);
});

test("a camera's rings are drawn once on each map, also on one that came back", async (context) => {
  glass(context);
  const geometry = {
    type: "MultiLineString",
    coordinates: [
      [
        [113, 27],
        [113.1, 27],
      ],
    ],
  };
  const arc = {
    type: "Feature",
    properties: { id: "ring", edition: "2014", label: "辨认", en: "inspect", px_m: 250, radius_m: 9 },
    geometry,
  };
  const facts = { azimuth_deg: null, masks: [], facades: [], purposes: [], rings: { features: [arc] } };
  context.mock.method(globalThis, "fetch", async () => ({ ok: true, json: async () => facts }));
  let map = surface();
  const desk = {
    catalogue: { densities: {} },
    session: "live",
    version: () => "1",
    redraw: () => {},
    map: () => map,
    commandable: () => false,
    me: {},
    selected: () => null,
  };
  const camera = createCamera(desk);
  const draw = () => camera.draw("huodian/camera/1", "camera");
  draw();
  await settled();
  await settled();
  draw();
  const [first, times] = [map, map.rings.length];
  assert.ok(times >= 1);
  map = surface();
  draw();
  draw();
  assert.deepEqual([map.rings.length, first.rings.length], [1, times]);
  assert.equal(map.rings[0], first.rings.at(-1));
});
