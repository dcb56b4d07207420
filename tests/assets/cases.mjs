// Cases and alarms as the server sends them, for tests: what a state or a step means is in its tables.
import { readFileSync } from "node:fs";
import { learnCommands } from "../../assets/words/commands.mjs";

const tables = JSON.parse(readFileSync(new URL("tables.json", import.meta.url), "utf8"));

/** The command table, learnt by every test that imports this module. */
export const { commands } = tables;
learnCommands(commands);

/** A crew member with what their step means. */
export const member = (row) => ({ ...tables.steps[row.state], ...row });

/** A case with what its state means. */
export const staged = (row) => ({
  ...row,
  stage: tables.stages[row.state],
  fresh: row.state === tables.start,
  ...(row.crew ? { crew: row.crew.map(member) } : {}),
});

const FLAGS = {
  unacknowledged: [true, ["acknowledge", "shelve"]],
  acknowledged: [true, ["shelve"]],
  returned_unacknowledged: [false, ["acknowledge", "shelve"]],
  shelved: [true, ["unshelve"]],
  normal: [false, []],
};

/** An alarm with its flags and the commands that they allow. */
export function flagged(row) {
  const [active, takes] = FLAGS[row.label];
  return { active, takes, shelved_until: row.label === "shelved" ? 1 : null, ...row };
}
