// New alarms for ears: level Ⅰ at once, the rest when it suits; the link's state too.
import { byId } from "./dom.mjs";
import { compoundName, incidentTitle, levelWords, placeWords } from "./names.mjs";
import { t } from "./texts.mjs";

const NEWS_MS = 60_000; // what a replay leaps over is history, not news

/**
 * Incidents not told before, split by urgency.
 * @param {Set<string>} told ids already announced; grows
 * @param {Iterable<object>} incidents
 * @param {number} [since] older ones count as told
 */
export function fresh(told, incidents, since = -Infinity) {
  const unknown = [...incidents].filter((row) => !told.has(row.id));
  for (const row of unknown) told.add(row.id);
  const rows = unknown.filter((row) => row.at >= since);
  return { urgent: rows.filter((row) => row.level === 1), polite: rows.filter((row) => row.level !== 1) };
}

/** @param {import("../main.mjs").Desk} desk */
export function createNews(desk) {
  let told = null;
  let state = "";
  const words = (row) =>
    t("news.incident", { level: levelWords(row.level), kind: incidentTitle(row.kind), where: `${compoundName(row.compound)} ${placeWords(row)}` });

  const draw = () => {
    if (!desk.ready()) return;
    const incidents = [...desk.things().incidents.values()];
    // What was there when the page opened is not news.
    told ??= new Set(incidents.map((row) => row.id));
    const { urgent, polite } = fresh(told, incidents, desk.clock.now() - NEWS_MS);
    if (urgent.length) byId("urgent").textContent = urgent.map(words).join(" · ");
    if (polite.length) byId("polite").textContent = polite.map(words).join(" · ");
    if (state !== desk.status.state) byId("polite").textContent = t(`live.${desk.status.state}`);
    state = desk.status.state;
  };
  return { draw };
}
