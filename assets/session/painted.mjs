// How long an event takes until it stands painted on this screen, by the server's clock.

const MINUTE_MS = 60_000;
const SHOWN_MS = 10_000;
const KEPT = 64; // frames whose painting is remembered
const OVERDUE_MS = 5000;

/** What the page does twice after a frame was handed out; then what the frame brought is painted. */
export const twoFrames = (act) => requestAnimationFrame(() => requestAnimationFrame(act));

/**
 * Measures event to painted. A text frame says when its newest event happened and the time of the
 * frames that showed it first; when those were painted is known here. Frames that were painted by
 * nobody (a hidden page) and events from a clock that is ahead of the server's measure nothing.
 * @param {object} parts
 * @param {{latest: () => number}} parts.time the server's; a bound, so that nothing is told shorter
 * @param {() => number} parts.now milliseconds that never jump
 * @param {(act: () => void) => void} [parts.afterPaint]
 * @param {() => boolean} [parts.hidden]
 */
export function createPainted({ time, now, afterPaint = twoFrames, hidden = () => document.hidden }) {
  const painted = new Map(); // server time of a frame -> when it was painted
  let [waiting, due, samples, newest] = [[], [], [], null];

  const measure = () => {
    due = due.filter((event) => {
      const ms = painted.get(event.shown) - event.at;
      if (ms >= 0) samples.push({ at: now(), ms });
      return !painted.has(event.shown) && now() - event.heard < OVERDUE_MS;
    });
    samples = samples.filter(({ at }) => now() - at < MINUTE_MS);
  };

  const paint = () => {
    const at = time.latest();
    for (const frame of waiting.splice(0)) if (!painted.has(frame)) painted.set(frame, at);
    for (const frame of [...painted.keys()].slice(0, -KEPT)) painted.delete(frame);
    measure();
  };

  const share = (part, within) => {
    const found = samples
      .filter(({ at }) => now() - at < within)
      .map(({ ms }) => ms)
      .sort((a, b) => a - b);
    return found.length ? found[Math.min(found.length - 1, Math.floor(part * found.length))] : NaN;
  };

  return {
    /** A frame was handed to whoever draws; `begins` says that it is a snapshot, which tells no delay. */
    frame: ({ at, newest: event, shown }, begins = false) => {
      if (hidden()) return void (waiting = []);
      if (waiting.push(at) === 1) afterPaint(paint);
      if (event === undefined) return;
      if (event !== newest && !begins && event !== null) due.push({ at: event, shown, heard: now() });
      newest = event;
    },
    /** The usual milliseconds of the last seconds; NaN when nothing new was painted in them. */
    usual_ms: () => share(0.5, SHOWN_MS),
    /** The same of the last minute, and what one event in twenty exceeds. */
    minute: () => ({ p50_ms: share(0.5, MINUTE_MS), p95_ms: share(0.95, MINUTE_MS) }),
  };
}
