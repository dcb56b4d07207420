// Dialogs that ask. Each gives a promise: the answer, or null.
import { byId, h } from "./dom.mjs";
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

/** A field for a reason or a remark. */
export const reasonField = (label, required = true) =>
  h(
    "label",
    { class: "field" },
    h("span", { text: label }),
    h("textarea", { name: "text", rows: "3", maxlength: "200", required, autofocus: required }),
  );

/** What was written into a field. */
export const written = (form, name) => String(form.get(name)).trim();

/** One of several to choose from. */
export const choice = (name, value, label, checked) =>
  h("label", { class: "choice" }, h("input", { type: "radio", name, value, checked }), h("span", { text: label }));

/** Several to choose from, under the question. */
export const choices = (legend, ...nodes) => h("fieldset", { class: "choices" }, h("legend", { text: legend }), ...nodes);

/** Ask why. */
export async function askReason(title, about) {
  const form = await ask(title, [reasonField(t("dialog.reason"))], { about });
  return form && { text: written(form, "text") };
}
