import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nearestSide } from "../../assets/map/fitting.mjs";
import { centroid, distance, moved } from "../../assets/geometry/shapes.mjs";
import { foremost } from "../../assets/map/picking.mjs";
import {
  cabin,
  corners,
  depth,
  extent,
  leftmost,
  levels,
  plates,
  shafts,
  standing,
  towards,
  treads,
} from "../../assets/map/inside/storeys.mjs";
import { aboutWords, rowWords } from "../../assets/panels/building/building.mjs";
import { byKind, casesIn, devicesOn, firstFloor, floorOf, floorOfCase, floorRows, stepped } from "../../assets/records/floors.mjs";
import { actionOf, cap, shortcuts } from "../../assets/panels/keys.mjs";
import { speak } from "../../assets/words/texts.mjs";
import { flagged, staged } from "./cases.mjs";

const HERE = [113.15, 27.83];
const box = (west, south, east, north) =>
  [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ].map(([x, y]) => moved(HERE, x, y));
const near = (actual, expected, slack) => assert.ok(Math.abs(actual - expected) <= slack, `${actual} is not ${expected} ± ${slack}`);

/** Three units of 15 by 12 m, six floors; a lift and a flat in the third. */
function building(more = {}) {
  const device = (kind, number, unit, floor, room = "") => ({
    id: `h/${kind}/${number}`,
    kind,
    name: `9幢${unit}单元${kind}`,
    unit,
    floor,
    room,
    lonlat: moved(HERE, 40, 6),
  });
  return {
    id: "h/b9",
    compound: "h",
    name: "9幢",
    use: "residence",
    height: 18,
    households: null,
    floors: [1, 2, 3, 4, 5, 6].map((floor) => ({ floor, base: (floor - 1) * 3, top: floor * 3 })),
    units: [0, 1, 2].map((i) => ({
      units: [String(i + 1)],
      shape: [[box(15 * i, 0, 15 * i + 15, 12)]],
      door: moved(HERE, 15 * i + 7.5, 12),
      middle: moved(HERE, 15 * i + 7.5, 6),
    })),
    stairs: [{ units: ["1"], shape: [[box(6.3, 9, 8.7, 12)]] }],
    shafts: [{ id: "h/lift/1", unit: "3", shape: [[box(37, 7, 38.5, 8.5)]], lonlat: moved(HERE, 37.7, 7.7) }],
    rooms: [],
    devices: [device("lift", 1, "3", 1), device("call", 1, "3", 3, "302"), device("smoke", 1, "1", 3), device("smoke", 2, "2", 0)],
    ...more,
  };
}

const readings = (rows) => (id) => rows[id] ?? null;
const nothing = readings({});
const alarm = (device, level = 1, label = "unacknowledged") => flagged({ device, level, label });
const incident = (more) => staged({ id: "INC-1", building: "h/b9", floor: 3, level: 2, state: "reported", at: 1, device: "", ...more });

test("storeys lie evenly apart, and wider above the chosen one than it is deep to the eye", () => {
  const even = [...levels(building(), 0).values()];
  assert.deepEqual(even, [0, 5, 10, 15, 20, 25]);
  const open = levels(building(), 3);
  assert.deepEqual([open.get(1), open.get(3)], [0, 10]);
  const gap = open.get(4) - open.get(3);
  near(depth(corners(building())), 12, 0.1);
  assert.ok(gap > 12 * Math.tan(Math.PI / 6) + 1, `${gap} m`);
});

test("a tower of thirty floors is not lifted higher than a person can look at", () => {
  const floors = Array.from({ length: 30 }, (_, i) => ({ floor: i + 1, base: 0, top: 3 }));
  const top = Math.max(...levels(building({ floors }), 1).values());
  assert.ok(top < 80, `${top} m`);
  assert.equal(extent(building({ floors })).length, 2 * corners(building()).length);
});

test("each unit has a plate on each storey, and only the chosen one has walls and stairs", () => {
  const drawn = plates(building(), 3);
  const of = (part) => drawn.filter(({ properties }) => properties.part === part);
  assert.equal(of("plate").length, 18);
  assert.deepEqual(
    new Set(
      of("plate")
        .filter(({ properties }) => properties.chosen)
        .map(({ properties }) => properties.floor),
    ),
    new Set([3]),
  );
  assert.equal(of("wall").length, 3 * 4);
  assert.equal(of("stair").length, 5);
  for (const { properties } of [...of("wall"), ...of("stair")]) assert.equal(properties.base, 10.45);
  assert.equal(new Set(drawn.map(({ properties }) => properties.id)).size, drawn.length);
  assert.equal(plates(building(), 0).length, 18);
});

