// Compounds from afar: one mark each with the worst level nobody has acknowledged, and counts.
import { collection, point } from "./geometry.mjs";

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

/** Draw the roll-ups whenever their panel changed. */
export function createRollups(map, speech) {
  let drawn = "";
  return {
    draw: (places, rollups) => {
      const features = rollupFeatures(places, rollups, speech);
      const key = JSON.stringify(features);
      if (key === drawn) return;
      drawn = key;
      map.getSource("rollups").setData(collection(features));
    },
  };
}
