// A map lives as long as its drawing context does. What was put off until later, or came over the
// network meanwhile, must not touch one that is gone.

const NEVER = new Promise(() => {});

/**
 * The life of a map; it ends once, when the graphics driver takes the context away.
 * @param {import("../vendor/maplibre-gl.mjs").Map} map
 */
export function createLife(map) {
  let over = false;
  let end;
  const lost = new Promise((resolve) => (end = resolve));

  map.on("webglcontextlost", () => {
    if (over) return;
    over = true;
    const [center, zoom, bearing, pitch] = [map.getCenter().toArray(), map.getZoom(), map.getBearing(), map.getPitch()];
    end({ center, zoom, bearing, pitch });
    queueMicrotask(() => remove(map)); // the library is still in the middle of telling everybody
  });

  return {
    over: () => over,
    /** Where it looked when it ended; pending for as long as it lives. */
    lost,
    /** Act later, unless the map is gone by then; gives the timer. */
    later: (act, ms) => setTimeout(() => over || act(), ms),
    /** Act with the next frame, unless the map is gone by then. */
    frame: (act) => requestAnimationFrame(() => over || act()),
    /** The same promise while the map lives; afterwards nothing more is heard of it, good or bad. */
    while: (promise) =>
      promise.then(
        (value) => (over ? NEVER : value),
        (error) => (over ? NEVER : Promise.reject(error)),
      ),
  };
}

/** Take a map away whose context is gone: parts of it may be gone already. */
export function remove(map) {
  try {
    map.remove();
  } catch (error) {
    console.warn("map", error);
  }
}
