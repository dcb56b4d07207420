// How far the picture is behind: a socket may be late although its frames still come.

/** Behind by more than this the picture is no longer live. */
export const LATE_MS = 2500;

const RECENT_MS = 1500; // the server says something every second
const AGAIN_MS = 10_000; // how often to ask for the time
const FIRST_MS = 1000; // the first answers are often slow ones
const FIRST = 3;

/**
 * The delay of the frames of one socket, and when to ask the server for its time.
 *
 * The most punctual frame of the last moment counts: a page that was busy takes several at once, the
 * older ones late. Before frames are called late the server is asked anew, because its clock may have
 * been set; a question that itself stays unanswered for so long is answer enough.
 * @param {ReturnType<typeof import("./server_time.mjs").createServerTime>} time
 * @param {() => number} now milliseconds that never jump
 */
export function createDelay(time, now) {
  let recent = []; // {at, received} of the last frames
  let [suspected, sure] = [null, false];
  let [asking, lastAsked, answers] = [null, -Infinity, 0];

  const behind = () => (recent.length ? Math.min(...recent.map(({ at, received }) => time.latest(received) - at)) : NaN);
  const waiting = () => (asking === null ? 0 : now() - asking);

  const suspect = () => {
    if (!(behind() > LATE_MS)) [suspected, sure] = [null, false];
    else suspected ??= now();
  };

  return {
    /** A frame that the server stamped is here. */
    frame: (at) => {
      time.stamped(at);
      recent = [...recent.filter(({ received }) => now() - received < RECENT_MS), { at, received: now() }];
      suspect();
    },
    /** Frames of another beginning (a new socket, a replay) prove nothing about the next ones. */
    reset: () => {
      [recent, asking, suspected, sure] = [[], null, null, false];
    },
    /** Whether to ask for the time now. */
    due: () => {
      const pause = answers < FIRST ? FIRST_MS : AGAIN_MS;
      if (asking !== null) return waiting() > AGAIN_MS;
      return now() - lastAsked >= pause || (suspected !== null && lastAsked < suspected);
    },
    /** The question that leaves now; what it says comes back with the answer. */
    ask: () => (asking = lastAsked = now()),
    answered: (sent, at) => {
      asking = null;
      answers += 1;
      time.answered(sent, at);
      suspect();
      const after = recent.every(({ received }) => received >= sent);
      if (suspected !== null && (after || sent >= suspected)) sure = true;
    },
    /** Everything was sent anew; an answer on its way may have been dropped for it. */
    renewed: () => (asking = null),
    /**
     * Milliseconds the picture is behind, and what to make of it: `good`, `late`, or `unsure`
     * until the server has said what time it is.
     * @returns {{ms: number, verdict: "good"|"unsure"|"late"}}
     */
    look: () => {
      const ms = behind();
      if (suspected === null) return { ms, verdict: "good" };
      return { ms, verdict: sure || waiting() > LATE_MS ? "late" : "unsure" };
    },
  };
}
