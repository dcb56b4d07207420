// Outlines of divisions and compounds: fetched once, coloured by what is open inside them.
import { inLanguage } from "../../words/texts.mjs";

/**
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {(path: string) => Promise<any>} read JSON of an address
 */
export function createOutlines(map, read) {
  const names = new Map();
  const worst = new Map();
  return {
    load: async () => {
      const found = await read("/api/outlines").catch(() => null);
      if (!found) return;
      for (const { properties } of found.features) names.set(properties.id, properties);
      /** @type {import("../../vendor/maplibre-gl.mjs").GeoJSONSource} */ (map.getSource("outlines")).setData(found);
    },
    /** The name of a division in the language on screen, if one is known. */
    nameOf: (id) => (names.has(id) ? inLanguage(names.get(id).name, names.get(id).name_en) : null),
    /** Colour compounds by their worst case that nobody has acknowledged. */
    colour: (rollups) => {
      for (const [id, { level }] of Object.entries(rollups ?? {})) {
        if ((worst.get(id) ?? null) === level) continue;
        worst.set(id, level);
        map.setFeatureState({ source: "outlines", id }, { worst: level ?? 0 });
      }
    },
  };
}
