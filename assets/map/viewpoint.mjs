// Where the map looks. Only a person, goTo and fit move it; data never does.
import { acrossBearing, bestView, fitView, nearestSide, standing } from "./fitting.mjs";
import { boxOf } from "../geometry/shapes.mjs";
import { inFull } from "./places/levels.mjs";

const NEAR_ZOOM = 17.7;
const SLACK = 0.12; // of a zoom level: a band is left later than it was entered
const PITCH = 52;
const [STOOD_PITCH, STOOD_ZOOM] = [60, 20.2]; // for one building that is open
const WIDE_PITCH = 32; // a district is read more like a plan
const LISTS = 0.28; // of the height: a district is wider than high and stands below the list of layers
const TWIST = -10; // degrees: buildings show two of their faces
const NO_PADDING = { top: 0, bottom: 0, left: 0, right: 0 }; // what fits leaves room for panels already

/**
 * Whether devices are drawn, with slack so that a zoom that trembles does not ask for snapshots.
 * @param {"near"|"far"|null} before
 * @param {number} zoom
 * @param {number} limit
 */
export function bandOf(before, zoom, limit) {
  if (before === "near") return zoom < limit - SLACK ? "far" : "near";
  if (before === "far") return zoom >= limit + SLACK ? "near" : "far";
  return zoom >= limit ? "near" : "far";
}

/**
 * Compounds in view. One that was in view stays while it is within a tenth of the view's size.
 * @param {[number, number, number, number]} view west, south, east, north
 * @param {Place[]} places
 * @param {string[]} before
 */
export function inView([west, south, east, north], places, before) {
  const [dx, dy] = [(east - west) * 0.1, (north - south) * 0.1];
  return places
    .filter(({ id, bounds: [w, s, e, n] }) => {
      const [mx, my] = before.includes(id) ? [dx, dy] : [0, 0];
      return w <= east + mx && e >= west - mx && s <= north + my && n >= south - my;
    })
    .map(({ id }) => id);
}

/** Room that panels floating over the map leave, in pixels. */
export function paddingFor(screen, width, height) {
  if (screen === "wall") return { left: width * 0.235, right: width * 0.255, top: height * 0.2, bottom: height * 0.16 };
  const narrow = width < 620;
  return { left: narrow ? 16 : 40, right: narrow ? 16 : 40, top: 56, bottom: 72 };
}

/** Whether a label to the right of a place would slide under what stands at the right edge. */
export function atRightEdge(map, screen, lonlat) {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const label = Math.max(190, width * 0.12);
  return map.project(lonlat).x > width - paddingFor(screen, width, height).right - label;
}

/** The view that shows everything within bounds, much as a plan does; `box` is screen, width, height. */
export function wideViewOf([west, south, east, north], { screen, width, height }) {
  /** @type {[number, number, number][]} */
  const points = [
    [west, south, 0],
    [east, south, 0],
    [east, north, 0],
    [west, north, 0],
  ];
  const usual = paddingFor(screen, width, height);
  const padding = { ...usual, top: Math.max(usual.top, height * LISTS) };
  return fitView({ points, width, height, padding, bearing: 0, pitch: WIDE_PITCH, maxZoom: 16.5 });
}

/** The view that shows a whole compound as large as the free part of the map allows. */
export function viewOf(bounds, shapes, { screen, width, height }) {
  const { ring, points } = standing(bounds, shapes);
  return bestView({ points, width, height, padding: paddingFor(screen, width, height), pitch: PITCH, maxZoom: 18.5 }, ring, TWIST);
}

/**
 * @param {import("../vendor/maplibre-gl.mjs").Map} map
 * @param {object} options
 * @param {string} options.screen
 * @param {number} options.limit zoom between the bands
 * @param {() => Place[]} options.places summaries of all compounds
 * @param {(view: Row) => void} options.onView
 * @param {boolean} options.reducedMotion
 * @param {(act: () => void, ms: number) => any} [options.delay] gives a timer
 */
export function createCamera(map, { screen, limit, places, onView, reducedMotion, delay = (act, ms) => setTimeout(act, ms) }) {
  let held = false;
  let told = { band: null, compounds: [], inView: [] };
  let timer = 0;

  const box = () => {
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    return { screen, width, height };
  };
  const padding = () => paddingFor(screen, box().width, box().height);

  /** What lies under the lower part of the screen: the horizon of a tilted map is not in view. */
  const ground = () => {
    const { clientWidth: w, clientHeight: h } = map.getContainer();
    const top = map.getPitch() > 30 ? 0.22 * h : 0;
    /** @type {[number, number][]} pixels */
    const edge = [
      [0, top],
      [w, top],
      [0, h],
      [w, h],
    ];
    const corners = edge.map((corner) => map.unproject(corner));
    return boxOf(
      corners.map(({ lng }) => lng),
      corners.map(({ lat }) => lat),
    );
  };

  const report = () => {
    const band = bandOf(told.band, map.getZoom(), limit);
    const [west, south, east, north] = ground();
    const seen = inView([west, south, east, north], places(), told.inView);
    const near = places().filter(({ id }) => band === "near" && seen.includes(id));
    const compounds = inFull(near, [(west + east) / 2, (south + north) / 2], told.compounds);
    if (band === told.band && seen.join() === told.inView.join() && compounds.join() === told.compounds.join()) return;
    told = { band, compounds, inView: seen };
    onView({ band, compounds });
  };

  const later = () => {
    clearTimeout(timer);
    timer = delay(report, 120);
  };
  map.on("moveend", later);
  map.on("dragstart", () => (held = true));
  map.on("dragend", () => (held = false));

  const move = (to, { atOnce = false } = {}) => {
    if (held) return;
    if (reducedMotion || atOnce) map.jumpTo(to);
    else map.easeTo({ ...to, duration: screen === "wall" ? 1800 : 900 });
  };

  return {
    report,
    view: () => told,
    /** Bring one place to the middle of the free part of the map; a card may take `left` pixels. */
    goTo: (lonlat, left = 0) =>
      move({
        center: lonlat,
        zoom: Math.max(map.getZoom(), NEAR_ZOOM),
        padding: { ...padding(), left: Math.max(left, padding().left) },
        pitch: Math.max(map.getPitch(), 45),
      }),
    /** Show one tall thing, its long side across, turned no more than need be; `left` pixels are taken. */
    stand: (points, ring, left) => {
      const { width, height } = box();
      const wish = { points, width, height, padding: { ...padding(), left }, pitch: STOOD_PITCH, maxZoom: STOOD_ZOOM };
      move({ ...fitView({ ...wish, bearing: nearestSide(acrossBearing(ring), map.getBearing()) }), padding: NO_PADDING });
    },
    /** Show everything within bounds. */
    fitWide: (bounds) => move({ ...wideViewOf(bounds, box()), padding: NO_PADDING }),
    /** Show a whole compound. */
    fit: (bounds, shapes, how) => move({ ...viewOf(bounds, shapes, box()), padding: NO_PADDING }, how),
  };
}
