// The form in which an administrator places a camera: what it would see follows while it is changed.
import { attribute, h, keyed, say, shown, takenBy } from "../../ui/dom.mjs";
import { FIELDS, figureOf, typed, valueAt, wishOf, withFacades, withMask, withValue } from "./pose.mjs";
import { t } from "../../words/texts.mjs";

const DRAWN_MS = 60;
const WRONG = { lonlat: () => t("placing.outside"), building: () => t("placing.in_building"), territory: () => t("placing.elsewhere") };

/**
 * @param {import("../desk.mjs").Desk} desk
 * @param {object} options
 * @param {(told: Row|null) => void} options.onTry what a camera placed like this would see
 * @param {(told: Row) => void} options.onSaved it is placed like this now
 */
export function createPlacing(desk, { onTry, onSaved }) {
  let [id, before, now, told, said] = [null, null, null, null, ""];
  let [busy, again, saving, focus, typing] = [false, false, false, null, null];
  const part = skeleton();
  const inputs = new Map(FIELDS.map((row) => [row.name, field(row)]));
  part.fields.append(...[...inputs.values()].map(({ node }) => node));

  const change = (pose) => {
    now = pose;
    said = "";
    desk.redraw();
    grips();
    ask();
  };
  const grips = () =>
    desk.map()?.placing.show(now.lonlat, now.azimuth_deg, ({ lonlat, azimuth }) => {
      typing = null;
      change(lonlat ? withValue(now, "lonlat", lonlat) : withValue(now, "azimuth_deg", azimuth));
    });

  /** Take a figure that is typed, or say why it cannot be. */
  const read =
    (row, take) =>
    ({ target }) => {
      typing = target;
      const value = target.validity.badInput ? NaN : figureOf(row, target.value);
      attribute(target, "aria-invalid", Number.isNaN(value) ? "true" : null);
      if (!Number.isNaN(value)) take(value);
      else say(part.said, t("placing.bounds", { name: t(`placing.${row.name}`), min: row.min, max: row.max }));
    };
  for (const row of FIELDS)
    inputs.get(row.name).input.addEventListener(
      "input",
      read(row, (value) => change(typed(now, row, value))),
    );

  /** Ask what this would show: one question at a time, the newest after it. */
  const ask = async () => {
    again = true;
    if (busy) return;
    busy = true;
    while (again && now) {
      again = false;
      const [camera, pose] = [id, now];
      const { status, answer } = await send("POST", `${camera}/preview`, wishOf(before, pose));
      if (id !== camera || !now || again) continue;
      told = status === 200 ? answer : told;
      if (status !== 200) said = words(status, answer);
      desk.map()?.placing.field(status === 200 ? answer.field : []);
      if (status === 200) onTry(answer);
    }
    busy = false;
    desk.redraw();
  };

  const save = async (event) => {
    event.preventDefault();
    if (saving || part.node.querySelector("[aria-invalid]")) return undefined;
    const [camera, pose] = [id, now];
    saving = true;
    const { status, answer } = await send("PUT", camera, wishOf(before, pose));
    saving = false;
    if (id !== camera || !now) return undefined; // gone on meanwhile
    if (status !== 200) {
      said = words(status, answer);
      if (answer?.error === "privacy") told = { ...told, facades: answer.detail.facades };
      return desk.redraw();
    }
    close();
    said = t(answer.changed.length ? "placing.saved" : "placing.same");
    onSaved({ ...told, pose });
    return desk.redraw();
  };

  const open = () => {
    [now, said, focus] = [before, "", inputs.get("height").input];
    grips();
    setTimeout(() => desk.map()?.goTo({ type: "place", lonlat: before.lonlat, left: takenBy(part.node) }), DRAWN_MS);
    ask();
    desk.redraw();
  };

  const close = () => {
    desk.map()?.placing.hide();
    [now, again, focus] = [null, false, part.open];
    desk.redraw();
  };

  const cancel = () => {
    if (!now) return false;
    close();
    desk.map()?.placing.field([]);
    [told, said] = [null, ""];
    onTry(null);
    return true;
  };

  part.node.addEventListener("submit", save);
  part.node.addEventListener("focusout", () => (typing = null));
  part.open.addEventListener("click", open);
  part.cancel.addEventListener("click", cancel);
  part.add.addEventListener("click", () => change(withValue(now, "lens.masks", withMask(now.lens.masks, now.azimuth_deg))));
  part.cover.addEventListener("click", () => change(withValue(now, "lens.masks", withFacades(now.lens.masks, told.facades))));

  const drawMasks = () => {
    const masks = now.lens.masks;
    const set = (next) => change(withValue(now, "lens.masks", next));
    keyed(
      part.masks,
      masks.map((_, i) => i),
      String,
      (i) => maskRow(i, () => now.lens.masks, set, read),
      (node, i) => {
        const [from, to] = node.querySelectorAll("input");
        [from, to].forEach((input, side) => {
          fillIn(input, masks[i][side], typing);
          attribute(input, "aria-label", t(side ? "placing.mask_to" : "placing.mask_from", { n: i + 1 }));
        });
        attribute(node.querySelector("button"), "aria-label", t("placing.unmask", { n: i + 1 }));
      },
    );
  };

  /** Draw the form of a camera, or what it offers to open; nothing for who may not. */
  const draw = (camera, pose) => {
    if (camera !== id) leave(camera);
    if (!now) before = pose ?? null;
    const offered = Boolean(before) && desk.commandable();
    shown(part.open, offered && !now);
    shown(part.node, offered && Boolean(now));
    shown(say(part.after, now ? "" : said), offered && !now && Boolean(said));
    say(part.open, t("placing.open"));
    if (now) drawForm();
    focus?.focus();
    focus = null;
  };

  const drawForm = () => {
    for (const row of FIELDS) drawField(inputs.get(row.name), row, valueAt(now, row.path), { told, typing });
    drawMasks();
    const facades = told?.facades ?? [];
    for (const [name, key] of Object.entries(BUTTONS)) say(part[name], t(key));
    say(part.title, t("placing.masks"));
    shown(part.cover, facades.length > 0);
    const warning = facades.length ? t("sight.facades", { names: names(facades) }) : "";
    if (!part.node.querySelector("[aria-invalid]")) say(part.said, said || warning);
  };

  const leave = (camera) => {
    if (now) {
      close();
      focus = null; // whoever went elsewhere is there
      desk.hint(t("placing.dropped"));
    }
    desk.map()?.placing.field([]);
    [id, before, told, said] = [camera, null, null, ""];
  };

  return { nodes: [part.open, part.after, part.node], draw, cancel, on: () => now !== null };
}

