// The command table as the server tells it (`/api/catalogue`): which commands there are, how each is
// offered, what it asks for, which key gives it. What things take at present, they say themselves.

/**
 * @typedef {object} CommandRow
 * @property {string} name
 * @property {string} target what it is aimed at: alarm, incident, …
 * @property {string} tone how its button looks: plain or primary; empty where it has none of its own
 * @property {number} place where its button stands among others
 * @property {string} form what is asked before it is sent, or which part of the panel gives it
 * @property {string} key its key
 * @property {string} at the step of the responder who gives it
 * @property {Record<string, (string|number)[]>} choices values proposed for an argument
 */

/** @type {Map<string, CommandRow>} */
let table = new Map();

/** Take over the rows of `/api/catalogue`. */
export function learnCommands(rows = {}) {
  table = new Map(Object.entries(rows).map(([name, row]) => [name, { ...row, name }]));
}

/** The row of a command, or undefined. */
export const commandRow = (name) => table.get(name);

/** All rows, in the table's order. */
export const commandRows = () => [...table.values()];

/** The rows that have a button, in the order of their places. */
export const buttonRows = () =>
  commandRows()
    .filter((row) => row.tone)
    .sort((a, b) => a.place - b.place);

/** The values that a command proposes for one of its arguments. */
export const choicesOf = (name, argument) => commandRow(name)?.choices[argument] ?? [];
