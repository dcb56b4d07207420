// Vector tiles of what stands still: sources and layers for each set this person may have, and the
// few states that buildings in the middle distance show.
import { addProtocol } from "../../vendor/maplibre-gl.mjs";
import { Protocol } from "../../vendor/pmtiles.mjs";
import { parent } from "./levels.mjs";

const AGAIN_MS = 10_000; // tiles are cut while the page is open already

addProtocol("pmtiles", new Protocol().tile);

/**
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {object} options
 * @param {any[]} options.patterns layers to add for each set
 * @param {(path: string) => Promise<any>} options.read JSON of an address
 * @param {(name: string) => boolean} options.shown whether a switch is on
 * @param {() => void} options.onSets sets have been added
 */
export function createTiles(map, { patterns, read, shown, onSets }) {
  const sets = new Map();
  const marked = new Map();

  const add = ({ territory, file, bounds, minzoom, maxzoom }) => {
    const source = `tiles@${territory}`;
    const archive = new URL(`/api/tiles/${file}`, location.href).href;
    map.addSource(source, { type: "vector", tiles: [`pmtiles://${archive}/{z}/{x}/{y}`], bounds, minzoom, maxzoom, promoteId: "id" });
    for (const { metadata, ...layer } of patterns) {
      const visibility = shown(metadata["dayuan:layer"]) ? "visible" : "none";
      map.addLayer(
        { ...layer, id: `${layer.id}@${territory}`, source, metadata, layout: { ...layer.layout, visibility } },
        metadata["dayuan:before"],
      );
    }
    sets.set(territory, source);
  };

  const load = async () => {
    const told = await read("/api/tiles").catch(() => null);
    for (const one of told?.sets ?? []) if (!sets.has(one.territory)) add(one);
    if (told?.sets.length) onSets();
    if (!told?.ready) setTimeout(load, AGAIN_MS);
    return told;
  };

  return {
    load,
    show: (name, visible) => {
      for (const territory of sets.keys())
        for (const { id, metadata } of patterns)
          if (metadata["dayuan:layer"] === name) map.setLayoutProperty(`${id}@${territory}`, "visibility", visible ? "visible" : "none");
    },
    /**
     * Colour buildings by the level of what is open in them; the others go back.
     * @param {{building: string, territory: string, level: number}[]} cases
     */
    mark: (cases) => {
      const now = new Map();
      for (const { building, territory, level } of cases) {
        const source = sets.get(parent(territory, "street"));
        if (source && level < (now.get(building)?.level ?? 9)) now.set(building, { source, level });
      }
      const put = (id, { source }, level) => map.setFeatureState({ source, sourceLayer: "place", id }, { level });
      for (const [id, one] of marked) if (!now.has(id)) put(id, one, 0);
      for (const [id, one] of now) if (marked.get(id)?.level !== one.level) put(id, one, one.level);
      marked.clear();
      for (const [id, one] of now) marked.set(id, one);
    },
  };
}
