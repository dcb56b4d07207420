// The part of a device's card that only cameras have: what it would see, its lens, its rings, and
// the real picture for whoever says why.
import { acrossOf, drawable } from "../../geometry/angles.mjs";
import { edition, ofEdition, ringLabel, ringWords } from "../../words/densities.mjs";
import { editionSwitch } from "../../ui/edition_switch.mjs";
import { attribute, h, lines, say, shown } from "../../ui/dom.mjs";
import { drawMasks, maskLayer, maskShapes } from "./masks.mjs";
import { askToView, showPicture, sizeOf } from "./picture.mjs";
import { createPlacing } from "./placing.mjs";
import { compoundIn } from "../../records/ids.mjs";
import { answerOf } from "../../session/answers.mjs";
import { language, t } from "../../words/texts.mjs";

/** @param {import("../desk.mjs").Desk} desk */
export function createCamera(desk) {
  const part = skeleton();
  const editions = editionSwitch(desk.catalogue, () => (paint(), desk.redraw()));
  let [id, facts, trial, asked, view, stop, said] = [null, null, null, "", null, null, ""];
  let drawn = {}; // what was drawn, and on which map: one that was made anew shows nothing yet
  const told = () => trial ?? facts;
  const take = (saved, tried) => {
    [facts, trial] = [saved, tried];
    look();
    desk.redraw();
  };
  const placing = createPlacing(desk, {
    onTry: (tried) => take(facts, tried && { ...facts, ...tried }),
    onSaved: (now) => take({ ...facts, ...now }, null),
  });
  part.node.append(part.frame, part.facts, part.about, editions.node, part.rings, part.form, part.said, ...placing.nodes);

  const end = (words = "") => {
    stop?.();
    [stop, said] = [null, words];
    attribute(part.frame, "data-real", null);
    desk.redraw();
  };

  /** Follow the picked device: a camera's facts are asked for once per pick and version of its place. */
  const follow = async (picked) => {
    const key = picked && `${picked}@${desk.version(compoundIn(picked))}`;
    if (key === asked || placing.on()) return undefined;
    asked = key;
    if (picked !== id) forget(picked);
    if (!picked) return view?.rest();
    const answer = await answerOf(`/api/cameras/${picked}?session=${encodeURIComponent(desk.session)}`);
    if (asked !== key || placing.on()) return undefined;
    facts = answer ?? facts;
    desk.map()?.placing.field([]);
    desk.redraw();
    return look();
  };

  const forget = (picked) => {
    end();
    [id, facts, trial] = [picked, null, null];
    desk.map()?.sighting?.rings([]);
  };

  /** Draw the rings, and what the camera would see. */
  const look = async () => {
    paint();
    const map = desk.map();
    if (!map || !told() || told().azimuth_deg === null) return;
    const createView = await map.cameraViews();
    if (view && !view.stands(map.map)) view = void view.end();
    view ??= createView(part.sim);
    if (told()) await view.show(told());
  };

  const paint = () => {
    if (!told()) return;
    const arcs = ofEdition(told().rings.features, edition());
    const key = `${id}|${edition()}|${language()}|${JSON.stringify(arcs)}`;
    const map = desk.map();
    if (drawn.key === key && drawn.map === map) return;
    drawn = { key, map };
    map?.sighting?.rings([...arcs, ...arcs.map(ringLabel)]);
  };

  /** The real picture is there: it takes the simulated one's place. */
  const real = () => {
    attribute(part.frame, "data-real", "yes");
    said = t("sight.logged");
    desk.redraw();
  };

  const watch = async (event) => {
    event.preventDefault();
    if (stop) return end();
    const camera = id;
    try {
      const answer = await askToView(camera, { purpose: part.why.value, incident: desk.selected() });
      if (id !== camera || stop) return undefined; // gone on meanwhile
      said = t("sight.opening");
      stop = showPicture(part.real, answer, { onPicture: real, onStop: (why) => end(WHY[why]()) });
    } catch (error) {
      said = t("sight.failed", { reason: error.message });
    }
    return desk.redraw();
  };
  part.form.addEventListener("submit", watch);

  const draw = (picked, kind) => {
    const camera = kind === "camera" ? picked : null;
    if (camera !== id && placing.on()) placing.draw(null);
    follow(camera);
    shown(part.node, Boolean(camera));
    if (!camera) return (drawn = {});
    const now = told();
    shown(part.frame, Boolean(now) && now.azimuth_deg !== null);
    placing.draw(camera, facts?.pose);
    if (!now) return undefined;
    paint();
    if (view && desk.map() && !view.stands(desk.map().map)) look(); // one of the two lost its graphics
    editions.draw();
    drawFacts(part, now);
    drawVeil(part, now);
    lines(part.rings, ofEdition(now.rings.features, edition()).map(ringWords));
    return drawForm(part, now, { desk, running: Boolean(stop), said });
  };
  return { node: part.node, draw, cancel: placing.cancel };
}

