// Ways around the selected incident: ten-minute circle, what lies nearest, evacuation, and what
// stands in the way. The server works it out; here it is asked for, listed and handed to the map.
import { createClosing, refusalWords } from "./closing.mjs";
import { attribute, h, keyed, say, shown } from "../../ui/dom.mjs";
import { lettered } from "../../ui/lettered.mjs";
import { answerOf } from "../../session/answers.mjs";
import { figure, metres, percent, travel } from "../../words/format.mjs";
import { capOf } from "../keys.mjs";
import { t } from "../../words/texts.mjs";
import { obstacleWords, tripWords } from "../../words/trips.mjs";

const WHAT = ["circle", "nearest", "evacuation"];

/** @param {import("../desk.mjs").Desk} desk */
export function createWays(desk) {
  let [subject, what, answer, asked] = [null, null, null, 0];
  const send = (order) => desk.commander.send(order);
  const closing = createClosing(desk, send);
  const part = skeleton({ show: (name) => show(name), closing, open: (row) => open(row) });

  const drawOnMap = (look = false) => desk.map()?.showWays(what, answer, look);

  const read = async (look) => {
    const mine = (asked += 1);
    const query = new URLSearchParams({ incident: subject, session: desk.session });
    const fresh = await answerOf(`/api/ways/${what}?${query}`);
    if (mine !== asked) return;
    answer = fresh;
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

  const open = async (row) => {
    const sent = await send({ command: "open_way", target: row.id, version: row.version });
    if (!["accepted", "confirmed"].includes(sent.state)) desk.hint(t("said.refused", { why: refusalWords(sent.answer) }));
  };

  const draw = () => {
    const row = desk.things().incidents.get(desk.selected());
    if (subject && desk.selected() !== subject) {
      [subject, what, answer] = [null, null, null];
      asked += 1;
      drawOnMap();
    }
    closing.draw();
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

  return { node: part.node, draw, show, leave: closing.leave, renew: () => what && read(false) };
}

function skeleton({ show, closing, open }) {
  const part = { told: h("ul", { class: "told" }), standing: h("ul", { class: "standing" }), open };
  part.close = h("button", { type: "button", class: "quiet", onclick: closing.open });
  for (const name of WHAT)
    part[name] = h("button", { type: "button", "data-ways": name, onclick: () => show(name) }, h("span", {}), h("kbd", {}));
  part.node = h(
    "section",
    { class: "ways" },
    lettered("h3", "ways.head"),
    part.standing,
    h("div", { class: "choose", role: "group" }, ...WHAT.map((name) => part[name]), part.close),
    closing.node,
    part.told,
  );
  return part;
}

function drawObstacles(part, rows, mayOpen, desk) {
  shown(part.standing, rows.length > 0);
  const make = (row) =>
    h(
      "li",
      {},
      h("span", { class: "cross", "aria-hidden": "true", text: "✕" }),
      h("button", { type: "button", class: "link", onclick: () => desk.goTo({ type: "device", id: row.id }) }),
      h("span", { class: "words" }),
      h("button", { type: "button", class: "reopen", onclick: () => part.open(row) }),
    );
  keyed(
    part.standing,
    rows,
    (row) => `${row.id}|${row.version ?? ""}`,
    make,
    (node, row) => {
      const [, link, words, reopen] = node.children;
      const closed = row.code.startsWith("closure.");
      say(shown(link, !closed), obstacleWords(row));
      say(shown(words, closed), obstacleWords(row));
      say(shown(reopen, closed && mayOpen), t("action.open_way"));
    },
  );
}

/** Lines of an answer: words, and a figure at their end. */
const TOLD = {
  circle: (told) => [
    {
      key: "share",
      words: t("ways.covered", { covered: told.covered, buildings: told.buildings }),
      figure: told.share === null ? "–" : `${percent(told.share)}%`,
    },
  ],
  nearest: (told) =>
    told.nearest.length === 0
      ? [{ key: "none", words: t("ways.none") }]
      : told.nearest.map((one) => ({
          key: one.id,
          words: [t(`ways.kind.${one.kind}`), one.name, ...tripWords(one), metres(one.distance_m)].join(" · "),
          figure: travel(one.seconds),
        })),
  evacuation: (told) => [
    { key: "all", words: t("ways.people_out", { walk: travel(told.walk_s), jam: travel(told.jam_s) }), figure: figure(told.people) },
    ...told.musters.map((one) => ({
      key: one.id,
      figure: figure(one.people),
      late: one.capacity > 0 && one.people > one.capacity,
      words: [one.name, one.capacity > 0 && t(one.people > one.capacity ? "ways.too_small" : "ways.holds", { n: figure(one.capacity) })]
        .filter(Boolean)
        .join(" · "),
    })),
    ...told.gates.map((one) => ({
      key: one.id,
      words: t("ways.open_gate", { gate: one.name }),
      figure: one.people ? figure(one.people) : t("ways.for_engines"),
    })),
    ...told.stranded.map((name) => ({ key: `!${name}`, late: true, words: t("ways.stranded", { building: name }), figure: "" })),
  ],
};

function drawTold(list, rows) {
  keyed(
    list,
    rows,
    (row) => row.key,
    () => h("li", {}, h("span", {}), h("strong", { class: "figures" })),
    (node, row) => {
      attribute(node, "data-late", Boolean(row.late));
      say(node.firstElementChild, row.words);
      say(node.lastElementChild, row.figure ?? "");
    },
  );
}
