// What all panels of a page share: the facts on screen, what is selected, and how to ask for more.
import { densityWords } from "../words/densities.mjs";
import { byId, say, takenBy } from "../ui/dom.mjs";
import { compoundIn } from "../records/ids.mjs";
import { createDetails } from "./case/details.mjs";
import { t } from "../words/texts.mjs";

const HINT_MS = 4000;
const DRAWN_MS = 60;
const AGAIN_MS = 5000;
const CAMERAS = 6; // as many as the list beside it shows
const UNMEASURED = { usual_ms: NaN, minute: { p50_ms: NaN, p95_ms: NaN } };

/** @typedef {"go"|"map"|"again"|"gone"|"ways"} Turn what others may be told of; see `on` */

/**
 * The context of a page: made once, whole, and handed to every panel. What comes and goes while the
 * page lives, the map and the state of the link, is set by a method of its own.
 * @typedef {ReturnType<typeof createDesk>} Desk
 * @param {object} parts
 * @param {Row} parts.me the person, as /api/me tells
 * @param {Row[]} parts.places
 * @param {Row} parts.catalogue
 * @param {Row} parts.clock
 * @param {string} parts.session live or replay:<id>
 * @param {boolean} parts.densities whether cameras that see a case say how well: a wall is read from afar
 * @param {() => void} parts.redraw
 * @param {{model: Row, send: (order: Row) => void}} parts.live the socket and what it has said
 * @param {ReturnType<typeof import("./case/commands.mjs").createCommander>} parts.commander
 * @param {Pick<ReturnType<typeof import("../session/painted.mjs").createPainted>, "usual_ms"|"minute">} parts.painted
 */
export function createDesk({ me, places, catalogue, clock, session, densities, redraw, live, commander, painted }) {
  /** @type {Row|null} the map's handle, while there is one */
  let map = null;
  let status = { state: "connecting", since: null, late_s: null };
  let [selected, picked, marked, here] = [null, null, null, places[0]?.id ?? null];
  let standing = "";
  const onDuty = new Map();
  let [ready, newest, hintTimer] = [false, NaN, 0];
  const devices = new Map();
  /** @type {Map<Turn, Set<(target?: Row) => void>>} */
  const listeners = new Map();
  const tell = (turn, target) => listeners.get(turn)?.forEach((heard) => heard(target));
  const { model } = live;
  const nothing = { incidents: new Map(), alarms: new Map(), responders: new Map(), ways: new Map() };
  const details = createDetails({ session, onChange: () => (drawOnMap(), redraw()) });

  /** @type {() => Things} */
  const things = () => model.things ?? nothing;

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
      live.send({ kind: "open", incident: id });
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
    if (id) learn(compoundIn(id));
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
    tell("ways");
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
    commander,
    things,
    select,
    pick,
    unmark,
    hint,
    learn,
    redraw,
    /** State of the link: `{state, since, late_s}`, as the socket tells. */
    get status() {
      return status;
    },
    /** The link is in another state. */
    linked: (now) => (status = now),
    /** Order something of the server over the socket. */
    send: (order) => live.send(order),
    panels: () => model.panels ?? {},
    ready: () => ready,
    map: () => map,
    selected: () => selected,
    picked: () => picked,
    detail: () => details.current(),
    reading: (id) => model.reading?.(id) ?? null,
    device: (id) => devices.get(compoundIn(id))?.get(id),
    person: (name) => {
      if (name === me.name) return me.display ?? name;
      if (name === "system") return t("said.system");
      return model.things?.responders?.get(name)?.name ?? name ?? "";
    },
    here: () => places.find((place) => place.id === here) ?? places[0] ?? null,
    commandable: () => session === "live",
    /** The version of a place on screen, undefined before the first snapshot. */
    version: (compound) => model.compounds?.find((place) => place.id === compound)?.version,
    cardHeight: () => byId("queue-list")?.firstElementChild?.getBoundingClientRect().height ?? 0,
    /** How long ago the newest event happened, by the server's clock; NaN in a replay. */
    age_ms: () => (clock.mode === "live" ? Math.max(0, clock.now() - newest) : NaN),
    /** How long events take to this glass; NaN in a replay, and before anything was measured. */
    timely: () => {
      if (clock.mode !== "live") return UNMEASURED;
      return { usual_ms: painted.usual_ms(), minute: painted.minute() };
    },
    /** A map stands from here on, or with null none: then what was begun on it is given up. */
    setMap: (handle) => {
      map = handle;
      if (!map) tell("gone");
    },
    /** The map has its places: draw on it what is selected, and with `again` what the last one showed. */
    furnishMap: (again) => {
      tell("map");
      if (selected) map.select({ type: "incident", id: selected });
      if (again) desk.drawAgain();
    },
    /** Draw on a map that was made anew what the last one showed. */
    drawAgain: () => {
      drawOnMap();
      tell("again");
      if (picked) map?.select({ type: "device", id: picked });
      if (marked) map?.mark(marked);
      tell("ways"); // the ways that a panel says are shown
    },
    visit: (compound) => {
      here = compound;
      map?.fit(compound);
      redraw();
    },
    goTo: (target) => {
      if (target.compound) here = target.compound;
      unmark();
      tell("go", target);
      if (target.type === "responder" && !target.lonlat) return redraw(); // off duty nobody is anywhere
      if (target.type === "device") return goToDevice(target);
      map?.goTo(target);
      if (!["responder", "building"].includes(target.type) && target.lonlat) mark(target);
      return redraw();
    },
    /**
     * Be told: `go` somebody goes to a target; `map` one has its places, `again` one that came back
     * is drawn on, `gone` there is none; `ways` something in the way turned.
     * @param {Turn} turn
     * @param {(target?: Row) => void} listener
     */
    on: (turn, listener) => void listeners.set(turn, (listeners.get(turn) ?? new Set()).add(listener)),
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
