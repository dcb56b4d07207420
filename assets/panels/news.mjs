// News for ears: new cases and alarms, level Ⅰ at once and the rest when it suits; what the service
// newly says of itself; the link's state. Nothing else on a page speaks unasked of these.
import { grouped, partsOf } from "./conditions.mjs";
import { byId } from "../ui/dom.mjs";
import { compoundName, incidentTitle, levelWords, placeWords, ruleTitle } from "../words/names.mjs";
import { t } from "../words/texts.mjs";
import { isFinished, unattended } from "../records/cases.mjs";

const NEWS_MS = 60_000; // what a replay leaps over is history, not news
const GRACE_MS = 1000; // an alarm's case follows it by then, and tells the same

/**
 * Incidents not told before, split by urgency.
 * @param {Set<string>} told ids already announced; grows
 * @param {Iterable<Row>} incidents
 * @param {number} [since] older ones count as told
 */
export function fresh(told, incidents, since = -Infinity) {
  const unknown = [...incidents].filter((row) => !told.has(row.id));
  for (const row of unknown) told.add(row.id);
  const rows = unknown.filter((row) => row.at >= since);
  return { urgent: rows.filter((row) => row.level === 1), polite: rows.filter((row) => row.level !== 1) };
}

/**
 * The rows that stood for a while: those that were there at every look since `GRACE_MS` ago.
 * @param {Map<string, number>} seen since when each stands, by id; kept up to date
 * @param {Row[]} rows that stand
 * @param {number} now milliseconds that never jump
 */
export function lasting(seen, rows, now) {
  const ids = new Set(rows.map((row) => row.id));
  for (const id of seen.keys()) if (!ids.has(id)) seen.delete(id);
  for (const id of ids) if (!seen.has(id)) seen.set(id, now);
  return rows.filter((row) => now - seen.get(row.id) >= GRACE_MS);
}

/** An alarm that is raised anew is news anew. */
const raising = ({ id, at }) => `${id}@${at}`;
const alone = ({ alarms }) => unattended(alarms.values()).map((row) => ({ ...row, id: raising(alarms.get(row.id)) }));

/** Alarms that an open case speaks for, also once somebody closes it although they hold. */
const spokenFor = ({ alarms, incidents }) =>
  [...alarms.values()].filter(({ incident }) => incidents.has(incident) && !isFinished(incidents.get(incident))).map(raising);

const words = (row) =>
  t(row.rule ? "news.alarm" : "news.incident", {
    level: levelWords(row.level),
    kind: row.rule ? ruleTitle(row.rule) : incidentTitle(row.kind),
    where: [compoundName(row.compound), placeWords(row)].filter(Boolean).join(" "),
  });

/**
 * @param {import("./desk.mjs").Desk} desk
 * @param {() => number} [now] milliseconds that never jump
 */
export function createNews(desk, now = () => performance.now()) {
  let told = null;
  let [standing, state] = [new Set(), ""];
  const seen = new Map();

  const ofThings = () => {
    const [incidents, alarms] = [[...desk.things().incidents.values()], alone(desk.things())];
    // What was there when the page opened is not news.
    told ??= new Set([...incidents, ...alarms].map((row) => row.id));
    for (const id of spokenFor(desk.things())) told.add(id);
    const since = desk.clock.now() - NEWS_MS;
    const cases = fresh(told, incidents, since);
    // An engine that comes back raises alarms as of when they began: they hold, so they are news.
    const others = fresh(told, lasting(seen, alarms, now()), desk.session === "live" ? -Infinity : since);
    return { urgent: [...cases.urgent, ...others.urgent].map(words), polite: [...cases.polite, ...others.polite].map(words) };
  };

  /** A count that grows is read on the screen; only what was not said before is said. */
  const ofConditions = () => {
    const rows = grouped(desk.panels().conditions ?? []);
    const unsaid = rows.filter((row) => !standing.has(row.code));
    standing = new Set(rows.map((row) => row.code));
    const said = (bad) =>
      unsaid.filter((row) => (row.tone === "bad") === bad).map((row) => Object.values(partsOf(row, desk)).filter(Boolean).join(" "));
    return { urgent: said(true), polite: said(false) };
  };

  const ofLink = () => {
    if (state === desk.status.state) return [];
    state = desk.status.state;
    return [t(`live.${state}`)];
  };

  const draw = () => {
    if (!desk.ready()) return;
    const [things, conditions] = [ofThings(), ofConditions()];
    announce("urgent", [...things.urgent, ...conditions.urgent]);
    announce("polite", [...things.polite, ...conditions.polite, ...ofLink()]);
  };
  return { draw };
}

/** Of what is said at once nothing replaces the other. */
function announce(region, lines) {
  if (lines.length) byId(region).textContent = lines.join(" · ");
}
