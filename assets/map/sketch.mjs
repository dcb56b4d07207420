// An area drawn on the map: clicks set its corners; Enter, a double click or the first corner ends,
// Backspace takes the last corner back, Escape leaves.
import { spot } from "../geometry/rings.mjs";

const NEAR_PX = 7; // two clicks this near are one, as those of a double click are
const LEAST = 3;

const feature = (type, coordinates, id) => ({ type: "Feature", properties: { id }, geometry: { type, coordinates } });

/** What is drawn of corners and, while somebody draws, of the line to the pointer. */
export function sketchShapes(corners, pointer = null) {
  const ring = pointer ? [...corners, pointer] : corners;
  const shapes = [];
  if (ring.length >= LEAST) shapes.push(feature("Polygon", [[...ring, ring[0]]], "area"));
  if (ring.length === 2) shapes.push(feature("LineString", ring, "edge"));
  return [...shapes, ...corners.map((at, n) => feature("Point", at, `corner${n}`))];
}

/**
 * @param {import("../vendor/maplibre-gl.mjs").Map} map
 * @param {ReturnType<typeof import("./records/sources.mjs").createFill>} fill
 * @param {(act: () => void) => any} [frame] with the next frame
 */
export function createSketch(map, fill, frame = (act) => requestAnimationFrame(act)) {
  let [drawing, corners, pointer, waiting] = [null, [], null, false];
  const canvas = map.getCanvas();

  const draw = () => fill("sketch", sketchShapes(corners, drawing && pointer));
  /** The line to the pointer; an area that was ended before this frame came stays as it is shown. */
  const followPointer = () => {
    waiting = false;
    if (drawing) draw();
  };
  const told = () => {
    draw();
    drawing.onChange(corners.length);
  };
  const apart = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) > NEAR_PX;

  const leave = () => {
    const ended = drawing;
    [drawing, pointer] = [null, null];
    map.doubleClickZoom.enable();
    canvas.style.cursor = "";
    document.removeEventListener("keydown", pressed, true);
    return ended;
  };

  const end = () => {
    if (corners.length < LEAST) return drawing.onShort();
    const ended = leave();
    draw();
    return ended.onEnd([...corners, corners[0]]);
  };

  const cancel = () => {
    const ended = leave();
    corners = [];
    draw();
    ended.onCancel();
  };

  const KEYS = {
    Enter: end,
    Escape: cancel,
    Backspace: () => {
      corners.pop();
      told();
    },
  };

  const pressed = (event) => {
    if (!KEYS[event.key] || event.target.closest?.("input, textarea, button, select")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    KEYS[event.key]();
  };

  map.on("click", ({ point, lngLat }) => {
    if (!drawing) return;
    if (corners.length >= LEAST && !apart(map.project(corners[0]), point)) return void queueMicrotask(end); // the click itself is still ours
    if (corners.length && !apart(map.project(corners.at(-1)), point)) return;
    corners.push(spot(lngLat));
    told();
  });
  map.on("dblclick", (event) => drawing && (event.preventDefault(), end()));
  map.on("mousemove", ({ lngLat }) => {
    if (!drawing) return;
    pointer = spot(lngLat);
    if (!waiting) frame(followPointer); // once per frame is enough
    waiting = true;
  });

  return {
    /** Whether somebody draws just now. */
    active: () => drawing !== null,
    /** Let somebody draw; `onChange` hears of every corner, `onShort` of an end that comes too soon. */
    begin: (listeners) => {
      if (drawing) leave();
      [drawing, corners, pointer] = [listeners, [], null];
      map.doubleClickZoom.disable();
      canvas.style.cursor = "crosshair";
      canvas.focus({ preventScroll: true });
      document.addEventListener("keydown", pressed, true);
      told();
    },
    /** Show a closed ring, or nothing with null; whoever was drawing stops. */
    show: (ring) => {
      if (drawing) leave();
      corners = [];
      fill("sketch", ring ? sketchShapes(ring.slice(0, -1)).filter(({ geometry }) => geometry.type === "Polygon") : []);
    },
  };
}
