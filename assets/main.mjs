// Joins the socket, the map and the panels of one page.
import { ask } from "./ahead.mjs";
import { createMount } from "./map/mount.mjs";
import { MANY } from "./map/places/levels.mjs";
import { listenToHead, switchLanguage } from "./pages/buttons.mjs";
import { chosen, join } from "./pages/joins.mjs";
import { obey } from "./pages/keyboard.mjs";
import { furnish } from "./pages/panels.mjs";
import { createCommander } from "./panels/case/commands.mjs";
import { createClock } from "./panels/clock.mjs";
import { createDesk } from "./panels/desk.mjs";
import { listen } from "./panels/keys.mjs";
import { placeOf } from "./panels/people/duty.mjs";
import { joinReplay } from "./panels/replay.mjs";
import { singleKeys } from "./panels/sheets.mjs";
import { drawLost, fitLetters } from "./panels/wall/liveness.mjs";
import { openLive } from "./session/live.mjs";
import { createPainted, twoFrames } from "./session/painted.mjs";
import { byId, say, shown } from "./ui/dom.mjs";
import { createNotice } from "./ui/notice.mjs";
import { know } from "./words/names.mjs";
import { language, speak, t } from "./words/texts.mjs";

/** @typedef {import("./panels/desk.mjs").Desk} Desk */

const TICK_MS = 1000;
const READ_MS = 6000; // a confirmation is read by then

/** Start the page whose skeleton is in the document. */
export async function start() {
  const root = byId("page");
  if (!root || root.dataset.started) return;
  root.dataset.started = "yes";
  import("./map/main.mjs").catch(() => null); // on its way while the panels come up; mountMap hears of it
  const page = root.dataset.page;
  if (page === "wall") fitLetters(location.search);
  const facts = await learn(page);
  const drawer = createDrawer();
  const live = openLive({ url: liveUrl(), hello: helloOf(page, facts) });
  const painted = createPainted({ time: live.time, now: () => performance.now(), afterPaint: drawer.afterPaint });
  const commander = createCommander({ onChange: (sent) => heard(sent, commander, drawer.redraw) });
  const densities = page !== "wall";
  const desk = createDesk({ ...facts, clock: createClock(), densities, redraw: drawer.redraw, live, commander, painted });
  const panels = furnish(page, desk);
  drawer.panels.push(...Object.values(panels));
  join(desk, panels);
  follow(live, desk);
  measure(live, painted);
  if (page !== "wall") {
    listenToHead(panels);
    listen(document, obey(desk, panels), singleKeys);
  }
  switchLanguage(desk);
  drawer.redraw();
  setInterval(() => (drawer.tick(), drawer.redraw()), TICK_MS);
  await mountMap(desk, panels, page, live);
  return desk;
}

/** What a page knows before it shows anything: its words, who looks, the places, the catalogue. */
async function learn(page) {
  await insist(() => speak(document.documentElement.lang || "zh-CN", ask));
  const [me, places, catalogue] = await Promise.all([
    read("/api/me", {}),
    insist(() => read("/api/places")),
    insist(() => read("/api/catalogue")),
  ]);
  know(catalogue, places);
  return { me, places, catalogue, session: await sessionOf(page) };
}

function heard(sent, commander, redraw) {
  redraw();
  if (sent.state === "confirmed") setTimeout(() => (commander.forget(sent), redraw()), READ_MS);
}

/** Know how long events take from the device to this glass; drawing is asked for before that. */
function measure(live, painted) {
  for (const kind of ["things", "panels", "beat", "devices"]) live.on(kind, (frame) => painted.frame(frame));
  live.on("snapshot", (frame) => painted.frame(frame, true));
}

/** Draw every panel once per frame of the screen at most, however many facts arrive. */
function createDrawer() {
  const panels = [];
  const drawn = [];
  let asked = false;
  const draw = () => {
    asked = false;
    for (const panel of panels) panel.draw?.();
    for (const act of drawn.splice(0)) twoFrames(act);
  };
  const redraw = () => {
    if (!asked) setTimeout(draw, document.hidden ? 250 : 16);
    asked = true;
  };
  /** Act once what was asked for until now is painted, by panels and by the map. */
  const afterPaint = (act) => (asked ? drawn.push(act) : twoFrames(act));
  return { panels, redraw, afterPaint, tick: () => panels.forEach((panel) => panel.tick?.()) };
}

