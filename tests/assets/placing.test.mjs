import assert from "node:assert/strict";
import { test } from "node:test";
import { along, bearingTo } from "../../assets/map/cameras/placing.mjs";
import { FIELDS, figureOf, typed, valueAt, wishOf, withFacades, withMask, withValue } from "../../assets/panels/camera/pose.mjs";

const POSE = {
  lonlat: [113.15, 27.83],
  height_m: 4,
  azimuth_deg: 350,
  hfov_deg: 68,
  range_m: null,
  lens: { tilt_deg: null, vfov_deg: null, focal_mm: null, pixels_wide: 1920, azimuth_unsure_deg: 22.5, masks: [] },
};
const row = (name) => FIELDS.find((field) => field.name === name);

test("every figure has its place in a pose", () => {
  for (const { path } of FIELDS) assert.notEqual(valueAt(POSE, path), undefined, path);
  assert.equal(valueAt(withValue(POSE, "lonlat.1", 28), "lonlat.1"), 28);
  assert.equal(POSE.lonlat[1], 27.83);
});

test("figures have bounds, and some may be unknown", () => {
  assert.equal(figureOf(row("height"), "4.5"), 4.5);
  assert.equal(figureOf(row("tilt"), " "), null);
  for (const [name, words] of [
    ["height", ""],
    ["height", "-1"],
    ["azimuth", "361"],
    ["lat", "x"],
  ])
    assert.ok(Number.isNaN(figureOf(row(name), words)), name);
});

test("an angle and a focal length say the same, so the newer one stays", () => {
  const focal = typed(POSE, row("focal"), 6);
  assert.deepEqual([focal.hfov_deg, focal.lens.focal_mm], [null, 6]);
  const angle = typed(focal, row("hfov"), 80);
  assert.deepEqual([angle.hfov_deg, angle.lens.focal_mm], [80, null]);
  assert.equal(typed(POSE, row("focal"), null).hfov_deg, 68);
});

test("only what differs is asked for", () => {
  assert.deepEqual(wishOf(POSE, POSE), {});
  const turned = withValue(withValue(POSE, "azimuth_deg", 10), "lens.azimuth_unsure_deg", 0);
  assert.deepEqual(wishOf(POSE, turned), { azimuth_deg: 10, lens: { azimuth_unsure_deg: 0 } });
  assert.deepEqual(wishOf(POSE, withValue(POSE, "lonlat.0", 113)), { lonlat: [113, 27.83] });
});

test("masks are proposed over homes, and begin in the middle of the picture", () => {
  assert.deepEqual(withFacades([[1, 2]], [{ from_deg: 88, to_deg: 128.8 }]), [
    [1, 2],
    [88, 128.8],
  ]);
  assert.deepEqual(withMask([], 350), [[340, 0]]);
  assert.deepEqual(withMask([], null), [[350, 10]]);
  assert.equal(withMask(Array(36).fill([1, 2]), 0).length, 36);
});

test("the grip that turns a camera stands along its bearing", () => {
  for (const bearing of [0, 45, 199, 359]) assert.equal(bearingTo(POSE.lonlat, along(POSE.lonlat, bearing, 12)), bearing);
});
