// Find an address, a device, a person or an incident, and go there.
import { attribute, byId, h, keyed, say } from "../ui/dom.mjs";
import { detailOf, notesOf, summaryOf, typeOf } from "../words/search_result.mjs";
import { t } from "../words/texts.mjs";

const PAUSE_MS = 120;

/** @param {import("./desk.mjs").Desk} desk */
export function createSearch(desk, get = fetch) {
  let found = [];
  let index = 0;
  let asked = 0;
  let timer = 0;
  const input = h("input", {
    type: "text",
    enterkeyhint: "search",
    role: "combobox",
    "aria-expanded": "true",
    autocomplete: "off",
    "aria-controls": "search-found",
    autofocus: true,
  });
  const list = h("ul", { id: "search-found", role: "listbox" });
  const told = h("p", { class: "dim", role: "status" });
  const dialog = h("dialog", { class: "search" }, input, told, list);
  byId("dialogs").append(dialog);

  const draw = () => {
    index = Math.min(index, Math.max(0, found.length - 1));
    const make = (row) =>
      h(
        "li",
        { role: "option", onclick: () => go(row) },
        h("span", { class: "kind" }),
        h("span", { class: "name" }),
        h("span", { class: "dim" }),
        h("span", { class: "notes" }),
      );
    keyed(
      list,
      found,
      (row) => `${row.type}|${row.id}`,
      make,
      (node, row) => {
        const i = found.indexOf(row);
        attribute(node, "id", `found-${i}`);
        attribute(node, "aria-selected", String(i === index));
        attribute(node, "class", row.fits === false ? "near" : "");
        say(node.children[0], typeOf(row));
        say(node.children[1], row.name ?? row.id);
        say(node.children[2], detailOf(row));
        say(node.children[3], notesOf(row));
        if (i === index) node.scrollIntoView({ block: "nearest" });
      },
    );
    attribute(input, "aria-activedescendant", found.length ? `found-${index}` : null);
    say(told, summaryOf(input.value.trim(), found));
  };

  const look = async () => {
    const [words, turn] = [input.value.trim(), ++asked];
    if (!words) return void ((found = []), draw());
    try {
      const here = encodeURIComponent(desk.here()?.id ?? "");
      const response = await get(`/api/search?q=${encodeURIComponent(words)}&here=${here}`);
      const answer = response.ok ? await response.json() : [];
      if (turn !== asked) return; // a later question was asked meanwhile
      found = answer.slice(0, 12);
      draw();
    } catch {
      if (turn === asked) say(told, t("search.failed"));
    }
  };

  const go = (row) => {
    dialog.close();
    if (row.type === "incident") desk.select(row.id, { go: true });
    else if (row.type === "compound") desk.visit(row.id);
    else desk.goTo(row);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) index = (index + step + found.length) % found.length;
    else if (event.key === "Enter" && !event.isComposing && found[index]) go(found[index]);
    else return;
    event.preventDefault();
    draw();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  const open = () => {
    attribute(input, "aria-label", t("search.open"));
    attribute(input, "placeholder", t("search.open"));
    attribute(dialog, "aria-label", t("search.open"));
    attribute(list, "aria-label", t("search.results"));
    input.value = "";
    found = [];
    draw();
    dialog.showModal();
  };
  return { open };
}
