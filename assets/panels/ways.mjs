// Ways around the selected incident: ten-minute circle, what lies nearest, evacuation, and what
// stands in the way. The server works it out; here it is asked for, listed and handed to the map.
import { ask } from "./dialogs.mjs";
import { attribute, h, keyed, say, shown } from "./dom.mjs";
import { figure, metres, percent, travel } from "./format.mjs";
import { capOf } from "./keys.mjs";
import { has, t } from "./texts.mjs";
import { obstacleWords, tripWords } from "./ways_words.mjs";

const WHAT = ["circle", "nearest", "evacuation"];
const RADIUS_M = 8; // a works area around the incident, until somebody draws one
const CORNERS = 12;
const METRES_A_DEGREE = 111_320;

/** @param {import("./desk.mjs").Desk} desk */
export function createWays(desk) {
  let [subject, what, answer, asked] = [null, null, null, 0];
  const part = skeleton({ show: (name) => show(name), close: () => close(), open: (row) => open(row) });

  const drawOnMap = (look = false) => desk.map()?.showWays(what, answer, look);

  const read = async (look) => {
    const mine = (asked += 1);
    const query = new URLSearchParams({ incident: subject, session: desk.session });
    const response = await fetch(`/api/ways/${what}?${query}`).catch(() => null);
    if (mine !== asked) return;
    answer = response?.ok ? await response.json() : null;
    if (mine !== asked) return;
    if (!answer) desk.hint(t("hint.no_link"));
    drawOnMap(look);
    draw();
    if (look) part.node.scrollIntoView({ block: "nearest" });
  };

  /** Show one of the three, or put it away when it is shown. */
  const show = (name) => {
    subject = desk.selected();
    if (!subject) return desk.hint(t("incident.none"));
    [what, answer] = [what === name ? null : name, null];
    asked += 1;
    drawOnMap();
    draw();
    if (what) read(true);
  };

  const send = async (order) => {
    const sent = await desk.commander.send(order);
    if (sent.state === "accepted" || sent.state === "confirmed") return;
    const code = sent.answer?.error;
    desk.hint(t("said.refused", { why: has(`refused.${code}`) ? t(`refused.${code}`) : t("hint.no_link") }));
  };

  const open = (row) => send({ command: "open_way", target: row.id, version: row.version });

  const close = async () => {
    const row = desk.things().incidents.get(desk.selected());
    const args = row && (await askClose());
    if (args) send({ command: "close_way", target: row.compound, args: { ...args, outline: around(row.lonlat) } });
  };

  const draw = () => {
    const row = desk.things().incidents.get(desk.selected());
    if (subject && desk.selected() !== subject) {
      [subject, what, answer] = [null, null, null];
      asked += 1;
      drawOnMap();
    }
    const here = [...(desk.things().ways?.values() ?? [])].filter((one) => one.compound === row?.compound);
    const may = desk.commandable() ? (desk.me.may ?? []) : [];
    drawObstacles(part, here, may.includes("open_way"), desk);
    shown(part.close, may.includes("close_way"));
    say(part.close, t("action.close_way"));
    for (const name of WHAT) {
      attribute(part[name], "aria-pressed", String(what === name));
      say(part[name].firstElementChild, t(`ways.${name}`));
      say(part[name].lastElementChild, capOf(`ways:${name}`));
    }
    shown(part.told, Boolean(what));
    if (what) drawTold(part.told, answer ? TOLD[what](answer) : [{ key: "wait", words: t("ways.working") }]);
  };

  return { node: part.node, draw, show, renew: () => what && read(false) };
}

function skeleton({ show, close, open }) {
  const part = { told: h("ul", { class: "told" }), standing: h("ul", { class: "standing" }), open };
  part.close = h("button", { type: "button", class: "quiet", onclick: close });
  for (const name of WHAT)
    part[name] = h("button", { type: "button", "data-ways": name, onclick: () => show(name) }, h("span", {}), h("kbd", {}));
  part.node = h("section", { class: "ways" }, h("h3", { "data-i18n": "ways.head", text: t("ways.head") }),
    part.standing, h("div", { class: "choose", role: "group" }, ...WHAT.map((name) => part[name]), part.close), part.told);
  return part;
}

