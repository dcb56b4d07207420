// Elements whose words follow the language on screen by themselves.
import { h } from "./dom.mjs";
import { t } from "../words/texts.mjs";

/**
 * Make an element that bears a text; a change of language is written into it by `texts.mjs`.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} key
 * @param {Row} [props]
 */
export const lettered = (tag, key, props = {}) => h(tag, { ...props, "data-i18n": key, text: t(key) });
