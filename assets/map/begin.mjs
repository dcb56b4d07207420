// The map library's map in a node of the page: its own looks, letters as large as the page's, whose
// data it shows, and where it looks first.
import { AttributionControl, Map as MapLibre, NavigationControl } from "../vendor/maplibre-gl.mjs";
import { scaled } from "./scaling.mjs";
import { around } from "./places/levels.mjs";
import { viewOf, wideViewOf } from "./viewpoint.mjs";
import { t } from "../words/texts.mjs";

/** Say whose data the places are: folded up, one press away. */
export function owe(map, credits) {
  map.addControl(new AttributionControl({ compact: true, customAttribution: credits }), "bottom-right");
  const node = map.getContainer().querySelector(".maplibregl-ctrl-attrib");
  node?.classList.remove("maplibregl-compact-show");
  node?.removeAttribute("open");
}

/** The library's own looks, before ours: controls, popups and marks stand where they belong by them. */
export function dress() {
  const link = document.createElement("link");
  [link.rel, link.href] = ["stylesheet", new URL("../vendor/maplibre-gl.css", import.meta.url).href];
  if (!document.querySelector(`link[href="${link.getAttribute("href")}"]`)) document.head.prepend(link);
}

/** Where to look from the beginning: a map that begins elsewhere cuts and draws that first. */
export function firstView({ clientWidth: width, clientHeight: height }, screen, summaries, first) {
  const place = summaries.find(({ id }) => id === first);
  if (place) return viewOf(place.bounds, undefined, { screen, width, height });
  return summaries.length ? wideViewOf(around(summaries), { screen, width, height }) : {};
}

/** The map itself; letters and symbols as large as the page's own. */
export function begin(node, style, screen, slow) {
  const letters = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const map = new MapLibre({
    container: node,
    style: scaled(style, screen === "wall" ? Math.max(1, letters / 14) : 1),
    maxZoom: 22,
    maxPitch: 70,
    attributionControl: false,
    fadeDuration: 0, // labels are placed in one go: fading ones take many frames, and facts do not wait
    canvasContextAttributes: { antialias: !slow && devicePixelRatio < 2 },
    ...(slow && { pixelRatio: Math.min(1, devicePixelRatio) }),
    interactive: screen !== "wall" || matchMedia("(pointer: fine)").matches,
  });
  if (screen !== "wall") map.addControl(new NavigationControl({ visualizePitch: true }), "top-right");
  map.getCanvas().setAttribute("aria-label", t("map.label"));
  map.on("error", ({ error }) => console.warn("map", error));
  return map;
}
