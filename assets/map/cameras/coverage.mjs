// What cameras see, on the map: coverage with its gaps, rings of pixel density, who sees a case.
import { point } from "../../geometry/shapes.mjs";

const HATCH_PX = 12;
const HATCHES = { "hatch-gap": "#b79bff", "hatch-lost": "#ff8fc7" };
const THIN = { buildings: 0.4, floors: 0.15 }; // what stands on the ground that coverage shows
const LETTERS = 14; // of a map's labels that stand beside each other; more would hide the ground

/**
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {object} options
 * @param {ReturnType<typeof import("../records/sources.mjs").createFill>} options.fill
 * @param {(id: string) => Row|undefined} options.device a device's row by its id
 */
export function createSighting(map, { fill, device }) {
  for (const [name, colour] of Object.entries(HATCHES)) map.addImage(name, hatch(colour));
  const solid = new Map(
    Object.keys(THIN)
      .filter((id) => map.getLayer(id))
      .map((id) => [id, map.getPaintProperty(id, "fill-extrusion-opacity")]),
  );
  const marks = (rows) =>
    rows
      .map((row) => ({ ...row, lonlat: device(row.id)?.lonlat }))
      .filter(({ lonlat }) => lonlat)
      .map(({ lonlat, ...row }) => point(lonlat, row));

  const reasons = new Set();
  const thin = (why, on) => {
    if (on) reasons.add(why);
    else reasons.delete(why);
    for (const [id, opacity] of solid) map.setPaintProperty(id, "fill-extrusion-opacity", reasons.size ? THIN[id] : opacity);
  };

  return {
    /** Let buildings give way to what is drawn on the ground, for as long as there is a reason. */
    thin,
    /** Coverage as the server told it, or nothing; cameras that are switched off get a cross. */
    coverage: (told) => {
      thin("coverage", Boolean(told));
      fill("coverage", told?.features.features ?? []);
      fill("blind", marks((told?.without ?? []).map((id) => ({ id }))));
    },
    /** Rings of a camera: features with `words`. */
    rings: (features) => fill("rings", features),
    /** Cameras that see the case: rows of id, words, and whether that is sure. */
    sighted: (rows) => fill("sighted", marks(rows.slice(0, LETTERS))),
  };
}

/** Stripes, for those who do not tell the colours apart. */
function hatch(colour) {
  const canvas = Object.assign(document.createElement("canvas"), { width: HATCH_PX, height: HATCH_PX });
  const ctx = canvas.getContext("2d", { willReadFrequently: true }); // else reading waits for the GPU
  [ctx.strokeStyle, ctx.lineWidth, ctx.globalAlpha] = [colour, 1.4, 0.55];
  ctx.beginPath();
  for (const x of [-HATCH_PX / 2, HATCH_PX / 2, HATCH_PX * 1.5]) {
    ctx.moveTo(x - HATCH_PX, HATCH_PX * 1.5);
    ctx.lineTo(x + HATCH_PX, -HATCH_PX / 2);
  }
  ctx.stroke();
  return ctx.getImageData(0, 0, HATCH_PX, HATCH_PX);
}
