// GCJ-02, the shifted system of public Chinese map providers, in the one direction a basemap needs:
// from where a place is to where such a map has drawn it. The same published formula as
// geodata/importing/readers/crs.py, held to the same golden points. Pure.

const AXIS_M = 6378245;
const ECCENTRICITY2 = 0.006693421622965943;
const RADIANS = Math.PI / 180;
const INSIDE = [72.004, 0.8293, 137.8347, 55.8271]; // elsewhere the formula leaves positions alone

const wave = (value, terms) =>
  (terms.reduce((sum, [amplitude, number]) => sum + amplitude * Math.sin(value * number * Math.PI), 0) * 2) / 3;

/**
 * Where GCJ-02 has a position.
 * @param {number[]} lonlat WGS-84, degrees
 * @returns {[number, number]}
 */
export function gcj02FromWgs84([lon, lat]) {
  if (lon < INSIDE[0] || lon > INSIDE[2] || lat < INSIDE[1] || lat > INSIDE[3]) return [lon, lat];
  const [x, y] = [lon - 105, lat - 35];
  const [root, near] = [
    Math.sqrt(Math.abs(x)),
    wave(x, [
      [20, 6],
      [20, 2],
    ]),
  ];
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * root +
    near +
    wave(y, [
      [20, 1],
      [40, 1 / 3],
      [160, 1 / 12],
      [320, 1 / 30],
    ]);
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * root +
    near +
    wave(x, [
      [20, 1],
      [40, 1 / 3],
      [150, 1 / 12],
      [300, 1 / 30],
    ]);
  const sine = Math.sin(lat * RADIANS);
  const w2 = 1 - ECCENTRICITY2 * sine * sine;
  const w = Math.sqrt(w2);
  return [
    lon + east / ((AXIS_M / w) * Math.cos(lat * RADIANS) * RADIANS),
    lat + north / (((AXIS_M * (1 - ECCENTRICITY2)) / (w2 * w)) * RADIANS),
  ];
}

/**
 * Position in tiles of a zoom, east and south of the upper left corner (Web Mercator).
 * @param {number[]} lonlat degrees
 * @param {number} zoom
 */
export function tileAt([lon, lat], zoom) {
  const all = 2 ** zoom;
  const y = Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2)) / Math.PI;
  return [((lon + 180) / 360) * all, ((1 - y) / 2) * all];
}

/** The position of a point given in tiles of a zoom. */
export function lonlatAt([x, y], zoom) {
  const all = 2 ** zoom;
  const lat = 2 * Math.atan(Math.exp(Math.PI * (1 - (2 * y) / all))) - Math.PI / 2;
  return [(x / all) * 360 - 180, lat / RADIANS];
}

/**
 * What to draw of which tiles of a GCJ-02 map so that a tile shows what truly lies there.
 *
 * The shift changes by less than 3 m a kilometre, so inside one tile a straight mapping between its
 * corners is right to a fraction of a pixel at every zoom.
 * @returns {{x: number, y: number, left: number, top: number, right: number, bottom: number}[]}
 *   source tiles, and where their edges fall in a tile of `size` pixels, whole numbers
 */
export function pieces(zoom, x, y, size) {
  const [west, north] = tileAt(gcj02FromWgs84(lonlatAt([x, y], zoom)), zoom);
  const [east, south] = tileAt(gcj02FromWgs84(lonlatAt([x + 1, y + 1], zoom)), zoom);
  const across = (column) => Math.round(((column - west) / (east - west)) * size);
  const down = (row) => Math.round(((row - north) / (south - north)) * size);
  const found = [];
  for (let row = Math.floor(north); row < south; row += 1)
    for (let column = Math.floor(west); column < east; column += 1)
      found.push({ x: column, y: row, left: across(column), top: down(row), right: across(column + 1), bottom: down(row + 1) });
  return found;
}