test("stairs rise away from the door, whichever corner their shape begins at", () => {
  const ring = box(0, 0, 2, 3);
  const door = moved(HERE, 1, 3);
  for (const turned of [ring, [...ring.slice(2, 4), ...ring.slice(0, 3)]]) {
    const steps = treads(turned, door).map(centroid);
    const far = steps.map((middle) => distance(middle, door));
    assert.deepEqual(
      far,
      [...far].sort((a, b) => a - b),
    );
    near(far[0], 0.3, 0.01);
  }
});

test("a shaft goes through all storeys, and its cabin hangs at the floor it reports", () => {
  const [shaft, car] = shafts(building(), 3);
  assert.ok(shaft.properties.height > Math.max(...levels(building(), 3).values()));
  assert.equal(car.properties.id, "h/lift/1");
  const { base, height } = cabin(building(), 3, 5);
  assert.ok(base > levels(building(), 3).get(5) && height > base);
  assert.ok(standing(building(), 3, 5) >= height);
});

test("storeys are numbered on the left of who looks", () => {
  near(distance(leftmost(building(), 0), moved(HERE, 0, 0)) % 12, 0, 0.01);
  near(distance(leftmost(building(), 180), moved(HERE, 45, 0)) % 12, 0, 0.01);
});

test("a name moves towards who looks, and stays on the plate", () => {
  const middle = moved(HERE, 7.5, 6);
  near(distance(towards(building(), middle, 0), moved(HERE, 7.5, 2.16)), 0, 0.1);
  near(distance(towards(building(), middle, 180), moved(HERE, 7.5, 9.84)), 0, 0.1);
});

test("a building is turned no more than need be for its long side to lie across", () => {
  near(nearestSide(20, 0), 12, 1e-9);
  near(nearestSide(20, 190), -168, 1e-9);
  near(nearestSide(-80, 100), 92, 1e-9);
  for (const now of [-170, -17, 0, 45, 179]) {
    const off = Math.abs(((nearestSide(30, now) - now + 540) % 360) - 180);
    assert.ok(off <= 90, `${off} degrees from ${now}`);
  }
});

test("a device is on its floor, a lift where its cabin is", () => {
  const told = building();
  assert.deepEqual(
    told.devices.map((device) => floorOf(device, told, nothing)),
    [1, 3, 3, 0],
  );
  assert.equal(floorOf(told.devices[0], told, readings({ "h/lift/1": { value: 5 } })), 5);
  assert.equal(floorOf(told.devices[0], told, readings({ "h/lift/1": { value: 40 } })), 1);
});

test("the rail counts devices, active alarms and open cases of each floor, the highest first", () => {
  const alarms = [
    alarm("h/call/1", 1),
    alarm("h/smoke/1", 2, "acknowledged"),
    alarm("h/smoke/1", 1, "shelved"),
    alarm("h/smoke/1", 1, "returned_unacknowledged"),
    alarm("other/call/9", 1),
    alarm("h/smoke/2", 3),
  ];
  const incidents = [incident({ floor: 5, level: 2 }), incident({ floor: 5, state: "closed", level: 1 }), incident({ building: "h/b1" })];
  const rows = floorRows(building(), { alarms, incidents, reading: nothing });
  assert.deepEqual(
    rows.map(({ floor }) => floor),
    [6, 5, 4, 3, 2, 1, 0],
  );
  const [third, fifth, nowhere] = [rows[3], rows[1], rows[6]];
  assert.deepEqual(third, { floor: 3, devices: 2, alarms: 2, cases: 0, level: 1 });
  assert.deepEqual(fifth, { floor: 5, devices: 0, alarms: 0, cases: 1, level: 2 });
  assert.deepEqual(nowhere, { floor: 0, devices: 1, alarms: 1, cases: 0, level: 3 });
  assert.equal(rows[5].devices, 0, "a lift is on no floor for good");
  const placed = building({ devices: building().devices.slice(0, 3) });
  assert.equal(floorRows(placed, { alarms: [], incidents: [], reading: nothing }).at(-1).floor, 1);
});

test("people in a stuck lift are counted where the cabin is", () => {
  const rows = floorRows(building(), { alarms: [alarm("h/lift/1")], incidents: [], reading: readings({ "h/lift/1": { value: 4 } }) });
  assert.equal(rows.find(({ floor }) => floor === 4).alarms, 1);
});

test("a case stands on its device's floor, else on the floor it was told with", () => {
  assert.equal(floorOfCase(incident({ device: "h/call/1", floor: 1 }), building(), nothing), 3);
  assert.equal(floorOfCase(incident({ floor: 4 }), building(), nothing), 4);
  assert.equal(floorOfCase(incident({ floor: 44 }), building(), nothing), 0);
  assert.deepEqual(
    casesIn(building(), [incident({ id: "b", level: 3 }), incident({ id: "a", level: 1 })]).map(({ id }) => id),
    ["a", "b"],
  );
});

