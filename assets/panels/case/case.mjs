// The incident on the desk: what is known, who can go, what can be done, what was done.
import { active, commandsFor, offered, sending } from "./actions.mjs";
import { calmHere, known } from "../wall/calm.mjs";
import { densityWords } from "../../words/densities.mjs";
import { ASK, askInsteadOf } from "./dialogs.mjs";
import { attribute, byId, h, keyed, mark, pending, say, shown } from "../../ui/dom.mjs";
import { lettered } from "../../ui/lettered.mjs";
import { commandRow } from "../../words/commands.mjs";
import { clock, elapsed, metres, travel } from "../../words/format.mjs";
import { capOf } from "../keys.mjs";
import { createHolding, heldLines } from "./holding.mjs";
import { drawOutcome } from "./outcome.mjs";
import { drawRecommendations } from "./recommended.mjs";
import { crewLine } from "../queue.mjs";
import {
  caseWords,
  crewWord,
  homeName,
  incidentTitle,
  instant,
  levelWords,
  logWords,
  sourceWord,
  stateWord,
  whereabouts,
} from "../../words/names.mjs";
import { inLanguage, t } from "../../words/texts.mjs";
import { createWays } from "./ways.mjs";

/**
 * @param {import("../desk.mjs").Desk} desk
 * @param {() => void} openPeople
 */
export function createIncident(desk, openPeople) {
  const root = byId("incident");
  const part = skeleton();
  const ways = createWays(desk);
  part.noteForm.after(ways.node);
  desk.on("ways", ways.renew);
  root.append(part.empty, part.body);

  const incident = () => desk.things().incidents.get(desk.selected()) ?? null;
  const alarms = () => [...desk.things().alarms.values()].filter((alarm) => alarm.incident === desk.selected());
  const possible = () => (desk.commandable() ? (desk.detail()?.possible ?? []) : []);
  const may = () => (desk.commandable() ? (desk.me.may ?? []) : []);
  const send = (commands) => commands.filter(({ target }) => !desk.commander.busy(target)).forEach(desk.commander.send);

  const act = async (action) => {
    const row = incident();
    if (!row) return;
    const form = ASK[action.form];
    const args = form ? await form(t(`action.${action.name}`), caseWords(row), heldLines(row, desk)) : {};
    if (args) send(commandsFor(action, incident() ?? row, alarms(), args));
  };

  /** Lead to the next step of somebody on the case. */
  const focusCrew = () => {
    const step = part.crew.querySelector("button");
    if (step) step.focus();
    else desk.hint(t("hint.no_crew"));
  };

  const focusNote = () => (part.noteForm.hidden ? notNow("note") : part.note.focus());

  /** Parts of the panel that give a command, by the word its row names. */
  const parts = { recommend: () => assignFirst(), crew: focusCrew, note: focusNote };

  /** Carry out a command by name, as its key does; tells why not. */
  const command = (name) => {
    const lead = parts[commandRow(name)?.form];
    if (lead) return lead();
    const action = offered(possible(), alarms(), may()).find((row) => row.name === name);
    if (action) return act(action);
    return notNow(name);
  };

  const notNow = (name) => {
    desk.hint(t(desk.commandable() ? "hint.not_now" : "hint.replay", { what: t(`action.${name}`) }));
  };

  const dispatch = (responder) => {
    const order = incident() && sending(possible(), incident(), responder);
    if (order) send([order]);
  };

  const takeOver = async (responder) => {
    const crew = incident().crew.filter(active);
    const insteadOf = await askInsteadOf(t("action.reassign"), crew, caseWords(incident()));
    if (!insteadOf) return;
    const { id: target, version } = incident();
    send([{ command: "reassign", target, version, args: { responder, instead_of: insteadOf } }]);
  };

  /** Assign the first recommendation. */
  const assignFirst = () => {
    const first = desk.detail()?.recommendations?.[0];
    if (first && possible().includes("assign")) return dispatch(first.responder);
    desk.hint(t(desk.commandable() ? "hint.no_assign" : "hint.replay", { what: t("action.assign") }));
  };

  const stepOn = (member) => {
    const { id: target, version } = incident();
    send([{ command: member.next, target, version, args: { responder: member.id } }]);
  };

  const note = (event) => {
    event.preventDefault();
    const text = part.note.value.trim();
    if (!text || !incident()) return;
    send([{ command: "note", target: incident().id, version: incident().version, args: { text } }]);
    part.note.value = "";
  };
  part.noteForm.addEventListener("submit", note);

  const draw = () => {
    const row = incident();
    shown(part.body, Boolean(row));
    shown(part.empty, !row);
    if (!row) return drawEmpty(part.empty, desk);
    const detail = desk.detail();
    drawHead(part, row, desk);
    part.holding.draw(row, desk);
    drawCameras(part, row, detail, desk);
    const advice = detail ? inLanguage(detail.advice, detail.advice_en) : "";
    shown(say(part.advice, advice), Boolean(advice) && desk.commandable());
    drawRecommendations(part, row, detail, possible(), { dispatch, takeOver, openPeople, desk });
    drawCrew(part, row, possible(), { stepOn, desk });
    drawActions(part, offered(possible(), alarms(), may()), desk.commander.busy(row.id), act);
    drawOutcome(part.said, row, [row.id, ...alarms().map((alarm) => alarm.id)], desk);
    shown(part.noteForm, possible().includes("note"));
    shown(part.past, !desk.commandable());
    ways.draw();
    drawLog(part.log, detail?.log ?? [], desk);
  };

  return {
    draw,
    command,
    ways,
  };
}

