// The bar above everything: where we are, whether the picture is live, what is open, who looks.
import { attribute, byId, h, keyed, say, shown } from "../ui/dom.mjs";
import { clock, elapsed } from "../words/format.mjs";
import { compoundName, roleWord } from "../words/names.mjs";
import { t } from "../words/texts.mjs";

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

/** A delay in the unit people say it in: 84 ms, 4.1 s. */
const span = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/**
 * How long events take to this glass; while nothing new comes, how old the newest is. What was
 * measured before a picture became stale is over, and no event of a late link was quicker than it.
 * @param {{state: string, latency_ms: number, age_ms: number, late_s: number|null}} parts NaN and null for not known
 */
export function timelyWords({ state, latency_ms, age_ms, late_s }) {
  const holds = state !== "stale" || latency_ms > ((late_s ?? Infinity) - 1) * 1000;
  if (Number.isFinite(latency_ms) && holds) return t("live.latency", { time: span(latency_ms) });
  if (late_s) return t("live.late", { seconds: late_s });
  return Number.isFinite(age_ms) ? t("live.age", { time: elapsed(age_ms) }) : "";
}

/** What the last minute was like, for who points at the figure. */
function minuteWords({ p50_ms, p95_ms }) {
  return Number.isFinite(p50_ms) ? t("live.minute", { p50: span(p50_ms), p95: span(p95_ms) }) : null;
}

/** @param {import("./desk.mjs").Desk} desk */
export function createHeader(desk) {
  const draw = () => {
    drawChip(desk);
    const counts = desk.panels().counts;
    for (const level of LEVELS) say(byId(`count-${level}`), String(counts?.levels?.[level - 1] ?? "–"));
    const alone = (desk.panels().standing?.grave ?? []).reduce((sum, n) => sum + n, 0);
    const node = shown(say(byId("count-unattended"), t("unattended.count", { n: alone })), alone > 0);
    attribute(node, "title", t("unattended.about"));
    drawCrumbs(desk);
    drawPerson(desk);
  };
  return { draw };
}

/** The live chip, its clock and how long events take to this screen. */
export function drawChip(desk) {
  const state = chipState(desk.status, desk.clock.mode);
  attribute(byId("live-chip"), "data-state", state);
  say(byId("live-word"), t(`live.${state}`));
  say(byId("live-clock"), clock(desk.clock.now()));
  const live = state === "live" || state === "stale";
  const { usual_ms, minute } = desk.timely();
  const words = () => timelyWords({ state, latency_ms: usual_ms, age_ms: desk.age_ms(), late_s: desk.status.late_s });
  say(byId("live-age"), live ? words() : sinceWords(desk.status));
  attribute(byId("live-age"), "title", live ? minuteWords(minute) : null);
}

function sinceWords({ state, since }) {
  return state === "lost" && since ? t("live.since", { time: clock(since) }) : "";
}

function drawCrumbs(desk) {
  const nav = byId("crumbs");
  if (!nav) return;
  const here = desk.here();
  const above = ["district", "street", "community"].filter((level) => here?.[level]);
  keyed(
    nav,
    above,
    (level) => level,
    () => h("span", { class: "crumb" }),
    (node, level) => say(node, here[level]),
  );
  let select = nav.querySelector("select");
  if (!select) nav.append((select = compoundSelect(desk)));
  else if (nav.lastElementChild !== select) nav.append(select); // it comes after the levels above
  attribute(select, "aria-label", t("crumbs.compound"));
  keyed(
    select,
    desk.places,
    (place) => place.id,
    (place) => h("option", { value: place.id }),
    (node, place) => say(node, compoundName(place.id)),
  );
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