test("the selected case's floor opens first, then the worst, then the ground floor", () => {
  const told = building();
  const rows = floorRows(told, { alarms: [alarm("h/smoke/1", 2)], incidents: [], reading: nothing });
  assert.equal(firstFloor(told, rows, incident({ floor: 5 }), nothing), 5);
  assert.equal(firstFloor(told, rows, incident({ building: "h/b1" }), nothing), 3);
  assert.equal(firstFloor(told, [], undefined, nothing), 1);
  const cellar = building({ floors: [{ floor: -1 }, { floor: 1 }] });
  assert.equal(firstFloor(cellar, [], undefined, nothing), 1);
});

test("devices are counted by kind with what is silent and what is broken", () => {
  const kinds = { smoke: { states: ["normal", "smoke", "fault"] }, lift: { states: ["running"] } };
  const rows = byKind(building(), readings({ "h/smoke/1": { code: 2, age: 0 }, "h/smoke/2": { code: 2, age: 3 } }), kinds);
  assert.deepEqual(rows[0], { kind: "smoke", total: 2, off: 1, fault: 1 });
  assert.equal(rows.length, 3);
});

test("the devices of a floor stand by unit and room, without the lifts", () => {
  assert.deepEqual(
    devicesOn(building(), 3, nothing).map(({ id }) => id),
    ["h/smoke/1", "h/call/1"],
  );
  assert.deepEqual(devicesOn(building(), 1, nothing), []);
});

test("keys step through the rail and stop at its ends", () => {
  const rows = floorRows(building(), { alarms: [], incidents: [], reading: nothing });
  assert.equal(stepped(rows, 3, "ArrowUp"), 4);
  assert.equal(stepped(rows, 3, "ArrowDown"), 2);
  assert.equal(stepped(rows, 3, "PageUp"), 6);
  assert.equal(stepped(rows, 2, "Home"), 6);
  assert.equal(stepped(rows, 2, "End"), 0);
  assert.equal(stepped(rows, 6, "ArrowUp"), 6);
  assert.equal(stepped(rows, 6, "x"), null);
  assert.equal(stepped([], 6, "ArrowUp"), null);
});

test("the keys of the rail are listed, and left to it", () => {
  assert.deepEqual(
    shortcuts()
      .filter(({ group }) => group === "floor")
      .map(cap),
    ["↑", "↓", "PgUp", "PgDn", "Home", "End"],
  );
  assert.equal(actionOf({ key: "ArrowUp" }, { typing: false, single: true }), null);
  assert.equal(actionOf({ key: "i" }, { typing: false, single: true }), "inside");
});

test("marks in an open building come before its plates, and a plate is a floor", () => {
  const hit = (id, properties) => ({ layer: { id }, properties });
  assert.deepEqual(foremost([hit("storeys", { id: "3|0", floor: 3 })]), { type: "floor", id: 3 });
  assert.deepEqual(foremost([hit("storeys", { id: "3|0", floor: 3 }), hit("inside-marks", { id: "h/call/1" })]), {
    type: "device",
    id: "h/call/1",
  });
});

test("card and rail speak both languages, basements too", async () => {
  const read = async (path) => ({ ok: true, json: async () => texts(path.split("/").at(-1)) });
  const row = { floor: 3, devices: 4, alarms: 2, cases: 0, level: 1 };
  await speak("zh-CN", read);
  assert.equal(aboutWords(building({ households: 292 })), "住宅 · 6层 · 3个单元 · 292户");
  assert.match(rowWords(row), /^3层.*4 台设备.*2 条告警.*特重/);
  assert.match(rowWords({ ...row, floor: -1 }), /^地下1层/);
  await speak("en", read);
  assert.equal(aboutWords(building({ use: "observatory" })), "observatory · Floors: 6 · Units: 3");
  assert.match(rowWords(row), /^Floor 3, devices: 4, alarms: 2, Ⅰ Critical$/);
});

/** The texts the server would send: enough of TOML for our own files. */
function texts(lang) {
  const found = {};
  let table = "";
  for (const line of readFileSync(new URL(`../../pages/texts/${lang}.toml`, import.meta.url), "utf-8").split("\n")) {
    table = /^\[(.+)\]$/.exec(line)?.[1] ?? table;
    const [, key, words] = /^(\S+) = "(.*)"$/.exec(line) ?? [];
    if (key) found[table ? `${table}.${key}` : key] = words;
  }
  return found;
}
