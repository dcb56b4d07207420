// The basemap the user named, under everything of our own, and whose map it is.
import { addProtocol } from "../../vendor/maplibre-gl.mjs";
import { PMTiles } from "../../vendor/pmtiles.mjs";
import { onLanguage, t } from "../../words/texts.mjs";
import { pieces } from "./gcj02.mjs";

const SIZE = 256;
const KEPT = 96; // decoded tiles of a shifted map: each is part of up to four of ours
const SHIFTED = "gcj02";

/**
 * Draw a basemap.
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {Row|null} basemap as /api/tiles tells
 * @param {Row} look how it is painted: `raster`, `fill`, `line`
 */
export async function drawBasemap(map, basemap, look) {
  if (!basemap) return;
  const [, before] = map.getLayersOrder(); // everything but the background lies on it
  map.addControl(createCredit(basemap), "bottom-left");
  const url = new URL(basemap.url, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
  if (basemap.kind === "vector") return drawVector(map, url, look, before);
  const { max_zoom: maxzoom, reference, archive } = basemap;
  let tiles = archive ? [`pmtiles://${url}/{z}/{x}/{y}`] : [url];
  if (reference === SHIFTED) {
    addProtocol(SHIFTED, createShifted(archive ? readArchive(url) : readTemplate(url)));
    tiles = [`${SHIFTED}://{z}/{x}/{y}`];
  }
  map.addSource("basemap", { type: "raster", tiles, tileSize: SIZE, maxzoom });
  map.addLayer({ id: "basemap", type: "raster", source: "basemap", paint: look.raster }, before);
}

/** Areas and lines of an archive whose own style we do not know, as quiet ground. */
async function drawVector(map, url, look, before) {
  const { vector_layers: layers = [] } = /** @type {Row} */ (await new PMTiles(url).getMetadata());
  map.addSource("basemap", { type: "vector", url: `pmtiles://${url}` });
  const part = (layer, type, shape, paint) =>
    map.addLayer(
      { id: `basemap-${layer}-${type}`, type, source: "basemap", "source-layer": layer, filter: ["==", ["geometry-type"], shape], paint },
      before,
    );
  for (const { id } of layers) part(id, "fill", "Polygon", look.fill);
  for (const { id } of layers) part(id, "line", "LineString", look.line);
}

const readTemplate = (url) => async (z, x, y) => {
  const answer = await fetch(url.replace("{z}", z).replace("{x}", x).replace("{y}", y));
  return answer.ok ? answer.blob() : null;
};

const readArchive = (url) => {
  const archive = new PMTiles(url);
  return async (z, x, y) => {
    const found = await archive.getZxy(z, x, y);
    return found ? new Blob([found.data]) : null;
  };
};

/**
 * A protocol that gives tiles of a GCJ-02 map moved to where things are.
 * @param {(z: number, x: number, y: number) => Promise<Blob|null>} read a tile of that map
 */
function createShifted(read) {
  const kept = new Map();
  const image = (z, x, y) => {
    const key = `${z}/${x}/${y}`;
    const found =
      kept.get(key) ??
      read(z, x, y)
        .then((blob) => blob && createImageBitmap(blob))
        .catch(() => null);
    kept.delete(key);
    kept.set(key, found);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return found;
  };
  return async ({ url }) => {
    const [z, x, y] = url.split("//")[1].split("/").map(Number);
    const parts = pieces(z, x, y, SIZE);
    const images = await Promise.all(parts.map((part) => image(z, part.x, part.y)));
    if (!images.some(Boolean)) return { data: new ArrayBuffer(0) };
    const canvas = new OffscreenCanvas(SIZE, SIZE);
    const pen = canvas.getContext("2d");
    parts.forEach(({ left, top, right, bottom }, i) => images[i] && pen.drawImage(images[i], left, top, right - left, bottom - top));
    return { data: canvas.transferToImageBitmap() };
  };
}

/** Whose map it is and its approval number, always to be read. */
/** @param {Row} basemap */
function createCredit({ attribution, approval }) {
  const node = document.createElement("div");
  node.className = "maplibregl-ctrl map-credit";
  const label = () => (node.textContent = [attribution, approval && t("map.approval", { number: approval })].filter(Boolean).join(" · "));
  label();
  onLanguage(label);
  return { onAdd: () => node, onRemove: () => node.remove() };
}
