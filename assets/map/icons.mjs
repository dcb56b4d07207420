// Symbols of the map, drawn when it starts: no image files, no sprite.

const RATIO = 3;
const SIZE = 32; // CSS pixels of a badge's box
const FAR_PX = 8; // how far a distance field reaches, MapLibre's own number
const EDGE = 0.75; // where a distance field has its edge

/** Which shape a level has; never colour alone. */
export const SHAPES = { 1: "diamond", 2: "triangle", 3: "square", 4: "circle" };

const PATHS = {
  diamond: (c, m, r) =>
    polygon(c, [
      [m, m - r],
      [m + r, m],
      [m, m + r],
      [m - r, m],
    ]),
  triangle: (c, m, r) =>
    polygon(c, [
      [m, m - r * 0.95],
      [m + r, m + r * 0.8],
      [m - r, m + r * 0.8],
    ]),
  square: (c, m, r) => c.rect(m - r * 0.78, m - r * 0.78, r * 1.56, r * 1.56),
  circle: (c, m, r) => c.arc(m, m, r * 0.88, 0, 7),
};

function polygon(c, points) {
  points.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
  c.closePath();
}

/** Shapes that are tinted by the style; white on nothing. */
const FIELDS = {
  disc: (c) => fill(c, () => c.arc(16, 16, 10.5, 0, 7)),
  square: (c) => fill(c, () => c.roundRect(6.5, 6.5, 19, 19, 4.5)),
  ring: (c) => {
    c.lineWidth = 2.6;
    c.beginPath();
    c.arc(16, 16, 13, 0, 7);
    c.stroke();
  },
  camera: (c) => {
    fill(c, () => c.roundRect(10, 12.2, 8, 7.6, 1.6));
    fill(c, () =>
      polygon(c, [
        [18.6, 15.2],
        [22.4, 12.6],
        [22.4, 19.4],
        [18.6, 16.8],
      ]),
    );
  },
  slash: (c) => {
    c.lineWidth = 2;
    c.beginPath();
    c.moveTo(8.6, 8.6);
    c.lineTo(23.4, 23.4);
    c.stroke();
  },
};

function fill(c, path) {
  c.beginPath();
  path();
  c.fill();
}

function canvas(size, ratio) {
  const node = document.createElement("canvas");
  node.width = node.height = size * ratio;
  const context = node.getContext("2d", { willReadFrequently: true });
  context.scale(ratio, ratio);
  context.fillStyle = context.strokeStyle = "#fff";
  return context;
}

/**
 * A distance field of a drawn shape: edge at three quarters, eight pixels from full to nothing.
 * @param {Uint8ClampedArray} rgba
 * @param {number} size pixels on a side
 * @returns {Uint8ClampedArray}
 */
export function distanceField(rgba, size) {
  const inside = (x, y) => x >= 0 && y >= 0 && x < size && y < size && rgba[4 * (y * size + x) + 3] > 127;
  const found = new Uint8ClampedArray(4 * size * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const here = inside(x, y);
      let best = FAR_PX * FAR_PX;
      for (let dy = -FAR_PX; dy <= FAR_PX; dy++)
        for (let dx = -FAR_PX; dx <= FAR_PX; dx++) {
          const far = dx * dx + dy * dy;
          if (far < best && inside(x + dx, y + dy) !== here) best = far;
        }
      const away = Math.max(0, Math.sqrt(best) - 0.5) / FAR_PX;
      const value = 255 * (EDGE + (here ? away : -away));
      found.set([255, 255, 255, value], 4 * (y * size + x));
    }
  return found;
}

/**
 * Give the map every symbol the style names.
 * @param {import("../vendor/maplibre-gl.mjs").Map} map
 * @param {Record<string, string>} palette
 */
