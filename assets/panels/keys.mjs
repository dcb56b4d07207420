// The console's keys, as data: the overlay draws them, the documentation lists them, one listener
// obeys them. The keys of commands stand in the command table.
import { commandRows } from "../words/commands.mjs";
import { has } from "../words/texts.mjs";

/**
 * One row a key; those without an act are obeyed by the list of floors and by an area being drawn. `key` is what KeyboardEvent.key says in lower case, `text` what it does, `act`
 * the name of the action, `group` where the overlay shows it, `alone` false when it needs Ctrl.
 */
const BEFORE = [
  { key: "j", text: "keys.next", act: "next", group: "move" },
  { key: "k", text: "keys.previous", act: "previous", group: "move" },
  { key: "1", text: "keys.waiting", act: "tab:waiting", group: "move" },
  { key: "2", text: "keys.working", act: "tab:working", group: "move" },
  { key: "3", text: "keys.today", act: "tab:today", group: "move" },
  { key: "f", text: "keys.goto", act: "goto", group: "move" },
  { key: "o", text: "keys.circle", act: "ways:circle", group: "move" },
  { key: "h", text: "keys.nearest", act: "ways:nearest", group: "move" },
  { key: "u", text: "keys.evacuation", act: "ways:evacuation", group: "move" },
  { key: "y", text: "keys.coverage", act: "layer:coverage", group: "move" },
  { key: "i", text: "keys.inside", act: "inside", group: "move" },
  { key: "p", text: "keys.people", act: "people", group: "move" },
  { key: "/", text: "keys.search", act: "search", group: "move" },
  { key: "k", ctrl: true, text: "keys.search", act: "search", group: "move" },
  { key: "escape", text: "keys.escape", act: "escape", group: "move" },
];

/** Rows after those of the commands. */
const AFTER = [
  { key: "?", text: "keys.show", act: "keys", group: "move" },
  { key: "arrowup", text: "keys.floor_up", act: "", group: "floor" },
  { key: "arrowdown", text: "keys.floor_down", act: "", group: "floor" },
  { key: "pageup", text: "keys.floors_up", act: "", group: "floor" },
  { key: "pagedown", text: "keys.floors_down", act: "", group: "floor" },
  { key: "home", text: "keys.floor_top", act: "", group: "floor" },
  { key: "end", text: "keys.floor_bottom", act: "", group: "floor" },
  { key: "enter", text: "keys.draw_end", act: "", group: "draw" },
  { key: "backspace", text: "keys.draw_back", act: "", group: "draw" },
];

/** What a command's key does: words of its own, or those of the command's button. */
function keyText({ name, form }) {
  const key = `keys.${form === "crew" ? "progress" : name}`;
  return has(key) ? key : `action.${name}`;
}

/** The keys of commands; steps of one responder share one, and the first says what it does. */
function commandKeys() {
  const rows = new Map();
  for (const row of commandRows())
    if (row.key && !rows.has(row.key)) rows.set(row.key, { key: row.key, text: keyText(row), act: `command:${row.name}`, group: "act" });
  return [...rows.values()];
}

/** Every key, in the order in which the overlay shows them. */
export const shortcuts = () => [...BEFORE, ...commandKeys(), ...AFTER];

const CAPS = {
  escape: "Esc",
  enter: "Enter",
  backspace: "Backspace",
  arrowup: "↑",
  arrowdown: "↓",
  pageup: "PgUp",
  pagedown: "PgDn",
  home: "Home",
  end: "End",
};

/** What stands on a key cap. */
export function cap(shortcut) {
  const name = CAPS[shortcut.key] ?? shortcut.key.toUpperCase();
  return shortcut.ctrl ? `Ctrl ${name}` : name;
}

/** The cap of the key for an action, or an empty string. */
export function capOf(act) {
  const row = shortcuts().find((shortcut) => shortcut.act === act);
  return row ? cap(row) : "";
}

/**
 * The action a key event asks for, or null.
 * @param {KeyboardEvent} event
 * @param {{typing: boolean, single: boolean}} where whether a text field has the focus, and
 *   whether single keys are switched on (WCAG 2.1.4)
 */
export function actionOf(event, { typing, single }) {
  if (event.isComposing || event.altKey) return null;
  const ctrl = Boolean(event.ctrlKey || event.metaKey);
  const key = event.key.toLowerCase();
  const row = shortcuts().find((shortcut) => shortcut.act && shortcut.key === key && Boolean(shortcut.ctrl) === ctrl);
  if (!row) return null;
  const always = row.ctrl || row.act === "escape";
  return always || (!typing && single) ? row.act : null;
}

/**
 * Listen for keys.
 * @param {Document} root
 * @param {(act: string) => void} act
 * @param {() => boolean} single whether single keys are switched on
 */
export function listen(root, act, single) {
  root.addEventListener("keydown", (event) => {
    const typing = /** @type {Element} */ (event.target).closest?.("input, textarea, select, [contenteditable]") !== null;
    if (root.querySelector("dialog[open]")) return; // dialogs have keys of their own
    const wanted = actionOf(event, { typing, single: single() });
    if (!wanted) return;
    event.preventDefault();
    act(wanted);
  });
}
