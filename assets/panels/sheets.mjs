// Sheets that only show something: the keys, and what an administrator must know.
import { addressSection } from "./addresses.mjs";
import { ask } from "../ui/dialogs.mjs";
import { h } from "../ui/dom.mjs";
import { answerOf } from "../session/answers.mjs";
import { memory } from "../session/memory.mjs";
import { figure } from "../words/format.mjs";
import { cap, shortcuts } from "./keys.mjs";
import { t } from "../words/texts.mjs";

/** Whether single keys act; a person may switch them off (WCAG 2.1.4). */
export const singleKeys = () => memory.get("dayuan.keys", true);

/** Show every key and what it does. */
export function showKeys() {
  const group = (name) =>
    h(
      "section",
      {},
      h("h3", { text: t(`keys.group_${name}`) }),
      h(
        "dl",
        { class: "keys" },
        ...shortcuts()
          .filter((row) => row.group === name)
          .map((row) => h("div", {}, h("dt", {}, h("kbd", { text: cap(row) })), h("dd", { text: t(row.text) }))),
      ),
    );
  const box = h("input", { type: "checkbox", checked: singleKeys(), onchange: (event) => memory.set("dayuan.keys", event.target.checked) });
  const choice = h("label", { class: "choice" }, box, h("span", { text: t("keys.single") }));
  return ask(
    t("keys.title"),
    [h("div", { class: "columns" }, group("move"), h("div", {}, group("act"), group("floor"), group("draw"))), choice],
    { confirm: "", wide: true },
  );
}

/** Show devices nobody registered and what was rejected, by source. */
export async function showAdmin(get = fetch) {
  const paths = ["/api/devices/unregistered", "/api/rejected", "/api/addresses"];
  const [devices, rejected, addresses] = await Promise.all(paths.map((path) => answerOf(path, get)));
  const row = (one) => [[one.id, one.type, one.source].filter(Boolean).join(" · "), figure(one.count ?? 1)];
  return ask(
    t("admin.open"),
    [
      section("admin.unregistered", devices, row),
      section("admin.rejected", rejectedRows(rejected), (one) => [one.source, figure(one.count)]),
      section("admin.newest", newestRows(rejected), (one) => [`${one.field ?? ""} ${one.value ?? ""}`, one.reason ?? ""]),
      addressSection(addresses),
    ],
    { confirm: "", wide: true },
  );
}

/** Rejected payloads by source, over all streets of the answer; null stays null. */
export function rejectedRows(answer) {
  if (answer === null) return null;
  const rows = Object.values(answer).flatMap((street) => Object.entries(street.counts ?? {}));
  return rows.map(([source, count]) => ({ source, count })).sort((a, b) => b.count - a.count);
}

/** The newest rejections, over all streets of the answer. */
export function newestRows(answer) {
  if (answer === null) return null;
  return Object.values(answer)
    .flatMap((street) => street.newest ?? [])
    .slice(0, 20);
}

function section(key, rows, cells) {
  const body =
    rows === null
      ? h("p", { class: "dim", text: t("admin.failed") })
      : rows.length === 0
        ? h("p", { class: "dim", text: t("admin.none") })
        : h("table", {}, h("tbody", {}, ...rows.map((row) => h("tr", {}, ...cells(row).map((words) => h("td", { text: words }))))));
  return h("section", {}, h("h3", { text: t(key) }), body);
}
