// The only script Dash loads: classic, so it is ready before the first callback; modules come by
// import. Theme and language are set before the first paint, from what this person chose last.
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
  document.documentElement.lang = remembered("dayuan.language") ?? "zh-CN";
  const main = import("/assets/main.mjs");
  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, {
    dayuan: { start: () => main.then((module) => module.start()).then(() => "yes") },
  });
})();
