// Coverage of the compound on the map: its figures and key, and what is lost without some cameras.
import { edition, levelName } from "../../words/densities.mjs";
import { attribute, byId, h, keyed, say, shown } from "../../ui/dom.mjs";
import { editionSwitch } from "../../ui/edition_switch.mjs";
import { kindIn } from "../../records/ids.mjs";
import { answerOf } from "../../session/answers.mjs";
import { figure } from "../../words/format.mjs";
import { compoundName } from "../../words/names.mjs";
import { t } from "../../words/texts.mjs";

const AGAIN_MS = 15_000; // cameras fail and come back meanwhile
const WORDS = { gap: "coverage.gap", lost: "coverage.lost_class", maybe: "coverage.maybe", below: "coverage.below" };

/** @param {import("../desk.mjs").Desk} desk */
export function createCoverage(desk) {
  const root = byId("coverage");
  const off = new Set();
  let [on, told, asked, asking, failed] = [false, null, "", 0, false];
  const part = {
    title: h("h2", {}),
    seen: h("p", { class: "strong figures", role: "status" }),
    cameras: h("p", { class: "dim figures" }),
    key: h("ul", { class: "coverage-key figures" }),
    hint: h("p", { class: "dim" }),
    list: h("ul", { class: "switched-off" }),
    restore: h("button", { type: "button", onclick: () => (off.clear(), ask()) }),
  };
  const editions = editionSwitch(desk.catalogue, () => ask());
  root.append(part.title, part.seen, part.cameras, editions.node, part.key, part.hint, part.list, part.restore);
  root.classList.add("float", "coverage");

  const ask = async () => {
    const compound = desk.here()?.id;
    if (!on || !compound) return;
    desk.learn(compound);
    const query = new URLSearchParams({ edition: edition(), without: [...off].join(), session: desk.session });
    const key = `${compound}?${query}`;
    [asked, asking] = [key, performance.now()];
    const answer = await answerOf(`/api/coverage/${key}`);
    if (asked !== key || !on) return;
    failed = !answer;
    if (answer) told = answer;
    desk.map()?.sighting?.coverage(told);
    desk.redraw();
  };

  const show = (visible) => {
    if (visible === on) return;
    [on, told] = [visible, null];
    off.clear();
    desk.map()?.sighting?.coverage(null);
    ask();
    desk.redraw();
  };

  /** A click on a camera while coverage is shown: off, or on again. Says whether it was that. */
  const take = (target) => {
    if (!on || !told || kindIn(target.id) !== "camera") return false;
    if (!target.id.startsWith(`${told.compound}/`)) return false;
    if (off.has(target.id)) off.delete(target.id);
    else off.add(target.id);
    ask();
    return true;
  };

  const draw = () => {
    shown(root, on);
    if (!on) return;
    const here = desk.here()?.id;
    if (told && told.compound !== here) [told] = [null, off.clear()];
    if (!told && !asked.startsWith(`${here}?`)) ask();
    drawKey(part, told, { desk, failed });
    editions.draw();
    shown(part.restore, off.size > 1);
    say(part.restore, t("coverage.restore"));
    keyed(
      part.list,
      [...off],
      (id) => id,
      (id) => h("li", {}, h("button", { type: "button", onclick: () => (off.delete(id), ask()) })),
      (node, id) => say(node.firstElementChild, t("coverage.again", { name: desk.device(id)?.name ?? id })),
    );
  };

  return { show, take, draw, tick: () => on && performance.now() - asking > AGAIN_MS && ask() };
}

function drawKey(part, told, { desk, failed }) {
  say(part.title, [t("coverage.title"), compoundName(told?.compound ?? desk.here()?.id)].join(" · "));
  const share = told && `${(told.seen * 100).toFixed(1)}%`;
  const words = told ? t("coverage.seen", { share }) : t(failed ? "coverage.failed" : "coverage.loading");
  say(part.seen, words);
  const lost = told?.classes.find((row) => row.class === "lost")?.m2 ?? 0;
  const lines = told
    ? [t("coverage.cameras", { n: told.cameras, dark: told.dark.length }), told.without.length && t("coverage.lost", { m2: figure(lost) })]
    : [];
  say(part.cameras, lines.filter(Boolean).join(" · "));
  say(part.hint, t("coverage.click"));
  const rows = (told?.classes ?? []).filter((row) => row.m2 > 0 || row.class === "gap");
  const levels = Object.keys(desk.catalogue.densities?.[told?.edition]?.levels ?? {});
  keyed(
    part.key,
    rows,
    (row) => row.class,
    () => h("li", {}, h("i", { class: "tint", "aria-hidden": "true" }), h("span", {}), h("span", { class: "dim" })),
    (node, row) => {
      attribute(node.firstElementChild, "data-class", row.class in WORDS ? row.class : "level");
      node.firstElementChild.style.setProperty("--shade", ((levels.indexOf(row.class) + 1) / levels.length).toFixed(2));
      say(node.children[1], row.class in WORDS ? t(WORDS[row.class]) : levelName(desk.catalogue, told.edition, row.class));
      say(node.children[2], t("coverage.area", { m2: figure(row.m2) }));
    },
  );
}
