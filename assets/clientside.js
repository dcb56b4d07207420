// The document's first script, before Dash's own: the modules are on their way while those load.
// Theme and language are set before the first paint, from what this person chose last.
(() => {
  const remembered = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be closed to us; defaults do
    }
  };
  // A wall burns all day and night in a dark room: it stays dark whatever a console prefers.
  const theme = location.pathname === "/wall" ? "dark" : remembered("dayuan.theme");
  document.documentElement.dataset.theme = theme ?? "dark";
  // The cookie is what the login page set last, and every page since.
  const chosen = /(?:^|; )dayuan_language=(zh-CN|en)(?:;|$)/.exec(document.cookie)?.[1];
  document.documentElement.lang = chosen ?? remembered("dayuan.language") ?? "zh-CN";
  // All of a page are of one edition: each is found from where this script lies.
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  import(new URL("ahead.mjs", src).href).then(({ begin }) => begin(location.pathname, document.documentElement.lang));
  const main = import(new URL("main.mjs", src).href);
  // `desk` is for people: dash_clientside.dayuan.desk.things() at the browser's console.
  const dayuan = {
    start: async () => {
      dayuan.desk = (await (await main).start()) ?? dayuan.desk;
      return "yes";
    },
  };
  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, { dayuan });
})();
