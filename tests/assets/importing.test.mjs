import assert from "node:assert/strict";
import { test } from "node:test";
import { undoable } from "../../assets/pages/import/log.mjs";
import { columnsOf, cornersOf, degrees, nearest, offset, onMap, placeOf } from "../../assets/pages/import/registration.mjs";

const FRAME = { lon: 113.15, lat: 27.83, east: 98_500, north: 110_820 };

test("a click on the map is a place, and a place a point of the map", () => {
  const place = degrees(FRAME, { x: 98.5, y: -110.82 });
  assert.ok(Math.abs(place.lon - 113.151) < 1e-9 && Math.abs(place.lat - 27.831) < 1e-9);
  const back = onMap(FRAME, place);
  assert.ok(Math.abs(back.x - 98.5) < 1e-6 && Math.abs(back.y + 110.82) < 1e-6);
});

test("the offset leads from the corner picked to where it is: east and north", () => {
  assert.deepEqual(offset({ x: 10, y: 20 }, { x: 11.5, y: 22 }), { east: 1.5, north: -2 });
});

test("the nearest corner within reach is picked, and none beyond", () => {
  const corners = cornersOf("0,0 10,0 10.5,8.25");
  assert.deepEqual(nearest(corners, { x: 9, y: 1 }, 5), { x: 10, y: 0 });
  assert.equal(nearest(corners, { x: 100, y: 1 }, 5), null);
});

test("a position is two numbers on the earth, with any comma", () => {
  assert.deepEqual(placeOf(" 113.15，27.83 "), { lon: 113.15, lat: 27.83 });
  assert.deepEqual(placeOf("113.15 27.83"), { lon: 113.15, lat: 27.83 });
  for (const wrong of ["", "113", "27.83, 113.15", "a, b", "400, 1"]) assert.equal(placeOf(wrong), null);
});

test("columns are read in whichever letters and separators a list has", () => {
  assert.deepEqual(columnsOf(new TextEncoder().encode('编号;"名称";经度\n1;2;3')), ["编号", "名称", "经度"]);
  const gbk = Uint8Array.from([0xb1, 0xe0, 0xba, 0xc5, 0x2c, 0xbe, 0xad, 0xb6, 0xc8, 0x0a]);
  assert.deepEqual(columnsOf(gbk), ["编号", "经度"]);
});

test("changes of a place are taken back in turn, whatever their numbers", () => {
  const row = (type, subject) => ({ type: `place.${type}`, subject });
  const rows = [
    row("edited", "a"),
    row("import_undone", "a"),
    row("edited", "a"),
    row("imported", "a"),
    row("import_undone", "b"),
    row("imported", "b"),
  ];
  assert.deepEqual([...undoable(rows)], [rows[0]]);
  assert.deepEqual([...undoable(rows.slice(1))], [rows[3]]);
});
