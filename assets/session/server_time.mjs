// What time it is at the server, as measured over the socket: never what this computer believes.

const KEPT_MS = 300_000;
const DRIFT = 2e-4; // two clocks part by at most this share of the time that passes
const GRAIN_MS = 2; // browsers round their clock to a millisecond, so near bounds may cross by as much

/**
 * The server's clock as bounds of (server time − own clock).
 *
 * A question that left at `sent` and was answered with `at` bounds it from both sides: the server
 * cannot have answered before it was asked, nor after the answer was here. A frame stamped `at`
 * bounds it from below. Bounds widen as they age, and the tightest ones count, so a slow answer does
 * no harm after a quick one. Where a newer bound contradicts the older ones, a clock was set or this
 * computer slept: the older ones are forgotten.
 * @param {() => number} now milliseconds that never jump: `performance.now()`, not `Date.now()`
 */
export function createServerTime(now) {
  let samples = []; // {lower, upper, taken}, the newest last

  const bounds = () => {
    let [lower, upper] = [-Infinity, Infinity];
    for (const sample of samples) {
      const drift = DRIFT * (now() - sample.taken);
      lower = Math.max(lower, sample.lower - drift);
      upper = Math.min(upper, sample.upper + drift);
    }
    return { lower, upper };
  };

  const take = (lower, upper) => {
    const before = bounds();
    const agrees = lower <= before.upper + GRAIN_MS && upper >= before.lower - GRAIN_MS;
    samples = agrees ? samples.filter(({ taken }) => now() - taken < KEPT_MS) : [];
    samples.push({ lower, upper, taken: now() });
  };

  return {
    /** The answer to a question that left at `sent` of the own clock; `at` is the server's time. */
    answered: (sent, at) => take(at - now(), at - sent),
    /** Something that the server stamped `at` is here: its clock is at least that far. */
    stamped: (at) => {
      const { lower, upper } = bounds();
      const bound = at - now();
      if (bound > upper + GRAIN_MS || samples.length === 0) take(bound, Infinity);
      else if (bound > lower) samples.at(-1).lower = Math.max(samples.at(-1).lower, bound);
    },
    /** The server's time now as well as it is known; NaN before anything was heard of it. */
    now: () => {
      const { lower, upper } = bounds();
      return now() + (upper === Infinity ? (lower === -Infinity ? NaN : lower) : (lower + upper) / 2);
    },
    /**
     * The latest that it may have been at the server at a moment of the own clock; NaN before the
     * first answer. A delay that is counted with it is never told shorter than it is, and longer by
     * one round trip of the quickest answer at most.
     */
    latest: (moment = now()) => {
      const { upper } = bounds();
      return upper === Infinity ? NaN : moment + upper;
    },
    /** How far `now` may be off, in milliseconds; Infinity before the first answer. */
    unsure_ms: () => {
      const { lower, upper } = bounds();
      return Math.max(0, upper - lower) / 2;
    },
  };
}
