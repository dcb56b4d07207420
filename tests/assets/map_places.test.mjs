import assert from "node:assert/strict";
import { test } from "node:test";
import {
  centroid,
  distance,
  floorBands,
  gridPoints,
  grown,
  metresPerDegree,
  moved,
  roofPoints,
  thick,
  wallShapes,
} from "../../assets/geometry/shapes.mjs";
import { acrossBearing, bestView, fitView, standing } from "../../assets/map/fitting.mjs";

const HERE = [113.15, 27.83];

/** A closed, counter-clockwise rectangle around HERE, sides in metres, turned by degrees clockwise. */
function rectangle(width, depth, turned = 0) {
  const angle = (-turned * Math.PI) / 180;
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
  ];
  return corners.map(([x, y]) => {
    const [a, b] = [(x * width) / 2, (y * depth) / 2];
    return moved(HERE, a * Math.cos(angle) - b * Math.sin(angle), a * Math.sin(angle) + b * Math.cos(angle));
  });
}

const feature = (type, coordinates, properties) => ({ type: "Feature", geometry: { type, coordinates }, properties });
const near = (actual, expected, slack) => assert.ok(Math.abs(actual - expected) <= slack, `${actual} is not ${expected} ± ${slack}`);

function size(ring) {
  const [x, y] = metresPerDegree(HERE[1]);
  const [lons, lats] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)];
  return [(Math.max(...lons) - Math.min(...lons)) * x, (Math.max(...lats) - Math.min(...lats)) * y];
}

test("a hundred metres east are a hundred metres away", () => {
  near(distance(HERE, moved(HERE, 100, 0)), 100, 0.01);
  near(distance(HERE, moved(HERE, 30, -40)), 50, 0.01);
});

test("a building grows by the same distance on every side, whichever way its ring runs", () => {
  const ring = rectangle(40, 12);
  for (const way of [ring, [...ring].reverse()]) {
    const [width, depth] = size(grown(way, 0.5));
    near(width, 41, 0.01);
    near(depth, 13, 0.01);
  }
  near(size(grown(ring, -1))[1], 10, 0.01);
  const closed = grown(ring, 1);
  assert.deepEqual(closed[0], closed.at(-1));
});

test("a needle-sharp corner does not shoot away when it grows", () => {
  const needle = [HERE, moved(HERE, 50, 0.2), moved(HERE, 0, 0.4), HERE];
  const [width] = size(grown(needle, 1));
  assert.ok(width < 50 + 2 * 6, `${width} m`);
});

test("the middle of a ring is where it balances, also for a ring without area", () => {
  near(distance(centroid(rectangle(60, 20, 33)), HERE), 0, 0.01);
  assert.deepEqual(centroid([HERE, HERE, HERE]), HERE);
});

test("a wall becomes a closed strip of its thickness", () => {
  const strip = thick([HERE, moved(HERE, 20, 0)], 0.4);
  near(size(strip)[1], 0.4, 0.001);
  near(size(strip)[0], 20, 0.001);
  assert.deepEqual(strip[0], strip.at(-1));
  const walls = [
    feature("LineString", [HERE, moved(HERE, 5, 0), moved(HERE, 5, 5)], { id: "w", height: 2.2 }),
    feature("LineString", [HERE], { id: "dot", height: 2 }),
  ];
  assert.deepEqual(
    wallShapes(walls).map(({ properties }) => properties.id),
    ["w"],
  );
});

test("a building shows an edge at each storey and one at its roof", () => {
  const building = feature("Polygon", [rectangle(40, 12)], { id: "b1", name: "1幢", height: 18, floors: 6 });
  const bands = floorBands([building]);
  assert.equal(bands.filter(({ properties }) => properties.part === "floor").length, 5);
  const roof = bands.filter(({ properties }) => properties.part === "roof");
  assert.equal(roof.length, 1);
  assert.equal(roof[0].geometry.coordinates.length, 2, "a rim, not a lid");
  for (const { properties } of bands) assert.ok(properties.base < properties.height && properties.base > 0);
});

