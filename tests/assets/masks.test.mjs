import assert from "node:assert/strict";
import { test } from "node:test";
import { acrossOf } from "../../assets/geometry/angles.mjs";
import { maskShapes } from "../../assets/panels/camera/masks.mjs";

const RADIANS = Math.PI / 180;
const LOOK = { azimuth: 40, tilt: 25, hfov: 90, vfov: 58.7 };

/** The bearing that a point of a picture shows, worked out from the ray itself. */
function bearingAt([x, y], { azimuth, tilt, hfov, vfov }) {
  const right = (2 * x - 1) * Math.tan((hfov * RADIANS) / 2);
  const up = (1 - 2 * y) * Math.tan((vfov * RADIANS) / 2);
  const ahead = Math.cos(tilt * RADIANS) + up * Math.sin(tilt * RADIANS);
  return azimuth + Math.atan2(right, ahead) / RADIANS;
}

/** Whether a point lies in one of the polygons, by the winding of their sides. */
function covered([x, y], shapes) {
  return shapes.some((shape) => {
    const sides = shape.map(([ax, ay], i) => {
      const [bx, by] = shape[(i + 1) % shape.length];
      return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    });
    return sides.every((side) => side >= -1e-9) || sides.every((side) => side <= 1e-9);
  });
}

function* points(step = 0.0625) {
  for (let x = step / 2; x < 1; x += step) for (let y = step / 2; y < 1; y += step) yield [x, y];
}

const within = (bearing, [from, to], more = 0) =>
  (((bearing - from + more) % 360) + 360) % 360 <= ((((to - from) % 360) + 360) % 360) + 2 * more;

test("a mask covers exactly the bearings it names, however the camera is tilted", () => {
  const masks = [
    [20, 35],
    [60, 200],
    [350, 5],
    [100, 80],
  ];
  for (const tilt of [-10, 0, 25, 60, 89])
    for (const mask of masks) {
      const look = { ...LOOK, tilt };
      const shapes = maskShapes([mask], look);
      for (const point of points()) assert.equal(covered(point, shapes), within(bearingAt(point, look), mask), `${mask} ${tilt} ${point}`);
    }
});

test("a picture without its masked bearings is left alone", () => {
  assert.deepEqual(maskShapes([[150, 200]], LOOK), []);
  assert.deepEqual(maskShapes([], LOOK), []);
});

test("a mask that is level stands upright, and one of all round leaves nothing", () => {
  const [shape] = maskShapes([[40, 62.5]], { ...LOOK, tilt: 0 });
  const sides = [...new Set(shape.map(([x]) => x.toFixed(3)))].sort();
  assert.deepEqual(sides, ["0.500", (0.5 + Math.tan(22.5 * RADIANS) / 2).toFixed(3)]);
  const whole = maskShapes([[0, 359.9]], { ...LOOK, tilt: 30 });
  for (const point of points()) assert.ok(covered(point, whole));
});

test("what is not sure is masked as well", () => {
  const mask = [45, 55];
  const unsure = maskShapes([mask], { ...LOOK, unsure: 5 });
  const guessed = maskShapes([mask], { ...LOOK, guessed: true });
  for (const point of points()) {
    assert.equal(covered(point, unsure), within(bearingAt(point, LOOK), mask, 5));
    for (const tilt of [0, 10, 40])
      if (within(bearingAt(point, { ...LOOK, tilt }), mask)) assert.ok(covered(point, guessed), `${point} ${tilt}`);
  }
});

test("a fish-eye's picture is masked by angle, on both sides when the mask goes round", () => {
  const look = { azimuth: 0, tilt: 30, hfov: 180, vfov: 101 };
  assert.deepEqual(maskShapes([[0, 45]], look), [
    [
      [0.5, 0],
      [0.75, 0],
      [0.75, 1],
      [0.5, 1],
    ],
  ]);
  const both = maskShapes([[80, 280]], look).map((shape) => [shape[0][0], shape[1][0]].map((x) => Number(x.toFixed(3))));
  assert.deepEqual(both.sort(), [
    [0, 0.056],
    [0.944, 1],
  ]);
});

test("the simulated view's angle across comes from the upright one", () => {
  assert.ok(Math.abs(acrossOf(58.7155, 16 / 9) - 90) < 0.01);
});
