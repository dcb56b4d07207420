// Where a tilted camera must stand so that a compound, roofs included, fills the free part of the
// screen. Pure: MapLibre's own fitting knows only the flat map, and leaves a third of it empty.
import { boxOf } from "../geometry/shapes.mjs";
import { pixelsPerMetre } from "./records/points.mjs";

const TILE_PX = 512;
const FOV = (36.87 * Math.PI) / 180; // MapLibre's vertical field of view
const LEAST_ZOOM = 7;
const RADIANS = Math.PI / 180;
const TURN_PRICE = 0.004; // zoom levels a degree away from north is worth: people expect north above

/** Mercator position of a point in pixels at zoom 0, y towards north. */
function flat([lon, lat]) {
  const y = Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2));
  return [(lon / 360) * TILE_PX, (y / (2 * Math.PI)) * TILE_PX];
}

/**
 * @param {number[]} flat pixels
 * @returns {LonLat}
 */
function unflat([x, y]) {
  const lat = 2 * Math.atan(Math.exp((y / TILE_PX) * 2 * Math.PI)) - Math.PI / 2;
  return [(x / TILE_PX) * 360, lat / RADIANS];
}

/**
 * Where points appear on screen, in pixels right of and above its middle; null behind the camera.
 * @param {[number, number, number][]} points x, y (zoom 0 pixels) and height (the same unit)
 * @param {{at: number[], zoom: number, bearing: number, pitch: number, height: number}} camera
 */
function seen(points, { at, zoom, bearing, pitch, height }) {
  const away = height / 2 / Math.tan(FOV / 2);
  const [sinB, cosB, sinP, cosP] = [
    Math.sin(bearing * RADIANS),
    Math.cos(bearing * RADIANS),
    Math.sin(pitch * RADIANS),
    Math.cos(pitch * RADIANS),
  ];
  const scale = 2 ** zoom;
  const found = [];
  for (const [x, y, up] of points) {
    const [east, north, high] = [(x - at[0]) * scale, (y - at[1]) * scale, up * scale];
    const [right, ahead] = [east * cosB - north * sinB, east * sinB + north * cosB];
    const depth = away + ahead * sinP - high * cosP;
    if (depth < away * 0.1) return null;
    found.push([(right * away) / depth, ((ahead * cosP + high * sinP) * away) / depth]);
  }
  return found;
}

function box(points) {
  return boxOf(
    points.map(([x]) => x),
    points.map(([, y]) => y),
  );
}

/** The middle of the map for one zoom, or null when the points do not fit then. */
function centred(points, camera, free) {
  let at = camera.at;
  const [sinB, cosB] = [Math.sin(camera.bearing * RADIANS), Math.cos(camera.bearing * RADIANS)];
  for (let i = 0; i < 12; i += 1) {
    const drawn = seen(points, { ...camera, at });
    if (!drawn) return null;
    const [left, low, right, high] = box(drawn);
    const dx = ((left + right) / 2 - free.x) / 2 ** camera.zoom;
    const dy = ((low + high) / 2 - free.y) / Math.cos(camera.pitch * RADIANS) / 2 ** camera.zoom;
    at = [at[0] + dx * cosB + dy * sinB, at[1] - dx * sinB + dy * cosB];
    if (right - left > free.width || high - low > free.height) {
      if (i > 3) return null;
    }
  }
  return at;
}

/**
 * The largest view of points standing on the ground.
 * @param {object} wish
 * @param {[number, number, number][]} wish.points longitude, latitude, height in metres
 * @param {number} wish.width of the map in pixels
 * @param {number} wish.height
 * @param {{left: number, right: number, top: number, bottom: number}} wish.padding taken by panels
 * @param {number} wish.bearing
 * @param {number} wish.pitch
 * @param {number} [wish.maxZoom]
 * @returns {{center: [number, number], zoom: number, bearing: number, pitch: number}}
 */
export function fitView({ points, width, height, padding, bearing, pitch, maxZoom = 19 }) {
  const metre = pixelsPerMetre(points[0][1], 0);
  const placed = points.map(([lon, lat, up]) => [...flat([lon, lat]), up * metre]);
  const [west, south, east, north] = box(placed);
  const free = {
    x: (padding.left - padding.right) / 2,
    y: (padding.bottom - padding.top) / 2,
    width: Math.max(80, width - padding.left - padding.right),
    height: Math.max(80, height - padding.top - padding.bottom),
  };
  const camera = { at: [(west + east) / 2, (south + north) / 2], bearing, pitch, height };
  let [low, high, at] = [LEAST_ZOOM, maxZoom, camera.at];
  for (let i = 0; i < 14; i += 1) {
    const zoom = (low + high) / 2;
    const found = centred(placed, { ...camera, zoom }, free);
    if (found) [low, at] = [zoom, found];
    else high = zoom;
  }
  return { center: unflat(at), zoom: low, bearing, pitch };
}

/**
 * The bearing that lays the longer side of a shape across the screen, between -90 and 90.
 * @param {LonLat[]} ring
 */
export function acrossBearing(ring) {
  const points = ring.map(flat);
  let best = { area: Infinity, bearing: 0 };
  for (let bearing = -45; bearing < 45; bearing += 1) {
    const [sin, cos] = [Math.sin(bearing * RADIANS), Math.cos(bearing * RADIANS)];
    const [left, low, right, high] = box(points.map(([x, y]) => [x * cos - y * sin, x * sin + y * cos]));
    const area = (right - left) * (high - low);
    const turned = bearing <= 0 ? bearing + 90 : bearing - 90;
    if (area < best.area) best = { area, bearing: right - left >= high - low ? bearing : turned };
  }
  return best.bearing;
}

const SIDEWAYS = 8; // degrees off a side: a front that is seen squarely looks flat

/** The bearing nearest to the present one that lays a side across the screen, a little askew. */
export function nearestSide(across, now) {
  const off = (bearing) => Math.abs(((bearing - now + 540) % 360) - 180);
  const ways = [across, across + 180].flatMap((side) => [side - SIDEWAYS, side + SIDEWAYS]);
  const nearest = ways.reduce((a, b) => (off(b) < off(a) ? b : a));
  return ((((nearest + 180) % 360) + 360) % 360) - 180;
}

/**
 * The best of a few bearings for a shape: large on this screen, and not needlessly off north.
 * @param {Omit<Parameters<typeof fitView>[0], "bearing">} wish as for fitView
 * @param {LonLat[]} ring
 * @param {number} twist degrees off the shape's own sides, so that buildings show two faces
 */
export function bestView(wish, ring, twist) {
  const across = acrossBearing(ring);
  const quarter = across > 0 ? across - 90 : across + 90;
  const views = [across, quarter].map((side) => fitView({ ...wish, bearing: side + twist }));
  const worth = ({ zoom, bearing }) => zoom - TURN_PRICE * Math.abs(bearing);
  return views.reduce((a, b) => (worth(b) > worth(a) ? b : a));
}

/**
 * What must be in view of a compound: its outline, and its buildings up to their roofs.
 * @param {[number, number, number, number]} bounds of the compound
 * @param {{boundary: Row[], buildings: Row[]}} [shapes] once its description has arrived
 */
export function standing([west, south, east, north], shapes) {
  const ring = shapes?.boundary[0]?.geometry.coordinates[0] ?? [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  const roofs = (shapes?.buildings ?? []).flatMap(({ geometry, properties }) =>
    geometry.coordinates[0].map(([lon, lat]) => [lon, lat, properties.height]),
  );
  return { ring, points: [...ring.map(([lon, lat]) => [lon, lat, 0]), ...roofs] };
}
