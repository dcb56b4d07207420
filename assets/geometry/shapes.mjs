// Shapes the map needs beside those the server sends: walls with a thickness, storeys, roof edges,
// points to write names at. Pure.

const EARTH_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** Metres per degree of longitude and latitude at a latitude. */
export function metresPerDegree(lat) {
  const degree = EARTH_M * RADIANS;
  return [degree * Math.cos(lat * RADIANS), degree];
}

/**
 * Distance between two points in metres; good for a few kilometres.
 * @param {number[]} from degrees
 * @param {number[]} to degrees
 */
export function distance([lon, lat], [otherLon, otherLat]) {
  const [x, y] = metresPerDegree(lat);
  return Math.hypot((otherLon - lon) * x, (otherLat - lat) * y);
}

/**
 * A point moved by metres east and north.
 * @returns {LonLat}
 */
export function moved([lon, lat], east, north) {
  const [x, y] = metresPerDegree(lat);
  return [lon + east / x, lat + north / y];
}

/** Twice the signed area of a ring: positive when it runs counter-clockwise. */
function turn(ring) {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
  return sum;
}

/**
 * Centroid of a closed ring.
 * @param {LonLat[]} ring
 * @returns {[number, number]}
 */
export function centroid(ring) {
  const [lon, lat] = ring[0];
  let [area, x, y] = [0, 0, 0];
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax, ay, bx, by] = [ring[i][0] - lon, ring[i][1] - lat, ring[i + 1][0] - lon, ring[i + 1][1] - lat];
    const cross = ax * by - bx * ay;
    [area, x, y] = [area + cross, x + (ax + bx) * cross, y + (ay + by) * cross];
  }
  return Math.abs(area) < 1e-18 ? [lon, lat] : [lon + x / (3 * area), lat + y / (3 * area)];
}

/**
 * A closed ring grown by metres on every side (shrunk when negative), corners mitred.
 * @param {LonLat[]} ring
 * @param {number} by metres
 */
export function grown(ring, by) {
  const [sx, sy] = metresPerDegree(ring[0][1]);
  const points = ring.slice(0, -1).map(([lon, lat]) => [(lon - ring[0][0]) * sx, (lat - ring[0][1]) * sy]);
  const side = turn(ring) >= 0 ? by : -by;
  const count = points.length;
  const found = points.map((point, i) => {
    const [ax, ay] = normal(points[(i + count - 1) % count], point);
    const [bx, by2] = normal(point, points[(i + 1) % count]);
    const fold = Math.max(0.35, 1 + ax * bx + ay * by2); // sharp corners must not shoot away
    return [point[0] + (side * (ax + bx)) / fold, point[1] + (side * (ay + by2)) / fold];
  });
  const back = found.map(([x, y]) => [ring[0][0] + x / sx, ring[0][1] + y / sy]);
  return [...back, back[0]];
}

/**
 * Unit normal on the right of a step: outwards on a counter-clockwise ring.
 * @param {number[]} from metres
 * @param {number[]} to metres
 */
function normal([ax, ay], [bx, by]) {
  const length = Math.hypot(bx - ax, by - ay) || 1;
  return [(by - ay) / length, -(bx - ax) / length];
}

/** A line as a thin polygon, for walls that are extruded. */
export function thick(line, width) {
  const [sx, sy] = metresPerDegree(line[0][1]);
  const points = line.map(([lon, lat]) => [(lon - line[0][0]) * sx, (lat - line[0][1]) * sy]);
  const [left, right] = [[], []];
  points.forEach((point, i) => {
    const before = normal(points[Math.max(0, i - 1)], points[Math.max(1, i)]);
    const after = normal(points[Math.min(i, points.length - 2)], points[Math.min(i + 1, points.length - 1)]);
    const fold = Math.max(0.35, 1 + before[0] * after[0] + before[1] * after[1]);
    const [nx, ny] = [(before[0] + after[0]) / fold, (before[1] + after[1]) / fold];
    left.push([point[0] + (nx * width) / 2, point[1] + (ny * width) / 2]);
    right.push([point[0] - (nx * width) / 2, point[1] - (ny * width) / 2]);
  });
  const ring = [...left, ...right.reverse(), left[0]];
  return ring.map(([x, y]) => [line[0][0] + x / sx, line[0][1] + y / sy]);
}

const feature = (type, coordinates, properties) => ({ type: "Feature", geometry: { type, coordinates }, properties });

/** Wall lines as polygons to extrude. */
export function wallShapes(walls) {
  return walls
    .filter(({ geometry }) => geometry.coordinates.length > 1)
    .map(({ geometry, properties }) => feature("Polygon", [thick(geometry.coordinates, 0.35)], properties));
}

/** The lines between storeys and the edge of the roof, as thin extrusions around each building. */
export function floorBands(buildings) {
  return buildings.flatMap(({ geometry, properties }) => {
    const { id, height, floors } = properties;
    const ring = geometry.coordinates[0];
    const around = [grown(ring, 0.14)];
    const bands = [];
    for (let storey = 1; storey < floors; storey++) {
      const base = (height * storey) / floors;
      bands.push(feature("Polygon", around, { id, part: "floor", base: base - 0.14, height: base + 0.14 }));
    }
    const rim = [grown(ring, 0.25), grown(ring, -0.45).reverse()];
    bands.push(feature("Polygon", rim, { id, part: "roof", base: height - 0.2, height: height + 0.7 }));
    return bands;
  });
}

/** Points above the roofs to write the buildings' names at. */
export function roofPoints(buildings) {
  return buildings
    .filter(({ properties }) => properties.name)
    .map(({ geometry, properties: { id, name, height, floors, use } }) =>
      feature("Point", centroid(geometry.coordinates[0]), { id, name, height: height + 1, floors, use }),
    );
}

/** Points in the middle of grids to write their names at. */
export function gridPoints(grids) {
  return grids.map(({ geometry, properties: { id, name } }) => feature("Point", centroid(geometry.coordinates[0]), { id, name }));
}

/**
 * The box around places: the least and the greatest of both axes, such as west, south, east, north.
 * @param {number[]} xs
 * @param {number[]} ys
 * @returns {[number, number, number, number]}
 */
export function boxOf(xs, ys) {
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** A point feature. */
export function point(lonlat, properties) {
  return feature("Point", lonlat, properties);
}

/** A collection of features. */
export function collection(features) {
  return { type: "FeatureCollection", features };
}
