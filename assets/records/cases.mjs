// Questions about the incidents on screen: which list holds one, in which order, who is on it. Pure.

/** Whether an alarm or a responder takes a command now, whoever gives it. */
export const takes = (thing, command) => (thing.takes ?? []).includes(command);

/** Whether nobody works on the case any more. */
export const isFinished = (incident) => incident.stage === "finished";

/** Whether the matter is dealt with, whoever still has to look at it. */
export const isSettled = (incident) => incident.stage === "settled" || isFinished(incident);

/** Which list of the console shows an incident. */
export const TABS = {
  waiting: (incident) => incident.stage === "waiting",
  working: (incident) => incident.stage !== "waiting" && !isFinished(incident),
  today: () => true,
};

/** Gravest first; among equals unacknowledged first, then the one that has waited longest. */
export function byUrgency(a, b) {
  return a.level - b.level || Number(Boolean(b.unacked)) - Number(Boolean(a.unacked)) || a.at - b.at || a.id.localeCompare(b.id);
}

/** Newest first: the list of the day reads like a diary. */
export function byTime(a, b) {
  return b.at - a.at || b.id.localeCompare(a.id);
}

/**
 * The incidents of one list, in order, and rows of other things that belong there.
 * @param {Iterable<Row>} incidents
 * @param {string} tab a list of TABS
 * @param {Row[]} others
 */
export function listed(incidents, tab, others = []) {
  const rows = [...[...incidents].filter(TABS[tab]), ...others];
  return rows.sort(tab === "today" ? byTime : byUrgency);
}

/** Incidents somebody must still finish, most urgent first. */
export function open(incidents) {
  return [...incidents].filter((incident) => !isFinished(incident)).sort(byUrgency);
}

/**
 * Grave alarms that hold although no open case is about them, as rows between the cases; `untold`
 * are those that never had one, as in the moment before it is opened.
 * @param {Iterable<Row>} alarms
 */
export function unattended(alarms) {
  return [...alarms]
    .filter((alarm) => alarm.unattended)
    .map((alarm) => ({
      id: alarm.id,
      rule: alarm.rule,
      device: alarm.device,
      level: alarm.level,
      state: "unattended",
      untold: alarm.incident === null,
      compound: alarm.compound,
      place: alarm.place,
      grid: alarm.grid,
      lonlat: alarm.lonlat,
      at: alarm.since,
      unacked: alarm.active && takes(alarm, "acknowledge"),
      crew: [],
    }));
}

/** The crew member furthest along, or null: the one to name when there is room for one. */
export function lead(incident) {
  const crew = (incident.crew ?? []).filter((member) => member.rank > 0);
  if (crew.length === 0) return null;
  return crew.reduce((a, b) => (b.rank > a.rank ? b : a));
}

/**
 * The open incident that a wall should speak about: a grave one nobody has acknowledged, else the
 * gravest. A minor one that waits must not hide who is on the way to a critical one.
 */
export function worst(incidents) {
  const rows = open(incidents);
  return rows.find((incident) => incident.unacked && incident.level <= 2) ?? rows[0] ?? null;
}

/** Alarms of an incident that nobody has acknowledged. */
export function unacknowledged(alarms, incident) {
  return [...alarms].filter((alarm) => alarm.incident === incident && takes(alarm, "acknowledge"));
}

/** The id before or after the selected one in a list; the first when none is selected. */
export function neighbour(ids, selected, step) {
  if (ids.length === 0) return null;
  const index = ids.indexOf(selected);
  if (index < 0) return ids[step > 0 ? 0 : ids.length - 1];
  return ids[Math.min(ids.length - 1, Math.max(0, index + step))];
}