function drawObstacles(part, rows, mayOpen, desk) {
  shown(part.standing, rows.length > 0);
  const make = (row) => h("li", {}, h("span", { class: "cross", "aria-hidden": "true", text: "✕" }),
    h("button", { type: "button", class: "link", onclick: () => desk.goTo({ type: "device", id: row.id }) }),
    h("span", { class: "words" }),
    h("button", { type: "button", class: "reopen", onclick: () => part.open(row) }));
  keyed(part.standing, rows, (row) => `${row.id}|${row.version ?? ""}`, make, (node, row) => {
    const [, link, words, reopen] = node.children;
    const closed = row.code.startsWith("closure.");
    say(shown(link, !closed), obstacleWords(row));
    say(shown(words, closed), obstacleWords(row));
    say(shown(reopen, closed && mayOpen), t("action.open_way"));
  });
}

/** Lines of an answer: words, and a figure at their end. */
const TOLD = {
  circle: (told) => [
    { key: "share", words: t("ways.covered", { covered: told.covered, buildings: told.buildings }), figure: told.share === null ? "–" : `${percent(told.share)}%` },
  ],
  nearest: (told) => told.nearest.length === 0 ? [{ key: "none", words: t("ways.none") }] : told.nearest.map((one) => ({
    key: one.id,
    words: [t(`ways.kind.${one.kind}`), one.name, ...tripWords(one), metres(one.distance_m)].join(" · "),
    figure: travel(one.seconds),
  })),
  evacuation: (told) => [
    { key: "all", words: t("ways.people_out", { walk: travel(told.walk_s), jam: travel(told.jam_s) }), figure: figure(told.people) },
    ...told.musters.map((one) => ({
      key: one.id, figure: figure(one.people), late: one.capacity > 0 && one.people > one.capacity,
      words: [one.name, one.capacity > 0 && t(one.people > one.capacity ? "ways.too_small" : "ways.holds", { n: figure(one.capacity) })].filter(Boolean).join(" · "),
    })),
    ...told.gates.map((one) => ({
      key: one.id, words: t("ways.open_gate", { gate: one.name }), figure: one.people ? figure(one.people) : t("ways.for_engines"),
    })),
    ...told.stranded.map((name) => ({ key: `!${name}`, late: true, words: t("ways.stranded", { building: name }), figure: "" })),
  ],
};

function drawTold(list, rows) {
  keyed(list, rows, (row) => row.key, () => h("li", {}, h("span", {}), h("strong", { class: "figures" })), (node, row) => {
    attribute(node, "data-late", Boolean(row.late));
    say(node.firstElementChild, row.words);
    say(node.lastElementChild, row.figure ?? "");
  });
}

/** A ring around a place, as the server takes it. */
export function around([lon, lat], radius = RADIUS_M) {
  const [high, wide] = [radius / METRES_A_DEGREE, radius / (METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180))];
  const ring = Array.from({ length: CORNERS }, (_, n) => {
    const turn = (2 * Math.PI * n) / CORNERS;
    return [Number((lon + wide * Math.cos(turn)).toFixed(7)), Number((lat + high * Math.sin(turn)).toFixed(7))];
  });
  return [...ring, ring[0]];
}

/** Ask what stands there, for how long, and why. */
async function askClose() {
  const radio = (name, value, label, checked) => h("label", { class: "choice" },
    h("input", { type: "radio", name, value, checked }), h("span", { text: label }));
  const kinds = ["blocked", "works"].map((kind, n) => radio("kind", kind, t(`ways.why.closure.${kind}`), n === 0));
  const spans = [0, 60, 480].map((minutes, n) => radio("minutes", minutes, t(`ways.for.${minutes}`), n === 0));
  const form = await ask(t("action.close_way"), [
    h("p", { class: "dim", text: t("ways.close_about", { radius: RADIUS_M }) }),
    h("fieldset", { class: "choices" }, h("legend", { text: t("ways.what_stands") }), ...kinds),
    h("fieldset", { class: "choices" }, h("legend", { text: t("ways.how_long") }), ...spans),
    h("label", { class: "field" }, h("span", { text: t("dialog.reason") }),
      h("textarea", { name: "reason", rows: "2", maxlength: "200", required: true })),
  ]);
  return form && { kind: form.get("kind"), minutes: Number(form.get("minutes")), reason: form.get("reason").trim() };
}
