// The bar above everything: where we are, whether the picture is live, what is open, who looks.
import { attribute, byId, h, keyed, say, shown } from "./dom.mjs";
import { clock, elapsed } from "./format.mjs";
import { compoundName, roleWord } from "./names.mjs";
import { t } from "./texts.mjs";

const LEVELS = [1, 2, 3, 4];

/**
 * What the live chip says.
 * @param {{state: string, since: number}} status of the socket
 * @param {string} mode of the clock: live, replay or paused
 */
export function chipState(status, mode) {
  if (status.state !== "live") return status.state;
  return mode === "live" ? "live" : mode === "paused" ? "paused" : "replay";
}

/** How old the newest fact is, in words: exact while it is fresh. */
export function ageWords(ms) {
  if (!Number.isFinite(ms)) return "";
  if (ms < 1000) return t("live.latency", { ms: Math.max(0, Math.round(ms)) });
  return t("live.age", { time: elapsed(ms) });
}

/** @param {import("../main.mjs").Desk} desk */
export function createHeader(desk) {
  const draw = () => {
    drawChip(desk);
    const counts = desk.panels().counts;
    for (const level of LEVELS)
      say(byId(`count-${level}`), String(counts?.levels?.[level - 1] ?? "–"));
    drawCrumbs(desk);
    drawPerson(desk);
  };
  return { draw };
}

/** The live chip, its clock and the age of the newest event. */
export function drawChip(desk) {
  const state = chipState(desk.status, desk.clock.mode);
  attribute(byId("live-chip"), "data-state", state);
  say(byId("live-word"), t(`live.${state}`));
  say(byId("live-clock"), clock(desk.clock.now()));
  const live = state === "live" || state === "stale";
  say(byId("live-age"), live ? ageWords(desk.age()) : sinceWords(desk.status));
}

function sinceWords({ state, since }) {
  return state === "lost" && since ? t("live.since", { time: clock(since) }) : "";
}

function drawCrumbs(desk) {
  const nav = byId("crumbs");
  if (!nav) return;
  const here = desk.here();
  const above = ["district", "street", "community"].filter((level) => here?.[level]);
  keyed(nav, above, (level) => level, () => h("span", { class: "crumb" }), (node, level) => say(node, here[level]));
  let select = nav.querySelector("select");
  if (!select) nav.append((select = compoundSelect(desk)));
  else if (nav.lastElementChild !== select) nav.append(select); // it comes after the levels above
  attribute(select, "aria-label", t("crumbs.compound"));
  keyed(select, desk.places, (place) => place.id, (place) => h("option", { value: place.id }),
    (node, place) => say(node, compoundName(place.id)));
  if (here && select.value !== here.id && document.activeElement !== select) select.value = here.id;
}

function compoundSelect(desk) {
  return h("select", { onchange: (event) => desk.visit(event.target.value) });
}

function drawPerson({ me }) {
  say(byId("me-name"), me.display ?? me.name ?? "…");
  say(byId("me-role"), roleWord(me.role));
  for (const id of ["admin-open", "import-open"]) shown(byId(id), me.role === "administrator");
}