function skeleton() {
  const [empty, body] = [h("div", { class: "empty" }), h("div", { class: "case", hidden: true })];
  const part = {
    empty,
    body,
    holding: createHolding(),
    title: h("h2", {}),
    level: h("span", { class: "level" }),
    state: h("span", { class: "state" }),
    where: h("p", { class: "dim" }),
    text: h("p", { class: "words" }),
    advice: h("p", { class: "advice" }),
    cameras: h("ul", { class: "cameras" }),
    camerasHead: h("h3", {}),
    camerasNone: h("p", { class: "dim" }),
    recommended: h("ul", { class: "recommended" }),
    recommendedHead: lettered("h3", "incident.recommended"),
    nobody: h(
      "div",
      { class: "nobody", hidden: true },
      h("p", { class: "dim" }),
      h("button", { type: "button" }, h("span", {}), h("kbd", {})),
    ),
    crew: h("ul", { class: "crew" }),
    crewHead: lettered("h3", "incident.crew"),
    actions: h("div", { class: "actions", role: "group" }),
    said: h("div", { class: "said", role: "status" }),
    past: lettered("p", "incident.past", { class: "past" }),
    note: h("input", { name: "note", maxlength: "500", autocomplete: "off" }),
    log: h("ol", { class: "log" }),
    logHead: lettered("h3", "incident.log"),
  };
  part.noteForm = h("form", { class: "note", hidden: true }, part.note, lettered("button", "incident.note_send", { type: "submit" }));
  body.append(
    h("div", { class: "head" }, part.title, h("div", { class: "chips" }, part.level, part.state)),
    part.where,
    part.holding.node,
    part.said,
    part.text,
    part.advice,
    part.past,
    part.camerasHead,
    part.cameras,
    part.camerasNone,
    part.crewHead,
    part.crew,
    part.recommendedHead,
    part.recommended,
    part.nobody,
    part.actions,
    part.noteForm,
    part.logHead,
    part.log,
  );
  return part;
}

/** What to say below: to pick a case, or that new ones will come; nothing where that is not known. */
export function aboutKey(state, pickable) {
  if (pickable) return "incident.none_about";
  return known(state) ? "incident.calm_about" : null;
}

function drawEmpty(node, desk) {
  const { state, words } = calmHere(desk);
  const pickable = state !== "waiting" && desk.things().incidents.size > 0;
  if (!node.childElementCount) node.append(h("p", { class: "strong" }), h("p", { class: "dim" }));
  say(node.firstElementChild, pickable ? t("incident.none") : words);
  const about = aboutKey(state, pickable);
  shown(say(node.lastElementChild, about ? t(about) : ""), Boolean(about));
}

function drawHead(part, row, desk) {
  if (part.title.dataset.level !== String(row.level)) {
    part.title.dataset.level = row.level;
    part.title.replaceChildren(mark(row.level), h("span", {}));
  }
  say(part.title.lastElementChild, incidentTitle(row.kind));
  attribute(part.level, "data-level", row.level);
  say(part.level, levelWords(row.level));
  const since = elapsed(desk.clock.now() - row.at);
  say(part.state, row.unacked ? t("incident.unacked", { since }) : `${row.fresh ? crewLine(row) : stateWord(row.state)} ${since}`);
  attribute(part.state, "data-unacked", Boolean(row.unacked));
  say(part.where, [whereabouts(row), row.id, t("incident.source", { source: sourceWord(row.source) })].join(" · "));
  shown(say(part.text, row.text ?? ""), Boolean(row.text));
}

