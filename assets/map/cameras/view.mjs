// What a camera would see: a second map over the same places, looked at from the camera's pose.
import { Map as MapLibre } from "../../vendor/maplibre-gl.mjs";
import { t } from "../../words/texts.mjs";
import { drawable } from "../../geometry/angles.mjs";
import { createLife, remove } from "../life.mjs";

const EMPTY = { type: "FeatureCollection", features: [] };
const EYE_M = 0.5;
const FRESH_MS = 2000;
const LIVE = ["incidents", "lit", "alarmed", "gates", "responders"];
const SIZES = ["icon-size", "text-size"];
const DRAWN = new Set([
  "background",
  "compound",
  "areas",
  "areas-edge",
  "paths",
  "paths-edge",
  "surroundings",
  "walls",
  "buildings",
  "floors",
  ...LIVE,
]);

/** Of the map's style what a camera can see: no outlines, switches or far-away roll-ups. */
export function seenStyle(style) {
  const kept = ({ id, source }) => DRAWN.has(id) || DRAWN.has(source);
  const layers = style.layers.filter(kept).map(({ layout = {}, ...layer }) => ({
    ...layer,
    minzoom: undefined,
    maxzoom: undefined,
    layout: { ...small(layout), visibility: "visible" },
  }));
  const used = new Set(layers.map(({ source }) => source));
  // What lives comes once its images are there.
  const start = (name, source) => (LIVE.includes(name) && source.type === "geojson" ? { ...source, data: EMPTY } : source);
  const sources = Object.fromEntries(
    Object.entries(style.sources)
      .filter(([name]) => used.has(name))
      .map(([name, source]) => [name, start(name, source)]),
  );
  return { ...style, layers, sources };
}

/** Symbols no larger than a small picture bears. */
function small(layout) {
  return Object.fromEntries(
    Object.entries(layout).map(([name, value]) => [name, SIZES.includes(name) ? (name === "text-size" ? 11 : 0.8) : value]),
  );
}

/**
 * One view for all cameras: browsers bear few drawing contexts.
 * @param {import("../../vendor/maplibre-gl.mjs").Map} main the page's map
 * @param {HTMLElement} node
 */
export function createCameraView(main, node) {
  const map = new MapLibre({
    container: node,
    style: seenStyle(main.getStyle()),
    interactive: false,
    attributionControl: false,
    maxPitch: 180,
    maxZoom: 24,
    fadeDuration: 0,
    centerClampedToGround: false,
    pixelRatio: 1,
    canvasContextAttributes: { antialias: false },
  });
  map.on("error", ({ error }) => console.warn("camera view", error));
  const life = createLife(map);
  for (const one of [main, map]) one.on("webglcontextlost", () => clearInterval(timer));
  const canvas = map.getCanvas();
  canvas.removeAttribute("tabindex");
  canvas.setAttribute("role", "img"); // a second region named like the map would confuse
  const told = new Map();
  let timer = 0;
  const ready = new Promise((resolve) => map.once("style.load", resolve));

  /** Take over what changes; the same object again is nothing new. */
  const refresh = () => {
    copyImages(main, map);
    for (const name of LIVE) {
      const data = main.getSource(name)?.serialize?.().data;
      const words = data && JSON.stringify(data);
      if (!data || told.get(name) === words) continue;
      told.set(name, words);
      /** @type {import("../../vendor/maplibre-gl.mjs").GeoJSONSource|undefined} */ (map.getSource(name))?.setData(data);
    }
  };

  return {
    /** Look from a camera's pose. */
    show: async (camera) => {
      await life.while(ready);
      canvas.setAttribute("aria-label", t("sight.sim"));
      map.resize();
      const { vfov, pitch } = drawable(camera);
      map.setVerticalFieldOfView(vfov);
      map.jumpTo({ center: camera.lonlat, zoom: 18, pitch: 0, elevation: 0 });
      const height = Math.max(EYE_M, camera.height_m);
      map.jumpTo(map.calculateCameraOptionsFromCameraLngLatAltRotation(camera.lonlat, height, camera.azimuth_deg, pitch, 0));
      refresh();
      clearInterval(timer);
      timer = setInterval(refresh, FRESH_MS);
    },
    /** Stop taking things over while nobody looks. */
    rest: () => clearInterval(timer),
    /** Whether it can be drawn, and over the places of this very map. */
    stands: (wanted) => !life.over() && wanted === main,
    end: () => {
      clearInterval(timer);
      if (!life.over()) remove(map);
    },
    map,
  };
}

/** Images that the page's map has made by now, such as those of gates with their words. */
function copyImages(main, map) {
  for (const id of main.listImages().filter((one) => !map.hasImage(one))) {
    const { data, pixelRatio, sdf } = main.getImage(id);
    map.addImage(id, data, { pixelRatio, sdf });
  }
}
