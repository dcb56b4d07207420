// One person in a line: role, duty and since when, where last seen, the task in hand, and the buttons
// for going on and off duty. The menu, the card and the list of people show the same line.
import { attribute, h, keyed, pending, say, shown } from "../../ui/dom.mjs";
import { clock, shortDay } from "../../words/format.mjs";
import { caseWords, compoundName, roleWord } from "../../words/names.mjs";
import { outcomeWords, wasMine } from "../case/outcome.mjs";
import { has, t } from "../../words/texts.mjs";

/**
 * The duty commands to offer for somebody: what their state takes and this person may give, of
 * themselves only where the server says so.
 * @param {Row} row the responder as the socket brings it
 * @param {{may?: string[], of_oneself?: string[], responder?: string}} me as /api/me tells
 */
export function dutyCommands(row, me) {
  const own = row.id === me.responder;
  return (row.takes ?? []).filter((name) => me.may?.includes(name) && (own || !me.of_oneself?.includes(name)));
}

/** A time of day, with its day unless that is today. */
function timeWords(at, now, seconds) {
  return [shortDay(at) === shortDay(now) ? "" : shortDay(at), clock(at, seconds)].filter(Boolean).join(" ");
}

/** Duty in words: free, at work or off, and since when the shift or its end. */
export function dutyWords(row, now) {
  const status = has(`duty.${row.status}`) ? t(`duty.${row.status}`) : row.status;
  if (!row.since) return status;
  const time = timeWords(row.since, now, false);
  return `${status} · ${t(row.status === "off_duty" ? "duty.off_since" : "duty.on_since", { time })}`;
}

/**
 * When somebody on duty was located; that nobody knows where they are, and when they last were; nothing
 * of who is off duty.
 * @param {Row} row
 * @param {number} now
 * @param {number|undefined} known_for_s for how long a place counts, as the server says
 */
export function placeOf(row, now, known_for_s) {
  if (!row.lonlat) return "";
  if (!row.at) return t("duty.place_unknown");
  const time = timeWords(row.at, now, true);
  return t(now - row.at > known_for_s * 1000 ? "duty.place_lost" : "map.seen", { time });
}

/**
 * A line that follows one person.
 * @param {import("../desk.mjs").Desk} desk
 * @param {(incident: string) => void} go to the task in hand
 */
export function createLine(desk, go = desk.select) {
  const name = h("strong", {});
  const about = h("span", { class: "dim" });
  const duty = h("span", { class: "duty" });
  const place = h("span", { class: "dim" });
  const task = h("button", { type: "button", class: "quiet task", hidden: true });
  const first = h("p", { class: "first dim", hidden: true });
  const buttons = h("span", { class: "buttons" });
  const said = h("div", { class: "outcome", role: "status" });
  const node = h(
    "div",
    { class: "person" },
    h("p", { class: "who" }, name, about),
    buttons,
    h("p", { class: "how" }, duty, place),
    task,
    first,
    said,
  );

  const give = (command, row) => {
    if (!desk.commander.busy(row.id)) desk.commander.send({ command, target: row.id, version: row.version });
  };

  const drawButtons = (row) => {
    const commands = desk.commandable() ? dutyCommands(row, desk.me) : [];
    keyed(
      buttons,
      commands,
      (command) => command,
      (command) => h("button", { type: "button", "data-command": command }),
      (button, command) => {
        say(button, t(`action.${command}`));
        attribute(button, "class", command === "duty_on" ? "primary" : "");
        attribute(button, "aria-label", `${t(`action.${command}`)}${t("list.colon")}${row.name}`);
        pending(button, desk.commander.busy(row.id));
        button.onclick = () => give(command, row);
      },
    );
  };

  const drawTask = (row) => {
    const incident = desk.things().incidents.get(row.incident);
    shown(task, Boolean(row.incident));
    say(task, t("duty.task", { case: incident ? caseWords(incident) : (row.incident ?? "") }));
    task.onclick = () => go(row.incident);
    const own = { ...row, takes: ["duty_off"] }; // who may send them home is told what comes first
    shown(first, Boolean(row.incident) && desk.commandable() && dutyCommands(own, desk.me).length > 0);
    say(first, t("duty.task_first"));
  };

  const drawSaid = (row) => {
    const sent = desk.commander.newest(row.id);
    const outcome = sent && (wasMine(sent, desk.me) ? { ...sent, state: "confirmed" } : sent);
    shown(said, Boolean(outcome));
    if (!outcome) return;
    keyed(
      said,
      [outcome],
      () => "said",
      () => h("p", {}, h("span", {}), h("button", { type: "button", class: "retry" })),
      (line, one) => {
        attribute(line, "data-state", one.state);
        say(line.firstElementChild, outcomeWords(one));
        shown(say(line.lastElementChild, t("said.retry")), one.state === "failed").onclick = () => sent.retry();
      },
    );
  };

  const draw = (row) => {
    attribute(node, "data-status", row.status);
    say(name, row.name);
    say(about, [roleWord(row.role), compoundName(row.compound)].filter(Boolean).join(" · "));
    say(duty, dutyWords(row, desk.clock.now()));
    say(place, placeOf(row, desk.clock.now(), desk.catalogue.place_known_for_s));
    drawTask(row);
    drawButtons(row);
    drawSaid(row);
  };
  return { node, draw };
}
