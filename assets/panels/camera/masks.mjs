// The bearings of a camera that nobody is shown, as opaque shapes over its picture.
import { attribute, say } from "../../ui/dom.mjs";
import { t } from "../../words/texts.mjs";

const RADIANS = Math.PI / 180;
const HALF_TURN = 180;
const WIDE_DEG = 150; // from here on a picture is no plane: pixels spread evenly by angle (twin/visibility/optics.py)
const TILTS = [0, 15, 30, 45]; // beside the one that is guessed, where nobody measured it
const CORNERS = [
  [-1, 1],
  [1, 1],
  [1, -1],
  [-1, -1],
];
const SVG = "http://www.w3.org/2000/svg";
/** @type {Point} */
const SIMULATED = [1600, 900]; // the frame of the simulated view

/** @typedef {[number, number]} Point two numbers: bearings of a mask, or a place in a picture */

/**
 * @typedef {object} Look a picture: degrees; `unsure` is how far the azimuth may be off
 * @property {number} azimuth
 * @property {number} tilt down from the horizon
 * @property {number} hfov
 * @property {number} vfov
 * @property {number} [unsure]
 * @property {boolean} [guessed] nobody measured the tilt
 */

/**
 * Where masks lie in a picture: polygons with x to the right and y down, both from 0 to 1.
 *
 * A mask is a wedge of bearings from zenith to nadir, so in a picture that is a plane it is what two
 * straight lines cut out of it. What is not sure is masked as well.
 * @param {Point[]} masks bearings, from and to clockwise
 * @param {Look} look
 * @returns {Point[][]}
 */
export function maskShapes(masks, look) {
  const wide = masks.flatMap((mask) => wedges(mask, look.unsure ?? 0));
  if (look.hfov >= WIDE_DEG) return wide.flatMap((wedge) => strips(wedge, look));
  if (look.guessed) return wide.map((wedge) => tallest(wedge, look)).filter(Boolean);
  return wide.map((wedge) => cut(wedge, look)).filter((shape) => shape.length > 2);
}

/**
 * A mask as wedges of half a turn at most, widened by what is not sure.
 * @returns {Point[]}
 */
function wedges([from, to], unsure) {
  const size = Math.min(turned(to - from) + 2 * unsure, 360);
  const first = from - unsure;
  if (size <= HALF_TURN) return [[first, first + size]];
  return [
    [first, first + size / 2],
    [first + size / 2, first + size],
  ];
}

/**
 * What of the picture a wedge covers: its rectangle, cut by the planes of both bearings.
 * @param {Point} wedge
 * @param {Look} look
 * @returns {Point[]}
 */
function cut([from, to], { azimuth, tilt, hfov, vfov }) {
  const [x, y] = [hfov, vfov].map((angle) => Math.tan((angle * RADIANS) / 2));
  const [down, level] = [Math.sin(tilt * RADIANS), Math.cos(tilt * RADIANS)];
  // Of a point (a, b) of the picture the way is level + b·down ahead and a to the right.
  const beyond = (bearing, sign) => {
    const [side, ahead] = [Math.sin((bearing - azimuth) * RADIANS), Math.cos((bearing - azimuth) * RADIANS)];
    return ([a, b]) => sign * (ahead * a * x - side * (level + b * y * down));
  };
  const shape = clip(clip(CORNERS, beyond(from, 1)), beyond(to, -1));
  return shape.map(([a, b]) => [(a + 1) / 2, (1 - b) / 2]);
}

/** The part of a convex polygon where a linear function is not negative. */
function clip(points, inside) {
  return points.flatMap((point, i) => {
    const before = points.at(i - 1);
    const [was, is] = [inside(before), inside(point)];
    const edge = before.map((value, axis) => value + ((point[axis] - value) * was) / (was - is));
    if (is >= 0) return was < 0 ? [edge, point] : [point];
    return was >= 0 ? [edge] : [];
  });
}

/**
 * A strip as high as the picture that covers a wedge whatever the tilt is.
 * @returns {Point[]|null}
 */
function tallest(wedge, look) {
  const sides = [...TILTS, look.tilt].flatMap((tilt) => cut(wedge, { ...look, tilt })).map(([x]) => x);
  return sides.length ? strip(Math.min(...sides), Math.max(...sides)) : null;
}

/**
 * Strips of a picture whose pixels are spread by angle; a wedge may come in on both sides.
 * @returns {Point[][]}
 */
function strips([from, to], { azimuth, hfov }) {
  const left = turned(from - (azimuth - hfov / 2));
  return [left, left - 360]
    .map((start) => [start / hfov, (start + to - from) / hfov])
    .map(([a, b]) => [Math.max(0, a), Math.min(1, b)])
    .filter(([a, b]) => b > a)
    .map(([a, b]) => strip(a, b));
}

/** @type {(a: number, b: number) => Point[]} */
const strip = (a, b) => [
  [a, 0],
  [b, 0],
  [b, 1],
  [a, 1],
];
/** @type {(degrees: number) => number} */
const turned = (degrees) => ((degrees % 360) + 360) % 360;

/**
 * Draw masks over a picture that is fitted into the same box as large as it goes.
 * @param {SVGElement} node
 * @param {Point[][]} shapes
 * @param {Point} [size] width and height of the picture in pixels
 */
export function drawMasks(node, shapes, [width, height] = SIMULATED) {
  attribute(node, "viewBox", `0 0 ${width} ${height}`);
  while (node.childElementCount > shapes.length * 2) node.lastChild.remove();
  while (node.childElementCount < shapes.length * 2) node.append(part("polygon"), part("text"));
  shapes.forEach((shape, i) => {
    const corners = shape.map(([x, y]) => [Math.round(x * width), Math.round(y * height)]);
    const middle = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length);
    const span = Math.max(...corners.map(([x]) => x)) - Math.min(...corners.map(([x]) => x));
    attribute(node.children[2 * i], "points", corners.join(" "));
    const words = say(node.children[2 * i + 1], t("sight.masked"));
    attribute(words, "transform", `translate(${middle}) rotate(${span < width / 6 ? 90 : 0})`);
    attribute(words, "font-size", height / 12);
  });
}

/** The layer in which masks are drawn. The facts beside the picture say how many there are. */
export function maskLayer() {
  const node = part("svg");
  attribute(node, "class", "masks");
  attribute(node, "aria-hidden", "true");
  return node;
}

function part(name) {
  return document.createElementNS(SVG, name);
}
