// Pixel density in words: editions of IEC 62676-4 and their levels, as the catalogue has them.
import { memory } from "../session/memory.mjs";
import { inLanguage, t } from "./texts.mjs";

const KEY = "dayuan.edition";
const FIRST = "2014";

/** The edition this person reads densities in. */
export const edition = () => memory.get(KEY, FIRST);

/** Remember the edition this person chose. */
export const chooseEdition = (year) => memory.set(KEY, year);

/** A level's name in the language on screen. */
export function levelName(catalogue, year, name) {
  const level = catalogue.densities?.[year]?.levels?.[name];
  return level ? inLanguage(level.label, level.en) : "";
}

/**
 * How well a camera sees a place: 126 px/m, its level, and what makes it less sure.
 * @param {{density_px_m: number, levels: Record<string, string>, certainty: number, beside: boolean}} camera
 */
export function densityWords(camera, catalogue, year = edition()) {
  if (!Number.isFinite(camera.density_px_m)) return "";
  const words = [t("sight.density", { px: Math.round(camera.density_px_m) }), levelName(catalogue, year, camera.levels?.[year])];
  if (camera.beside) words.push(t("sight.beside"));
  else if (camera.certainty < 1) words.push(t("sight.maybe"));
  return words.filter(Boolean).join(" ");
}

/** Rings of one edition. */
export function ofEdition(features, year) {
  return features.filter(({ properties }) => properties.edition === year);
}

const ENDS = [0.15, 0.85]; // of an arc: words of neighbours stand apart

/** Where a ring's words stand: near an end of its longest arc, those of the next ring near the other. */
export function ringLabel({ properties, geometry }, i = 0) {
  const longest = geometry.coordinates.reduce((one, other) => (other.length > one.length ? other : one));
  const words = `${inLanguage(properties.label, properties.en)} ${properties.px_m}`;
  const coordinates = longest[Math.round((longest.length - 1) * ENDS[i % 2])];
  return { type: "Feature", geometry: { type: "Point", coordinates }, properties: { id: `${properties.id}/words`, words } };
}

/** A line of the key to the rings. */
export function ringWords({ properties: { label, en, px_m: px, radius_m: radius } }) {
  return `${t("sight.ring", { level: inLanguage(label, en), px })} · ${radius} m`;
}
