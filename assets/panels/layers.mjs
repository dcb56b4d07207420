// Layer switches with counts, remembered per person.
import { byId, h, keyed, say, attribute } from "../ui/dom.mjs";
import { memory } from "../session/memory.mjs";
import { figure } from "../words/format.mjs";
import { deviceKind } from "../words/names.mjs";
import { has, t } from "../words/texts.mjs";

/**
 * A row of the list of switches, as the server has it from the catalogue.
 * @typedef {{name: string, starts_on: boolean, counted: boolean}} LayerRow
 */

/**
 * Names of the panel's rows: layers that show something here, and those without a number.
 * @param {LayerRow[]} layers from the top
 * @param {Record<string, {total: number, off?: number, fault?: number}>} counts
 * @param {boolean} [kindsToo] whether each kind of a layer of several has a row of its own
 */
export function layerRows(layers, counts, kindsToo = true) {
  return layers
    .filter(({ name, counted }) => !counted || counts[name])
    .flatMap(({ name }) => [name, ...(kindsToo ? kindsOf(name, counts) : [])]);
}

const kindsOf = (layer, counts) =>
  Object.keys(counts)
    .filter((name) => name.startsWith(`${layer}/`))
    .sort();

/**
 * What stands behind a layer's name: 26 · 1 离线 · 1 故障.
 * @param {{total?: number, off?: number, fault?: number, free?: number}} [count]
 */
export function countWords({ total, off = 0, fault = 0, free } = {}) {
  if (total === undefined) return "";
  const words = [figure(total)];
  if (free !== undefined) return [...words, t("layers.free", { n: figure(free) })].join(" · ");
  if (off) words.push(t("layers.off", { n: figure(off) }));
  if (fault) words.push(t("layers.fault", { n: figure(fault) }));
  return words.join(" · ");
}

const nameOf = (layer) => {
  if (has(`layers.${layer}`)) return t(`layers.${layer}`);
  return deviceKind(layer.split("/").at(-1));
};

const ROOMY_PX = 480; // on a narrower map the open list would hide what it is about

/**
 * @param {import("./desk.mjs").Desk} desk
 * @param {(visible: boolean) => void} showCoverage
 */
export function createLayers(desk, showCoverage) {
  const list = byId("layers-list");
  if (matchMedia("(max-width: 900px)").matches || byId("map-area").clientWidth < ROOMY_PX) byId("layers").open = false;
  const key = `dayuan.layers.${desk.me.name ?? ""}`;
  const choice = memory.get(key, {});
  let unfolded = memory.get("dayuan.layers.kinds", false);
  const { layers } = desk.catalogue;
  const off = layers.filter((layer) => !layer.starts_on).map((layer) => layer.name);
  const on = (name) => choice[name] ?? !off.includes(name);

  const set = (name, visible) => {
    choice[name] = visible;
    memory.set(key, choice);
    desk.map()?.show(name, visible);
    if (name === "coverage") showCoverage(visible);
  };

  /** Tell a new map what this person chose. */
  const apply = () => {
    for (const [name, visible] of Object.entries({ ...Object.fromEntries(off.map((name) => [name, false])), ...choice }))
      desk.map()?.show(name, visible);
    showCoverage(on("coverage"));
  };

  const unfold = () => {
    unfolded = !unfolded;
    memory.set("dayuan.layers.kinds", unfolded);
    draw();
  };

  const make = (name) => {
    const label = h(
      "label",
      { class: name.includes("/") ? "layer sub" : "layer" },
      h("input", { type: "checkbox", onchange: (event) => set(name, event.target.checked) }),
      h("span", { class: "name" }),
      h("span", { class: "figures dim" }),
    );
    const more = kindsOf(name, desk.panels().layers ?? {}).length > 0;
    return h("div", { class: "layer-row" }, label, more && h("button", { type: "button", class: "more", onclick: unfold }));
  };

  const draw = () => {
    const counts = desk.panels().layers ?? {};
    keyed(
      list,
      layerRows(layers, counts, unfolded),
      (name) => name,
      make,
      (row, name) => {
        const node = row.firstElementChild;
        const box = node.firstElementChild;
        const more = row.querySelector(".more");
        if (more) drawMore(more, unfolded);
        if (box.checked !== on(name)) box.checked = on(name);
        say(node.querySelector(".name"), nameOf(name));
        say(node.lastElementChild, countWords(counts[name]));
        attribute(node, "data-trouble", name !== "responders" && Boolean(counts[name]?.off || counts[name]?.fault));
      },
    );
  };

  return { draw, apply, toggle: (name) => (set(name, !on(name)), draw()) };
}

function drawMore(button, unfolded) {
  say(button, unfolded ? "▾" : "▸");
  attribute(button, "aria-expanded", String(unfolded));
  attribute(button, "aria-label", t("layers.kinds"));
}
