// Dialogs that ask for what a command needs. Each gives a promise: the answer, or null.
import { ask, askReason, choice, choices, reasonField, written } from "../../ui/dialogs.mjs";
import { h } from "../../ui/dom.mjs";
import { choicesOf } from "../../words/commands.mjs";
import { homeName } from "../../words/names.mjs";
import { t } from "../../words/texts.mjs";

/** Ask how long an alarm is to be silenced, and why. */
export async function askShelve(title, about) {
  const durations = choicesOf("shelve", "minutes").map((minutes, i) => choice("minutes", minutes, t(`shelve.${minutes}`), i === 0));
  const form = await ask(title, [choices(t("shelve.how_long"), ...durations), reasonField(t("dialog.reason"))], { about });
  return form && { minutes: Number(form.get("minutes")), reason: written(form, "text") };
}

/** What still holds, over the field that asks why the matter is settled all the same. */
const heldPart = (held) =>
  h(
    "div",
    { class: "holding", role: "alert" },
    h("strong", { text: t("holding.title") }),
    h("ul", {}, ...held.map((line) => h("li", { text: line }))),
  );

/** Ask whether the work holds up; while an alarm holds, whoever says that it does says why. */
export async function askCheck(title, about, held = []) {
  const remark = reasonField(t(held.length ? "holding.reason" : "dialog.remark"), held.length > 0);
  const words = remark.querySelector("textarea");
  const answers = choices(
    t("check.question"),
    choice("passed", "yes", t("check.passed"), true),
    choice("passed", "", t("check.failed"), false),
  );
  answers.addEventListener(
    "change",
    ({ target }) => (words.required = held.length > 0 && /** @type {HTMLInputElement} */ (target).value === "yes"),
  );
  const form = await ask(title, [held.length > 0 && heldPart(held), answers, remark].filter(Boolean), { about });
  return form && { passed: form.get("passed") === "yes", text: written(form, "text") };
}

/** Ask why a case is closed although its alarm holds; nothing when none does. */
export async function askSettle(title, about, held = []) {
  if (held.length === 0) return {};
  const form = await ask(title, [heldPart(held), reasonField(t("holding.reason"))], { about });
  return form && { text: written(form, "text") };
}

/** Ask who is to be taken off when one responder takes over from another. */
export async function askInsteadOf(title, crew, about) {
  if (crew.length === 1) return crew[0].id;
  const rows = crew.map((member, i) => choice("member", member.id, `${member.name} · ${homeName(member.id)}`, i === 0));
  const form = await ask(title, [choices(t("reassign.whom"), ...rows)], { about });
  return form && form.get("member");
}

/** The dialogs by the word an action names. */
export const ASK = { reason: askReason, shelve: askShelve, check: askCheck, settle: askSettle };
