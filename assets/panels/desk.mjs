// What all panels of a page share: the facts on screen, what is selected, and how to ask for more.
import { densityWords } from "../words/densities.mjs";
import { byId, say, takenBy } from "../ui/dom.mjs";
import { createDetails } from "./case/details.mjs";
import { t } from "../words/texts.mjs";

const HINT_MS = 4000;
const DRAWN_MS = 60;
const AGAIN_MS = 5000;
const CAMERAS = 6; // as many as the list beside it shows
const UNMEASURED = { usual_ms: NaN, minute: { p50_ms: NaN, p95_ms: NaN } };

/**
 * @typedef {ReturnType<typeof createDesk>} Desk
 * @param {object} parts
 * @param {Row} parts.me the person, as /api/me tells
 * @param {Row[]} parts.places
 * @param {Row} parts.catalogue
 * @param {Row} parts.clock
 * @param {string} parts.session live or replay:<id>
 * @param {boolean} parts.densities whether cameras that see a case say how well: a wall is read from afar
 * @param {() => void} parts.redraw
 */
export function createDesk({ me, places, catalogue, clock, session, densities, redraw }) {
  let [live, map, commander, painted] = [null, null, null, null];
  let [selected, picked, marked, here] = [null, null, null, places[0]?.id ?? null];
  let standing = "";
  const onDuty = new Map();
  let [ready, newest, hintTimer] = [false, NaN, 0];
  const devices = new Map();
  const listeners = new Set();
  const model = () => live?.model ?? live ?? {};
  const nothing = { incidents: new Map(), alarms: new Map(), responders: new Map(), ways: new Map() };
  const details = createDetails({ session, onChange: () => (drawOnMap(), redraw()) });

  const things = () => model().things ?? nothing;

  /** Draw what belongs to the selected incident: cameras that see it, the way there. */
  const drawOnMap = () => {
    const detail = details.current();
    const crew = (detail?.crew ?? []).find((member) => member.route?.length);
    const first = detail?.recommendations?.[0];
    const route = crew?.route ?? detail?.route ?? (detail?.crew?.length ? null : first?.route) ?? null;
    const cutOff = crew ? crew.cut : first?.seconds === null;
    map?.drawRoute(selected ? route : null, cutOff);
    const seeing = selected ? (detail?.cameras ?? []).slice(0, CAMERAS) : [];
    map?.highlightCameras(seeing.map((camera) => camera.id));
    if (densities)
      map?.sighting?.sighted(
        seeing.map((camera) => ({ id: camera.id, sure: camera.certainty === 1, words: densityWords(camera, catalogue) })),
      );
  };

  const select = (id, { go = false } = {}) => {
    if (id !== selected) {
      [selected, picked] = [id, null];
      live?.send({ kind: "open", incident: id });
      map?.select(id ? { type: "incident", id } : null);
    }
    const incident = id ? things().incidents.get(id) : null;
    if (incident?.compound) here = incident.compound;
    if (go && incident) map?.goTo({ type: "incident", id, lonlat: incident.lonlat });
    details.follow(incident);
    if (!details.current()) drawOnMap();
    redraw();
  };

  const pick = (id) => {
    picked = id;
    map?.select(id ? { type: "device", id } : selected ? { type: "incident", id: selected } : null);
    if (id) learn(id.split("/")[0]);
    redraw();
  };

  /** Take the mark of what was searched for away; says whether one was to be seen. */
  const unmark = () => {
    marked = null;
    return map?.unmark() ?? false;
  };

  const mark = (target) => {
    marked = target;
    map?.mark(target);
  };

  /** Look at a device beside its card, once that is drawn. */
  const goToDevice = (target) => {
    pick(target.id);
    setTimeout(() => map?.goTo({ ...target, left: takenBy(byId("device")) }), DRAWN_MS);
  };

  /** Fetch a compound's devices once, for their names; what was not answered is asked for again. */
  const learn = async (compound) => {
    if (devices.has(compound)) return;
    devices.set(compound, new Map());
    const version = places.find((place) => place.id === compound)?.version ?? "";
    const response = await fetch(`/api/places/${compound}?v=${encodeURIComponent(version)}`).catch(() => null);
    if (!response?.ok) {
      if (response?.status !== 404) setTimeout(() => devices.delete(compound) && learn(compound), AGAIN_MS);
      return;
    }
    const rows = (await response.json()).devices ?? [];
    devices.set(compound, new Map(rows.map((row) => [row.id, row])));
    redraw();
  };

  /** Something in the way may have turned, and then what was recommended holds no longer. */
  const waysTold = () => {
    const told = [...things().ways.values()].map(({ id, code, version }) => `${id} ${code} ${version}`);
    const now = told.sort().join();
    if (now === standing) return;
    standing = now;
    details.renew();
    for (const heard of listeners) heard();
  };

  /** Somebody came, went or was located, and then others are recommended. */
  const dutyTold = (rows) => {
    let turned = false;
    for (const [id, row] of Object.entries(rows)) {
      const now = row && `${row.status} ${Boolean(row.at)}`;
      turned ||= onDuty.get(id) !== now;
      onDuty.set(id, now);
    }
    if (turned) details.renew();
  };

  const hint = (words) => {
    say(byId("hint"), words);
    clearTimeout(hintTimer);
    hintTimer = setTimeout(() => say(byId("hint"), ""), HINT_MS);
  };

  const desk = {
    me,
    places,
    catalogue,
    clock,
    session,
    status: { state: "connecting", since: null, late_s: null },
    things,
    select,
    pick,
    unmark,
    hint,
    learn,
    redraw,
    panels: () => model().panels ?? {},
    ready: () => ready,
    map: () => map,
    get commander() {
      return commander;
    },
    selected: () => selected,
    picked: () => picked,
    detail: () => details.current(),
    reading: (id) => model().reading?.(id) ?? null,
    device: (id) => devices.get(id.split("/")[0])?.get(id),
    person: (name) => {
      if (name === me.name) return me.display ?? name;
      if (name === "system") return t("said.system");
      return model().things?.responders?.get(name)?.name ?? name ?? "";
    },
    here: () => places.find((place) => place.id === here) ?? places[0] ?? null,
    commandable: () => session === "live",
    /** The version of a place on screen, undefined before the first snapshot. */
    version: (compound) => model().compounds?.find((place) => place.id === compound)?.version,
    cardHeight: () => byId("queue-list")?.firstElementChild?.getBoundingClientRect().height ?? 0,
    /** How long ago the newest event happened, by the server's clock; NaN in a replay. */
    age_ms: () => (clock.mode === "live" ? Math.max(0, clock.now() - newest) : NaN),
    /** How long events take to this glass; NaN in a replay, and before anything was measured. */
    timely: () => {
      if (clock.mode !== "live" || !painted) return UNMEASURED;
      return { usual_ms: painted.usual_ms(), minute: painted.minute() };
    },
    /** Draw on a map that was made anew what the last one showed. */
    drawAgain: () => {
      drawOnMap();
      desk.inside?.drawAgain();
      if (picked) map?.select({ type: "device", id: picked });
      if (marked) map?.mark(marked);
      for (const heard of listeners) heard(); // the ways that a panel says are shown
    },
    visit: (compound) => {
      here = compound;
      map?.fit(compound);
      redraw();
    },
    goTo: (target) => {
      if (target.compound) here = target.compound;
      unmark();
      if (target.type === "responder") desk.people?.show(target.id);
      if (target.type === "responder" && !target.lonlat) return redraw(); // off duty nobody is anywhere
      if (target.type === "device") return goToDevice(target);
      map?.goTo(target);
      if (target.type === "building") desk.inside?.enter(target.id);
      else if (target.type !== "responder" && target.lonlat) mark(target);
      return redraw();
    },
    /** Be told when something in the way turned. */
    onWays: (listener) => listeners.add(listener),
    join: (parts) => {
      live = parts.live ?? live;
      if ("map" in parts) map = parts.map;
      commander = parts.commander ?? commander;
      painted = parts.painted ?? painted;
    },
    /** Take note of a frame: the newest event, what it proves about commands, the selection. */
    took: (frame) => {
      ready = true;
      if (Number.isFinite(frame?.newest)) newest = frame.newest;
      if (frame?.things?.ways) waysTold();
      if (frame?.things?.responders) dutyTold(frame.things.responders);
      if (frame?.kind === "snapshot" && selected && !things().incidents.has(selected)) select(null);
      details.follow(selected ? things().incidents.get(selected) : null);
    },
  };
  return desk;
}