function drawCameras(part, row, detail, desk) {
  const cameras = (detail?.cameras ?? []).slice(0, 6);
  say(part.camerasHead, t("incident.cameras", { n: detail ? cameras.length : "–" }));
  shown(say(part.camerasNone, t("incident.no_cameras")), Boolean(detail) && cameras.length === 0);
  const make = (camera) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "camera", onclick: () => desk.goTo({ type: "device", id: camera.id }) },
        h("span", { class: "view", "aria-hidden": "true" }, h("i", {})),
        h("span", { class: "name" }),
        h("span", { class: "density figures" }),
      ),
    );
  keyed(
    part.cameras,
    cameras,
    (camera) => camera.id,
    make,
    (node, camera) => {
      attribute(node.firstElementChild, "data-offline", camera.online === false);
      const off = camera.online === false ? ` ${t("layers.offline")}` : "";
      // The panel names the case's compound; a neighbour's camera names its own.
      const home = camera.id.startsWith(`${row.compound}/`) ? "" : `${homeName(camera.id)} `;
      say(node.querySelector(".name"), `${home}${camera.name} ${metres(camera.distance_m)}${off}`);
      say(node.querySelector(".density"), densityWords(camera, desk.catalogue));
      // The nearer the camera, the larger the mark in its picture.
      node.querySelector("i").style.setProperty("--near", Math.max(0.25, 1 - camera.distance_m / 80).toFixed(2));
    },
  );
}

function drawCrew(part, row, possible, { stepOn, desk }) {
  const crew = row.crew ?? [];
  shown(part.crewHead, crew.length > 0);
  const make = () =>
    h(
      "li",
      {},
      h("span", { class: "whom" }, h("span", { class: "who" }), h("small", { class: "home dim" })),
      h("span", { class: "state" }),
      h("button", { type: "button", class: "step" }),
    );
  keyed(
    part.crew,
    crew,
    (member) => member.id,
    make,
    (node, member) => {
      attribute(node, "data-state", member.state);
      say(node.querySelector(".who"), member.name);
      say(node.querySelector(".home"), homeName(member.id));
      const eta = member.moving && member.eta_s ? t("crew.eta", { time: travel(member.eta_s) }) : "";
      const since = member.since ? clock(instant(member.since)) : "";
      say(node.querySelector(".state"), [crewWord(member.state), eta, since, goneWord(member, desk)].filter(Boolean).join(" · "));
      const step = member.next;
      const button = shown(node.querySelector(".step"), Boolean(step) && possible.includes(step));
      if (button.hidden) return;
      say(button, t(`action.${step}`));
      attribute(button, "title", t("crew.on_behalf", { name: member.name }));
      attribute(button, "aria-label", `${t(`action.${step}`)}${t("list.colon")}${t("crew.on_behalf", { name: member.name })}`);
      pending(button, desk.commander.busy(row.id));
      button.onclick = () => stepOn(member);
    },
  );
}

/** That somebody who is still on the case has gone off duty: their word and the assignment crossed. */
function goneWord(member, desk) {
  const gone = active(member) && desk.things().responders.get(member.id)?.status === "off_duty";
  return gone ? t("duty.off_duty") : "";
}

function drawActions(part, actions, busy, act) {
  attribute(part.actions, "aria-label", t("incident.actions"));
  const make = (action) =>
    h(
      "button",
      { type: "button", class: action.tone === "primary" ? "primary" : "", onclick: () => act(action) },
      h("span", {}),
      h("kbd", {}),
    );
  keyed(
    part.actions,
    actions,
    (action) => action.name,
    make,
    (node, action) => {
      say(node.firstElementChild, t(`action.${action.name}`));
      const key = capOf(`command:${action.name}`);
      shown(say(node.lastElementChild, key), Boolean(key));
      pending(node, busy && action.target !== "alarm");
    },
  );
  attribute(part.note, "aria-label", t("incident.note"));
  attribute(part.note, "placeholder", `${t("incident.note")} (${capOf("command:note")})`);
}

function drawLog(list, log, desk) {
  const name = (id) => desk.things().responders.get(id)?.name ?? id ?? "";
  const deviceName = (id) => desk.device(id)?.name ?? id;
  const rows = log.map((entry, i) => ({ ...entry, key: `${i}|${entry.type}|${entry.at}` })).reverse();
  keyed(
    list,
    rows,
    (row) => row.key,
    () => h("li", {}, h("time", { class: "figures" }), h("span", {})),
    (node, row) => {
      say(node.firstElementChild, clock(instant(row.at)));
      const by = desk.person(row.by); // a responder who acts is named once: the words begin with the name
      say(node.lastElementChild, [by === name(row.responder) ? "" : by, logWords(row, name, deviceName)].filter(Boolean).join(" "));
    },
  );
}