test("names stand on roofs and in the middle of grids", () => {
  const building = feature("Polygon", [rectangle(40, 12)], { id: "b1", name: "1幢", height: 18, floors: 6, use: "residence" });
  const [roof] = roofPoints([building, feature("Polygon", [rectangle(4, 4)], { id: "shed", name: "", height: 3 })]);
  assert.equal(roof.properties.name, "1幢");
  assert.ok(roof.properties.height > 18);
  const [grid] = gridPoints([feature("Polygon", [rectangle(100, 80)], { id: "a.b.c.d.g2", name: "第2网格" })]);
  assert.equal(grid.properties.name, "第2网格");
});

const WISH = { width: 1000, height: 800, padding: { left: 40, right: 40, top: 60, bottom: 80 }, pitch: 52 };
const ground = (ring) => ring.map(([lon, lat]) => [lon, lat, 0]);

test("a compound seen from above fills the free part of the map", () => {
  const { center, zoom } = fitView({ ...WISH, points: ground(rectangle(300, 300)), pitch: 0, bearing: 0 });
  // 660 free pixels for 300 m: 0.4545 m a pixel at this latitude.
  near(zoom, Math.log2((40_075_017 * Math.cos((HERE[1] * Math.PI) / 180)) / 512 / (300 / 660)), 0.02);
  near(distance(center, moved(HERE, 0, -10 * (300 / 660))), 0, 1);
});

test("a tilted map needs more room in front for roofs, and stands nearer for what is shallow", () => {
  const flat = fitView({ ...WISH, points: ground(rectangle(300, 300)), bearing: 0 });
  const above = fitView({ ...WISH, points: ground(rectangle(300, 300)), pitch: 0, bearing: 0 });
  assert.ok(flat.zoom > above.zoom, "a square is flatter on screen when tilted");
  const towers = [...ground(rectangle(300, 300)), ...rectangle(300, 300).map(([lon, lat]) => [lon, lat, 90])];
  const high = fitView({ ...WISH, points: towers, bearing: 0 });
  assert.ok(high.zoom < flat.zoom);
});

test("panels push the compound aside", () => {
  const points = ground(rectangle(300, 200));
  const plain = fitView({ ...WISH, points, bearing: 0 });
  const pushed = fitView({ ...WISH, points, bearing: 0, padding: { left: 400, right: 40, top: 60, bottom: 80 } });
  assert.ok(pushed.zoom < plain.zoom);
  assert.ok(pushed.center[0] < plain.center[0], "the map's middle lies west of a compound that is drawn east of it");
});

test("a view never comes nearer than allowed, and a map without size still gives one", () => {
  assert.ok(fitView({ ...WISH, points: ground(rectangle(5, 5)), bearing: 0, maxZoom: 18.5 }).zoom <= 18.5);
  const { zoom, center } = fitView({ ...WISH, width: 0, height: 1, points: ground(rectangle(300, 300)), bearing: 0 });
  assert.ok([zoom, ...center].every(Number.isFinite));
});

test("the longer side of a compound lies across the screen", () => {
  near(acrossBearing(rectangle(400, 150)), 0, 1);
  near(acrossBearing(rectangle(400, 150, 20)), 20, 1);
  near(acrossBearing(rectangle(400, 150, -35)), -35, 1);
  near(Math.abs(acrossBearing(rectangle(150, 400))), 90, 1);
});

test("the better of two sides is taken, and north stays above when both are as good", () => {
  const long = bestView({ ...WISH, width: 1600, height: 500, points: ground(rectangle(150, 400)) }, rectangle(150, 400), 0);
  near(Math.abs(long.bearing), 90, 1);
  const even = bestView({ ...WISH, points: ground(rectangle(300, 300)) }, rectangle(300, 300), -10);
  assert.ok(Math.abs(even.bearing) <= 12, `${even.bearing}`);
});

test("what must be in view is the outline and the roofs, or the bounds while no more is known", () => {
  const shapes = {
    boundary: [feature("Polygon", [rectangle(100, 100)], { id: "c" })],
    buildings: [feature("Polygon", [rectangle(40, 12)], { id: "b", height: 18 })],
  };
  const { ring, points } = standing([1, 2, 3, 4], shapes);
  assert.equal(ring.length, 5);
  assert.deepEqual(
    points.map(([, , up]) => up),
    [0, 0, 0, 0, 0, 18, 18, 18, 18, 18],
  );
  assert.deepEqual(standing([1, 2, 3, 4], undefined).ring[2], [3, 4]);
});