export function addIcons(map, palette) {
  for (const [name, draw] of Object.entries(FIELDS)) {
    const c = canvas(SIZE, 2);
    draw(c);
    const size = SIZE * 2;
    const data = distanceField(c.getImageData(0, 0, size, size).data, size);
    map.addImage(name, { width: size, height: size, data }, { sdf: true, pixelRatio: 2 });
  }
  for (const level of [1, 2, 3, 4]) add(map, `level-${level}`, 48, (c) => drawLevel(c, level, palette));
  for (const level of [0, 1, 2, 3, 4]) add(map, `rollup-${level}`, 44, (c) => drawRollup(c, level, palette));
  for (const look of Object.keys(PEOPLE)) add(map, `person-${look}`, 36, (c) => drawPerson(c, look));
}

function add(map, name, size, draw) {
  const c = canvas(size, RATIO);
  draw(c);
  map.addImage(name, c.getImageData(0, 0, size * RATIO, size * RATIO), { pixelRatio: RATIO });
}

/** A level's mark: its shape, dark-edged so that it stands on anything, in its own glow. */
function drawLevel(c, level, palette) {
  const colour = palette[`level${level}`];
  const glow = c.createRadialGradient(24, 24, 6, 24, 24, 24);
  glow.addColorStop(0, `${colour}66`);
  glow.addColorStop(1, `${colour}00`);
  c.fillStyle = glow;
  c.fillRect(0, 0, 48, 48);
  shape(c, SHAPES[level], 24, 15.5, colour, palette.ground, 3);
}

function shape(c, name, middle, radius, colour, edge, width) {
  c.beginPath();
  PATHS[name](c, middle, radius);
  c.lineJoin = "round";
  c.lineWidth = width * 2;
  c.strokeStyle = edge;
  c.stroke();
  c.fillStyle = colour;
  c.fill();
  c.lineWidth = 1;
  c.strokeStyle = "rgba(255,255,255,0.55)";
  c.stroke();
}

/** A compound from afar: a plate that carries its worst level, or a quiet ring. */
function drawRollup(c, level, palette) {
  c.beginPath();
  c.arc(22, 22, 19, 0, 7);
  c.fillStyle = `${palette.panel}E6`;
  c.fill();
  c.lineWidth = 2;
  c.strokeStyle = level ? palette[`level${level}`] : palette.accent;
  c.stroke();
  if (level) return shape(c, SHAPES[level], 22, 10.5, palette[`level${level}`], palette.ground, 1.5);
  c.beginPath();
  c.arc(22, 22, 5, 0, 7);
  c.fillStyle = palette.good;
  return c.fill();
}

const PEOPLE = {
  available: ["#E8EEF4", "#101820"],
  busy: ["#7FE0A6", "#0C1F17"],
  unavailable: ["#7C8B9A", "#16202B"],
};

function drawPerson(c, look) {
  const [ground, figure] = PEOPLE[look];
  c.beginPath();
  c.arc(18, 18, 13, 0, 7);
  c.fillStyle = ground;
  c.fill();
  c.lineWidth = 2.5;
  c.strokeStyle = "#0A0F15";
  c.stroke();
  c.fillStyle = figure;
  fill(c, () => c.arc(18, 14.4, 3.9, 0, 7));
  fill(c, () => {
    c.arc(18, 26, 7.4, Math.PI, 0);
    c.closePath();
  });
}

const GATE_COLOURS = { open: "good", closed: "dim", unknown: "dim" };

/**
 * The badge of a gate with its word on it, drawn when first needed.
 * @returns {string} the symbol's name
 */
export function gateIcon(map, palette, { state, level, word }) {
  const name = `gate-${state}-${level}-${word}`;
  if (map.hasImage(name)) return name;
  const colour = level ? palette[`level${level}`] : palette[GATE_COLOURS[state] ?? "level2"];
  add(map, name, 36, (c) => {
    c.beginPath();
    c.roundRect(5, 5, 26, 26, 6);
    c.fillStyle = state === "open" && !level ? "#10281D" : palette.panel;
    c.fill();
    c.lineWidth = 2;
    c.strokeStyle = colour;
    c.stroke();
    c.fillStyle = state === "closed" && !level ? palette.text : colour;
    c.font = `600 ${word.length > 1 ? 11 : 16}px "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif`;
    [c.textAlign, c.textBaseline] = ["center", "middle"];
    c.fillText(word, 18, 18.8);
  });
  return name;
}
