// Responders walk: each glides from where it is drawn to where it was last heard of. Pure but for
// the frame loop at the end, which is handed in.
import { distance } from "../../geometry/shapes.mjs";

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
    /** Whether anybody is under way. */
    moving: (now) => [...tracks.values()].some(({ start, span }) => span > 0 && now - start < span),
    at: (id, now) => (tracks.has(id) ? where(tracks.get(id), now) : null),
  };
}

/** How often a glide is drawn. */
export const STEP_MS = 50;

/**
 * Draw responders into their source: few, so each change is a small diff.
 *
 * What is drawn is compared with where everybody stands: whoever stands elsewhere is moved, whichever
 * way their track took. Somebody who walked, jumped, or may not glide is drawn by the same line.
 * @param {() => Row} source gives the GeoJSON source
 * @param {object} options
 * @param {(row: Row) => Row} options.describe properties of a responder's symbol
 * @param {boolean} options.still
 * @param {() => number} [options.now] milliseconds that never jump
 * @param {(act: () => void) => any} [options.next] gives a timer to the next step
 */
export function createMovers(source, { describe, still, now = () => performance.now(), next = (act) => setTimeout(act, STEP_MS) }) {
  const tracks = createTracks({ still });
  const drawn = new Map(); // id -> what the source holds: the look as a key, and the position
  let running = false;

  /** Everybody who is drawn where they are not, as the updates that put it right. */
  const moves = (time) => {
    const updates = [];
    for (const [id, sign] of drawn) {
      const lonlat = tracks.at(id, time);
      if (lonlat[0] === sign.lonlat[0] && lonlat[1] === sign.lonlat[1]) continue;
      sign.lonlat = lonlat;
      updates.push({ id, newGeometry: { type: "Point", coordinates: lonlat } });
    }
    return updates;
  };

  const put = (time) => {
    const update = moves(time);
    if (update.length) source().updateData({ update });
  };

  const step = () => {
    const time = now();
    put(time);
    running = tracks.moving(time);
    if (running) next(step);
  };

  /** Whoever came, changed their look or has no place any more. */
  const looks = (rows, time) => {
    const diff = { add: [], remove: [], update: [] };
    const gone = new Set(drawn.keys());
    for (const row of rows) {
      if (!row.lonlat) continue;
      gone.delete(row.id);
      const properties = describe(row);
      const key = JSON.stringify(properties);
      const lonlat = tracks.aim(row.id, row.lonlat, time);
      const sign = drawn.get(row.id);
      if (!sign)
        diff.add.push({
          type: "Feature",
          id: row.id,
          geometry: { type: "Point", coordinates: lonlat },
          properties: { id: row.id, ...properties },
        });
      else if (sign.key !== key)
        diff.update.push({ id: row.id, addOrUpdateProperties: Object.entries(properties).map(([name, value]) => ({ key: name, value })) });
      drawn.set(row.id, { key, lonlat: sign?.lonlat ?? lonlat });
    }
    for (const id of gone) {
      diff.remove.push(id);
      drawn.delete(id);
      tracks.drop(id);
    }
    return diff;
  };

  const draw = (rows) => {
    const diff = looks(rows, now());
    if (diff.add.length || diff.remove.length || diff.update.length) source().updateData(diff);
    if (running) put(now());
    else step();
  };
  return { draw, at: (id) => tracks.at(id, now()) };
}
