// What things are called on screen, in the language on screen.
import { has, inLanguage, t } from "./texts.mjs";
import { commandRow, learnCommands } from "./commands.mjs";
import { NUMERALS, clock } from "./format.mjs";

let catalogue = {};
let places = new Map();

/** Take the server's catalogue and places; names come from there. */
export function know(newCatalogue, newPlaces) {
  catalogue = newCatalogue ?? {};
  learnCommands(catalogue.commands);
  places = new Map((newPlaces ?? []).map((place) => [place.id, place]));
}

const titled = (row, otherwise) => (row ? inLanguage(row.title ?? row.label ?? row.zh ?? row.name, row.en ?? row.title_en) : otherwise);

/** The title of an incident kind. */
export function incidentTitle(kind) {
  const table = catalogue.incidents ?? catalogue.incident_kinds ?? {};
  return titled(table[kind], kind);
}

/** Whether a case of this kind is confirmed before somebody is sent. */
export function verifiedFirst(kind) {
  return catalogue.incidents?.[kind]?.verify_first !== false;
}

/** The name of a device kind. */
export function deviceKind(kind) {
  return titled((catalogue.kinds ?? catalogue.devices ?? {})[kind], kind);
}

/** The title of an alarm rule. */
export function ruleTitle(rule) {
  return titled((catalogue.rules ?? {})[rule], rule);
}

/** A compound's name. */
export function compoundName(id) {
  const place = places.get(id);
  return place ? inLanguage(place.name, place.name_en) : (id ?? "");
}

/** The name of the compound that a device, person, building or alarm belongs to, by its id. */
export function homeName(id) {
  return compoundName((id ?? "").split("/")[0]);
}

/** A grid's name: 第2网格 for g2. */
export function gridName(incident) {
  const label = incident.grid?.split(".").at(-1) ?? "";
  const number = /^g(\d+)$/.exec(label)?.[1];
  return number ? t("grid.name", { n: number }) : label;
}

/** A floor's name: 3层, below the ground 地下1层. */
export function floorName(floor) {
  if (!floor) return t("inside.nowhere");
  return floor > 0 ? t("inside.floor", { n: floor }) : t("inside.basement", { n: -floor });
}

/** The place of an incident; the grid it may end in stands in the language on screen. */
export function placeWords(incident) {
  const place = incident.place ?? "";
  const [words, last] = /^(.*) · (.*)$/.exec(place)?.slice(1) ?? [];
  const number = /(?:^|\.)g(\d+)$/.exec(incident.grid ?? "")?.[1];
  if (!number || last?.replace(/\D/g, "") !== number) return place;
  return `${words} · ${inLanguage(last, gridName(incident))}`;
}

/**
 * Where, in one line: compound, place, and grid, which the place may name already. The compound
 * comes first: every compound has its first grid, and most have a duty room.
 */
export function whereabouts(incident) {
  const [place, grid] = [placeWords(incident), gridName(incident)];
  const named = place.includes(grid);
  return [compoundName(incident.compound), place, named ? "" : grid].filter(Boolean).join(" · ");
}

/** What a dialog is about, under its title: the case and where it is. */
export function caseWords(incident) {
  return `${incidentTitle(incident.kind)} · ${whereabouts(incident)}`;
}

/** Numeral and word of a level: Ⅰ级 特重. */
export function levelWords(level) {
  return t("level.words", { numeral: NUMERALS[level] ?? "–", word: t(`level.${level}`) });
}

/** The state of an incident, or of a person's duty, in a word. */
export function stateWord(state) {
  const key = [`state.${state}`, `duty.${state}`].find(has);
  return key ? t(key) : state;
}

/** The state of a crew member in a word. */
export function crewWord(state) {
  return has(`crew.${state}`) ? t(`crew.${state}`) : state;
}

/** A role word of a responder or an account. */
export function roleWord(role) {
  return has(`role.${role}`) ? t(`role.${role}`) : (role ?? "");
}

/** Where a report came from. */
export function sourceWord(source) {
  const word = (source ?? "").split(":")[0];
  return has(`source.${word}`) ? t(`source.${word}`) : deviceKind(word);
}

/** One line of a case's record. */
export function logWords(entry, responderName, deviceName = (id) => id) {
  const byItself = entry.type === "incident.reopened" && entry.by === "system"; // its alarm was raised again
  const key = byItself ? "holding.reopened" : `log.${entry.type}`;
  const words = { responder: responderName(entry.responder) };
  const said = has(key) ? t(key, words) : entry.type;
  if (entry.type === "incident.alarm_joined" && entry.text) {
    const [device, rule] = entry.text.split("#");
    return `${said}${t("list.colon")}${ruleTitle(rule)} ${deviceName(device)}`;
  }
  return entry.text ? `${said}${t("list.colon")}${entry.text}` : said;
}

/** What the winner of a race did, for the one who lost. */
export function lostWords(sent, crewNames) {
  const { detail = {} } = sent.answer ?? {};
  if (detail.incidents) return t("said.on_task");
  const words = { by: detail.by || t("said.somebody"), at: detail.at ? clock(instant(detail.at)) : "" };
  if (crewNames && (sent.command === "assign" || detail.state === commandRow("accept")?.at))
    return t("said.lost_assigned", { ...words, crew: crewNames });
  return t("said.lost", { ...words, state: stateWord(detail.state ?? "") });
}

/** Milliseconds of an instant told as a number or as RFC 3339. */
export function instant(at) {
  return typeof at === "number" ? at : Date.parse(at);
}
