// A place somebody asked for: a pin at its entrance, a band of light around its floor.
import { Marker } from "../../vendor/maplibre-gl.mjs";
import { collection, grown } from "../../geometry/shapes.mjs";

const SOURCE = "marked";
const FOOT_M = 1.4; // the plinth of light that says which building it is

/**
 * Shapes of light for a place in a building; none for one outdoors.
 * @param {Row|undefined} building feature
 * @param {number} floor 0 when it is not known
 */
export function markShapes(building, floor) {
  if (!building) return [];
  const { id, height, floors } = building.properties;
  const ring = building.geometry.coordinates[0];
  const shape = (by, base, top) => ({
    type: "Feature",
    properties: { id, base, height: top },
    geometry: { type: "Polygon", coordinates: [grown(ring, by)] },
  });
  const found = [shape(1.1, 0, Math.min(FOOT_M, height))];
  if (floor > 0 && floor <= floors) found.push(shape(0.6, ((floor - 1) * height) / floors, (floor * height) / floors));
  return found;
}

/**
 * One mark at most; data never removes it, only a person does.
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {{buildingOf: (id: string) => Row|undefined, colour: string}} options
 */
export function createMark(map, { buildingOf, colour }) {
  let row = null;
  const [node, words] = [document.createElement("div"), document.createElement("span")];
  node.className = "map-mark";
  node.style.setProperty("--mark", colour);
  node.append(words, document.createElement("i"));
  const pin = new Marker({ element: node, anchor: "bottom" });

  const draw = () => {
    const shapes = row ? markShapes(buildingOf(row.building), row.floor ?? 0) : [];
    const drawn = /** @type {import("../../vendor/maplibre-gl.mjs").GeoJSONSource|undefined} */ (map.getSource(SOURCE));
    if (!drawn && shapes.length === 0) return;
    if (drawn) drawn.setData(collection(shapes));
    else add(shapes);
  };

  const add = (shapes) => {
    map.addSource(SOURCE, { type: "geojson", data: collection(shapes), promoteId: "id" });
    map.addLayer({
      id: SOURCE,
      type: "fill-extrusion",
      source: SOURCE,
      paint: {
        "fill-extrusion-color": colour,
        "fill-extrusion-base": ["get", "base"],
        "fill-extrusion-height": ["get", "height"],
        "fill-extrusion-opacity": 0.75,
      },
    });
  };

  return {
    /** Mark what a search found: {name, lonlat, building, floor}. */
    show: (wanted) => {
      row = wanted;
      words.textContent = wanted.name;
      pin.setLngLat(wanted.lonlat).addTo(map);
      draw();
    },
    /** Draw again: the building's compound may have come since. */
    redraw: draw,
    /** Take the mark away; says whether there was one. */
    clear: () => {
      const was = row !== null;
      row = null;
      pin.remove();
      if (was) draw();
      return was;
    },
  };
}
