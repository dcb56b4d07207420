// The alarms of a case that still hold, where people believe that it is settled.
import { h, keyed, say, shown } from "../../ui/dom.mjs";
import { clock } from "../../words/format.mjs";
import { deviceKind, ruleTitle } from "../../words/names.mjs";
import { has, t } from "../../words/texts.mjs";
import { isSettled } from "../../records/cases.mjs";
import { kindIn } from "../../records/ids.mjs";

/** What an alarm's device says now, or said when it was raised. */
function valueWords(alarm, catalogue, reading) {
  const kind = kindIn(alarm.device);
  const { states = [], quantities = {} } = catalogue.kinds?.[kind] ?? {};
  const quantity = catalogue.rules?.[alarm.rule]?.quantity;
  if (quantity) return Number.isFinite(alarm.value) ? `${Number(alarm.value.toFixed(2))} ${quantities[quantity] ?? ""}`.trim() : "";
  const state = states[reading?.code];
  return state && has(`device.${state}`) ? t(`device.${state}`) : "";
}

/**
 * One line an alarm: what, at which device, what it says, since when.
 * @param {Row} alarm
 * @param {Row} desk
 */
export function heldWords(alarm, desk) {
  const kind = kindIn(alarm.device);
  const name = desk.device(alarm.device)?.name ?? `${deviceKind(kind)} ${alarm.device}`;
  const value = valueWords(alarm, desk.catalogue, desk.reading(alarm.device));
  return [ruleTitle(alarm.rule), name, value, t("holding.since", { time: clock(alarm.since) })].filter(Boolean).join(" · ");
}

const heldBy = (row, desk) => [...desk.things().alarms.values()].filter((alarm) => alarm.active && alarm.incident === row.id);

/** The lines of a case whose alarms hold; one of another grid has no words here. */
export function heldLines(row, desk) {
  if (!row.holding) return [];
  const held = heldBy(row, desk);
  for (const alarm of held) desk.learn(alarm.compound);
  return held.length ? held.map((alarm) => heldWords(alarm, desk)) : [t("holding.elsewhere")];
}

/** When the case comes back by itself, in minutes after its end; Infinity for never, or not while shelved. */
export function backIn(row, desk) {
  const waits = heldBy(row, desk)
    .filter((alarm) => !alarm.shelved_until)
    .map((alarm) => desk.catalogue.rules?.[alarm.rule]?.realarm_s || Infinity);
  return Math.min(...waits) / 60;
}

/** A part of the incident panel: nothing, or that the alarm still holds. */
export function createHolding() {
  const [head, list, next] = [h("strong"), h("ul"), h("p", { class: "dim" })];
  const node = h("div", { class: "holding", role: "status", hidden: true }, head, list, next);
  const draw = (row, desk) => {
    const lines = isSettled(row) ? heldLines(row, desk) : [];
    shown(node, lines.length > 0);
    say(head, t("holding.title"));
    keyed(
      list,
      lines,
      (line) => line,
      () => h("li"),
      (item, line) => say(item, line),
    );
    const minutes = backIn(row, desk);
    const comes = Number.isFinite(minutes) ? t("holding.comes_back", { minutes }) : "";
    shown(say(next, row.finished ? comes : t("holding.needs_reason")), !row.finished || Boolean(comes));
  };
  return { node, draw };
}
