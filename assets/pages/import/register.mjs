// The registration check: pick a corner on the report's map, say where it is, see how far it is off.
import { byId, say } from "../../ui/dom.mjs";
import { t } from "../../words/texts.mjs";
import { cornersOf, degrees, nearest, offset, onMap, placeOf } from "./registration.mjs";

const REACH_PX = 14;
const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {(east: number, north: number) => void} use called with metres when somebody takes them
 */
export function createRegister(use) {
  const now = { svg: null, frame: null, corners: [], first: null, second: null, picking: "first" };

  function show(box, text) {
    const drawn = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    const whole = drawn.nodeName === "svg";
    box.replaceChildren(...(whole ? [document.importNode(drawn, true)] : []));
    Object.assign(now, { svg: whole ? box.firstElementChild : null, first: null, second: null, picking: "first" });
    if (whole) {
      const { lon, lat, east, north } = now.svg.dataset;
      now.frame = { lon: Number(lon), lat: Number(lat), east: Number(east), north: Number(north) };
      const lines = now.svg.querySelectorAll("polygon.building, polygon.outline, polygon.surrounding, polyline");
      now.corners = [...lines].flatMap((line) => cornersOf(line.getAttribute("points")));
      now.svg.addEventListener("click", pick);
    }
    draw();
  }

  function pick(event) {
    const matrix = now.svg.getScreenCTM();
    const click = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const corner = nearest(now.corners, click, REACH_PX / matrix.a) ?? { x: click.x, y: click.y };
    now[now.picking] = corner;
    if (now.picking === "first") now.second = null;
    now.picking = "first";
    draw();
  }

  /** Where the picked corner should be: a second corner, else the degrees that were typed. */
  function goal() {
    if (now.second) return now.second;
    const place = placeOf(byId("known").value);
    return place && now.frame ? onMap(now.frame, place) : null;
  }

  function draw() {
    for (const mark of now.svg?.querySelectorAll(".pick") ?? []) mark.remove();
    for (const [name, point] of [
      ["first", now.first],
      ["second", now.second],
    ])
      if (point) mark(name, point);
    const place = now.first && degrees(now.frame, now.first);
    say(byId("picked"), place ? `${place.lon.toFixed(7)}, ${place.lat.toFixed(7)}` : "–");
    const to = now.first && goal();
    const off = to && offset(now.first, to);
    say(
      byId("offset"),
      off
        ? t("import.offset_words", { east: signed(off.east), north: signed(off.north), all: Math.hypot(off.east, off.north).toFixed(2) })
        : "–",
    );
    byId("correct").disabled = !off;
    byId("second").disabled = !now.first;
    byId("second").setAttribute("aria-pressed", String(now.picking === "second"));
  }

  function mark(name, point) {
    const ring = document.createElementNS(SVG, "circle");
    const size = 6 / now.svg.getScreenCTM().a;
    for (const [key, value] of Object.entries({ cx: point.x, cy: point.y, r: size, class: `pick ${name}` })) ring.setAttribute(key, value);
    now.svg.append(ring);
  }

  byId("known").addEventListener("input", (event) => {
    event.stopPropagation();
    now.second = null;
    draw();
  });
  byId("second").addEventListener("click", () => {
    now.picking = now.picking === "second" ? "first" : "second";
    draw();
  });
  byId("correct").addEventListener("click", () => {
    const off = offset(now.first, goal());
    use(off.east, off.north);
  });
  return { show };
}

function signed(metres) {
  return `${metres < 0 ? "−" : "+"}${Math.abs(metres).toFixed(2)}`;
}
