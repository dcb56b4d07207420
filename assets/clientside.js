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
  document.documentElement.dataset.theme = remembered("dayuan.theme") ?? "dark";
  document.documentElement.lang = remembered("dayuan.language") ?? "zh-CN";
  const main = import("/assets/main.mjs");
  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, {
    dayuan: { start: () => main.then((module) => module.start()).then(() => {}) },
  });
})();
