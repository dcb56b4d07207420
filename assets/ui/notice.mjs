// What is said over the map, in the language on screen.
import { say, shown } from "./dom.mjs";
import { onLanguage, t } from "../words/texts.mjs";

/**
 * @param {HTMLElement} node inside a region that is always displayed: one that is put up together with
 *   its words may not be heard
 * @returns {(key: string|null, words?: Row) => void} say a text; null: nothing
 */
export function createNotice(node) {
  let [key, words] = [null, {}];
  const draw = () => shown(say(node, key ? t(key, words) : ""), Boolean(key));
  onLanguage(() => key && draw()); // with nothing to say, what others say here is theirs
  return (...told) => {
    [key, words] = told;
    draw();
  };
}
