// The card of an open building: what it is, its floors as a rail with counts, what is on the chosen
// floor, its lifts, its open cases, its devices. Opened by a person, closed by a person.
import { attribute, byId, h, keyed, mark, say, shown, takenBy } from "../../ui/dom.mjs";
import { lettered } from "../../ui/lettered.mjs";
import { readingWords } from "../../words/readings.mjs";
import { byKind, casesIn, devicesOn, firstFloor, floorOf, floorRows, stepped } from "../../records/floors.mjs";
import { NUMERALS, figure } from "../../words/format.mjs";
import { countWords } from "../layers.mjs";
import { deviceKind, floorName, homeName, incidentTitle, levelWords, placeWords } from "../../words/names.mjs";
import { has, t } from "../../words/texts.mjs";

const KINDS = 6; // rows of devices by kind: more would push the rest off a laptop screen

/** @param {import("../desk.mjs").Desk} desk */
export function createBuilding(desk, get = fetch) {
  const part = skeleton();
  let [told, floor, asked] = [null, 0, null];
  let [selected, picked, here] = [null, null, null];
  let rows = [];

  const incidents = () => desk.things().incidents.values();
  const count = () => floorRows(told, { alarms: desk.things().alarms.values(), incidents: incidents(), reading: desk.reading });
  const incident = () => desk.things().incidents.get(desk.selected());

  /** Open a building; the person asked, so the map may look at it. */
  const enter = async (id) => {
    if (told?.id === id) return focusFloor();
    asked = id;
    const answer = await ask(id);
    if (asked !== id) return undefined; // another one was asked for meanwhile
    if (typeof answer === "number") return desk.hint(t(answer === 404 ? "inside.elsewhere" : "hint.no_link"));
    [told, here] = [answer, desk.here()?.id];
    [selected, picked] = [desk.selected(), desk.picked()];
    rows = count();
    floor = firstFloor(told, rows, incident(), desk.reading);
    draw();
    desk.map()?.open?.(told, floor, takenBy(part.root));
    return focusFloor();
  };

  const ask = async (id) => {
    try {
      const response = await get(`/api/buildings/${id.split("/").map(encodeURIComponent).join("/")}`);
      return response.ok ? await response.json() : response.status;
    } catch {
      return 0;
    }
  };

  /** Close the building; says whether one was open. */
  const leave = () => {
    asked = null;
    if (!told) return false;
    const held = part.root.contains(document.activeElement);
    told = null;
    draw();
    desk.map()?.open?.(null, 0);
    if (held) document.querySelector("#map canvas")?.focus({ preventScroll: true });
    return true;
  };

  const choose = (number) => {
    if (!told || number === floor) return;
    floor = number;
    draw();
    desk.map()?.open?.(told, floor);
  };

  const focusFloor = () => part.rail.querySelector("[aria-selected=true]")?.focus({ preventScroll: true });

  part.shut.addEventListener("click", leave);
  part.rail.addEventListener("keydown", (event) => {
    const next = event.ctrlKey || event.altKey || event.metaKey ? null : stepped(rows, floor, event.key);
    if (next === null) return;
    event.preventDefault();
    choose(next);
    focusFloor();
  });

  /** Follow what the person turns to: another floor here, or out to what lies elsewhere. */
  const follow = () => {
    if (desk.here()?.id !== here) return leave();
    const [before, now] = [selected, desk.selected()];
    const [had, has] = [picked, desk.picked()];
    [selected, picked] = [now, has];
    if (now && now !== before && incident()) return turn(incident().building === told.id, firstFloor(told, [], incident(), desk.reading));
    const device = told.devices.find(({ id }) => id === has);
    if (has && has !== had && device) return turn(true, floorOf(device, told, desk.reading));
    return undefined;
  };

  const turn = (inside, number) => (inside ? number && choose(number) : leave());

  const draw = () => {
    if (told) follow();
    shown(part.root, Boolean(told));
    attribute(byId("map-area"), "data-inside", Boolean(told));
    if (!told) return void delete part.rail.dataset.chosen;
    rows = count();
    attribute(part.shut, "aria-label", t("inside.leave"));
    attribute(part.rail, "aria-label", t("inside.rail"));
    say(part.name, told.name);
    say(part.about, [homeName(told.id), aboutWords(told)].join(" · "));
    drawRail(part.rail, rows, floor, choose);
    drawFloor(part, told, floor, desk);
    drawLifts(part, told, desk);
    drawCases(part, casesIn(told, incidents()), desk);
    drawKinds(part, byKind(told, desk.reading, desk.catalogue.kinds));
  };

  return {
    draw,
    enter,
    leave,
    choose,
    drawAgain: () => told && desk.map()?.open?.(told, floor),
    open: () => (told ? { id: told.id, floor } : null),
  };
}

function skeleton() {
  const root = byId("building");
  const part = {
    root,
    shut: h("button", { type: "button", class: "shut", text: "×" }),
    name: h("h2", {}),
    about: h("p", { class: "dim" }),
    rail: h("ul", { class: "rail", role: "listbox" }),
    here: h("h3", {}),
    devices: h("ul", { class: "rows" }),
    empty: h("p", { class: "dim" }),
    liftsHead: lettered("h3", "inside.lifts"),
    lifts: h("ul", { class: "rows" }),
    casesHead: lettered("h3", "inside.cases"),
    cases: h("ul", { class: "rows" }),
    kindsHead: lettered("h3", "inside.devices"),
    kinds: h("ul", { class: "kinds" }),
  };
  root.classList.add("float", "building");
  root.append(
    part.shut,
    part.name,
    part.about,
    part.rail,
    part.here,
    part.devices,
    part.empty,
    part.casesHead,
    part.cases,
    part.liftsHead,
    part.lifts,
    part.kindsHead,
    part.kinds,
  );
  return part;
}

