// What is not drawn in full: one mark for a compound, a community or a street, with the worst level
// nobody has acknowledged, and counts.
import { NUMERALS } from "../../words/format.mjs";
import { t } from "../../words/texts.mjs";
import { point } from "../../geometry/shapes.mjs";
import { around, levelFor, parent, summed, together } from "../places/levels.mjs";

const FEW = 64; // marks of so few are drawn beyond the view too, to be there when the map is dragged

/**
 * The features of the roll-ups.
 * @param {Place[]} places summaries
 * @param {Record<string, Row>} rollups panel of the same name
 * @param {object} speech
 * @param {(place: Row) => string} speech.nameOf a compound's name
 * @param {(id: string, level: string, place: Row) => string} [speech.divisionOf] a division's
 * @param {(rollup: Row|undefined, compounds: number) => string} speech.words
 * @param {"compound"|"community"|"street"} [level]
 */
export function rollupFeatures(places, rollups, { nameOf, divisionOf, words }, level = "compound") {
  if (level === "compound")
    return places.map((place) => mark(place.id, place.center, nameOf(place), rollups?.[place.id], words(rollups?.[place.id], 1), level));
  return together(places, level).map(({ id, places: inside }) => {
    const told = summed(inside.map((place) => rollups?.[place.id]));
    return mark(id, middle(inside), divisionOf(id, level, inside[0]), told, words(told, inside.length), level);
  });
}

/** The words of a mark: what is open, and grave alarms that nobody deals with, whose level it bears. */
export function rollupWords(told, compounds) {
  if (compounds > 1) return `${t("map.compounds", { n: compounds })} · ${rollupWords(told, 1)}`;
  const words = [
    told?.level && NUMERALS[told.level],
    told?.open && t("map.busy_compound", { open: told.open, unacked: told.unacked ?? 0 }),
    told?.alarms && t("unattended.count", { n: told.alarms }),
  ].filter(Boolean);
  return words.join(" · ") || t("map.quiet_compound");
}

function mark(id, at, name, told, counts, sort) {
  const level = told?.level ?? 0;
  return point(at, { id, sort, name, counts, icon: `rollup-${level}`, worst: told?.worst ?? 0, order: level || 9 });
}

const key = (place, level) => (level === "compound" ? place.id : parent(place.territory, level));

/** Where the mark of several compounds stands: in their middle, not in the middle of empty land. */
function middle(places) {
  const mean = (number) => places.reduce((sum, { center }) => sum + center[number], 0) / places.length;
  return [mean(0), mean(1)];
}

/**
 * Draw the roll-ups.
 * @param {ReturnType<typeof import("./sources.mjs").createFill>} fill
 * @param {Parameters<typeof rollupFeatures>[2]} speech
 */
export function createRollups(fill, speech) {
  let shown = [];
  return {
    /**
     * @param {Place[]} places all compounds
     * @param {Row} rollups
     * @param {{inView: string[], inFull: (id: string) => boolean, far: boolean}} view
     */
    draw: (places, rollups, view) => {
      const inView = new Set(view.inView);
      const seen = places.filter(({ id }) => inView.has(id));
      const level = view.far ? levelFor(seen) : "compound";
      const keys = new Set(seen.map((place) => key(place, level)));
      // A mark counts all it stands for, also what lies outside the view.
      shown = places.filter((place) => (view.far && places.length <= FEW) || keys.has(key(place, level)));
      if (!view.far) shown = shown.filter(({ id }) => !view.inFull(id));
      fill("rollups", rollupFeatures(shown, rollups, speech, level));
    },
    /** The box around what a division's mark stands for. */
    bounds: (id) => around(shown.filter(({ territory }) => territory === id || territory.startsWith(`${id}.`))),
  };
}
