// The day in bins of ten minutes: how many alarms, how grave. Choosing a moment opens the replay.
import { attribute, byId, h, say } from "../ui/dom.mjs";
import { NUMERALS, clock } from "../words/format.mjs";
import { t } from "../words/texts.mjs";

const NS = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [10, 100];

/** Height of a bar in per cent: the square root keeps one alarm visible beside forty. */
export function barHeight(count, most) {
  return count === 0 ? 3 : 12 + 88 * Math.sqrt(count / Math.max(1, most));
}

/** The bin at a place along the strip, from 0 to 1. */
export function binAt(share, bins) {
  return Math.min(bins - 1, Math.max(0, Math.floor(share * bins)));
}

/** What a bin says to ears. */
export function binWords(strip, index) {
  const [count, level] = strip.bins[index] ?? [0, 0];
  const time = clock(strip.start + index * strip.step_ms, false);
  if (!count) return t("strip.none", { time });
  return t("strip.some", { time, n: count, level: NUMERALS[level] ?? "–" });
}

/**
 * @param {import("./desk.mjs").Desk} desk
 * @param {((at: number) => void)|null} onChoose null makes it a picture, as on the wall
 */
export function createStrip(desk, onChoose) {
  const root = byId("strip");
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const tip = h("output", { class: "tip figures" });
  const track = h("div", { class: "track" });
  const hours = h(
    "div",
    { class: "hours figures", "aria-hidden": "true" },
    ...[0, 6, 12, 18, 24].map((hour) => h("span", { text: String(hour).padStart(2, "0") })),
  );
  track.append(svg);
  root.append(track, hours, tip);
  let drawn = "";
  let chosen = -1;

  const draw = () => {
    const strip = desk.panels().strip;
    if (!strip) return;
    const now = binAt((desk.clock.now() - strip.start) / (strip.step_ms * strip.bins.length), strip.bins.length);
    const key = JSON.stringify([strip.start, now, strip.bins]);
    if (key !== drawn) drawBars(svg, strip, now);
    drawn = key;
    if (onChoose) label(chosen < 0 ? now : chosen, strip);
  };

  const label = (index, strip) => {
    attribute(track, "aria-valuemax", strip.bins.length - 1);
    attribute(track, "aria-valuenow", index);
    attribute(track, "aria-valuetext", binWords(strip, index));
    attribute(track, "aria-label", t("strip.choose"));
  };

  const point = (index) => {
    const strip = desk.panels().strip;
    chosen = index;
    if (!strip || index < 0) return say(tip, "");
    label(index, strip);
    say(tip, binWords(strip, index));
    tip.style.setProperty("--at", ((index + 0.5) / strip.bins.length).toFixed(4));
    root.style.setProperty("--at", ((index + 0.5) / strip.bins.length).toFixed(4));
  };

  const choose = () => {
    const strip = desk.panels().strip;
    if (!strip || chosen < 0) return;
    onChoose(Math.min(strip.start + chosen * strip.step_ms, desk.clock.now()));
  };

  if (onChoose) steer(track, { desk, point, choose, chosen: () => chosen });
  return { draw };
}

function drawBars(svg, strip, now) {
  svg.setAttribute("viewBox", `0 0 ${strip.bins.length * WIDTH} ${HEIGHT}`);
  const most = Math.max(...strip.bins.map(([count]) => count));
  svg.replaceChildren(
    ...strip.bins.map(([count, level], i) => {
      const bar = document.createElementNS(NS, "rect");
      const height = i > now ? 3 : barHeight(count, most);
      const set = { x: i * WIDTH + 1, y: HEIGHT - height, width: WIDTH - 2.4, height, rx: 0.8 };
      for (const [name, value] of Object.entries(set)) bar.setAttribute(name, String(value));
      bar.setAttribute("class", i > now ? "ahead" : i === now ? "present" : "past");
      if (i <= now) bar.dataset.level = count ? level : 0;
      return bar;
    }),
  );
}

function steer(track, { desk, point, choose, chosen }) {
  attribute(track, "role", "slider");
  attribute(track, "tabindex", "0");
  attribute(track, "aria-valuemin", "0");
  const bins = () => desk.panels().strip?.bins.length ?? 144;
  const at = (event) => {
    const box = track.getBoundingClientRect();
    return binAt((event.clientX - box.left) / box.width, bins());
  };
  let held = false;
  track.addEventListener("pointermove", (event) => point(at(event)));
  track.addEventListener("pointerleave", () => held || point(-1));
  track.addEventListener("pointerdown", (event) => {
    held = true;
    track.setPointerCapture(event.pointerId);
    point(at(event));
  });
  track.addEventListener("pointerup", () => {
    if (held) choose();
    held = false;
  });
  track.addEventListener("pointercancel", () => (held = false));
  track.addEventListener("blur", () => point(-1));
  track.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -6, PageDown: 6, Home: -bins(), End: bins() };
    const from = chosen() < 0 ? Number(track.getAttribute("aria-valuenow") ?? 0) : chosen();
    if (event.key in steps) point(Math.min(bins() - 1, Math.max(0, from + steps[event.key])));
    else if (event.key === "Enter" || event.key === " ") choose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