/** What stands below the name: use, floors, units, households. */
export function aboutWords(told) {
  const use = has(`use.${told.use}`) ? t(`use.${told.use}`) : told.use;
  const units = told.units.flatMap((row) => row.units).length;
  const above = told.floors.filter(({ floor }) => floor > 0).length;
  return [
    use,
    t("inside.floors", { n: above }),
    units ? t("inside.units", { n: units }) : "",
    told.households ? t("inside.households", { n: figure(told.households) }) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** What a row of the rail says to who does not see it. */
export function rowWords({ floor, devices, alarms, cases, level }) {
  return [
    floorName(floor),
    t("inside.n_devices", { n: devices }),
    alarms ? t("inside.n_alarms", { n: alarms }) : "",
    cases ? t("inside.n_cases", { n: cases }) : "",
    level ? levelWords(level) : "",
  ]
    .filter(Boolean)
    .join(t("list.and"));
}

function drawRail(rail, rows, chosen, choose) {
  const make = ({ floor }) =>
    h(
      "li",
      { role: "option", "data-floor": floor, onclick: () => choose(floor) },
      h("span", { class: "floor", "aria-hidden": "true" }),
      h("span", { class: "dim figures", "aria-hidden": "true" }),
      h("span", { class: "worst", "aria-hidden": "true" }),
      h("span", { class: "unseen" }),
    );
  keyed(
    rail,
    rows,
    ({ floor }) => String(floor),
    make,
    (node, row) => {
      const [name, devices, worst, spoken] = node.children;
      const own = row.floor === chosen;
      attribute(node, "aria-selected", String(own));
      attribute(node, "tabindex", own ? "0" : "-1");
      say(spoken, rowWords(row));
      say(name, floorName(row.floor));
      say(devices, row.devices ? String(row.devices) : "–");
      const words = row.level ? `${NUMERALS[row.level]} ${row.alarms || row.cases}` : "";
      if (worst.dataset.level !== String(row.level)) {
        worst.dataset.level = row.level;
        worst.replaceChildren(...(row.level ? [mark(row.level), h("b", {})] : []));
      }
      if (row.level) say(worst.lastElementChild, words);
    },
  );
  if (rail.dataset.chosen === String(chosen)) return;
  rail.dataset.chosen = chosen;
  reveal(rail);
}

/** Scroll the rail, and nothing around it, until the chosen floor is in view. */
function reveal(rail) {
  const node = rail.querySelector("[aria-selected=true]");
  if (!node) return;
  const [box, own] = [rail.getBoundingClientRect(), node.getBoundingClientRect()];
  if (own.top < box.top) rail.scrollTop -= box.top - own.top;
  if (own.bottom > box.bottom) rail.scrollTop += own.bottom - box.bottom;
}

function drawFloor(part, told, floor, desk) {
  const devices = devicesOn(told, floor, desk.reading);
  say(part.here, t("inside.here", { floor: floorName(floor) }));
  shown(say(part.empty, t("inside.empty")), devices.length === 0);
  drawDevices(part.devices, devices, told, desk, ({ kind }, reading) => readingWords(kind, reading, desk.catalogue)[0] ?? "");
}

function drawLifts(part, told, desk) {
  const lifts = told.devices.filter(({ kind }) => kind === "lift");
  shown(part.liftsHead, lifts.length > 0);
  drawDevices(part.lifts, lifts, told, desk, (lift, reading) => {
    const at = floorOf(lift, told, desk.reading);
    const state = readingWords("lift", reading && { ...reading, value: NaN }, desk.catalogue);
    return [...state, at ? floorName(at) : ""].filter(Boolean).join(" · ");
  });
}

/** Devices of the building that a tap picks; `wordsOf` a device and its reading stand beside the name. */
function drawDevices(list, devices, told, desk, wordsOf) {
  keyed(
    list,
    devices,
    ({ id }) => id,
    ({ id }) => row(() => desk.pick(id)),
    (node, device) => {
      const [what, says] = node.firstElementChild.children;
      const reading = desk.reading(device.id);
      attribute(node, "data-level", reading?.level || null);
      say(what, device.name.replace(told.name, "").trim() || device.name);
      say(says, wordsOf(device, reading));
    },
  );
}

/** A row that is one button: what it is, and beside it what it says. */
function row(onclick, ...what) {
  return h(
    "li",
    {},
    h("button", { type: "button", class: "row", onclick }, h("span", { class: "what" }, ...what), h("span", { class: "dim says" })),
  );
}

function drawCases(part, cases, desk) {
  shown(part.casesHead, cases.length > 0);
  keyed(
    part.cases,
    cases,
    ({ id, level }) => `${id}|${level}`,
    ({ id, level }) => row(() => desk.select(id), mark(level), h("span", {})),
    (node, incident) => {
      say(node.querySelector(".what").lastElementChild, incidentTitle(incident.kind));
      say(node.querySelector(".says"), placeWords(incident).split(" · ")[0]);
    },
  );
}

function drawKinds(part, rows) {
  shown(part.kindsHead, rows.length > 0);
  keyed(
    part.kinds,
    rows.slice(0, KINDS),
    ({ kind }) => kind,
    () => h("li", {}, h("span", {}), h("span", { class: "dim" })),
    (node, row) => {
      say(node.firstElementChild, deviceKind(row.kind));
      say(node.lastElementChild, countWords(row));
      attribute(node, "data-trouble", Boolean(row.off || row.fault));
    },
  );
}
