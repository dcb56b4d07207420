// Where cases are drawn, and the light they put into buildings. Pure.
import { centroid, grown, moved } from "../../geometry/shapes.mjs";

const STOREY_M = 3;

/**
 * Where an incident is drawn, and how high: on its floor when that is known.
 * @param {Row} incident
 * @param {Row|undefined} building feature
 */
export function spotOf(incident, building) {
  const lonlat = incident.lonlat ?? (building ? centroid(building.geometry.coordinates[0]) : null);
  if (!lonlat) return null;
  const { height = 0, floors = 0 } = building?.properties ?? {};
  if (!incident.floor || !building) return { lonlat, height: building ? Math.min(height, STOREY_M) : 0 };
  const storey = floors ? height / floors : STOREY_M;
  return { lonlat, height: Math.min(height, (incident.floor - 0.5) * storey) };
}

/** Move marks at the same spot apart, a few metres east of each other. */
export function apart(spots) {
  const taken = new Map();
  return spots.map((spot) => {
    const key = `${spot.lonlat[0].toFixed(5)},${spot.lonlat[1].toFixed(5)}`;
    const number = taken.get(key) ?? 0;
    taken.set(key, number + 1);
    return number ? { ...spot, lonlat: moved(spot.lonlat, 7 * number, -3 * number) } : spot;
  });
}

/** The building of a case as light: all of it, and brighter the storey it is about. */
export function litShapes(building, { level, floor }) {
  const { id, height, floors } = building.properties;
  const ring = building.geometry.coordinates[0];
  const shape = (by, base, top, bright) => ({
    type: "Feature",
    geometry: { type: "Polygon", coordinates: [grown(ring, by)] },
    properties: { id, level, base, height: top, bright },
  });
  const found = [shape(0.05, 0, height, false)];
  if (floor > 0 && floors > 1 && floor <= floors) found.push(shape(0.5, ((floor - 1) * height) / floors, (floor * height) / floors, true));
  return found;
}

/** Pixels a metre of ground takes at the middle of the screen (tiles of 512 pixels). */
export function pixelsPerMetre(lat, zoom) {
  return (512 * 2 ** zoom) / (40_075_017 * Math.cos((lat * Math.PI) / 180));
}
