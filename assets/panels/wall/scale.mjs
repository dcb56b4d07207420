// How large a wall's letters must be: from the width of the screen and the farthest viewer. Pure.

/** Two by two 55-inch panels seen from four metres: the room the pictures were drawn for. */
export const DEFAULTS = { widthMm: 2400, viewerM: 4 };

/** The smallest angle a character may cover (NUREG-0700, ISO 9241-3), in arc minutes. */
export const ARC_MINUTES = 16;

/**
 * Height of a figure as a share of the font size. Han characters fill about 0.92 of it, so where
 * figures reach 16′, Han characters reach 20′, which is what they should have.
 */
export const FIGURE_HEIGHT = 0.73;

/** More than this share of the screen's width and the panels no longer fit beside each other. */
const LARGEST = 0.0145;

/**
 * Font size of the smallest text in CSS pixels; everything else is a multiple of it.
 * @param {{widthPx: number, widthMm?: number, viewerM?: number}} screen
 */
export function rootSize({ widthPx, widthMm = DEFAULTS.widthMm, viewerM = DEFAULTS.viewerM }) {
  const mm = viewerM * 1000 * Math.tan(((ARC_MINUTES / 60) * Math.PI) / 180);
  const px = (mm / FIGURE_HEIGHT) * (widthPx / widthMm);
  return Math.min(Math.max(px, 12), widthPx * LARGEST);
}

/** Arc minutes that a figure of this font size covers for the farthest viewer. */
export function arcMinutes({ fontPx, widthPx, widthMm = DEFAULTS.widthMm, viewerM = DEFAULTS.viewerM }) {
  const mm = fontPx * FIGURE_HEIGHT * (widthMm / widthPx);
  return (Math.atan(mm / (viewerM * 1000)) * 180 * 60) / Math.PI;
}

/** A few pixels that change every minute, so that nothing burns in: a slow walk round a square. */
export function shift(minute, px = 4) {
  const walk = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [-1, 1],
    [-1, 0],
    [-1, -1],
    [0, -1],
    [1, -1],
  ];
  const [x, y] = walk[((minute % walk.length) + walk.length) % walk.length];
  return [x * px, y * px];
}
