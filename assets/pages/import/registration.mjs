// How far a map is off: a corner that was clicked against where it is known to be. No document here.

/**
 * Degrees of a point of the map, whose units are metres east and south of an origin.
 * @param {{lon: number, lat: number, east: number, north: number}} frame origin, metres per degree
 * @param {{x: number, y: number}} point
 */
export function degrees(frame, point) {
  return { lon: frame.lon + point.x / frame.east, lat: frame.lat - point.y / frame.north };
}

/** The point of the map at a place in degrees. */
export function onMap(frame, place) {
  return { x: (place.lon - frame.lon) * frame.east, y: (frame.lat - place.lat) * frame.north };
}

/** Metres east and north that lead from one point of the map to another. */
export function offset(from, to) {
  return { east: to.x - from.x, north: from.y - to.y };
}

/**
 * The corner nearest to a click, or null when none is within reach.
 * @param {{x: number, y: number}[]} corners
 * @param {{x: number, y: number}} click
 * @param {number} reach metres
 */
export function nearest(corners, click, reach) {
  let best = null;
  let least = reach;
  for (const corner of corners) {
    const away = Math.hypot(corner.x - click.x, corner.y - click.y);
    if (away <= least) [best, least] = [corner, away];
  }
  return best;
}

/** The corners of an SVG polygon's or polyline's `points`. */
export function cornersOf(points) {
  return points
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const [x, y] = pair.split(",").map(Number);
      return { x, y };
    });
}

/** Text such as "113.15, 27.83" as a place, or null when it is none on the earth. */
export function placeOf(text) {
  const found = /^\s*(-?\d+(?:\.\d+)?)\s*[,，\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  if (!found) return null;
  const [lon, lat] = [Number(found[1]), Number(found[2])];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat } : null;
}

/** The columns of a list's first line, whatever separates them and whichever letters it is in. */
export function columnsOf(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    text = new TextDecoder("gb18030").decode(bytes);
  }
  const first = text.split(/\r?\n/, 1)[0];
  const mark = [",", ";", "\t", "|"].reduce((a, b) => (first.split(b).length > first.split(a).length ? b : a));
  return first
    .split(mark)
    .map((word) => word.trim().replace(/^"|"$/g, ""))
    .filter(Boolean);
}
