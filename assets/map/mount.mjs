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
 * @param {(view: Row|null, onLost: (view: Row) => void) => Promise<void>} parts.build make the
 *   map, looking where the last one looked; resolves once it stands, rejects when it cannot be made
 * @param {(key: string|null, words?: Row) => void} parts.tell what to say over the map; null: nothing
 * @param {() => void} parts.onGone the map is gone, from now on nobody may ask it anything
 * @param {() => string|undefined} [parts.here] the compound that the page is about
 * @param {(compound: string) => void} [parts.turn] look at a compound: the page went on while there was no map
 * @param {(act: () => void, ms: number) => any} [parts.later]
 * @param {() => number} [parts.now] milliseconds that never jump
 * @returns {() => Promise<void>} begin; resolves after the first attempt
 */
export function createMount({
  build,
  tell,
  onGone,
  here = () => undefined,
  turn = () => {},
  later = (act, ms) => setTimeout(act, ms),
  now = () => performance.now(),
}) {
  let [round, tries, stood, goneAt, stoodAt, view, left] = [0, 0, false, null, 0, null, undefined];

  const again = () => {
    const waited = goneAt !== null && now() - goneAt > LONG_MS;
    tell(!stood ? "map.failed" : waited ? "map.lost_long" : "map.lost");
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10));
    tries += 1;
    const mine = round;
    later(() => mine === round && attempt(), wait);
  };

  const lost = (mine) => (from) => {
    if (mine !== round) return;
    round += 1; // whatever that attempt still says counts no more
    if (goneAt === null && now() - stoodAt > SOUND_MS) tries = 0;
    if (goneAt === null) [goneAt, left] = [now(), here()];
    view = from;
    onGone();
    again();
  };

  const attempt = async () => {
    const mine = (round += 1);
    try {
      await build(view, lost(mine));
    } catch (error) {
      console.warn("map", error);
      if (mine === round) again();
      return;
    }
    if (mine === round) stands(mine);
  };

  const stands = (mine) => {
    const gone = goneAt;
    [stood, stoodAt, goneAt] = [true, now(), null];
    if (gone === null) return tell(null);
    if (here() !== left) turn(here());
    tell("map.back", { seconds: Math.max(1, Math.round((now() - gone) / 1000)) });
    return later(() => mine === round && tell(null), TOLD_MS);
  };

  return attempt;
}