async function read(path, otherwise) {
  const response = await ask(path).catch(() => null);
  if (response?.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (response?.ok) return response.json();
  if (otherwise === undefined) throw new Error(`${path}: ${response?.status ?? "no answer"}`);
  return otherwise;
}

/** Try for ever, ever more slowly: a wall starts before its server does. */
async function insist(attempt) {
  for (let wait = 500; ; wait = Math.min(wait * 2, 15_000)) {
    try {
      return await attempt();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
    }
  }
}

async function sessionOf(page) {
  if (page === "replay") return `replay:${await insist(recorded)}`;
  const joined = new URLSearchParams(location.search).get("session");
  return joined ? `replay:${joined.replace(/^replay:/, "")}` : "live";
}

/** A session of what is recorded; where nothing is yet, that is said until there is. */
async function recorded() {
  const notice = byId("map-notice");
  const session = await joinReplay(location.search);
  if (session === null) {
    shown(say(notice, t("replay.nothing")), true);
    throw new Error("nothing recorded yet");
  }
  shown(notice, false);
  return session;
}

function liveUrl() {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`;
}

function helloOf(page, { session, places }) {
  if (places.length > MANY) return { session, screen: page, band: "far", compounds: [], layers: [] };
  return { session, screen: page, band: "near", compounds: places.slice(0, 1).map((place) => place.id), layers: [] };
}

function follow(live, desk) {
  const see = (kind) => (frame) => {
    if (frame && (frame.clock || frame.at)) desk.clock.set(frame, live.time.now());
    desk.took({ kind, ...frame });
    const { incidents, alarms, responders } = desk.things();
    desk.commander.see((target) => (incidents.get(target) ?? alarms.get(target) ?? responders.get(target))?.version);
    desk.redraw();
  };
  for (const kind of ["snapshot", "things", "panels", "beat"]) live.on(kind, see(kind));
  live.on("denied", (reason) => desk.hint(t("hint.denied", { reason })));
  // Somebody ended this very session, a wall's too: it must not go on showing its last picture.
  live.on("ended", () => read("/api/me", {}));
  live.on("status", (status) => {
    desk.linked(status);
    drawLost(status);
    // A session that ended refuses the socket too; a wall keeps its last picture all the same.
    if (status.state === "lost" && byId("page").dataset.page !== "wall") read("/api/me", {});
    desk.redraw();
  });
}

async function mountMap(desk, panels, page, live) {
  const build = async (view, onLost) => {
    byId("map").replaceChildren();
    const map = await makeMap(desk, panels, { page, live, view, onLost });
    try {
      desk.setMap(map);
      await map.loadPlaces();
      map.connect(live);
      desk.furnishMap(Boolean(view));
    } catch (error) {
      desk.setMap(null);
      map.end?.();
      throw error;
    }
  };
  const notice = createNotice(byId("map-notice"));
  const tell = (key, words) => (notice(key, words), desk.redraw());
  new ResizeObserver(() => desk.map()?.resize()).observe(byId("map"));
  await createMount({ build, tell, onGone: () => desk.setMap(null), here: () => desk.here()?.id, turn: desk.visit })();
}

async function makeMap(desk, panels, { page, live, view, onLost }) {
  // By itself and late: the queue is there before the map library, and without it if need be.
  const { createMap } = await import("./map/main.mjs");
  const style = await insist(() => read(`/api/style?lang=${language()}`));
  const wide = desk.places.length > MANY && !desk.selected();
  const first = (desk.selected() && desk.things().incidents.get(desk.selected())?.compound) || desk.here()?.id;
  return createMap(byId("map"), {
    style,
    summaries: desk.places,
    first: wide ? null : first,
    screen: page,
    lang: language(),
    view,
    onLost,
    onSelect: (target) => chosen(desk, panels, target),
    onView: (seen) => seen && live.view(seen),
    reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches,
    lastSeen: (person) => placeOf(person, desk.clock.now(), desk.catalogue.place_known_for_s),
  });
}
