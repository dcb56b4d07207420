// Angles of a picture that the map draws. Pure.

const HIGHEST_PITCH = 88; // beyond the horizon the map is drawn from far away, and stays so
const ANGLES = [15, 110]; // vertical; wider ones are no picture any more
const RADIANS = Math.PI / 180;

/** Vertical angle and pitch that the map can draw. */
export function drawable({ vfov_deg: vfov, tilt_deg: tilt }) {
  const [least, most] = ANGLES;
  return { vfov: Math.min(most, Math.max(least, vfov)), pitch: Math.max(0, Math.min(HIGHEST_PITCH, 90 - tilt)) };
}

/** The angle across of a picture with this upright one, `aspect` times as wide as high. */
export function acrossOf(vfov, aspect) {
  return (2 * Math.atan(Math.tan((vfov * RADIANS) / 2) * aspect)) / RADIANS;
}
