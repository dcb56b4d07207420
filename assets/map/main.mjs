// The map of one page: made from the style the server computed, fed by the live socket.
import { prewarm } from "../vendor/maplibre-gl.mjs";
import { begin, dress, firstView, owe } from "./begin.mjs";
import { compoundName } from "../words/names.mjs";
import { t } from "../words/texts.mjs";
import { atRightEdge, createCamera } from "./viewpoint.mjs";
import { drawBasemap } from "./places/basemap.mjs";
import { createCases } from "./records/cases.mjs";
import { createCrowding } from "./records/decluttering.mjs";
import { createDevices } from "./records/devices.mjs";
import { createFocus } from "./records/focus.mjs";
import { addIcons } from "./icons.mjs";
import { createInside } from "./inside/inside.mjs";
import { drawsInSoftware } from "./graphics.mjs";
import { createMark } from "./records/mark.mjs";
import { createLife, remove } from "./life.mjs";
import { STEP_MS, createMovers } from "./records/movers.mjs";
import { createPicking } from "./picking.mjs";
import { nameFeatures } from "./places/names.mjs";
import { createPlacing } from "./cameras/placing.mjs";
import { createPopup, createTip } from "./popup.mjs";
import { createSighting } from "./cameras/coverage.mjs";
import { createSketch } from "./sketch.mjs";
import { createRollups, rollupWords } from "./records/rollups.mjs";
import { createFill } from "./records/sources.mjs";
import { createHome } from "./home.mjs";
import { around } from "./places/levels.mjs";
import { createOutlines } from "./places/outlines.mjs";
import { creditsOf } from "./places/attribution.mjs";
import { createPlaces } from "./places/sources.mjs";
import { createTelling } from "../words/records.mjs";
import { createWays } from "./ways.mjs";
import { createTiles } from "./places/tiles.mjs";

prewarm(); // its worker is up by the time there is a map

const CARDS = new Set(["compound", "incident", "floor"]); // what a panel tells of
const MARKS_FIRST_MS = 1500; // the map of a busy street is never idle
const LOOKS = { available: "available", busy: "busy" };

/**
 * Make the map in a node.
 * @param {HTMLElement} node
 * @param {object} options
 * @param {Row} options.style MapLibre style from the server
 * @param {Place[]} options.summaries of all compounds
 * @param {string|null} options.first the compound to begin at, or null for all there are
 * @param {"wall"|"console"|"replay"} options.screen
 * @param {string} options.lang
 * @param {(target: Target|null) => void} options.onSelect
 * @param {(view: {band: "near"|"far", compounds: string[]}) => void} options.onView
 * @param {boolean} options.reducedMotion
 * @param {(person: Row) => string} options.lastSeen words on when a person was located
 * @param {Row|null} [options.view] where the last map looked: center, zoom, bearing, pitch
 * @param {(view: Row) => void} [options.onLost] the drawing context is gone and this map with it
 */
