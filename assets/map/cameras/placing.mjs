// A camera that is being placed, on the map: a grip to move it by, another to turn it by.
import { Marker } from "../../vendor/maplibre-gl.mjs";
import { metresPerDegree, moved } from "../../geometry/shapes.mjs";
import { pixelsPerMetre } from "../records/points.mjs";

const ARM_PX = 72;
const RADIANS = Math.PI / 180;
const DIGITS = 7; // a centimetre

/** The bearing from one place to another, whole degrees from 0 to 359. */
export function bearingTo(from, to) {
  const [x, y] = metresPerDegree(from[1]);
  return (Math.round(Math.atan2((to[0] - from[0]) * x, (to[1] - from[1]) * y) / RADIANS) + 360) % 360;
}

/**
 * The place so many metres away along a bearing.
 * @returns {LonLat}
 */
export function along(lonlat, bearing, metres) {
  return moved(lonlat, metres * Math.sin(bearing * RADIANS), metres * Math.cos(bearing * RADIANS));
}

/**
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {object} options
 * @param {ReturnType<typeof import("../records/sources.mjs").createFill>} options.fill
 * @param {(why: string, on: boolean) => void} options.thin lets buildings give way
 */
export function createPlacing(map, { fill, thin }) {
  let [pose, change] = [null, null];
  const [mast, arm] = ["mast", "arm"].map((name) => grip(name));

  const stand = () => {
    if (!pose) return;
    const metres = ARM_PX / pixelsPerMetre(pose.lonlat[1], map.getZoom());
    mast.setLngLat(pose.lonlat);
    arm.setLngLat(along(pose.lonlat, pose.azimuth ?? 0, metres));
  };

  mast.on("drag", () => {
    const lonlat = mast
      .getLngLat()
      .toArray()
      .map((value) => Number(value.toFixed(DIGITS)));
    pose = { ...pose, lonlat };
    stand();
    change({ lonlat });
  });
  arm.on("drag", () => {
    pose = { ...pose, azimuth: bearingTo(pose.lonlat, arm.getLngLat().toArray()) };
    change({ azimuth: pose.azimuth });
  });
  map.on("zoom", stand);

  return {
    /** Offer the grips of a camera; `onChange` is told `lonlat` or `azimuth` as somebody drags them. */
    show: (lonlat, azimuth, onChange) => {
      const first = !pose;
      [pose, change] = [{ lonlat, azimuth }, onChange];
      stand();
      if (!first) return;
      for (const one of [arm, mast]) one.addTo(map);
      thin("placing", true);
    },
    /** Draw the field of view that it would have; nothing for none. */
    field: (features) => fill("draft", features),
    /** Take the grips away. */
    hide: () => {
      pose = null;
      thin("placing", false);
      for (const one of [arm, mast]) one.remove();
    },
    on: () => pose !== null,
  };
}

/** Numbers in the form do the same without a mouse, so grips are for the pointer alone. */
function grip(name) {
  const element = document.createElement("div");
  element.className = `map-grip ${name}`;
  const marker = new Marker({ element, draggable: true });
  for (const attribute of ["tabindex", "role", "aria-label"]) element.removeAttribute(attribute);
  element.setAttribute("aria-hidden", "true");
  return marker;
}
