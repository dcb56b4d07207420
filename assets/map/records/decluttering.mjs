// Badges for a compound, dots for a crowd: symbols are for a few thousand things, circles for many.

/** More devices than this in view are a crowd, fewer than that no longer: each change costs tiles. */
export const CROWD = 3000;
export const NO_CROWD = 2000;

/**
 * Dots instead of badges while many devices are in view, up to the zoom where few are left.
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {{zoom: number, dots: Record<string, string[]>}} crowded what the style says of it
 * @param {number} from zoom from which devices are drawn at all
 */
export function createCrowding(map, { zoom, dots }, from) {
  const usual = new Map();
  for (const { id, minzoom = 0 } of map.getStyle().layers) usual.set(id, minzoom);
  let now = false;
  return function count(devices) {
    const many = devices > (now ? NO_CROWD : CROWD);
    if (many === now) return;
    now = many;
    for (const [dot, badges] of Object.entries(dots)) {
      map.setLayerZoomRange(dot, many ? from : usual.get(dot), many ? zoom : 24);
      for (const badge of badges) map.setLayerZoomRange(badge, many ? zoom : usual.get(badge), 24);
    }
  };
}
