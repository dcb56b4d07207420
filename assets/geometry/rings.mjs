// Rings on the ground, in degrees: one around a place, how large one is. Pure.

const METRES_A_DEGREE = 111_320;
const CORNERS = 24;
const PLACES = 7; // decimals of a degree: a centimetre

const scale = (lat) => [METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180), METRES_A_DEGREE];

/** A position as the server takes it. */
export const spot = ({ lng, lat }) => [Number(lng.toFixed(PLACES)), Number(lat.toFixed(PLACES))];

/** A closed ring `radius` metres around a place. */
export function around([lon, lat], radius) {
  const [wide, high] = scale(lat);
  const ring = Array.from({ length: CORNERS }, (_, n) => {
    const turn = (2 * Math.PI * n) / CORNERS;
    return spot({ lng: lon + (radius / wide) * Math.cos(turn), lat: lat + (radius / high) * Math.sin(turn) });
  });
  return [...ring, ring[0]];
}

/** Square metres of a closed ring that does not cross itself. */
export function areaOf(ring) {
  const [wide, high] = scale(ring[0][1]);
  const xy = ring.map(([lon, lat]) => [(lon - ring[0][0]) * wide, (lat - ring[0][1]) * high]);
  const twice = xy.slice(1).reduce((sum, [x, y], n) => sum + xy[n][0] * y - x * xy[n][1], 0);
  return Math.abs(twice) / 2;
}
