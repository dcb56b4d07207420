// What the service says of itself: a badge for each kind of condition that stands. A new one is
// announced by the news; the list itself is silent, for its counts and times change all the while.
import { attribute, byId, h, keyed, say } from "../ui/dom.mjs";
import { clock, shortDay } from "../words/format.mjs";
import { t } from "../words/texts.mjs";

const HALF_A_DAY_MS = 43_200_000; // an hour of the day alone would be taken for today's

/**
 * One row for each code, in the order told: the streets it stands in, since when, how often.
 * @param {Row[]} conditions of the panel
 */
export function grouped(conditions) {
  const rows = new Map();
  for (const { code, tone, street, since, count, figures } of conditions) {
    const row = rows.get(code) ?? { code, tone, streets: [], since, count: 0, figures };
    rows.set(code, {
      ...row,
      streets: [...row.streets, street].filter(Boolean),
      since: Math.min(row.since, since),
      count: row.count + count,
    });
  }
  return [...rows.values()];
}

/** When something began, short: with its day once that is not plain. */
export function sinceWords(since, now) {
  const time = clock(since, false);
  return Math.abs(now - since) < HALF_A_DAY_MS ? time : `${shortDay(since)} ${time}`;
}

/**
 * Where a condition stands, for somebody who sees several streets; empty for who sees one.
 * @param {string[]} streets territory paths
 * @param {Row[]} places
 */
export function whereWords(streets, places) {
  const seen = new Map(places.map((place) => [place.territory.split(".").slice(0, 2).join("."), place.street]));
  if (seen.size < 2 || streets.length === 0) return "";
  return streets.length === 1 ? (seen.get(streets[0]) ?? streets[0]) : t("condition.streets", { n: streets.length });
}

/**
 * What is said of one: what holds, where, and what a person does about it.
 * @param {Row} row as `grouped` gives it
 * @param {import("./desk.mjs").Desk} desk
 */
export function partsOf(row, desk) {
  const words = { ...row.figures, time: sinceWords(row.since, desk.clock.now()), n: row.count };
  return {
    what: t(`condition.words.${row.code}`, words),
    where: whereWords(row.streets, desk.places),
    mend: t(`condition.mend.${row.code}`, words),
  };
}

/** @param {import("./desk.mjs").Desk} desk */
export function createConditions(desk) {
  const list = byId("conditions");
  const create = () => h("li", {}, h("strong"), h("span", { class: "where" }), h("span", { class: "mend" }));
  const draw = () => {
    keyed(
      list,
      grouped(desk.panels().conditions ?? []),
      (row) => row.code,
      create,
      (node, row) => {
        const { what, where, mend } = partsOf(row, desk);
        attribute(node, "data-tone", row.tone);
        say(node.querySelector("strong"), what);
        say(node.querySelector(".where"), where);
        say(node.querySelector(".mend"), mend);
      },
    );
  };
  return { draw };
}