/** Cover what the masks hide: of the simulated view as it is drawn, of the real picture as it is. */
function drawVeil(part, told) {
  if (told.azimuth_deg === null) return drawMasks(part.veil, []);
  const real = part.frame.dataset.real;
  return drawMasks(part.veil, maskShapes(told.masks, real ? realLook(told) : simulatedLook(told)), real ? sizeOf(part.real) : undefined);
}

function simulatedLook(told) {
  const { vfov, pitch } = drawable(told);
  return { azimuth: told.azimuth_deg, tilt: 90 - pitch, vfov, hfov: acrossOf(vfov, 16 / 9) };
}

function realLook({ azimuth_deg: azimuth, tilt_deg: tilt, hfov_deg: hfov, vfov_deg: vfov, unsure_deg: unsure, tilt_known: known }) {
  return { azimuth, tilt, hfov, vfov, unsure, guessed: !known };
}

const WHY = {
  hidden: () => t("sight.stopped"),
  failed: () => t("sight.failed", { reason: t("sight.broken") }),
  halted: () => t("sight.failed", { reason: t("sight.halted") }),
};

function skeleton() {
  const part = {
    node: h("div", { class: "camera-card", hidden: true }),
    sim: h("div", { class: "sim" }),
    real: h("div", { class: "real" }),
    badge: h("span", { class: "badge" }),
    facts: h("p", { class: "dim figures" }),
    about: h("p", { class: "dim" }),
    rings: h("ul", { class: "ring-key figures" }),
    why: h("select", {}),
    go: h("button", { type: "submit" }),
    said: h("p", { class: "dim", role: "status" }),
  };
  part.veil = maskLayer();
  part.frame = h("div", { class: "frame", hidden: true }, part.sim, part.real, part.veil, part.badge);
  part.form = h("form", { class: "watch", hidden: true }, part.why, part.go);
  return part;
}

function drawFacts(part, told) {
  say(part.badge, t(part.frame.dataset.real ? "sight.real" : "sight.sim"));
  attribute(part.badge, "title", part.frame.dataset.real ? null : t("sight.sim_about"));
  const round = (degrees) => Math.round(degrees ?? 0);
  const pose =
    told.azimuth_deg === null
      ? t("sight.no_pose")
      : t("sight.facts", {
          height: told.height_m,
          azimuth: round(told.azimuth_deg),
          tilt: round(told.tilt_deg),
          hfov: round(told.hfov_deg),
          vfov: round(told.vfov_deg),
          pixels: told.pixels_wide,
        });
  say(part.facts, pose);
  const doubts = [
    told.unsure_deg > 0 && t("sight.unsure", { deg: told.unsure_deg }),
    told.azimuth_deg !== null && !told.tilt_known && t("sight.tilt_guess"),
    told.masks.length > 0 && t("sight.masks", { n: told.masks.length }),
    told.facades.length > 0 && t("sight.facades", { names: [...new Set(told.facades.map(({ name }) => name))].join(t("list.and")) }),
  ];
  shown(say(part.about, doubts.filter(Boolean).join(" · ")), doubts.some(Boolean));
}

function drawForm(part, told, { desk, running, said }) {
  const offered = Boolean(told.stream_kind) && told.purposes.length > 0 && desk.commandable();
  shown(part.form, offered && told.stream_allowed);
  const purposes = told.purposes.filter((one) => one !== "incident" || desk.selected());
  if (part.why.dataset.offered !== `${purposes}|${language()}`) {
    part.why.dataset.offered = `${purposes}|${language()}`;
    part.why.replaceChildren(...purposes.map((one) => h("option", { value: one, text: t(`purpose.${one}`) })));
  }
  attribute(part.why, "aria-label", t("sight.why"));
  shown(part.why, !running);
  say(part.go, t(running ? "sight.stop" : "sight.watch"));
  const words = offered && !told.stream_allowed ? t("sight.origin") : said;
  shown(say(part.said, words), Boolean(words));
}
