// The list of incidents: tabs, counts, cards that count their seconds.
import { calmHere, known } from "./wall/calm.mjs";
import { attribute, byId, h, keyed, mark, say, shown } from "../ui/dom.mjs";
import { NUMERALS, deadline, elapsed, travel } from "../words/format.mjs";
import { TABS, isFinished, isSettled, lead, listed, unattended } from "../records/cases.mjs";
import {
  compoundName,
  crewWord,
  incidentTitle,
  levelWords,
  placeWords,
  ruleTitle,
  stateWord,
  verifiedFirst,
  whereabouts,
} from "../words/names.mjs";
import { t } from "../words/texts.mjs";

/** What a row is about: the kind of a case, or the rule of an alarm without one. */
export function titleOf(row) {
  return row.rule ? ruleTitle(row.rule) : incidentTitle(row.kind);
}

/** Who is on it and how far, in a few words: 李保安 途中 1′20″, or what the case waits for. */
export function crewLine(incident) {
  const member = lead(incident);
  if (incident.rule) return t(incident.untold ? "unattended.no_case" : "unattended.nobody");
  if (isSettled(incident)) return stateWord(incident.state);
  if (!member) return t(incident.fresh && verifiedFirst(incident.kind) ? "state.reported" : "state.unassigned");
  const eta = member.moving && member.eta_s ? ` ${travel(member.eta_s)}` : "";
  return `${member.name} ${crewWord(member.state)}${eta}`;
}

/** What an empty list is called; today's cases leave the screen a while after they ended. */
export function emptyWords(tab, today = 0) {
  return tab === "today" && today > 0 ? t("queue.ended_today", { n: today }) : t(`queue.empty_${tab}`);
}

/** A card: one button, so that a tap anywhere selects it. */
export function card(onSelect) {
  return (incident) =>
    h(
      "li",
      { "data-id": incident.id },
      h(
        "button",
        { type: "button", class: "card", onclick: () => onSelect(incident.id) },
        h("span", { class: "shape" }, h("span", { class: "slot" }), h("b", {})),
        h("span", { class: "what" }),
        h("time", { class: "since figures" }),
        h("span", { class: "where" }),
        h("span", { class: "who" }),
        h("span", { class: "bar-track", "aria-hidden": "true" }, h("span", { class: "bar-fill" })),
        h("span", { class: "present" }),
      ),
    );
}

/** Bring a card up to date. */
export function updateCard(node, incident, { now, selected, names = [], wide = false }) {
  const button = node.firstElementChild;
  const part = (name) => button.querySelector(`.${name}`);
  const ended = isFinished(incident);
  attribute(node, "data-level", incident.level);
  attribute(node, "data-unacked", Boolean(incident.unacked) && !ended);
  attribute(node, "data-ended", ended);
  attribute(button, "aria-current", incident.id === selected ? "true" : null);
  if (part("slot").dataset.level !== String(incident.level)) {
    part("slot").dataset.level = incident.level;
    part("slot").replaceChildren(mark(incident.level));
  }
  say(button.querySelector("b"), NUMERALS[incident.level] ?? "");
  attribute(button.querySelector("b"), "title", levelWords(incident.level));
  attribute(node, "data-alone", Boolean(incident.rule));
  say(part("what"), titleOf(incident));
  say(part("since"), elapsed((ended ? (incident.finished ?? now) : now) - incident.at));
  say(part("where"), wide ? `${compoundName(incident.compound)} ${placeWords(incident)}` : whereabouts(incident));
  say(part("who"), crewLine(incident));
  drawDeadline(part("bar-track"), incident, now, ended);
  say(part("present"), names.length ? t("queue.viewing", { names: names.join(t("list.and")) }) : "");
  shown(part("present"), names.length > 0);
}

function drawDeadline(track, incident, now, ended) {
  const { share, state } = deadline(incident, now);
  attribute(track, "data-state", ended ? "none" : state);
  track.firstElementChild.style.setProperty("--share", ended ? 0 : share.toFixed(3));
}

/** @param {import("./desk.mjs").Desk} desk */
export function createQueue(desk) {
  const list = byId("queue-list");
  let tab = "waiting";
  let rows = [];
  const alone = () => unattended(desk.things().alarms.values());
  const go = (id) => {
    const row = rows.find((one) => one.id === id);
    if (!row?.rule) return desk.select(id, { go: true });
    desk.select(null);
    return desk.goTo({ type: "device", id: row.device, compound: row.compound, lonlat: row.lonlat });
  };
  const at = () => rows.find((row) => row.rule && row.device === desk.picked())?.id ?? desk.selected();
  const make = card(go);

  const show = (name) => {
    tab = name;
    draw();
  };
  for (const name of Object.keys(TABS)) byId(`tab-${name}`).addEventListener("click", () => show(name));
  byId("queue-panel")
    .parentElement.querySelector("[role=tablist]")
    .addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const names = Object.keys(TABS);
      show(names[(names.indexOf(tab) + step + names.length) % names.length]);
      byId(`tab-${tab}`).focus();
    });

  const drawTabs = (incidents) => {
    const counts = desk.panels().counts ?? {};
    for (const name of Object.keys(TABS)) {
      const here = listed(incidents, name).length + (name === "waiting" ? alone().length : 0);
      say(byId(`tab-count-${name}`), String(name === "today" ? Math.max(here, counts.today ?? 0) : here));
      attribute(byId(`tab-${name}`), "aria-selected", String(name === tab));
      attribute(byId(`tab-${name}`), "tabindex", name === tab ? "0" : "-1");
    }
    attribute(byId("queue-panel"), "aria-labelledby", `tab-${tab}`);
  };

  const draw = () => {
    const incidents = [...desk.things().incidents.values()];
    drawTabs(incidents);
    rows = listed(incidents, tab, tab === "waiting" ? alone() : []);
    const [now, presence] = [desk.clock.now(), desk.panels().presence ?? {}];
    const others = (id) => (presence[id] ?? []).filter((name) => name !== desk.me.display);
    keyed(
      list,
      rows,
      (row) => row.id,
      make,
      (node, row) => updateCard(node, row, { now, selected: at(), names: others(row.id) }),
    );
    drawEmpty(desk, rows.length === 0, tab);
  };

  return { draw, show, go, at, ids: () => rows.map((row) => row.id), reveal: (id) => reveal(list, id) };
}

function drawEmpty(desk, empty, tab) {
  const node = shown(byId("queue-empty"), empty);
  if (!empty) return;
  const { state, words } = calmHere(desk);
  attribute(node, "data-state", state);
  if (!node.childElementCount) node.append(h("p", { class: "strong" }), h("p"));
  shown(say(node.firstElementChild, emptyWords(tab, desk.panels().counts?.today)), known(state));
  say(node.lastElementChild, words);
}

function reveal(list, id) {
  for (const node of list.children) if (node.dataset.id === id) node.scrollIntoView({ block: "nearest" });
}
