// People: one's own duty in the account menu, a card of somebody picked, and the list of everybody.
import { createCard } from "../../ui/card.mjs";
import { attribute, byId, h, keyed, say, shown } from "../../ui/dom.mjs";
import { createLine } from "./duty.mjs";
import { compoundName, roleWord } from "../../words/names.mjs";
import { t } from "../../words/texts.mjs";

const MOST = 100; // rows of the list; whoever looks for one of thousands types their name
const ORDER = ["off_duty", "unavailable", "busy", "available"];

/**
 * The people of the list: those of the compound on screen first, who is off duty first among them.
 * @param {Iterable<Row>} people
 * @param {string} words typed; part of a name, a role or a compound
 * @param {string|undefined} here id of the compound on screen
 */
export function listed(people, words, here) {
  const wanted = words.trim().toLowerCase();
  const text = (row) => `${row.name} ${roleWord(row.role)} ${compoundName(row.compound)}`.toLowerCase();
  const rank = (row) => [Number(row.compound !== here), ORDER.indexOf(row.status), row.compound ?? "", row.name];
  const before = (a, b) => (a < b ? -1 : Number(a > b));
  const compare = (a, b) => rank(a).reduce((found, value, i) => found || before(value, rank(b)[i]), 0);
  return [...people].filter((row) => text(row).includes(wanted)).sort(compare);
}

/** Whether the list of everybody is for this person: whoever begins or ends a shift. */
export function keepsDuty(me) {
  return Boolean(me.may?.includes("duty_on"));
}

/** @param {import("../desk.mjs").Desk} desk */
export function createPeople(desk) {
  const parts = [createOwn(desk), createPerson(desk), createList(desk)];
  const [, card, list] = parts;
  const draw = () => {
    shown(byId("people-open"), keepsDuty(desk.me));
    for (const part of parts) part.draw();
  };
  const open = () => (keepsDuty(desk.me) ? list.open() : desk.hint(t("hint.not_now", { what: t("people.open") })));
  return { draw, show: card.show, leave: card.leave, open };
}

/** One's own duty, in the account menu: of whoever has a card, and of a responder who has none. */
function createOwn(desk) {
  const root = byId("me-duty");
  const line = createLine(desk);
  const missing = h("p", { class: "dim" });
  root.append(line.node, missing);
  const draw = () => {
    const { responder, role } = desk.me;
    const row = desk.things().responders.get(responder);
    shown(line.node, Boolean(row));
    if (row) line.draw(row);
    const lost = desk.ready() && !row && (Boolean(responder) || role === "responder");
    shown(missing, lost);
    if (lost) say(missing, responder ? t("duty.card_missing", { id: responder }) : t("duty.unlinked"));
    shown(root, Boolean(row) || lost);
  };
  return { draw };
}

/** The card of somebody who was picked on the map or found by the search. */
function createPerson(desk) {
  const root = byId("person");
  const card = createCard(root);
  let picked = null;
  const line = createLine(desk);
  const shut = h("button", { type: "button", class: "shut", text: "×", onclick: () => show(null) });
  root.classList.add("float", "device");
  root.append(shut, line.node);

  const draw = () => {
    const row = desk.things().responders.get(picked);
    card(Boolean(row));
    if (!row) return;
    attribute(shut, "aria-label", t("dialog.close"));
    line.draw(row);
  };
  const show = (id) => {
    picked = id;
    draw();
  };
  /** Put the card away; says whether it was there. */
  const leave = () => {
    const there = !root.hidden;
    show(null);
    return there;
  };
  return { draw, show, leave };
}

/** Everybody of the territory, for who begins or ends a shift. */
function createList(desk) {
  const title = h("h2", { id: "people-title" });
  const filter = h("input", { type: "search", autocomplete: "off" });
  const told = h("p", { class: "dim", role: "status" });
  const rows = h("ul", { class: "people" });
  const close = h("button", { type: "button", onclick: () => dialog.close() });
  const dialog = h(
    "dialog",
    { class: "wide", "aria-labelledby": "people-title" },
    title,
    filter,
    told,
    rows,
    h("div", { class: "dialog-buttons" }, close),
  );
  byId("dialogs").append(dialog);
  const lines = new WeakMap();
  let order = [];

  const go = (incident) => {
    dialog.close();
    desk.select(incident, { go: true });
  };
  const make = () => {
    const line = createLine(desk, go);
    const node = h("li", {}, line.node);
    lines.set(node, line);
    return node;
  };
  const draw = () => {
    if (!dialog.open) return;
    const people = desk.things().responders;
    const found = order.map((id) => people.get(id)).filter(Boolean);
    const on = [...people.values()].filter((row) => row.status !== "off_duty").length;
    const more = Math.max(0, found.length - MOST);
    say(told, [t("people.count", { n: people.size, on }), more ? t("people.more", { n: more }) : ""].filter(Boolean).join(" · "));
    keyed(
      rows,
      found.slice(0, MOST),
      (row) => row.id,
      make,
      (node, row) => lines.get(node).draw(row),
    );
  };
  /** Put in order anew: only when asked for, so that no row runs away from under a finger. */
  const sort = () => {
    order = listed(desk.things().responders.values(), filter.value, desk.here()?.id).map((row) => row.id);
    draw();
  };
  filter.addEventListener("input", sort);

  const open = () => {
    say(title, t("people.title"));
    say(close, t("dialog.close"));
    attribute(filter, "aria-label", t("people.filter"));
    attribute(filter, "placeholder", t("people.filter"));
    filter.value = "";
    dialog.showModal();
    sort();
  };
  return { draw, open };
}
