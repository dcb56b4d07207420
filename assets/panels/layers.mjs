// Layer switches with counts, remembered per person.
import { byId, h, keyed, say, attribute } from "../ui/dom.mjs";
import { memory } from "../session/memory.mjs";
import { figure } from "../words/format.mjs";
import { deviceKind } from "../words/names.mjs";
import { has, t } from "../words/texts.mjs";

/** Layers in the order of the panel; sensor kinds follow below "sensors". */
export const LAYERS = ["cameras", "fields", "coverage", "gates", "sensors", "grids", "responders", "buildings"];

/** Layers that are there however many things they show. */
const ALWAYS = ["fields", "coverage", "buildings"];

/** Layers that are off until somebody wants them: a field of view for every camera hides the map. */
const OFF = ["fields", "coverage"];

/**
 * Rows of the panel from the counts the server gives.
 * @param {Record<string, {total: number, off?: number, fault?: number}>} counts
 * @param {boolean} [kindsToo] whether each kind of sensor has a row of its own
 */
export function layerRows(counts, kindsToo = true) {
  const rows = LAYERS.filter((name) => ALWAYS.includes(name) || counts[name]);
  const kinds = Object.keys(counts)
    .filter((name) => name.startsWith("sensors/"))
    .sort();
  return rows.flatMap((name) => (name === "sensors" ? [name, ...(kindsToo ? kinds : [])] : [name]));
}

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
  const on = (name) => choice[name] ?? !OFF.includes(name);

  const set = (name, visible) => {
    choice[name] = visible;
    memory.set(key, choice);
    desk.map()?.show(name, visible);
    if (name === "coverage") showCoverage(visible);
  };

  /** Tell a new map what this person chose. */
  const apply = () => {
    for (const [name, visible] of Object.entries({ ...Object.fromEntries(OFF.map((name) => [name, false])), ...choice }))
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
    return h("div", { class: "layer-row" }, label, name === "sensors" && h("button", { type: "button", class: "more", onclick: unfold }));
  };

  const draw = () => {
    const counts = desk.panels().layers ?? {};
    keyed(
      list,
      layerRows(counts, unfolded),
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
