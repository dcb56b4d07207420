// From a point on the screen to the thing there: pointer, hover, click.

const REACH_PX = 5;

/** Layers that can be picked, the most urgent first, and what they hold. */
export const PICKED = {
  rollups: "compound",
  incidents: "incident",
  "incidents-words": "incident",
  responders: "responder",
  gates: "device",
  "inside-marks": "device",
  alarmed: "device",
  cameras: "device",
  sensors: "device",
  "camera-dots": "device",
  "sensor-dots": "device",
  storeys: "floor",
  roofs: "building",
  lit: "building",
  buildings: "building",
  "outline-compounds": "compound",
};
const ORDER = Object.keys(PICKED);

/** Of the features at a point the one that matters most. */
export function foremost(features) {
  const ranked = features.filter(({ layer }) => layer.id in PICKED).sort((a, b) => ORDER.indexOf(a.layer.id) - ORDER.indexOf(b.layer.id));
  if (!ranked.length) return null;
  const [{ layer, properties }] = ranked;
  const division = layer.id === "rollups" && (properties.sort ?? "compound") !== "compound";
  const type = division ? "division" : PICKED[layer.id];
  return { type, id: type === "floor" ? properties.floor : properties.id };
}

/**
 * @param {import("../vendor/maplibre-gl.mjs").Map} map
 * @param {object} options
 * @param {(target: Target|null) => void} options.onPick
 * @param {(target: Target|null, at: {x: number, y: number}) => void} options.onPoint
 * @param {() => boolean} [options.asleep] whether clicks mean something else just now
 * @param {(act: () => void) => any} [options.frame] with the next frame
 */
export function createPicking(map, { onPick, onPoint, asleep = () => false, frame = (act) => requestAnimationFrame(act) }) {
  const at = ({ x, y }) => {
    const layers = ORDER.filter((id) => map.getLayer(id));
    /** @type {[[number, number], [number, number]]} */
    const box = [
      [x - REACH_PX, y - REACH_PX],
      [x + REACH_PX, y + REACH_PX],
    ];
    return foremost(map.queryRenderedFeatures(box, { layers }));
  };
  let waiting = null;
  map.on("mousemove", ({ point }) => {
    // Once per frame is enough: asking what is under the pointer is not free.
    if (asleep()) return;
    if (!waiting)
      frame(() => {
        const found = map.isMoving() ? null : at(waiting);
        map.getCanvas().style.cursor = found ? "pointer" : "";
        onPoint(found, waiting);
        waiting = null;
      });
    waiting = point;
  });
  map.on("mouseout", () => onPoint(null, { x: 0, y: 0 }));
  map.on("click", ({ point }) => asleep() || onPick(at(point)));
  // Without a mouse: the arrows bring a thing to the middle of the map, Enter picks it.
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    onPick(at({ x: width / 2, y: height / 2 }));
  });
}