export async function createMap(
  node,
  { style, summaries, first, screen, lang, onSelect, onView, reducedMotion, lastSeen, view = null, onLost = () => {} },
) {
  dress();
  const slow = await drawsInSoftware();
  const { sky, ...ground } = style;
  const map = begin(node, { ...ground, ...(view ?? firstView(node, screen, summaries, first)) }, screen, slow);
  const named = { lang, meta: style.metadata };
  const palette = paletteOf(style);
  const byAge = style.metadata["dayuan:by_age"];
  const life = createLife(map);
  const read = (path) => life.while(fetchJson(path));
  const source = (name) => /** @type {import("../vendor/maplibre-gl.mjs").GeoJSONSource} */ (map.getSource(name));
  const fill = createFill(source);
  const home = createHome(() => camera.fitWide(around(places.all())));
  const kinds = () => named.meta["dayuan:kinds"];
  const titleOf = (kind) => named.meta["dayuan:incidents"][kind] ?? kind;
  const standing = new Promise((resolve) => map.once("style.load", resolve)); // "load" would wait for a whole picture
  await Promise.race([standing, life.lost]);
  if (life.over()) throw new Error("its drawing context was lost at once");
  life.lost.then(onLost);
  if (screen !== "wall") map.addControl(home, "top-right");
  addIcons(map, palette);

  let live = null;
  const inside = createInside(map, {
    kinds,
    byAge,
    fill,
    model: () => live?.model,
    shown: (name) => shown(name),
    covered: (id) => cases.covers(id),
    unitOf: (id) => places.device(id)?.unit,
  });
  const places = createPlaces({
    source,
    kinds: kinds(),
    read,
    onLoad: (place) => learn(place),
    onDrop: (place) => devices.forget(place),
    onDraw: (ids) => (full.draw(ids), drawNames()),
    delay: life.later,
  });
  const full = createInFull(map);
  const outlines = createOutlines(map, read);
  const tiles = createTiles(map, {
    patterns: named.meta["dayuan:tiles"] ?? [],
    read,
    shown: (name) => shown(name),
    onSets: () => drawThings(),
  });
  const devices = createDevices(map, { places, kinds, palette, byAge, fill, covered: (id) => cases.covers(id) || inside.holds(id) });
  const cases = createCases(map, {
    places,
    titleOf,
    palette,
    fill,
    inside,
    visible: () => shown("incidents") && near(),
    edge: (lonlat) => atRightEdge(map, screen, lonlat),
  });
  const movers = createMovers(() => source("responders"), {
    describe: describePerson,
    still: reducedMotion || slow,
    next: (act) => life.later(act, STEP_MS),
  });
  const rollups = createRollups(fill, {
    nameOf: (place) => compoundName(place.id),
    words: rollupWords,
    divisionOf: (id, level, place) => outlines.nameOf(id) ?? place[level] ?? id,
  });
  const focus = createFocus(map, fill);
  const crowd = createCrowding(map, named.meta["dayuan:crowded"], named.meta["dayuan:band"]);
  const countDevices = (ids) => crowd(ids.reduce((sum, id) => sum + (places.get(id)?.shapes.devices.length ?? 0), 0));
  const mark = createMark(map, { buildingOf: (id) => places.building(id), colour: palette.accent });
  const ways = createWays(fill);
  const sketch = createSketch(map, fill, life.frame);
  const sighting = createSighting(map, { fill, device: places.device });
  const placing = createPlacing(map, { fill, thin: sighting.thin });
  const camera = createCamera(map, {
    screen,
    limit: named.meta["dayuan:band"],
    places: places.all,
    reducedMotion,
    delay: life.later,
    onView: (view) => {
      places.look(view.compounds);
      cases.draw();
      countDevices(view.compounds);
      drawRollups();
      onView({ band: view.band, compounds: view.compounds });
    },
  });
  const tell = createTelling({ places, kinds, titleOf, cases, movers, live: () => live, lastSeen });
  const popup = createPopup(map, { tell, onClose: () => focus.pick(null) });
  const tip = createTip(map, { tell });
  const off = new Set();
  const shown = (name) => !off.has(name);
  const near = () => camera.view().band !== "far";

  const drawNames = () =>
    fill(
      "placenames",
      nameFeatures(
        places.all().filter(({ id }) => places.get(id)),
        (id) => places.get(id).shapes.boundary,
        compoundName,
      ),
    );

  const learn = (place) => {
    devices.learn(place);
    countDevices(camera.view().compounds);
    mark.redraw();
    drawThings();
    drawRollups();
  };

  const drawThings = () => {
    const things = live?.model.things;
    if (!things) return;
    cases.draw(things.incidents);
    tiles.mark(litFromAfar(things.incidents));
    devices.redraw();
    inside.refresh();
    movers.draw(things.responders.values());
    ways.obstacles(things.ways.values());
    popup.refresh();
  };

  const litFromAfar = (incidents) =>
    [...incidents.values()]
      .filter(({ stage, building }) => building && stage !== "finished")
      .map(({ building, compound, level }) => ({ building, level, territory: places.summary(compound)?.territory ?? "" }));

  const drawRollups = () => {
    const told = live?.model.panels.rollups;
    const { band, inView } = camera.view();
    rollups.draw(places.all(), told, { far: band === "far", inView, inFull: (id) => Boolean(places.get(id)) });
    outlines.colour(told);
  };

  /** What lies under the marks, and the sky behind them, come after them. */
  const underlay = async () => {
    await Promise.race([
      new Promise((resolve) => map.once("idle", resolve)),
      new Promise((resolve) => life.later(resolve, MARKS_FIRST_MS)),
    ]);
    map.setSky(sky);
    outlines.load().then(drawRollups);
    tiles.load().then((told) => life.while(drawBasemap(map, told?.basemap, named.meta["dayuan:basemap"])));
  };

  createPicking(map, {
    asleep: sketch.active,
    frame: life.frame,
    onPoint: (target, at) => (target && popup.target()?.id !== target.id ? tip.show(target, at) : tip.hide()),
    onPick: (target) => {
      tip.hide();
      if (placing.on()) return undefined; // a click beside the grip is no choice
      if (target?.type === "division") return camera.fitWide(rollups.bounds(target.id));
      if (target && !CARDS.has(target.type) && !(target.type === "building" && screen !== "wall")) popup.open(target);
      else popup.close();
      onSelect(target);
    },
  });

  return {
    /** Fetch what is to be drawn of the compounds, and look at the first as closely as it allows. */
    loadPlaces: async () => {
      await life.while(places.load(summaries));
      const place = places.summary(first);
      if (place && !view) camera.fit(place.bounds, places.get(first)?.shapes, { atOnce: true });
      const owed = creditsOf(places.all());
      if (owed.length) owe(map, owed);
      home.show(places.all().length > 1);
      drawRollups();
      camera.report();
      underlay();
    },
    connect: (newLive) => {
      live = newLive;
      devices.connect(live.model);
      for (const place of places.all()) if (places.get(place.id)) devices.learn(places.get(place.id));
      const listening = Object.entries({
        snapshot: () => {
          places.need(live.model.compounds);
          devices.everything();
          drawThings();
          drawRollups();
        },
        devices: (rows) => {
          devices.rows(rows);
          inside.refresh();
          popup.refresh();
        },
        things: drawThings,
        panels: drawRollups,
      }).map(([kind, act]) => live.on(kind, (frame) => life.over() || act(frame)));
      life.lost.then(() => listening.forEach((stop) => stop()));
      drawThings();
      drawRollups();
      camera.report();
    },
    show: (name, visible) => {
      if (visible) off.delete(name);
      else off.add(name);
      for (const { id, metadata } of style.layers)
        if (metadata?.["dayuan:layer"] === name) map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
      tiles.show(name, visible);
      devices.show(name, visible);
      if (name === "incidents") cases.draw();
    },
    select: (target) => {
      focus.pick(target?.type === "device" ? target.id : null);
      if (!target || target.type === "incident") cases.select(target?.id ?? null);
      // A person's popup may stay: clicking a person selects the case that person is on.
      if (!target || (target.type === "incident" && popup.target()?.type !== "responder")) popup.close();
      else if (target.type === "incident") popup.refresh();
      else if (popup.target()?.id !== target.id && target.type !== "compound") popup.open(target);
    },
    goTo: (target) => {
      const told = target.type === "incident" ? cases.spot(target.id) : tell(target);
      const lonlat = told?.lonlat ?? target.lonlat;
      if (lonlat) camera.goTo(lonlat, target.left);
    },
    mark: mark.show,
    unmark: mark.clear,
    fit: (compound) => {
      const place = places.summary(compound);
      if (place) camera.fit(place.bounds, places.get(compound)?.shapes);
    },
    /** Open a building at a floor, or close it with null; with `left`, pixels that panels take, look at it. */
    open: (told, floor, left) => {
      inside.open(told, floor);
      popup.close();
      drawThings();
      const all = left === undefined ? null : inside.extent();
      if (all) camera.stand(all.points, all.ring, left);
    },
    opened: () => (inside.id() ? { id: inside.id(), floor: inside.floor() } : null),
    drawRoute: focus.route,
    showWays: (what, answer, look) => {
      const bounds = ways.show(what, answer);
      if (look && bounds) camera.fit(bounds);
    },
    sketch,
    highlightCameras: focus.cameras,
    sighting,
    placing,
    /** What makes views from cameras over these places; fetched when the first is looked at. */
    cameraViews: async () => {
      const { createCameraView } = await import("./cameras/view.mjs");
      return (viewNode) => createCameraView(map, viewNode);
    },
    resize: () => map.resize(),
    project: (lonlat) => map.project(lonlat),
    setLanguage: async (newLang) => {
      const fresh = await read(`/api/style?lang=${newLang}`);
      [named.lang, named.meta] = [newLang, fresh.metadata];
      map.getCanvas().setAttribute("aria-label", t("map.label"));
      drawNames();
      devices.redraw();
      drawThings();
      drawRollups();
    },
    map,
    /** Take the map away, with its drawing context. */
    end: () => remove(map),
  };

  function describePerson({ name, status, incident }) {
    const look = incident ? "busy" : (LOOKS[status] ?? "unavailable");
    return { name, icon: `person-${look}`, opacity: look === "unavailable" ? 0.6 : 1 };
  }
}

/**
 * Which compounds are drawn in full, for the tiles to leave out. One that comes is left out once it
 * stands, one that goes is put back at once: rather twice for a moment than not at all.
 */
function createInFull(map) {
  let drawn = [];
  const tell = (ids) => map.setGlobalStateProperty("open", ids);
  map.on("sourcedata", ({ sourceId, isSourceLoaded }) => sourceId === "buildings" && isSourceLoaded && tell(drawn));
  return {
    draw: (ids) => {
      const stay = drawn.filter((id) => ids.includes(id));
      if (stay.length < drawn.length) tell(stay);
      drawn = ids;
    },
  };
}

/** @param {Row} style */
function paletteOf({ metadata }) {
  return metadata["dayuan:palette"];
}

async function fetchJson(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}
