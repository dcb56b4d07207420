// Numbers, times and spans as people read them. Pure.

const ZONE = "Asia/Shanghai"; // the place's clock, wherever the screen stands
const DAY_MS = 86_400_000;
/** How far the clock of the place is ahead of UTC: China has one zone and no summer time. */
export const AHEAD_MS = 28_800_000;
export const NUMERALS = { 1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ" };

const two = (number) => String(number).padStart(2, "0");

/** Time since something began: mm:ss, from an hour h:mm:ss, from a day 1d 02:03. */
export function elapsed(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [days, hours, minutes] = [Math.floor(s / 86400), Math.floor(s / 3600), Math.floor(s / 60)];
  if (days > 0) return `${days}d ${two(hours % 24)}:${two(minutes % 60)}`;
  if (hours > 0) return `${hours}:${two(minutes % 60)}:${two(s % 60)}`;
  return `${two(minutes)}:${two(s % 60)}`;
}

/** A travel time: 1′20″, 45″, from an hour 1 h 05′. */
export function travel(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s >= 3600) return `${figure(Math.floor(s / 3600))} h ${two(Math.floor(s / 60) % 60)}′`;
  return s < 60 ? `${s}″` : `${Math.floor(s / 60)}′${two(s % 60)}″`;
}

/** Time of day on the place's clock: 10:42:07, or without seconds. */
export function clock(ms, seconds = true) {
  const s = Math.floor(((((ms + AHEAD_MS) % DAY_MS) + DAY_MS) % DAY_MS) / 1000);
  const minutes = `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}`;
  return seconds ? `${minutes}:${two(s % 60)}` : minutes;
}

/** Day, month and weekday in a language. */
export function day(ms, lang) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { timeZone: ZONE, month: lang === "en" ? "short" : "long", day: "numeric" };
  const date = new Intl.DateTimeFormat(lang, options).format(ms);
  const weekday = new Intl.DateTimeFormat(lang, { timeZone: ZONE, weekday: "short" }).format(ms);
  return `${date} ${weekday}`;
}

/** Month and day as figures: 11-21. */
export function shortDay(ms) {
  return new Date(ms + AHEAD_MS).toISOString().slice(5, 10);
}

/** Value of a datetime-local field for an instant, on the place's clock. */
export function fieldValue(ms) {
  return new Date(ms + AHEAD_MS).toISOString().slice(0, 19);
}

/** The instant a datetime-local field names, on the place's clock; NaN for nonsense. */
export function fieldInstant(value) {
  const whole = value.length === 16 ? `${value}:00` : value;
  return Date.parse(`${whole}Z`) - AHEAD_MS;
}

/** A distance that stays on one line: 41 m, from ten kilometres 12.3 km. */
export function metres(distance) {
  return distance < 10_000 ? `${Math.round(distance)}\u00a0m` : `${(distance / 1000).toFixed(1)}\u00a0km`;
}

/** A share from 0 to 1 as per cent; one decimal from 99 % on, where it matters. */
export function percent(share) {
  const value = share * 100;
  return value > 99 && value < 100 ? value.toFixed(1) : String(Math.round(value));
}

/** A number with separators. */
export function figure(number) {
  return new Intl.NumberFormat("en-US").format(number);
}

/**
 * How much of the time allowed is used.
 * @param {{at: number, due?: number|null}} incident
 * @param {number} now
 * @returns {{share: number, state: "good"|"tight"|"late"|"none"}} share from 0 to 1
 */
export function deadline(incident, now) {
  if (!incident.due || incident.due <= incident.at) return { share: 0, state: "none" };
  const share = Math.min(1, Math.max(0, (now - incident.at) / (incident.due - incident.at)));
  const state = share < 0.6 ? "good" : share < 0.8 ? "tight" : "late";
  return { share, state };
}
