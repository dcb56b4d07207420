import assert from "node:assert/strict";
import { test } from "node:test";
import { CROWD, createCrowding, NO_CROWD } from "../../assets/map/records/decluttering.mjs";

function mapOf(layers) {
  const ranges = {};
  return {
    ranges,
    getStyle: () => ({ layers }),
    setLayerZoomRange: (id, from, to) => (ranges[id] = [from, to]),
  };
}

const LAYERS = [
  { id: "sensor-dots", minzoom: 24 },
  { id: "sensors", minzoom: 16.2 },
  { id: "cameras", minzoom: 15.2 },
];
const SAID = { zoom: 18, dots: { "sensor-dots": ["sensors"] } };

test("a compound keeps its badges", () => {
  const map = mapOf(LAYERS);
  createCrowding(map, SAID, 15.2)(CROWD);
  assert.deepEqual(map.ranges, {});
});

test("a crowd is dots until one is near", () => {
  const map = mapOf(LAYERS);
  createCrowding(map, SAID, 15.2)(CROWD + 1);
  assert.deepEqual(map.ranges, { "sensor-dots": [15.2, 18], sensors: [18, 24] });
});

test("a count that trembles around the limit changes nothing", () => {
  const map = mapOf(LAYERS);
  const crowd = createCrowding(map, SAID, 15.2);
  crowd(CROWD + 1);
  crowd(NO_CROWD + 1);
  assert.deepEqual(map.ranges.sensors, [18, 24]);
  crowd(NO_CROWD);
  assert.deepEqual(map.ranges, { "sensor-dots": [24, 24], sensors: [16.2, 24] });
});
