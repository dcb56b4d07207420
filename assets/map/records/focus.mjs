// What stands out: the picked device, the cameras that see the selected case, the way there.

/**
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {ReturnType<typeof import("./sources.mjs").createFill>} fill
 */
export function createFocus(map, fill) {
  let picked = null;
  let seen = new Set();

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
    /** Draw one way, or none; `cut` says that something stands in it that no way leads round. */
    route: (lonlats, cut = false) => {
      const line =
        lonlats?.length > 1
          ? [{ type: "Feature", properties: { id: "route", cut }, geometry: { type: "LineString", coordinates: lonlats } }]
          : [];
      fill("route", line);
    },
  };
}
