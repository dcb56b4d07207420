// What stands out: the picked device, the cameras that see the selected case, the way there.
import { collection } from "./geometry.mjs";

/**
 * @param {import("../vendor/maplibre-gl.mjs").Map} map
 * @param {(name: string) => object} source
 */
export function createFocus(map, source) {
  let picked = null;
  let seen = new Set();
  let drawn = "null";

  const mark = (id, state) => {
    for (const name of ["devices", "fields"]) map.setFeatureState({ source: name, id }, state);
  };

  return {
    pick: (id) => {
      if (id === picked) return;
      if (picked) mark(picked, { picked: false });
      if (id) mark(id, { picked: true });
      picked = id;
    },
    /** Brighten these cameras and what they see; the others go back. */
    cameras: (ids) => {
      const now = new Set(ids);
      for (const id of new Set([...seen, ...now])) if (seen.has(id) !== now.has(id)) mark(id, { seen: now.has(id) });
      seen = now;
    },
    /** Draw one way, or none. */
    route: (lonlats) => {
      const key = JSON.stringify(lonlats);
      if (key === drawn) return;
      drawn = key;
      const line = lonlats?.length > 1
        ? [{ type: "Feature", properties: { id: "route" }, geometry: { type: "LineString", coordinates: lonlats } }]
        : [];
      source("route").setData(collection(line));
    },
  };
}
