// Compounds from afar: one mark each with the worst level nobody has acknowledged, and counts.
import { point } from "./geometry.mjs";

/**
 * The features of the roll-ups.
 * @param {object[]} places summaries
 * @param {Record<string, object>} rollups panel of the same name
 * @param {{nameOf: (place: object) => string, words: (rollup: object|undefined) => string}} speech
 */
export function rollupFeatures(places, rollups, { nameOf, words }) {
  return places.map((place) => {
    const told = rollups?.[place.id];
    const level = told?.level ?? 0;
    return point(place.center, {
      id: place.id, name: nameOf(place), counts: words(told), icon: `rollup-${level}`,
      worst: told?.worst ?? 0, order: level || 9,
    });
  });
}

/**
 * Draw the roll-ups.
 * @param {ReturnType<typeof import("./filling.mjs").createFill>} fill
 * @param {{nameOf: (place: object) => string, words: (rollup: object|undefined) => string}} speech
 */
export function createRollups(fill, speech) {
  return { draw: (places, rollups) => fill("rollups", rollupFeatures(places, rollups, speech)) };
}
