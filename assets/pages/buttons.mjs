// What the buttons of a page's head do: search, sheets, theme, language, the way out.
import { showAdmin, showKeys } from "../panels/sheets.mjs";
import { byId, say } from "../ui/dom.mjs";
import { language, onLanguage, speak, t } from "../words/texts.mjs";

/**
 * Let the buttons of a desk's head act.
 * @param {Record<string, any>} panels of the page
 */
export function listenToHead({ search, people }) {
  press({
    "search-open": search.open,
    "keys-open": showKeys,
    "admin-open": () => showAdmin(),
    "people-open": people.open,
    logout,
    theme: switchTheme,
  });
  document.addEventListener("click", ({ target }) => /** @type {Element} */ (target).closest("#me") || (byId("me").open = false));
}

function press(actions) {
  for (const [id, act] of Object.entries(actions)) byId(id)?.addEventListener("click", () => act());
}

async function logout() {
  await fetch("/logout", { method: "POST" }).catch(() => null);
  location.assign("/login");
}

function switchTheme() {
  const theme = document.documentElement.dataset.theme === "light" ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("dayuan.theme", theme);
  } catch {
    // lasts until the page is left
  }
}

/** Let the button switch the language: of the skeleton, of the map, of what is drawn. */
export function switchLanguage(desk) {
  const button = byId("language");
  const label = () => {
    const english = language() === "en";
    say(button, english ? "中文" : "EN");
    button.lang = english ? "zh-CN" : "en";
    button.setAttribute("aria-label", english ? "中文 · 切换到中文" : "EN · Switch to English");
    document.title = t(`title.${byId("page").dataset.page}`);
  };
  label();
  onLanguage(() => {
    label();
    desk.map()?.setLanguage?.(language());
    desk.redraw();
  });
  button.addEventListener("click", () => speak(language() === "en" ? "zh-CN" : "en").catch(() => desk.hint(t("hint.no_link"))));
}
