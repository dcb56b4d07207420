// What a person may ask for, as data. The server says which of these are possible now.

/**
 * One row a button. `ask` names the dialog that comes first (reason, shelve, check, settle), `alarms` says
 * the command goes to the incident's alarms instead of the incident, `tone` how the button looks.
 */
export const ACTIONS = [
  { command: "acknowledge", alarms: true, tone: "primary" },
  { command: "verify", tone: "primary" },
  { command: "check", ask: "check", tone: "primary" },
  { command: "close", ask: "settle", tone: "primary" },
  { command: "reject", ask: "reason" },
  { command: "shelve", alarms: true, ask: "shelve" },
  { command: "unshelve", alarms: true },
  { command: "cancel", ask: "reason" },
  { command: "reopen", ask: "reason" },
];

/** What a crew member does next; a dispatcher records it when it is told by radio. */
export const NEXT_STEP = {
  assigned: "accept",
  accepted: "start",
  en_route: "arrive",
  on_scene: "handle",
};

/** Whether somebody of the crew is still on the case. */
export const active = (member) => !["released", "handled"].includes(member.state);

/** Durations an alarm may be silenced for, in minutes. */
export const SHELVE_MINUTES = [15, 60, 480];

/** Which alarms of an incident a command goes to. */
export const ALARMS_FOR = {
  acknowledge: (alarm) => Boolean(alarm.label?.includes("unack")),
  shelve: (alarm) => alarm.label !== "shelved" && alarm.label !== "normal",
  unshelve: (alarm) => alarm.label === "shelved",
};

/**
 * The rows whose button is shown: exactly what is possible. What goes to alarms depends on what the
 * person may do and on the alarms, the rest on what the server says of the incident.
 * @param {string[]} possible
 * @param {Row[]} alarms the incident's alarms
 * @param {string[]} may commands of the person's role
 */
export function offered(possible, alarms, may) {
  return ACTIONS.filter(({ command, alarms: onAlarms }) =>
    onAlarms ? may.includes(command) && alarms.some(ALARMS_FOR[command]) : possible.includes(command),
  );
}

/**
 * The commands one press means: one for the incident, or one for each alarm it goes to.
 * @returns {{command: string, target: string, version: number, args: Row}[]}
 */
export function commandsFor(action, incident, alarms, args = {}) {
  const { command } = action;
  if (!action.alarms) return [{ command, target: incident.id, version: incident.version, args }];
  return alarms.filter(ALARMS_FOR[command]).map((alarm) => ({ command, target: alarm.id, version: alarm.version, args }));
}

/** The command that sends a responder: the first one is assigned, a further one added. */
export function sending(possible, incident, responder) {
  const command = ["assign", "add_responder"].find((name) => possible.includes(name));
  const aboard = (incident.crew ?? []).some((member) => member.id === responder && !["released", "handled"].includes(member.state));
  if (!command || aboard) return null;
  return { command, target: incident.id, version: incident.version, args: { responder } };
}
