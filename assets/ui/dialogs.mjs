// Dialogs that ask for what a command needs. Each gives a promise: the answer, or null.
import { SHELVE_MINUTES } from "../panels/case/actions.mjs";
import { byId, h } from "./dom.mjs";
import { homeName } from "../words/names.mjs";
import { t } from "../words/texts.mjs";

/**
 * Open a dialog with a title and content; resolves when it closes.
 * @param {string} title
 * @param {Node[]} content
 * @param {{confirm?: string, about?: string, wide?: boolean}} [options] about: what it is about, and
 *   where that is
 * @returns {Promise<FormData|null>} all fields of it are text
 */
export function ask(title, content, { confirm = t("dialog.confirm"), about = "", wide = false } = {}) {
  return new Promise((resolve) => {
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", { id: "dialog-title", text: title }),
      Boolean(about) && h("p", { id: "dialog-about", class: "dim", text: about }),
      ...content,
      h(
        "div",
        { class: "dialog-buttons" },
        h("button", { type: "button", value: "", onclick: () => dialog.close(), text: t(confirm ? "dialog.cancel" : "dialog.close") }),
        confirm && h("button", { type: "submit", class: "primary", value: "yes", text: confirm }),
      ),
    );
    const dialog = h(
      "dialog",
      { "aria-labelledby": "dialog-title", "aria-describedby": about ? "dialog-about" : null, class: wide ? "wide" : "" },
      form,
    );
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes" ? new FormData(form) : null);
      dialog.remove();
    });
    byId("dialogs").append(dialog);
    dialog.showModal();
  });
}

const reasonField = (label, required = true) =>
  h(
    "label",
    { class: "field" },
    h("span", { text: label }),
    h("textarea", { name: "text", rows: "3", maxlength: "200", required, autofocus: required }),
  );

/** What was written into a field. */
const written = (form, name) => String(form.get(name)).trim();

const choice = (name, value, label, checked) =>
  h("label", { class: "choice" }, h("input", { type: "radio", name, value, checked }), h("span", { text: label }));

/** Ask why. */
export async function askReason(title, about) {
  const form = await ask(title, [reasonField(t("dialog.reason"))], { about });
  return form && { text: written(form, "text") };
}

/** Ask how long an alarm is to be silenced, and why. */
export async function askShelve(title, about) {
  const durations = SHELVE_MINUTES.map((minutes, i) => choice("minutes", minutes, t(`shelve.${minutes}`), i === 0));
  const form = await ask(
    title,
    [h("fieldset", { class: "choices" }, h("legend", { text: t("shelve.how_long") }), ...durations), reasonField(t("dialog.reason"))],
    { about },
  );
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
  const choices = h(
    "fieldset",
    { class: "choices" },
    h("legend", { text: t("check.question") }),
    choice("passed", "yes", t("check.passed"), true),
    choice("passed", "", t("check.failed"), false),
  );
  choices.addEventListener(
    "change",
    ({ target }) => (words.required = held.length > 0 && /** @type {HTMLInputElement} */ (target).value === "yes"),
  );
  const form = await ask(title, [held.length > 0 && heldPart(held), choices, remark].filter(Boolean), { about });
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
  const form = await ask(title, [h("fieldset", { class: "choices" }, h("legend", { text: t("reassign.whom") }), ...rows)], { about });
  return form && form.get("member");
}

/** The dialogs by the word an action names. */
export const ASK = { reason: askReason, shelve: askShelve, check: askCheck, settle: askSettle };
