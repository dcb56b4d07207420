// Where a wall looks next. Pure: time and facts come in, a view comes out.
import { open } from "../../records/cases.mjs";
import { AHEAD_MS } from "../../words/format.mjs";

/** How long a wall stays with a compound that needs attention, and with one that does not. */
export const DWELL_MS = { attention: 12_000, calm: 30_000 };

/**
 * @typedef {object} View
 * @property {string|null} compound where to look
 * @property {string|null} incident what to select there
 * @property {number} since when it began
 * @property {boolean} held whether an unacknowledged Ⅰ or Ⅱ keeps the wall here
 */

/** The unacknowledged level Ⅰ or Ⅱ that a wall stays on, or null. */
export function holding(incidents) {
  return open(incidents).find((incident) => incident.unacked && incident.level <= 2) ?? null;
}

/**
 * The view for this moment; the same object when nothing changes.
 * @param {View|null} view the present view
 * @param {{incidents: Row[], attention: {compound: string, open: number, alarms: number}[], places: string[], paused: boolean}} facts
 * @param {number} now
 * @returns {View}
 */
export function step(view, { incidents, attention, places, paused }, now) {
  const held = holding(incidents);
  if (held) return turned(view, held.compound, held.id, true, now);
  if (view && (paused || now - view.since < dwell(view, attention)) && !view.held)
    return turned(view, view.compound, pick(incidents, view.compound), false, now);
  const needy = attention.filter(needs);
  const round = needy.length > 0 ? needy.map((row) => row.compound) : places;
  if (round.length === 0) return turned(view, null, null, false, now);
  // After an emergency the wall stays where it was for one turn: the responder is on the way there.
  const next = view?.held && round.includes(view.compound) ? view.compound : after(round, view?.compound);
  return { compound: next, incident: pick(incidents, next), since: now, held: false };
}

function turned(view, compound, incident, held, now) {
  if (view?.compound === compound && view.incident === incident && view.held === held) return view;
  const since = view?.compound === compound && view.held === held ? view.since : now;
  return { compound, incident, since, held };
}

/** Cases to finish, or grave alarms that no case is about. */
function needs(row) {
  return row.open > 0 || row.alarms > 0;
}

function dwell(view, attention) {
  const matters = attention.some((row) => row.compound === view.compound && needs(row));
  return matters ? DWELL_MS.attention : DWELL_MS.calm;
}

function pick(incidents, compound) {
  return open(incidents).find((incident) => incident.compound === compound)?.id ?? null;
}

function after(round, compound) {
  return round[(round.indexOf(compound) + 1) % round.length];
}

/**
 * Whether a wall may reload itself now: it is the hour for it and nothing grave is open.
 * @param {{now: number, started: number, incidents: Row[], jitterMs: number}} facts
 */
export function mayReload({ now, started, incidents, jitterMs }) {
  const hour = 3_600_000;
  const sinceFour = (now + AHEAD_MS - 4 * hour - jitterMs) % (24 * hour); // 04:00 where the place is
  const quiet = !open(incidents).some((incident) => incident.level <= 2);
  return quiet && now - started > 2 * hour && sinceFour >= 0 && sinceFour < hour;
}
