// Closing a way: what stands there, for how long, why, and which ground: around the case, or drawn on
// the map. The ground is on the map before anything is sent, and stays until the server took it.
import { areaOf, around } from "../../geometry/rings.mjs";
import { choice, choices } from "../../ui/dialogs.mjs";
import { attribute, h, say, shown } from "../../ui/dom.mjs";
import { choicesOf } from "../../words/commands.mjs";
import { figure } from "../../words/format.mjs";
import { has, t } from "../../words/texts.mjs";

export const RADIUS_M = { least: 2, usual: 8, most: 100 };

/** What the server said against it, in words. */
export function refusalWords(answer) {
  const { fault, value } = answer?.detail ?? {};
  if (fault && has(`ways.fault.${fault}`)) return t(`ways.fault.${fault}`, { value });
  return answer && has(`refused.${answer.error}`) ? t(`refused.${answer.error}`) : t("hint.no_link");
}

/**
 * @param {import("../desk.mjs").Desk} desk
 * @param {(order: Row) => Promise<Row>} send
 */
export function createClosing(desk, send) {
  let [subject, drawn] = [null, null];
  const form = h("form", { class: "closing", hidden: true });
  const sketch = () => desk.map()?.sketch;
  const row = () => desk.things().incidents.get(subject);
  /** @type {(name: string) => any} */
  const field = (name) => form.elements[name];
  const byHand = () => field("ground").value === "drawn";
  const radius = () => Math.round(Number(field("radius").value) * 10) / 10;
  const ring = () => (byHand() ? drawn : field("radius").validity.valid ? around(row().lonlat, radius()) : null);
  const told = (words, wrong = false) => {
    const node = form.querySelector(".ground-told");
    say(node, words);
    attribute(node, "data-wrong", wrong);
  };

  /** Show the ground that is chosen, and how large it is. */
  const preview = () => {
    if (!row() || sketch()?.active()) return;
    const ground = ring();
    sketch()?.show(ground);
    told(ground ? t("ways.ground", { area: figure(Math.round(areaOf(ground))) }) : "");
    shown(field("again"), byHand());
  };

  const drawByHand = () => {
    drawn = null;
    if (!sketch()) return void told(t("map.failed"), true);
    shown(field("again"), false);
    sketch().begin({
      onChange: (corners) => told(`${t("ways.draw_about")} ${t("ways.corners", { n: corners })}`),
      onShort: () => told(t("ways.three_corners"), true),
      onEnd: (outline) => {
        drawn = outline;
        preview();
        field("reason").focus();
      },
      onCancel: () => {
        field("ground").value = "around";
        field("radius").focus();
        preview();
      },
    });
  };

  const chosen = (event) => {
    if (event.target.name === "radius") field("ground").value = "around";
    if (event.target.name === "ground" && byHand()) return drawByHand();
    if (["ground", "radius"].includes(event.target.name) && !byHand()) sketch()?.show(null);
    return preview();
  };

  const submit = async (event) => {
    event.preventDefault();
    const outline = row() && ring();
    if (!outline) return told(t("ways.no_ground"), true);
    const minutes = Number(field("minutes").value);
    const args = { kind: field("kind").value, minutes, reason: field("reason").value.trim(), outline };
    const sent = await send({ command: "close_way", target: row().compound, args });
    if (["accepted", "confirmed"].includes(sent.state)) return leave();
    return told(t("said.refused", { why: refusalWords(sent.answer) }), true);
  };

  /** Put the form away; says whether it was there. */
  const leave = () => {
    const there = !form.hidden;
    shown(form, false);
    if (there) sketch()?.show(null);
    [subject, drawn] = [null, null];
    return there;
  };

  const open = () => {
    subject = desk.selected();
    if (!row()) return;
    drawn = null;
    form.replaceChildren(...fields(leave, drawByHand));
    shown(form, true);
    preview();
    const { lonlat } = row();
    if (desk.map()?.map?.getBounds().contains(lonlat) === false) desk.map().goTo({ type: "incident", id: subject, lonlat });
    form.scrollIntoView({ block: "nearest" });
    field("radius").select();
  };

  form.addEventListener("input", chosen);
  form.addEventListener("submit", submit);
  return {
    node: form,
    open,
    leave,
    /** The case on the desk is another one: what was begun for the last one is dropped. */
    draw: () => subject && desk.selected() !== subject && leave(),
  };
}

function fields(leave, again) {
  const { least, usual, most } = RADIUS_M;
  const metres = h("input", {
    type: "number",
    name: "radius",
    min: least,
    max: most,
    step: "any",
    value: usual,
    required: true,
    "aria-label": t("ways.radius"),
  });
  return [
    h("h4", { text: t("action.close_way") }),
    choices(
      t("ways.which_ground"),
      h(
        "span",
        { class: "choice" },
        choice("ground", "around", t("ways.ground_around"), true),
        metres,
        h("span", { text: t("ways.metres") }),
      ),
      choice("ground", "drawn", t("ways.ground_drawn"), false),
      h("button", { type: "button", name: "again", class: "quiet", hidden: true, onclick: again, text: t("ways.draw_again") }),
    ),
    h("p", { class: "ground-told dim", role: "status" }),
    choices(
      t("ways.what_stands"),
      ...choicesOf("close_way", "kind").map((kind, n) => choice("kind", kind, t(`ways.why.closure.${kind}`), n === 0)),
    ),
    choices(
      t("ways.how_long"),
      ...choicesOf("close_way", "minutes").map((minutes, n) => choice("minutes", minutes, t(`ways.for.${minutes}`), n === 0)),
    ),
    h(
      "label",
      { class: "field" },
      h("span", { text: t("dialog.reason") }),
      h("textarea", { name: "reason", rows: "2", maxlength: "200", required: true }),
    ),
    h(
      "div",
      { class: "dialog-buttons" },
      h("button", { type: "button", onclick: leave, text: t("dialog.cancel") }),
      h("button", { type: "submit", class: "primary", text: t("dialog.confirm") }),
    ),
  ];
}
