// What time it is on this screen: the server's clock when live, the session's in a replay.

/**
 * A clock set by frames and running between them.
 * @param {() => number} [local] milliseconds of a local clock that never jumps
 */
export function createClock(local = () => performance.now()) {
  let base = 0;
  let since = local();
  let speed = 1;
  let mode = "live";
  let span = { start: 0, end: 0 };

  const now = () => (base ? base + (mode === "paused" ? 0 : (local() - since) * speed) : Date.now());

  /**
   * Take the time from a frame; small corrections are left to the running clock.
   * @param {Row} frame
   * @param {number} [measured] the server's time now, if it was measured: a late frame's is an old one
   */
  const set = (frame, measured = NaN) => {
    if (frame.clock) {
      ({ mode, speed = 1 } = frame.clock);
      span = { start: frame.clock.start ?? span.start, end: frame.clock.end ?? span.end };
    }
    const instant = mode === "live" && Number.isFinite(measured) ? measured : (frame.clock?.now ?? frame.at);
    const far = Math.abs(instant - now()) > 250 * Math.max(1, speed);
    if (Number.isFinite(instant) && (frame.clock || far || !base)) [base, since] = [instant, local()];
  };

  return {
    now,
    set,
    get mode() {
      return mode;
    },
    get speed() {
      return speed;
    },
    get span() {
      return span;
    },
  };
}
