// What is said where nothing waits: that all is normal, if it is, else what stands open all the same.
import { grouped, sinceWords } from "../conditions.mjs";
import { t } from "../../words/texts.mjs";

/**
 * What else stands open, worst first: the word of each, and its number in the panels.
 * @type {[string, (panels: Row) => number|undefined][]}
 */
const OPEN = [
  ["unjudged", ({ standing }) => standing.unjudged],
  ["alarms", ({ standing }) => standing.alarms],
  ["waiting", ({ counts }) => counts.waiting],
  ["working", ({ counts }) => counts.working],
  ["shelved", ({ standing }) => standing.shelved],
  ["silent", ({ standing }) => standing.silent],
  ["unheard", ({ standing }) => standing.unheard],
  ["conditions", ({ conditions = [] }) => grouped(conditions).length],
];

/**
 * What may be said of everything the person may see, whatever this screen looks at.
 *
 * `calm` is said only by a server that is heard now, that reads and derives, of devices that spoke
 * and are not silent, without an open case and without an alarm that holds or should be raised.
 * @param {object} facts
 * @param {string} facts.link state of the socket
 * @param {Row} facts.panels
 * @param {number} facts.now
 * @returns {{state: "waiting"|"unknown"|"calm"|"open", words: string}}
 */
export function calm({ link, panels, now }) {
  const { counts, standing, conditions = [] } = panels;
  if (!counts || !standing) return { state: "waiting", words: t("queue.loading") };
  if (link !== "live") return { state: "unknown", words: t("calm.link") };
  const bad = grouped(conditions).find(({ tone }) => tone === "bad");
  if (bad)
    return {
      state: "unknown",
      words: t(`condition.words.${bad.code}`, { ...bad.figures, time: sinceWords(bad.since, now), n: bad.count }),
    };
  if (standing.devices === 0) return { state: "unknown", words: t("calm.no_devices") };
  if (standing.unheard === standing.devices) return { state: "unknown", words: t("calm.no_data") };
  const open = OPEN.map(([name, number]) => ({ name, n: number(panels) ?? 0 })).filter(({ n }) => n > 0);
  if (open.length === 0) return { state: "calm", words: t("calm.normal") };
  return { state: "open", words: open.map(({ name, n }) => t(`calm.${name}`, { n })).join(" · ") };
}

/** Whether the list that is empty may be called so: it is current, and there is something to list. */
export function known(state) {
  return state === "calm" || state === "open";
}

/** The same of a page. */
export function calmHere(desk) {
  return calm({ link: desk.status.state, panels: desk.panels(), now: desk.clock.now() });
}
