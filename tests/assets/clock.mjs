// A clock that the test moves, and the timers that were set by it.

/** @param {number} start milliseconds */
export function handClock(start = 0) {
  let time = start;
  const timers = [];
  return {
    now: () => time,
    later: (act, ms) => timers.push({ act, at: time + ms }),
    /** Let milliseconds pass in which no timer ran, as while a computer sleeps. */
    jump: (ms) => (time += ms),
    /** Let milliseconds pass; gives what is due in them, each when its time has come. */
    *due(ms) {
      const end = time + ms;
      for (;;) {
        timers.sort((a, b) => a.at - b.at);
        if (!timers.length || timers[0].at > end) break;
        const { act, at } = timers.shift();
        time = Math.max(time, at);
        yield act;
      }
      time = end;
    },
  };
}
