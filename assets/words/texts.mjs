// Texts by key in the chosen language; switching needs no reload.

let current = { lang: "zh-CN", texts: {} };
const listeners = new Set();

/** The language on screen, such as "zh-CN". */
export function language() {
  return current.lang;
}

/** One text with its words filled in; an unknown key shows itself. */
export function t(key, words = {}) {
  return fill(current.texts[key] ?? key, words);
}

/** Whether the catalogue has this key. */
export function has(key) {
  return key in current.texts;
}

/** Put words into the braces of a template. */
export function fill(template, words) {
  return template.replace(/\{(\w+)\}/g, (all, name) => words[name] ?? all);
}

/** Be told when the language changed. */
export function onLanguage(listener) {
  listeners.add(listener);
}

/**
 * Load a language and put it on screen.
 * @param {string} lang
 * @param {(path: string) => Promise<Response>} [get]
 */
export async function speak(lang, get = fetch) {
  const response = await get(`/api/texts/${lang}`);
  if (!response.ok) throw new Error(`texts ${lang}: ${response.status}`);
  current = { lang, texts: await response.json() };
  if (typeof document !== "undefined") remember(lang);
  for (const listener of listeners) listener(lang);
}

function remember(lang) {
  document.documentElement.lang = lang;
  // The login page is drawn by the server, which reads the choice from this cookie.
  document.cookie = `dayuan_language=${lang}; path=/; max-age=31536000; samesite=strict`;
  try {
    localStorage.setItem("dayuan.language", lang);
  } catch {
    // the cookie is enough
  }
  translate(document);
}

/** Fill every element that names a text: its content, its accessible name. */
export function translate(root) {
  for (const node of root.querySelectorAll("[data-i18n]")) node.textContent = t(node.dataset.i18n);
  for (const node of root.querySelectorAll("[data-i18n-label]")) node.setAttribute("aria-label", t(node.dataset.i18nLabel));
}

/** Of two names the one in the language on screen. */
export function inLanguage(chinese, english) {
  return (current.lang === "en" ? english || chinese : chinese || english) ?? "";
}