const BUTTONS = { add: "placing.mask", cover: "placing.cover", save: "placing.save", cancel: "dialog.cancel" };
const names = (facades) => [...new Set(facades.map(({ name }) => name))].join(t("list.and"));

/** Why the server would not, in the words on screen. */
function words(status, answer) {
  if (answer?.error === "privacy") return t("placing.privacy", { names: names(answer.detail.facades) });
  const { field: wrong, building } = answer?.detail ?? {};
  const why = answer?.error === "unknown" && wrong ? "territory" : building ? "building" : wrong;
  return WRONG[why]?.() ?? t("placing.failed", { reason: answer?.reason ?? status });
}

async function send(method, path, wish) {
  const options = { method, headers: { "content-type": "application/json" }, body: JSON.stringify(wish) };
  const response = await fetch(`/api/cameras/${path}`, options).catch(() => null);
  return { status: response?.status ?? t("hint.no_link"), answer: await response?.json().catch(() => null) };
}

function skeleton() {
  const button = (props = {}) => h("button", { type: "button", ...props });
  const part = {
    open: button({ hidden: true }),
    after: h("p", { class: "dim", role: "status", hidden: true }),
    fields: h("div", { class: "figures-in" }),
    title: h("h3", {}),
    masks: h("ul", { class: "mask-rows" }),
    add: button(),
    cover: button({ class: "primary" }),
    said: h("p", { class: "warn", role: "status" }),
    save: h("button", { type: "submit", class: "primary" }),
    cancel: button(),
  };
  part.node = h(
    "form",
    { class: "placing", hidden: true, novalidate: true },
    part.fields,
    part.title,
    part.masks,
    h("div", { class: "row" }, part.add, part.cover),
    part.said,
    h("div", { class: "row" }, part.save, part.cancel),
  );
  return part;
}

function field({ min, max, step }) {
  const [name, input] = [h("span", {}), h("input", { type: "number", min, max, step, inputmode: "decimal" })];
  return { node: h("label", {}, name, input), name, input };
}

function drawField({ name, input }, row, value, { told, typing }) {
  say(name, t(`placing.${row.name}`));
  fillIn(input, value, typing);
  const usual = { hfov: told?.hfov_deg, vfov: told?.vfov_deg, tilt: told?.tilt_deg, range: told?.far_m }[row.name];
  attribute(input, "placeholder", row.optional ? (usual ?? t("placing.unknown")) : null);
}

/** Put a figure into a field, unless somebody is typing there. */
function fillIn(input, value, typing) {
  if (typing === input) return;
  const words = value === null ? "" : String(value);
  if (input.value !== words) input.value = words;
  attribute(input, "aria-invalid", null);
}

const BEARING = { name: "azimuth", min: 0, max: 360 };

function maskRow(i, masks, set, read) {
  const put = (side, value) => set(masks().map((mask, n) => (n === i ? mask.map((old, at) => (at === side ? value : old)) : mask)));
  const bearing = (side) => h("input", { type: "number", min: 0, max: 360, step: 1, oninput: read(BEARING, (value) => put(side, value)) });
  const remove = h("button", { type: "button", text: "×", onclick: () => set(masks().filter((_, n) => n !== i)) });
  return h("li", {}, bearing(0), h("span", { "aria-hidden": "true", text: "→" }), bearing(1), remove);
}
