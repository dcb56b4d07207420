// The wall's panels: figures, compounds that need attention, the banner, the cards.
import { calmHere, known } from "./calm.mjs";
import { attribute, byId, h, keyed, mark, say, shown } from "../../ui/dom.mjs";
import { NUMERALS, clock, day, figure, percent, travel } from "../../words/format.mjs";
import { compoundName, crewWord, levelWords, placeWords } from "../../words/names.mjs";
import { card, titleOf, updateCard } from "../queue.mjs";
import { lead, open, unattended, worst } from "../../records/cases.mjs";
import { language, t } from "../../words/texts.mjs";

/** Who is on it, for people who stand eight metres away: 周网格员 1′20″ 可达. */
export function onItWords(incident, detail) {
  const member = lead(incident);
  if (incident.rule) return t(incident.untold ? "unattended.no_case" : "unattended.holds");
  if (!member) {
    const first = detail?.recommendations?.[0];
    return first ? t("wall.nearest", { name: first.name, time: travel(first.seconds) }) : t("wall.nobody");
  }
  if (member.eta_s) return t(`wall.eta_${member.state}`, { name: member.name, time: travel(member.eta_s) });
  return `${member.name} ${crewWord(member.state)}`;
}

/** @param {import("../desk.mjs").Desk} desk */
export function createWall(desk) {
  const make = card(() => {});
  const banner = byId("banner");
  banner.append(h("span", { class: "slot" }), h("b", { class: "level" }), h("strong", {}), h("span", { class: "who" }));

  const draw = () => {
    drawHead(desk);
    drawFigures(desk);
    drawAttention(desk);
    drawBanner(banner, desk);
    drawCaption(desk);
    drawCards(make, desk);
  };
  return { draw };
}

function drawHead(desk) {
  const now = desk.clock.now();
  say(byId("wall-clock"), clock(now));
  say(byId("wall-date"), day(now, language()));
  say(byId("wall-place"), areaName(desk));
  const totals = desk.panels().totals ?? {};
  const words = ["compounds", "cameras", "gates", "lifts"]
    .filter((name) => totals[name] !== undefined)
    .map((name) => t(`totals.${name}`, { n: figure(totals[name]) }));
  say(byId("totals"), words.join(" · "));
}

/** The smallest area that holds every compound on this wall: community, street or district. */
export function areaName({ places }) {
  const one = (level) => new Set(places.map((place) => place[level])).size === 1;
  const level = ["street", "district"].find(one);
  return places[0]?.[level ?? "district"] ?? "";
}

function drawFigures(desk) {
  const kpi = desk.panels().kpi ?? {};
  const put = (name, value, unit) => {
    const node = byId(`kpi-${name}`);
    const known = value !== null && value !== undefined;
    if (node.dataset.value === `${value}|${unit}`) return;
    node.dataset.value = `${value}|${unit}`;
    node.replaceChildren(known ? value : "–", ...(known && unit ? [h("small", { text: unit })] : []));
  };
  const share = (value) => (value === null || value === undefined ? null : percent(value));
  const seconds = kpi.first_response_p90_s;
  put("open", kpi.open === undefined ? null : String(kpi.open), "");
  put(
    "first_response",
    seconds > 99 ? travel(seconds) : Number.isFinite(seconds) ? String(Math.round(seconds)) : null,
    seconds > 99 ? "" : "s",
  );
  put("on_time", share(kpi.on_time_share), "%");
  put("proactive", share(kpi.proactive_share), "%");
  put("online", share(kpi.online_share), "%");
}

function attentionWords({ open: cases, alarms }) {
  const words = [cases && t("wall.cases", { n: cases }), alarms && t("wall.alarms", { n: alarms })].filter(Boolean);
  return words.join(" · ") || "0";
}

function drawAttention(desk) {
  const rows = desk.panels().attention ?? [];
  const quiet = desk.places
    .filter((place) => !rows.some((row) => row.compound === place.id))
    .map((place) => ({ compound: place.id, level: null, open: 0, alarms: 0 }));
  const here = desk.here()?.id;
  const make = () => h("li", {}, h("span", { class: "slot" }), h("b", {}), h("span", { class: "name" }), h("span", { class: "figures" }));
  keyed(
    byId("attention"),
    [...rows, ...quiet].slice(0, 8),
    (row) => row.compound,
    make,
    (node, row) => {
      if (node.dataset.level !== String(row.level)) {
        node.dataset.level = row.level;
        node.firstElementChild.replaceChildren(...(row.level ? [mark(row.level)] : []));
      }
      say(node.querySelector("b"), NUMERALS[row.level] ?? "");
      say(node.querySelector(".name"), compoundName(row.compound));
      say(node.lastElementChild, attentionWords(row));
      attribute(node, "aria-current", row.compound === here ? "true" : null);
    },
  );
}

/** Cases, and grave alarms that no case is about. */
const rowsOf = ({ incidents, alarms }) => [...incidents.values(), ...unattended(alarms.values())];

function drawBanner(banner, desk) {
  const incident = worst(rowsOf(desk.things()));
  shown(banner, Boolean(incident));
  if (!incident) return;
  if (banner.dataset.level !== String(incident.level)) {
    banner.dataset.level = incident.level;
    banner.querySelector(".slot").replaceChildren(mark(incident.level));
  }
  attribute(banner, "data-unacked", Boolean(incident.unacked));
  say(banner.querySelector(".level"), levelWords(incident.level));
  say(banner.querySelector("strong"), `${titleOf(incident)} ${compoundName(incident.compound)} ${placeWords(incident)}`);
  const detail = desk.selected() === incident.id ? desk.detail() : null;
  say(banner.querySelector(".who"), onItWords(incident, detail));
  attribute(banner.querySelector(".who"), "data-nobody", !lead(incident));
}

/** Which compound the map shows: the banner may speak of another. */
function drawCaption(desk) {
  const [here, n] = [desk.here(), desk.places.length];
  const words =
    here && n > 1 ? t("wall.caption", { name: compoundName(here.id), i: desk.places.indexOf(here) + 1, n }) : compoundName(here?.id);
  shown(say(byId("map-caption"), words), Boolean(here));
}

function drawCards(make, desk) {
  const list = byId("queue-list");
  const rows = open(rowsOf(desk.things()));
  const now = desk.clock.now();
  const fits = Math.max(1, Math.floor(list.clientHeight / (desk.cardHeight() || 1)));
  keyed(
    list,
    rows.slice(0, fits),
    (row) => row.id,
    make,
    (node, row) => {
      updateCard(node, row, { now, selected: desk.selected(), wide: true });
      attribute(node.firstElementChild, "tabindex", "-1");
    },
  );
  const rest = rows.length - Math.min(fits, rows.length);
  const { state, words } = calmHere(desk);
  const empty = known(state) ? `${t("wall.empty")}\n${words}` : words;
  const more = byId("queue-more");
  attribute(more, "data-state", rows.length === 0 ? state : null);
  say(more, rows.length === 0 ? empty : rest > 0 ? t("wall.more", { n: rest }) : "");
}
