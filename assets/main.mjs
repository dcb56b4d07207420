// Joins the socket, the map and the panels of one page.
import { ask } from "./ahead.mjs";
import { openLive } from "./session/live.mjs";
import { createMount } from "./map/mount.mjs";
import { createPainted, twoFrames } from "./session/painted.mjs";
import { createBuilding } from "./panels/building/building.mjs";
import { MANY } from "./map/places/levels.mjs";
import { createClock } from "./panels/clock.mjs";
import { createCommander } from "./panels/case/commands.mjs";
import { createConditions } from "./panels/conditions.mjs";
import { createCoverage } from "./panels/camera/coverage.mjs";
import { createDesk } from "./panels/desk.mjs";
import { createDevice } from "./panels/camera/device.mjs";
import { placeOf } from "./panels/people/duty.mjs";
import { byId, say, shown } from "./ui/dom.mjs";
import { createHeader, drawChip } from "./panels/header.mjs";
import { createIncident } from "./panels/case/case.mjs";
import { listen } from "./panels/keys.mjs";
import { createLayers } from "./panels/layers.mjs";
import { know } from "./words/names.mjs";
import { createNews } from "./panels/news.mjs";
import { createNotice } from "./ui/notice.mjs";
import { createPeople } from "./panels/people/people.mjs";
import { createQueue } from "./panels/queue.mjs";
import { createTransport, joinReplay } from "./panels/replay.mjs";
import { createSearch } from "./panels/search.mjs";
import { showAdmin, showKeys, singleKeys } from "./panels/sheets.mjs";
import { createStrip } from "./panels/strip.mjs";
import { neighbour } from "./records/cases.mjs";
import { language, onLanguage, speak, t } from "./words/texts.mjs";
import { createUnplaced } from "./panels/unplaced.mjs";
import { createWall } from "./panels/wall/wall.mjs";
import { createWatch, drawLost, fitLetters } from "./panels/wall/liveness.mjs";

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
  await insist(() => speak(document.documentElement.lang || "zh-CN", ask));
  const [me, places, catalogue] = await Promise.all([read("/api/me", {}), insist(() => read("/api/places")), read("/api/catalogue", {})]);
  know(catalogue, places);
  const session = await sessionOf(page);
  const clock = createClock();
  const drawer = createDrawer();
  const desk = createDesk({ me, places, catalogue, clock, session, densities: page !== "wall", redraw: drawer.redraw });
  const commander = createCommander({ onChange: (sent) => heard(sent, commander, drawer.redraw) });
  desk.join({ commander });
  const live = openLive({ url: liveUrl(), hello: helloOf(page, session, places) });
  desk.join({ live });
  const keeping = page === "wall" ? furnishWall(desk) : furnishDesk(desk, page, live);
  drawer.panels.push(createConditions(desk), createUnplaced(desk, { words: page !== "wall" }), ...keeping);
  follow(live, desk, drawer, commander);
  measure(live, desk, drawer);
  switchLanguage(desk, drawer);
  drawer.redraw();
  setInterval(() => (drawer.tick(), drawer.redraw()), TICK_MS);
  await mountMap(desk, page, live, drawer);
  return desk;
}

function heard(sent, commander, redraw) {
  redraw();
  if (sent.state === "confirmed") setTimeout(() => (commander.forget(sent), redraw()), READ_MS);
}

