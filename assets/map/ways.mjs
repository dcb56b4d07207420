// Ways on the map: the ground within reach, who walks where, services, what stands in the way.
import { boxOf } from "../geometry/shapes.mjs";
import { obstacleWords } from "../words/trips.mjs";
import { figure } from "../words/format.mjs";
import { t } from "../words/texts.mjs";

const feature = (type, coordinates, properties) => ({ type: "Feature", properties, geometry: { type, coordinates } });
const line = (coordinates, properties) => feature("LineString", coordinates, properties);
const spot = ({ id, lonlat }, kind, name, far = false) => feature("Point", lonlat, { id, kind, name, far, glyph: t(`ways.glyph.${kind}`) });

/** What each answer of `/api/ways` draws: ground within reach, lines, points. */
const DRAWN = {
  circle: ({ area }) => ({ reach: area.map((rings, id) => feature("Polygon", rings, { id })) }),
  nearest: ({ nearest }) => ({
    flows: nearest.map((one) => line(one.route, { id: one.id, kind: "near", people: 0, far: one.mode !== "foot" })),
    helps: nearest.map((one) => spot(one, one.kind, one.name, one.mode !== "foot")),
  }),
  evacuation: ({ loads, musters, gates }) => ({
    flows: loads.map((one, id) => line(one.line, { id, kind: "load", people: one.people })),
    helps: [
      ...musters.map((one) => spot(one, "muster", `${one.name} ${t("ways.people", { n: figure(one.people) })}`)),
      ...gates.map((one) => spot(one, "gate", one.name)),
    ],
  }),
};

/** What stands in the way, as features: a mark for a gate, the line or the ground of a closed way. */
export function obstacleShapes(row) {
  if (row.code.startsWith("lift.")) return []; // indoors: its own mark says so
  const properties = { id: row.id, name: obstacleWords(row) };
  if (row.outline?.length) {
    const ring = row.outline.slice(0, -1);
    const middle = [0, 1].map((axis) => ring.reduce((sum, at) => sum + at[axis], 0) / ring.length);
    return [feature("Polygon", [row.outline], properties), feature("Point", middle, properties)];
  }
  if (row.line?.length) return [line(row.line, properties), feature("Point", row.line[Math.floor(row.line.length / 2)], properties)];
  return row.lonlat ? [feature("Point", row.lonlat, properties)] : [];
}

/** The box around what is within a walk, or null around nothing: what drives here may come from far. */
function boundsOf(features) {
  const spots = features.filter(({ properties }) => !properties.far).flatMap(({ geometry }) => geometry.coordinates.flat(Infinity));
  if (!spots.length) return null;
  const [lons, lats] = [0, 1].map((axis) => spots.filter((_, n) => n % 2 === axis));
  return boxOf(lons, lats);
}

/** @param {ReturnType<typeof import("./records/sources.mjs").createFill>} fill */
export function createWays(fill) {
  return {
    /** Draw one answer of `/api/ways`, or none; gives west, south, east and north of what is drawn. */
    show: (what, answer) => {
      const drawn = what && answer ? DRAWN[what](answer) : {};
      for (const name of ["reach", "flows", "helps"]) fill(name, drawn[name] ?? []);
      return boundsOf(Object.values(drawn).flat());
    },
    /** Draw what stands in the way. */
    obstacles: (rows) => fill("obstacles", [...rows].flatMap(obstacleShapes)),
  };
}
