// A map is made when its library is there, and made anew whenever the graphics fail: a driver that
// was reset, a machine that slept, a screen that runs for a year. The rest of the page goes on.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const LONG_MS = 10_000; // from then on a person may want to do something about it
const SOUND_MS = 60_000; // a map that stood for so long is given no longer wait when it fails again
const TOLD_MS = 30_000;

/**
 * Keep a map standing.
 * @param {object} parts
 * @param {(view: object|null, onLost: (view: object) => void) => Promise<void>} parts.build make the
 *   map, looking where the last one looked; resolves once it stands, rejects when it cannot be made
 * @param {(key: string|null, words?: object) => void} parts.tell what to say over the map; null: nothing
 * @param {() => void} parts.onGone the map is gone, from now on nobody may ask it anything
 * @param {(act: () => void, ms: number) => any} [parts.later]
 * @param {() => number} [parts.now] milliseconds that never jump
 * @returns {() => Promise<void>} begin; resolves after the first attempt
 */
export function createMount({ build, tell, onGone, later = (act, ms) => setTimeout(act, ms), now = () => performance.now() }) {
  let [turn, tries, stood, goneAt, stoodAt, view] = [0, 0, false, null, 0, null];

  const again = () => {
    const waited = goneAt !== null && now() - goneAt > LONG_MS;
    tell(!stood ? "map.failed" : waited ? "map.lost_long" : "map.lost");
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10));
    tries += 1;
    const mine = turn;
    later(() => mine === turn && attempt(), wait);
  };

  const lost = (mine) => (from) => {
    if (mine !== turn) return;
    turn += 1; // whatever that attempt still says counts no more
    if (goneAt === null && now() - stoodAt > SOUND_MS) tries = 0;
    goneAt ??= now();
    view = from;
    onGone();
    again();
  };

  const attempt = async () => {
    const mine = (turn += 1);
    try {
      await build(view, lost(mine));
    } catch (error) {
      console.warn("map", error);
      if (mine === turn) again();
      return;
    }
    if (mine === turn) stands(mine);
  };

  const stands = (mine) => {
    const gone = goneAt;
    [stood, stoodAt, goneAt] = [true, now(), null];
    if (gone === null) return tell(null);
    tell("map.back", { seconds: Math.max(1, Math.round((now() - gone) / 1000)) });
    return later(() => mine === turn && tell(null), TOLD_MS);
  };

  return attempt;
}
