// A camera's pose while somebody changes it: what may be changed, and how that is asked for. Pure.

/**
 * One row a figure: `path` in the pose, bounds as the server has them, `clears` what else says the
 * same and gives way, `optional` when it may be unknown.
 */
export const FIELDS = [
  { name: "lon", path: "lonlat.0", min: -180, max: 180, step: 0.000001 },
  { name: "lat", path: "lonlat.1", min: -90, max: 90, step: 0.000001 },
  { name: "height", path: "height_m", min: 0, max: 200, step: 0.1 },
  { name: "azimuth", path: "azimuth_deg", min: 0, max: 360, step: 1, optional: true },
  { name: "unsure", path: "lens.azimuth_unsure_deg", min: 0, max: 180, step: 0.5 },
  { name: "tilt", path: "lens.tilt_deg", min: -30, max: 90, step: 1, optional: true },
  { name: "hfov", path: "hfov_deg", min: 1, max: 360, step: 1, optional: true, clears: "lens.focal_mm" },
  { name: "focal", path: "lens.focal_mm", min: 0.5, max: 1000, step: 0.1, optional: true, clears: "hfov_deg" },
  { name: "vfov", path: "lens.vfov_deg", min: 1, max: 180, step: 1, optional: true },
  { name: "pixels", path: "lens.pixels_wide", min: 160, max: 20000, step: 1 },
  { name: "range", path: "range_m", min: 1, max: 1000, step: 1, optional: true },
];
const MASK_DEG = 20; // a new mask until somebody says better
const MOST_MASKS = 36;

/** The value at a path such as `lens.tilt_deg`. */
export function valueAt(pose, path) {
  return path.split(".").reduce((value, name) => value[name], pose);
}

/** The pose with another value at a path; the one given stays as it was. */
export function withValue(pose, path, value) {
  const [name, ...rest] = path.split(".");
  const copy = Array.isArray(pose) ? [...pose] : { ...pose };
  copy[name] = rest.length ? withValue(pose[name], rest.join("."), value) : value;
  return copy;
}

/** What a person typed as a figure: null for unknown, NaN for what cannot be. */
export function figureOf({ min, max, optional }, words) {
  if (words.trim() === "") return optional ? null : NaN;
  const value = Number(words);
  return value >= min && value <= max ? value : NaN;
}

/** The pose with what was typed in a row, and without what says the same in other words. */
export function typed(pose, row, value) {
  const changed = withValue(pose, row.path, value);
  return row.clears && value !== null ? withValue(changed, row.clears, null) : changed;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const differing = (before, after) => Object.fromEntries(Object.entries(after).filter(([name, value]) => !same(before[name], value)));

/** What the server is asked for: only what differs, so that two people's changes both count. */
export function wishOf(before, after) {
  const { lens, ...wish } = differing(before, after);
  return lens ? { ...wish, lens: differing(before.lens, after.lens) } : wish;
}

/** The masks with those over façades of homes added. */
export function withFacades(masks, facades) {
  return [...masks, ...facades.map(({ from_deg: from, to_deg: to }) => [from, to])].slice(0, MOST_MASKS);
}

/** The masks with one more, in the middle of the picture. */
export function withMask(masks, azimuth) {
  const turned = (degrees) => Number(((degrees + 360) % 360).toFixed(1));
  return [...masks, [turned((azimuth ?? 0) - MASK_DEG / 2), turned((azimuth ?? 0) + MASK_DEG / 2)]].slice(0, MOST_MASKS);
}
