// What a wall does by itself: turns to what needs attention, sounds, walks a few pixels, greys when
// the link is lost, reloads when nobody would miss it.
import { attribute, byId, say, shown } from "../../ui/dom.mjs";
import { memory } from "../../session/memory.mjs";
import { clock } from "../../words/format.mjs";
import { mayReload, step } from "./rotation.mjs";
import { DEFAULTS, rootSize, shift } from "./scale.mjs";
import { createSound } from "../../ui/sound.mjs";
import { open, unattended } from "../../records/cases.mjs";
import { t } from "../../words/texts.mjs";

const JITTER_MS = Math.floor(Math.random() * 20 * 60_000); // many walls do not reload at once

/** Screen width and farthest viewer: from the address, else remembered, else the defaults. */
export function screenSettings(search) {
  const asked = new URLSearchParams(search);
  const kept = memory.get("dayuan.wall", {});
  const settings = {
    widthMm: Number(asked.get("width_mm")) || kept.widthMm || DEFAULTS.widthMm,
    viewerM: Number(asked.get("viewer_m")) || kept.viewerM || DEFAULTS.viewerM,
  };
  if (asked.has("width_mm") || asked.has("viewer_m")) memory.set("dayuan.wall", settings);
  return settings;
}

/** Keep the letters as large as the farthest viewer needs them. */
export function fitLetters(search) {
  const settings = screenSettings(search);
  const fit = () => {
    const size = rootSize({ widthPx: innerWidth, ...settings });
    document.documentElement.style.setProperty("font-size", `${size.toFixed(2)}px`);
  };
  fit();
  addEventListener("resize", fit);
}

/** @param {import("../desk.mjs").Desk} desk */
export function createWatch(desk) {
  let view = null;
  let paused = false;
  const begun = performance.now();
  const lamp = byId("sound");
  const sound = createSound((state) => {
    attribute(lamp, "data-state", state);
    say(lamp.firstElementChild, t(`sound.${state}`));
  });
  sound.arm();
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => sound.arm());

  const turn = byId("rotation");
  turn.addEventListener("click", () => {
    paused = !paused;
    attribute(turn, "aria-pressed", String(paused));
    tick();
  });

  const look = () => {
    const incidents = [...desk.things().incidents.values()];
    const attention = desk.panels().attention ?? [];
    const places = desk.places.map((place) => place.id);
    const next = step(view, { incidents, attention, places, paused }, performance.now());
    if (next === view) return;
    const moved = next.compound !== view?.compound || (next.held && next.incident !== view?.incident);
    view = next;
    desk.select(view.incident);
    if (moved && view.compound) desk.visit(view.compound);
  };

  const tick = () => {
    if (!desk.ready()) return;
    look();
    const { incidents: cases, alarms } = desk.things();
    const incidents = [...cases.values(), ...unattended(alarms.values())];
    sound.sound(desk.session === "live" && open(incidents).some((row) => row.level === 1 && row.unacked));
    const now = desk.clock.now();
    const [x, y] = shift(Math.floor(now / 60_000));
    document.documentElement.style.setProperty("--shift-x", `${x}px`);
    document.documentElement.style.setProperty("--shift-y", `${y}px`);
    if (mayReload({ now, started: now - (performance.now() - begun), incidents, jitterMs: JITTER_MS })) location.reload();
  };

  const draw = () => {
    say(turn.firstElementChild, t(view?.held ? "wall.held" : paused ? "wall.resume" : "wall.pause"));
    attribute(turn, "data-state", view?.held ? "held" : paused ? "paused" : "turning");
    sound.tell();
  };
  return { draw, tick };
}

/** Grey the picture when it no longer is the truth, and say since when. */
export function drawLost({ state, since, late_s }) {
  const gone = state === "stale" || state === "lost";
  attribute(document.documentElement, "data-link", gone ? state : null);
  const node = byId("lost");
  if (!node) return;
  shown(node, gone);
  if (gone) say(node, late_s ? t("lost.late", { seconds: late_s }) : t(`lost.${state}`, { time: since ? clock(since) : "–" }));
}
