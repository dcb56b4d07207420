// What a page with a map needs, asked for while its skeleton is still on its way: things that would
// wait for each other then wait together.

import { drawsInSoftware } from "./map/graphics.mjs";

const PAGES = new Set(["/console", "/replay", "/wall"]);
const asked = new Map();

/**
 * Begin, if a page at this path has a map; says whether it has.
 * @param {string} path of the page
 * @param {string} lang
 * @param {typeof fetch} [get]
 */
export function askAhead(path, lang, get = fetch) {
  if (!PAGES.has(path)) return false;
  for (const one of [`/api/texts/${lang}`, "/api/me", "/api/places", "/api/catalogue", `/api/style?lang=${lang}`]) {
    const answer = get(one);
    answer.catch(() => null); // whoever asks for it hears of it
    asked.set(one, answer);
  }
  return true;
}

/** Begin, and start the browser's graphics meanwhile. */
export function begin(path, lang) {
  if (askAhead(path, lang)) drawsInSoftware();
}

/**
 * The answer asked for ahead, once; after that, and of anything else, a new one.
 * @param {string} path
 * @param {(path: string) => Promise<Response>} [get]
 * @returns {Promise<Response>}
 */
export function ask(path, get = fetch) {
  const answer = asked.get(path);
  asked.delete(path);
  return answer ?? get(path);
}
