// What a person may ask for on a case. The server says which commands there are (the command table)
// and which of them a case, an alarm or a responder takes now.
import { takes } from "../../records/cases.mjs";
import { buttonRows } from "../../words/commands.mjs";

const onAlarms = (row) => row.target === "alarm";

/**
 * The commands whose button is shown: exactly what is possible. What goes to alarms depends on what the
 * person may do and on the alarms, the rest on what the server says of the incident.
 * @param {string[]} possible
 * @param {Row[]} alarms the incident's alarms
 * @param {string[]} may commands of the person's role
 * @returns {import("../../words/commands.mjs").CommandRow[]}
 */
export function offered(possible, alarms, may) {
  return buttonRows().filter((row) =>
    onAlarms(row) ? may.includes(row.name) && alarms.some((alarm) => takes(alarm, row.name)) : possible.includes(row.name),
  );
}

/**
 * The commands one press means: one for the incident, or one for each alarm it goes to.
 * @param {import("../../words/commands.mjs").CommandRow} row
 * @param {Row} incident
 * @param {Row[]} alarms
 * @param {object} args
 * @returns {{command: string, target: string, version: number, args: object}[]}
 */
export function commandsFor(row, incident, alarms, args = {}) {
  const command = row.name;
  if (!onAlarms(row)) return [{ command, target: incident.id, version: incident.version, args }];
  return alarms.filter((alarm) => takes(alarm, command)).map((alarm) => ({ command, target: alarm.id, version: alarm.version, args }));
}

/** Whether a crew member works on the case still. */
export const active = (member) => Boolean(member.busy);

/** The command that sends a responder: the first one is assigned, a further one added. */
export function sending(possible, incident, responder) {
  const command = ["assign", "add_responder"].find((name) => possible.includes(name));
  const aboard = (incident.crew ?? []).some((member) => member.id === responder && active(member));
  if (!command || aboard) return null;
  return { command, target: incident.id, version: incident.version, args: { responder } };
}
