// A building taken apart: its storeys as plates lifted off each other, what stands on the chosen
// one, and where things are then. Pure; `told` is the answer of /api/buildings.
import { acrossBearing } from "../fitting.mjs";
import { distance, grown, metresPerDegree, moved, thick } from "../../geometry/shapes.mjs";

const PLATE_M = 0.45;
const WALL_M = 1; // walls of the chosen storey: low enough to look over them
const RISE_M = 46; // all storeys together are lifted about so far, however many there are
const [LEAST_M, MOST_M] = [1.9, 5]; // from one plate to the next
const GAP_SHARE = 0.62; // of the depth: what hides nothing when looked at 60 degrees off the vertical
const [GAP_M, WIDEST_M] = [2, 18];
const SEAM_M = 0.12; // between the plates of neighbouring units
const THICK_M = 0.25;
const TREADS = 5;

const polygon = (coordinates, properties) => ({ type: "Feature", geometry: { type: "Polygon", coordinates }, properties });
const rings = (told) => told.units.flatMap(({ shape }) => shape.map(([outer]) => outer));

/** All corners of the footprint. */
export function corners(told) {
  return rings(told).flat();
}

/** How deep a footprint is, in metres: its extent across its longer side. */
export function depth(points) {
  const bearing = (acrossBearing(points) * Math.PI) / 180;
  const [x, y] = metresPerDegree(points[0][1]);
  const far = points.map(([lon, lat]) => (lon - points[0][0]) * x * Math.sin(bearing) + (lat - points[0][1]) * y * Math.cos(bearing));
  return Math.max(...far) - Math.min(...far);
}

/**
 * How high the plate of each storey lies, in metres: evenly apart, with room above the chosen one.
 * @param {Row} told
 * @param {number} chosen its number; one that does not exist leaves all even
 * @returns {Map<number, number>}
 */
export function levels(told, chosen) {
  const step = Math.min(MOST_M, Math.max(LEAST_M, RISE_M / told.floors.length));
  const points = corners(told);
  const gap = points.length ? Math.min(WIDEST_M, GAP_SHARE * depth(points) + GAP_M) : 0;
  const open = told.floors.findIndex(({ floor }) => floor === chosen);
  return new Map(told.floors.map(({ floor }, i) => [floor, i * step + (open >= 0 && i > open ? gap : 0)]));
}

/** The corners of everything at its height when a storey is chosen, for a view that holds all. */
export function extent(told) {
  const [lowest] = told.floors;
  const top = Math.max(...levels(told, lowest.floor).values()) + PLATE_M;
  return corners(told).flatMap(([lon, lat]) => [
    [lon, lat, 0],
    [lon, lat, top],
  ]);
}

/** The id of a plate, as feature-state knows it. */
export const plateId = (floor, part) => `${floor}|${part}`;

/**
 * Plates of all storeys, with walls and stairs on the chosen one.
 * @param {Row} told
 * @param {number} chosen
 */
export function plates(told, chosen) {
  const lying = levels(told, chosen);
  const found = told.floors.flatMap(({ floor }) =>
    told.units.flatMap(({ shape }, part) =>
      shape.map(([outer, ...holes]) =>
        polygon([grown(outer, -SEAM_M), ...holes], {
          id: plateId(floor, part),
          floor,
          part: "plate",
          chosen: floor === chosen,
          base: lying.get(floor),
          height: lying.get(floor) + PLATE_M,
        }),
      ),
    ),
  );
  if (!lying.has(chosen)) return found;
  const ground = lying.get(chosen) + PLATE_M;
  return [...found, ...walls(told, chosen, ground), ...stairs(told, chosen, ground)];
}

/** Each side a wall of its own: one ring with a hole fails where a corner is smaller than a wall. */
function walls(told, floor, base) {
  return rings(told).flatMap((outer, i) => {
    const ring = grown(outer, -SEAM_M - THICK_M / 2);
    return ring
      .slice(1)
      .flatMap((to, n) =>
        distance(ring[n], to) < THICK_M / 2
          ? []
          : [polygon([thick([ring[n], to], THICK_M)], { id: `wall|${i}|${n}`, floor, part: "wall", base, height: base + WALL_M })],
      );
  });
}

/** Steps that rise away from the door; a landing that was cut to its unit is one block. */
function stairs(told, floor, base) {
  return told.stairs.flatMap(({ shape }, i) => {
    const [outer] = shape[0];
    if (shape.length > 1 || outer.length !== 5)
      return [polygon([outer], { id: `stair|${i}`, floor, part: "stair", base, height: base + WALL_M / 2 })];
    return treads(outer, told.units.find(({ units }) => units.join() === told.stairs[i].units.join())?.door).map((ring, n) =>
      polygon([ring], { id: `stair|${i}|${n}`, floor, part: "stair", base, height: base + (WALL_M * (n + 1)) / TREADS }),
    );
  });
}

/** @type {(from: number[], to: number[], share: number) => number[]} */
const between = ([a, b], [c, d], share) => [a + (c - a) * share, b + (d - b) * share];
/** @type {(from: number[], to: number[]) => number} */
const apart = ([a, b], [c, d]) => Math.hypot(a - c, b - d);

/** A rectangle cut into treads, those next to the door first. */
export function treads(ring, door) {
  const sides = [0, 1, 2, 3].map((i) => [i, door ? apart(between(ring[i], ring[(i + 1) % 4], 0.5), door) : i]);
  const first = sides.sort((x, y) => x[1] - y[1])[0][0];
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => ring[(first + i) % 4]);
  return Array.from({ length: TREADS }, (_, n) => {
    const [near, far] = [n / TREADS, (n + 1) / TREADS];
    return [between(a, d, near), between(b, c, near), between(b, c, far), between(a, d, far), between(a, d, near)];
  });
}

/** The lift shafts through all storeys, and a cabin in each. */
export function shafts(told, chosen) {
  const lying = [...levels(told, chosen).values()];
  const top = (lying.at(-1) ?? 0) + PLATE_M + WALL_M;
  return told.shafts.flatMap(({ id, shape }) =>
    shape.flatMap(([outer]) => [
      polygon([outer], { id: `shaft|${id}`, part: "shaft", base: 0, height: top }),
      polygon([grown(outer, 0.08)], { id, part: "cabin" }),
    ]),
  );
}

/** Where a cabin hangs: base and height for feature-state. */
export function cabin(told, chosen, floor) {
  const base = (levels(told, chosen).get(floor) ?? 0) + PLATE_M;
  return { base, height: base + WALL_M };
}

/** The height at which a mark on a storey stands clear of its plate. */
export function standing(told, chosen, floor) {
  return (levels(told, chosen).get(floor) ?? 0) + PLATE_M + WALL_M;
}

/** A spot moved towards who looks along a bearing, near the front edge: names stand clear of marks. */
export function towards(told, spot, bearing) {
  const far = 0.32 * depth(corners(told));
  return moved(spot, -far * Math.sin((bearing * Math.PI) / 180), -far * Math.cos((bearing * Math.PI) / 180));
}

/** The leftmost corner of the footprint for who looks along a bearing: where storeys are numbered. */
export function leftmost(told, bearing) {
  const [sin, cos] = [Math.sin((bearing * Math.PI) / 180), Math.cos((bearing * Math.PI) / 180)];
  const points = corners(told);
  const [x, y] = metresPerDegree(points[0][1]);
  const right = ([lon, lat]) => (lon - points[0][0]) * x * cos - (lat - points[0][1]) * y * sin;
  return points.reduce((a, b) => (right(b) < right(a) ? b : a));
}
