// What the keys of a desk do: the actions of the shortcut table, by the panels of the page.
import { showKeys } from "../panels/sheets.mjs";
import { neighbour } from "../records/cases.mjs";
import { byId } from "../ui/dom.mjs";
import { t } from "../words/texts.mjs";

/**
 * What each action of the shortcut table does.
 * @param {import("../panels/desk.mjs").Desk} desk
 * @param {Record<string, any>} panels
 * @returns {(act: string) => void}
 */
export function obey(desk, { queue, incident, search, layers, people, building, device }) {
  const move = (step) => () => {
    const id = neighbour(queue.ids(), queue.at(), step);
    if (id) queue.go(id);
    if (id) queue.reveal(id);
  };
  const escape = () =>
    closeMenu() ||
    incident.ways.leave() ||
    desk.unmark() ||
    device.cancel() ||
    people.leave() ||
    (desk.picked() ? desk.pick(null) : leaveField() || building.leave() || desk.select(null));
  const acts = {
    next: move(1),
    previous: move(-1),
    search: search.open,
    people: people.open,
    keys: showKeys,
    goto: () => desk.select(desk.selected(), { go: true }),
    escape,
    tab: queue.show,
    command: incident.command,
    ways: incident.ways.show,
    layer: layers.toggle,
    inside: () => enterCase(desk, building),
  };
  return (act) => {
    const [name, argument] = act.split(":");
    acts[name](argument);
  };
}

/** Open the building of the selected case, or close the one that is open. */
function enterCase(desk, building) {
  const id = desk.things().incidents.get(desk.selected())?.building;
  if (building.leave()) return undefined;
  return id ? building.enter(id) : desk.hint(t("inside.none"));
}

function leaveField() {
  const field = /** @type {HTMLElement|null} */ (document.activeElement);
  const typing = field?.matches("input, textarea, select");
  if (typing) field.blur();
  return typing;
}

/** Close the account menu; says whether it was open. */
function closeMenu() {
  const menu = byId("me");
  const open = menu.open;
  menu.open = false;
  if (open) menu.querySelector("summary").focus();
  return open;
}
