// Sheets that only show something: the keys, and what an administrator must know.
import { ask } from "./dialogs.mjs";
import { h, memory } from "./dom.mjs";
import { figure } from "./format.mjs";
import { SHORTCUTS, cap } from "./keys.mjs";
import { t } from "./texts.mjs";

/** Whether single keys act; a person may switch them off (WCAG 2.1.4). */
export const singleKeys = () => memory.get("dayuan.keys", true);

/** Show every key and what it does. */
export function showKeys() {
  const group = (name) =>
    h("section", {}, h("h3", { text: t(`keys.group_${name}`) }),
      h("dl", { class: "keys" },
        ...SHORTCUTS.filter((row) => row.group === name).map((row) =>
          h("div", {}, h("dt", {}, h("kbd", { text: cap(row) })), h("dd", { text: t(row.text) })))));
  const box = h("input", { type: "checkbox", checked: singleKeys(),
    onchange: (event) => memory.set("dayuan.keys", event.target.checked) });
  const choice = h("label", { class: "choice" }, box, h("span", { text: t("keys.single") }));
  return ask(t("keys.title"), [h("div", { class: "columns" }, group("move"), group("act")), choice],
    { confirm: "", wide: true });
}

/** Show devices nobody registered and what was rejected, by source. */
export async function showAdmin(get = fetch) {
  const read = async (path) => {
    try {
      const response = await get(path);
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  };
  const [devices, rejected] = await Promise.all([read("/api/devices/unregistered"), read("/api/rejected")]);
  return ask(t("admin.open"), [
    section("admin.unregistered", rowsOf(devices), (row) => [row.id ?? row.device ?? row.name, figure(row.count ?? row.events ?? 1)]),
    section("admin.rejected", rowsOf(rejected), (row) => [[row.source, row.reason ?? row.field].filter(Boolean).join(" · "), figure(row.count ?? 1)]),
  ], { confirm: "", wide: true });
}

/** Rows of an answer, whether it is a list, holds one, or maps names to counts; null stays null. */
export function rowsOf(answer) {
  if (answer === null || Array.isArray(answer)) return answer;
  const list = Object.values(answer).find(Array.isArray);
  if (list) return list;
  const counts = Object.values(answer).find((value) => typeof value === "object") ?? answer;
  return Object.entries(counts).map(([source, count]) => ({ source, id: source, count }));
}

function section(key, rows, cells) {
  const body = rows === null ? h("p", { class: "dim", text: t("admin.failed") })
    : rows.length === 0 ? h("p", { class: "dim", text: t("admin.none") })
      : h("table", {}, h("tbody", {}, ...rows.map((row) =>
        h("tr", {}, ...cells(row).map((words) => h("td", { text: words }))))));
  return h("section", {}, h("h3", { text: t(key) }), body);
}