/** Know how long events take from the device to this glass. */
function measure(live, desk, drawer) {
  const painted = createPainted({ time: live.time, now: () => performance.now(), afterPaint: drawer.afterPaint });
  for (const kind of ["things", "panels", "beat", "devices"]) live.on(kind, (frame) => painted.frame(frame));
  live.on("snapshot", (frame) => painted.frame(frame, true));
  desk.join({ painted });
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

function helloOf(page, session, places) {
  if (places.length > MANY) return { session, screen: page, band: "far", compounds: [], layers: [] };
  return { session, screen: page, band: "near", compounds: places.slice(0, 1).map((place) => place.id), layers: [] };
}

function follow(live, desk, drawer, commander) {
  const see = (kind) => (frame) => {
    if (frame && (frame.clock || frame.at)) desk.clock.set(frame, live.time.now());
    desk.took({ kind, ...frame });
    const { incidents, alarms, responders } = desk.things();
    commander.see((target) => (incidents.get(target) ?? alarms.get(target) ?? responders.get(target))?.version);
    drawer.redraw();
  };
  for (const kind of ["snapshot", "things", "panels", "beat"]) live.on(kind, see(kind));
  live.on("denied", (reason) => desk.hint(t("hint.denied", { reason })));
  // Somebody ended this very session, a wall's too: it must not go on showing its last picture.
  live.on("ended", () => read("/api/me", {}));
  live.on("status", (status) => {
    desk.status = status;
    drawLost(status);
    // A session that ended refuses the socket too; a wall keeps its last picture all the same.
    if (status.state === "lost" && byId("page").dataset.page !== "wall") read("/api/me", {});
    drawer.redraw();
  });
}

function furnishWall(desk) {
  const watch = createWatch(desk);
  const strip = createStrip(desk, null);
  return [watch, createWall(desk), { draw: () => drawChip(desk) }, strip, createNews(desk)];
}

function furnishDesk(desk, page, live) {
  const queue = createQueue(desk);
  const incident = createIncident(desk);
  const layers = createLayers(desk);
  const coverage = (desk.coverage = createCoverage(desk));
  const search = createSearch(desk);
  const building = createBuilding(desk);
  desk.inside = building;
  const people = (desk.people = createPeople(desk));
  const transport = page === "replay" ? createTransport(desk, (order) => live.send(order)) : null;
  const choose = transport ? transport.seek : (at) => location.assign(`/replay?at=${Math.round(at)}`);
  if (matchMedia("(max-width: 900px)").matches) byId("layers").open = false;
  desk.onMap = () => layers.apply();
  press({
    "search-open": search.open,
    "keys-open": showKeys,
    "admin-open": () => showAdmin(),
    "people-open": people.open,
    logout,
    theme: switchTheme,
  });
  document.addEventListener("click", ({ target }) => /** @type {Element} */ (target).closest("#me") || (byId("me").open = false));
  listen(document, obey({ desk, queue, incident, search, layers }), singleKeys);
  return [
    createHeader(desk),
    queue,
    incident,
    layers,
    coverage,
    building,
    createDevice(desk),
    people,
    createStrip(desk, choose),
    createNews(desk),
    ...(transport ? [transport] : []),
  ];
}

/** What each action of the shortcut table does. */
function obey({ desk, queue, incident, search, layers }) {
  const move = (step) => () => {
    const id = neighbour(queue.ids(), queue.at(), step);
    if (id) queue.go(id);
    if (id) queue.reveal(id);
  };
  const acts = {
    next: move(1),
    previous: move(-1),
    search: search.open,
    people: desk.people.open,
    keys: showKeys,
    assign: incident.assignFirst,
    progress: incident.focusCrew,
    note: incident.focusNote,
    goto: () => desk.select(desk.selected(), { go: true }),
    escape: () =>
      closeMenu() ||
      incident.ways.leave() ||
      desk.unmark() ||
      desk.placing.cancel() ||
      desk.people.leave() ||
      (desk.picked() ? desk.pick(null) : leaveField() || desk.inside.leave() || desk.select(null)),
    tab: queue.show,
    command: incident.command,
    ways: incident.ways.show,
    layer: layers.toggle,
    inside: () => enterCase(desk),
  };
  return (act) => {
    const [name, argument] = act.split(":");
    acts[name](argument);
  };
}

/** Open the building of the selected case, or close the one that is open. */
function enterCase(desk) {
  const building = desk.things().incidents.get(desk.selected())?.building;
  if (desk.inside.leave()) return undefined;
  return building ? desk.inside.enter(building) : desk.hint(t("inside.none"));
}

function leaveField() {
  const field = /** @type {HTMLElement|null} */ (document.activeElement);
  const typing = field?.matches("input, textarea, select");
  if (typing) field.blur();
  return typing;
}

/** Close the account menu; says whether it was open. */
function closeMenu() {
  const menu = byId("me");
  const open = menu.open;
  menu.open = false;
  if (open) menu.querySelector("summary").focus();
  return open;
}

function press(actions) {
  for (const [id, act] of Object.entries(actions)) byId(id)?.addEventListener("click", () => act());
}

async function logout() {
  await fetch("/logout", { method: "POST" }).catch(() => null);
  location.assign("/login");
}

function switchTheme() {
  const theme = document.documentElement.dataset.theme === "light" ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("dayuan.theme", theme);
  } catch {
    // lasts until the page is left
  }
}

function switchLanguage(desk, drawer) {
  const button = byId("language");
  const label = () => {
    const english = language() === "en";
    say(button, english ? "中文" : "EN");
    button.lang = english ? "zh-CN" : "en";
    button.setAttribute("aria-label", english ? "中文 · 切换到中文" : "EN · Switch to English");
    document.title = t(`title.${byId("page").dataset.page}`);
  };
  label();
  onLanguage(() => {
    label();
    desk.map()?.setLanguage?.(language());
    drawer.redraw();
  });
  button.addEventListener("click", () => speak(language() === "en" ? "zh-CN" : "en").catch(() => desk.hint(t("hint.no_link"))));
}

async function mountMap(desk, page, live, drawer) {
  const build = async (view, onLost) => {
    byId("map").replaceChildren();
    const map = await makeMap(desk, page, live, view, onLost);
    try {
      desk.join({ map });
      await map.loadPlaces();
      map.connect(live);
      desk.onMap?.();
      if (desk.selected()) map.select({ type: "incident", id: desk.selected() });
      if (view) desk.drawAgain();
    } catch (error) {
      leaveMap(desk);
      map.end?.();
      throw error;
    }
  };
  const notice = createNotice(byId("map-notice"));
  const tell = (key, words) => (notice(key, words), drawer.redraw());
  new ResizeObserver(() => desk.map()?.resize()).observe(byId("map"));
  await createMount({ build, tell, onGone: () => leaveMap(desk), here: () => desk.here()?.id, turn: desk.visit })();
}

async function makeMap(desk, page, live, view, onLost) {
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
    onSelect: (target) => selected(desk, target),
    onView: (seen) => seen && live.view(seen),
    reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches,
    lastSeen: (person) => placeOf(person, desk.clock.now(), desk.catalogue.place_known_for_s),
  });
}

/** The map is gone: nobody may ask it anything, and what was begun on it is given up. */
function leaveMap(desk) {
  desk.join({ map: null });
  desk.placing?.cancel();
}

function selected(desk, target) {
  if (!target) return desk.picked() ? desk.pick(null) : undefined;
  if (target.type === "incident") return desk.select(target.id);
  if (target.type === "responder") {
    desk.people?.show(target.id);
    return desk.select(desk.things().responders.get(target.id)?.incident ?? desk.selected());
  }
  if (desk.coverage?.take(target)) return undefined;
  if (target.type === "device" || target.type === "camera" || target.type === "gate") return desk.pick(target.id);
  if (target.type === "compound") return desk.visit(target.id);
  if (target.type === "building") return desk.inside?.enter(target.id);
  if (target.type === "floor") return desk.inside?.choose(target.id);
  return undefined;
}
