// The card of a device picked on the map: what it is, what it says, its alarms.
import { createCamera } from "./camera.mjs";
import { createCard } from "../../ui/card.mjs";
import { ASK } from "../case/dialogs.mjs";
import { attribute, byId, h, keyed, mark, pending, say, shown } from "../../ui/dom.mjs";
import { takes } from "../../records/cases.mjs";
import { kindIn } from "../../records/ids.mjs";
import { buttonRows, commandRow } from "../../words/commands.mjs";
import { clock } from "../../words/format.mjs";
import { deviceKind, homeName, levelWords, ruleTitle } from "../../words/names.mjs";
import { readingWords } from "../../words/readings.mjs";
import { t } from "../../words/texts.mjs";

/** The commands that an alarm's row has buttons for, in the order of the table. */
const alarmCommands = () => buttonRows().flatMap(({ name, target }) => (target === "alarm" ? [name] : []));

/** @param {import("../desk.mjs").Desk} desk */
export function createDevice(desk) {
  const root = byId("device");
  const [name, about, list] = [h("h2", {}), h("p", { class: "dim" }), h("ul", { class: "alarms" })];
  const shut = h("button", { type: "button", class: "shut", text: "×", onclick: () => desk.pick(null) });
  root.classList.add("float", "device");
  const card = createCard(root);
  const camera = createCamera(desk);
  root.append(shut, name, about, camera.node, list);

  const aboutAlarm = (id) => {
    const { device, rule } = desk.things().alarms.get(id);
    return [ruleTitle(rule), homeName(device), desk.device(device)?.name ?? device].join(" · ");
  };

  const send = async (command, id) => {
    const form = ASK[commandRow(command)?.form];
    const args = form ? await form(t(`action.${command}`), aboutAlarm(id)) : {};
    const alarm = desk.things().alarms.get(id);
    if (args && alarm) desk.commander.send({ command, target: id, version: alarm.version, args });
  };

  const make = (alarm) =>
    h(
      "li",
      {},
      mark(alarm.level),
      h("span", { class: "what" }),
      ...alarmCommands().map((command) => h("button", { type: "button", "data-command": command, onclick: () => send(command, alarm.id) })),
    );

  const draw = () => {
    const picked = desk.picked();
    card(Boolean(picked));
    const kindOf = () => desk.device(picked)?.kind ?? kindIn(picked);
    camera.draw(picked, picked && kindOf());
    if (!picked) return;
    const place = desk.device(picked);
    say(name, place?.name ?? picked);
    const kind = kindOf();
    say(
      about,
      [homeName(picked), deviceKind(kind), ...readingWords(kind, desk.reading(picked), desk.catalogue), picked].filter(Boolean).join(" · "),
    );
    attribute(shut, "aria-label", t("dialog.close"));
    const alarms = [...desk.things().alarms.values()].filter((alarm) => alarm.device === picked && alarm.label !== "normal");
    keyed(
      list,
      alarms,
      (alarm) => alarm.id,
      make,
      (node, alarm) => {
        const said = [levelWords(alarm.level), ruleTitle(alarm.rule), t(`alarm.${alarm.label}`), alarm.at ? clock(alarm.at) : ""];
        say(node.querySelector(".what"), said.filter(Boolean).join(" · "));
        for (const button of node.querySelectorAll("button")) {
          const { command } = button.dataset;
          say(button, t(`action.${command}`));
          shown(button, desk.commandable() && Boolean(desk.me.may?.includes(command)) && takes(alarm, command));
          pending(button, desk.commander.busy(alarm.id));
        }
      },
    );
  };
  return { draw, cancel: camera.cancel };
}
