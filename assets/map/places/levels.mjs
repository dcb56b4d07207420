// How much of a district is drawn, and how: which compounds in full, which as a mark of their own,
// which together. Pure.

/** So many compounds are drawn in full at once, and a page with more of them begins from afar. */
export const MANY = 16;

const DEVICES = 6000; // drawn at once; states of that many still change within one frame
const MARKS = 24; // so many marks can be read on one screen
const LOYALTY = 0.8; // of its distance counts for a compound that is drawn already

const DEPTHS = { community: 3, street: 2 };

/** The territory of one level that a compound lies in. */
export function parent(territory, level) {
  return territory.split(".").slice(0, DEPTHS[level]).join(".");
}

/**
 * The compounds to draw in full: nearest to the middle first, until they are enough.
 * @param {Place[]} places in view
 * @param {[number, number]} middle
 * @param {string[]} before ids drawn in full by now
 * @returns {string[]} ids, in the order of `places`
 */
export function inFull(places, [lon, lat], before) {
  const narrow = Math.cos((lat * Math.PI) / 180);
  const far = ({ id, center: [x, y] }) => Math.hypot((x - lon) * narrow, y - lat) * (before.includes(id) ? LOYALTY : 1);
  const chosen = new Set();
  let devices = 0;
  for (const place of places.length > 1 ? [...places].sort((a, b) => far(a) - far(b)) : places) {
    devices += place.count ?? 0;
    if (chosen.size && (chosen.size === MANY || devices > DEVICES)) break;
    chosen.add(place.id);
  }
  return places.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
}

/**
 * The finest level at which what is in view can still be read as marks.
 * @param {Place[]} places in view
 * @returns {"compound"|"community"|"street"}
 */
export function levelFor(places) {
  if (places.length <= MARKS) return "compound";
  const communities = new Set(places.map(({ territory }) => parent(territory, "community")));
  return communities.size <= MARKS ? "community" : "street";
}

/**
 * Compounds put together by the community or street they lie in, in their order.
 * @returns {{id: string, places: Place[]}[]}
 */
export function together(places, level) {
  const found = new Map();
  for (const place of places) {
    const id = parent(place.territory, level);
    if (found.has(id)) found.get(id).push(place);
    else found.set(id, [place]);
  }
  return [...found].map(([id, some]) => ({ id, places: some }));
}

/**
 * The box around the boxes of some places.
 * @param {Place[]} places
 * @returns {Bounds}
 */
export function around(places) {
  const side = (number, best) => best(...places.map(({ bounds }) => bounds[number]));
  return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)];
}

/** What the roll-ups of several compounds say of them together; levels: the gravest, 1, counts. */
export function summed(rollups) {
  const known = rollups.filter(Boolean);
  const gravest = (name) => known.reduce((worst, one) => (one[name] && (!worst || one[name] < worst) ? one[name] : worst), null);
  const sum = (name) => known.reduce((total, one) => total + (one[name] ?? 0), 0);
  return { level: gravest("level"), worst: gravest("worst"), open: sum("open"), alarms: sum("alarms"), unacked: sum("unacked") };
}
