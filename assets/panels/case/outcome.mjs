// What became of the last command: pending at once, confirmed, or who was first.
import { attribute, h, keyed, say, shown } from "../../ui/dom.mjs";
import { has, t } from "../../words/texts.mjs";
import { lostWords } from "../../words/names.mjs";

const WORDS = {
  pending: () => t("said.pending"),
  accepted: () => t("said.accepted"),
  confirmed: () => t("said.confirmed"),
  failed: () => t("said.failed"),
  refused: (sent) => {
    const code = sent.answer?.error;
    if (sent.answer?.detail?.alarms) return t("said.refused", { why: t("refused.holding") });
    const why = has(`refused.${code}`) ? t(`refused.${code}`) : (sent.answer?.reason ?? "");
    return t("said.refused", { why });
  },
  lost: (sent, crew) => lostWords(sent, crew),
};

/** The sentence for a command. */
export function outcomeWords(sent, crew) {
  const what = has(`action.${sent.command}`) ? t(`action.${sent.command}`) : sent.command;
  return t("said.what", { what, outcome: WORDS[sent.state](sent, crew) });
}

/** Whether a conflict was this very person's own earlier command that did arrive. */
export function wasMine(sent, me) {
  const by = sent.answer?.detail?.by;
  return sent.state === "lost" && Boolean(by) && (by === me.name || by === me.display);
}

/** Show the newest command on the incident or its alarms. */
export function drawOutcome(node, incident, targets, desk) {
  const sent = desk.commander.newest(...targets);
  const crew = (incident.crew ?? [])
    .filter((member) => member.rank > 0)
    .map((member) => member.name)
    .join(t("list.and"));
  const make = () => h("p", {}, h("span", {}), h("button", { type: "button", class: "retry" }));
  keyed(
    node,
    sent ? [sent] : [],
    (row) => row.key,
    make,
    (line, row) => {
      const told = wasMine(row, desk.me) ? { ...row, state: "confirmed" } : row;
      attribute(line, "data-state", told.state);
      say(line.firstElementChild, outcomeWords(told, crew));
      const retry = shown(say(line.lastElementChild, t("said.retry")), row.state === "failed");
      retry.onclick = () => row.retry();
    },
  );
}
