// Responders walk: each glides from where it is drawn to where it was last heard of. Pure but for
// the frame loop at the end, which is handed in.
import { distance } from "./geometry.mjs";

/** A glide never lasts longer: the map must not lag behind the truth. */
export const GLIDE_MS = 1000;

/** Farther than this is not a walk but a correction or a jump in time. */
export const JUMP_M = 120;

/**
 * Positions in motion.
 * @param {{still?: boolean}} [options] still: everybody jumps (reduced motion)
 */
export function createTracks({ still = false } = {}) {
  const tracks = new Map();

  const where = (track, now) => {
    const share = track.span === 0 ? 1 : Math.min(1, Math.max(0, (now - track.start) / track.span));
    return share === 1
      ? track.to
      : [track.from[0] + (track.to[0] - track.from[0]) * share, track.from[1] + (track.to[1] - track.from[1]) * share];
  };

  return {
    /** Send somebody somewhere; gives the position to draw now. */
    aim: (id, lonlat, now) => {
      const track = tracks.get(id);
      if (!track || still || distance(track.to, lonlat) > JUMP_M) {
        tracks.set(id, { from: lonlat, to: lonlat, start: now, span: 0 });
        return lonlat;
      }
      if (track.to[0] === lonlat[0] && track.to[1] === lonlat[1]) return where(track, now);
      const from = where(track, now);
      // As long as the last report is old, up to a second: a stream of reports becomes a steady walk.
      tracks.set(id, { from, to: lonlat, start: now, span: Math.min(GLIDE_MS, Math.max(200, now - track.start)) });
      return from;
    },
    drop: (id) => tracks.delete(id),
    /** Who is under way now, and where. */
    moving: (now) => {
      const found = [];
      for (const [id, track] of tracks) {
        if (track.span === 0) continue;
        found.push([id, where(track, now)]);
        if (now - track.start >= track.span) track.span = 0;
      }
      return found;
    },
    at: (id, now) => (tracks.has(id) ? where(tracks.get(id), now) : null),
  };
}

const STEP_MS = 50;

/**
 * Draw responders into their source: few, so each change is a small diff.
 * @param {object} source the GeoJSON source
 * @param {object} options
 * @param {(row: object) => object} options.describe properties of a responder's symbol
 * @param {boolean} options.still
 */
export function createMovers(source, { describe, still, now = () => performance.now(), next = (act) => setTimeout(act, STEP_MS) }) {
  const tracks = createTracks({ still });
  const drawn = new Map();
  let running = false;

  const step = () => {
    const moving = tracks.moving(now());
    running = moving.length > 0;
    if (!running) return;
    source().updateData({ update: moving.map(([id, lonlat]) => ({ id, newGeometry: { type: "Point", coordinates: lonlat } })) });
    next(step);
  };

  const draw = (rows) => {
    const diff = { add: [], remove: [], update: [] };
    const seen = new Set();
    for (const row of rows) {
      if (!row.lonlat) continue;
      seen.add(row.id);
      const properties = describe(row);
      const key = JSON.stringify(properties);
      const lonlat = tracks.aim(row.id, row.lonlat, now());
      if (!drawn.has(row.id)) diff.add.push({ type: "Feature", id: row.id, geometry: { type: "Point", coordinates: lonlat }, properties: { id: row.id, ...properties } });
      else if (drawn.get(row.id) !== key)
        diff.update.push({ id: row.id, addOrUpdateProperties: Object.entries(properties).map(([name, value]) => ({ key: name, value })) });
      drawn.set(row.id, key);
    }
    for (const id of drawn.keys())
      if (!seen.has(id)) {
        diff.remove.push(id);
        drawn.delete(id);
        tracks.drop(id);
      }
    if (diff.add.length || diff.remove.length || diff.update.length) source().updateData(diff);
    // Somebody may stand still and yet have been corrected: one step draws where everybody is.
    if (!running) {
      running = true;
      next(step);
    }
  };
  return { draw, at: (id) => tracks.at(id, now()) };
}
