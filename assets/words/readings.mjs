// What a device says, in the language on screen.
import { has, t } from "./texts.mjs";

const UNITS = { count: "", floor: "F" };
const AGES = ["", "device.faded", "device.hollow", "device.gone"];

/**
 * What a device says, in words: its state, its reading with unit, and how old that is.
 * @param {string} kind
 * @param {{code: number, age: number, value: number}|null} reading
 * @param {Row} catalogue
 */
export function readingWords(kind, reading, catalogue) {
  if (!reading) return [];
  const { states = [], quantities = {} } = catalogue.kinds?.[kind] ?? {};
  const state = states[reading.code] ?? "unknown";
  const unit = UNITS[Object.values(quantities)[0]] ?? Object.values(quantities)[0] ?? "";
  const value = Number.isNaN(reading.value) ? "" : `${Number(reading.value.toFixed(2))} ${unit}`.trim();
  const age = AGES[reading.age] && t(AGES[reading.age]);
  return [has(`device.${state}`) ? t(`device.${state}`) : state, value, age].filter(Boolean);
}
