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

  /** Take the time from a frame; small corrections are left to the running clock. */
  const set = (frame) => {
    const told = frame.clock?.now ?? frame.at;
    if (frame.clock) {
      ({ mode, speed = 1 } = frame.clock);
      span = { start: frame.clock.start ?? span.start, end: frame.clock.end ?? span.end };
    }
    const far = Math.abs(told - now()) > 250 * Math.max(1, speed);
    if (Number.isFinite(told) && (frame.clock || far || !base)) [base, since] = [told, local()];
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
