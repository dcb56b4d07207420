// The name of every compound that is drawn in full, on the far edge of its ground: which one is it?
import { point } from "../../geometry/shapes.mjs";

/**
 * The names to draw.
 * @param {Place[]} places summaries of compounds drawn in full
 * @param {(id: string) => Row[]} outlineOf the features of a compound's outline
 * @param {(id: string) => string} nameOf in the language on screen
 */
export function nameFeatures(places, outlineOf, nameOf) {
  return places.map(({ id, bounds }) => point(edgeOf(outlineOf(id), bounds), { id: `${id}#name`, name: nameOf(id) }));
}

/** The northernmost corner: behind everything on a map that mostly looks north, so over nothing. */
function edgeOf(outline, [west, , east, north]) {
  const corners = outline.flatMap(({ geometry: { type, coordinates } }) =>
    (type === "MultiPolygon" ? coordinates.flat(1) : type === "Polygon" ? coordinates : [coordinates]).flat(1),
  );
  return corners.reduce((a, b) => (b[1] > a[1] ? b : a), corners[0] ?? [(west + east) / 2, north]);
}
