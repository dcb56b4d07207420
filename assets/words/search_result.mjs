// What a search result says: what it is, where, and why it is only nearly what was asked for. Pure.
import { compoundName, deviceKind, roleWord } from "./names.mjs";
import { has, t } from "./texts.mjs";

const SILENT = new Set(["only_place", "room_as_written"]); // true of nearly every flat: no news

/** The type of a result in a word. */
export function typeOf({ type }) {
  for (const key of [`found.type_${type}`, `search.${type}`]) if (has(key)) return t(key);
  return type;
}

/** Where a result is, and what it is; of a person the role and whether on duty. */
export function detailOf(row) {
  const place = row.type === "compound" ? "" : compoundName(row.compound);
  if (row.type === "responder") return [place, roleWord(row.detail), word(`duty.${row.duty}`)].filter(Boolean).join(" · ");
  const detail = has(`found.service_${row.detail}`) ? t(`found.service_${row.detail}`) : row.detail;
  return [place, detail].filter(Boolean).join(" · ");
}

const word = (key) => (has(key) ? t(key) : "");

/** The reasons why a place was taken for the one asked for, or is merely near it. */
export function notesOf({ notes = [] }) {
  return notes
    .filter(({ code }) => !SILENT.has(code))
    .map(noteWords)
    .join(" · ");
}

function noteWords({ code, kind, ...more }) {
  const named = { ...more, kind: kind ? deviceKind(kind) : "" };
  return has(`found.${code}`) ? t(`found.${code}`, named) : code;
}

/** One line over the results: whether an address was clear. */
export function summaryOf(words, found) {
  if (!words) return t("search.examples");
  if (found.length === 0) return t("search.nothing", { words });
  const meant = found.filter(({ fits }) => fits !== undefined);
  const fitting = meant.filter(({ fits }) => fits);
  if (meant.length && meant.length === found.length && fitting.length === 0) return t("found.none", { words });
  return fitting.length > 1 ? t("found.several", { n: fitting.length }) : "";
}
