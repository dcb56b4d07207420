// The part of a device's card that only cameras have: what it would see, its lens, its rings, and
// the real picture for whoever says why.
import { edition, editionSwitch, lines, ofEdition, ringLabel, ringWords } from "./densities.mjs";
import { attribute, h, say, shown } from "./dom.mjs";
import { acrossOf, drawMasks, maskLayer, maskShapes } from "./masks.mjs";
import { askToView, showPicture } from "./picture.mjs";
import { language, t } from "./texts.mjs";

/** @param {import("../main.mjs").Desk} desk */
export function createCamera(desk) {
  const part = skeleton();
  const editions = editionSwitch(desk.catalogue, () => (paint(), desk.redraw()));
  part.node.append(part.frame, part.facts, part.about, editions.node, part.rings, part.form, part.said);
  let [id, told, view, stop, said, drawn] = [null, null, null, null, "", ""];

  const end = (words = "") => {
    stop?.();
    [stop, said] = [null, words];
    attribute(part.frame, "data-real", null);
    desk.redraw();
  };

  /** Follow the picked device: a camera's facts are asked for once per pick. */
  const follow = async (picked) => {
    if (picked === id) return;
    end();
    [id, told] = [picked, null];
    desk.map()?.sighting?.rings([]);
    if (!picked) return view?.rest();
    const response = await fetch(`/api/cameras/${picked}?session=${encodeURIComponent(desk.session)}`).catch(() => null);
    const answer = response?.ok ? await response.json() : null;
    if (id !== picked) return undefined;
    told = answer;
    desk.redraw();
    return told && look();
  };

  /** Draw the rings, and what the camera would see. */
  const look = async () => {
    paint();
    const map = desk.map();
    if (!map || told.azimuth_deg === null) return;
    const { createCameraView } = await import("../map/camera_view.mjs");
    view ??= createCameraView(map.map, part.sim);
    if (told) await view.show(told);
  };

  const paint = () => {
    const key = `${id}|${edition()}|${language()}`;
    if (!told || drawn === key) return;
    drawn = key;
    const arcs = ofEdition(told.rings.features, edition());
    desk.map()?.sighting?.rings([...arcs, ...arcs.map(ringLabel)]);
  };

  const watch = async (event) => {
    event.preventDefault();
    if (stop) return end();
    try {
      const answer = await askToView(id, { purpose: part.why.value, incident: desk.selected() });
      stop = showPicture(part.real, answer, (why) => end(WHY[why]()));
      if (part.real.childElementCount) attribute(part.frame, "data-real", "yes");
      said = part.real.childElementCount ? t("sight.logged") : said;
    } catch (error) {
      said = t("sight.failed", { reason: error.message });
    }
    return desk.redraw();
  };
  part.form.addEventListener("submit", watch);

  const draw = (picked, kind) => {
    const camera = kind === "camera" ? picked : null;
    follow(camera);
    shown(part.node, Boolean(camera));
    if (!camera) return (drawn = "");
    shown(part.frame, Boolean(told) && told.azimuth_deg !== null);
    if (!told) return undefined;
    paint();
    editions.draw();
    drawFacts(part, told);
    lines(part.rings, ofEdition(told.rings.features, edition()).map(ringWords));
    return drawForm(part, told, { desk, running: Boolean(stop), said });
  };
  return { node: part.node, draw };
}

const WHY = {
  hidden: () => t("sight.stopped"),
  failed: () => t("sight.failed", { reason: t("sight.broken") }),
  unplayable: () => t("sight.failed", { reason: t("sight.no_hls") }),
};

function skeleton() {
  const part = {
    node: h("div", { class: "camera-card", hidden: true }), sim: h("div", { class: "sim" }), real: h("div", { class: "real" }),
    badge: h("span", { class: "badge" }), facts: h("p", { class: "dim figures" }), about: h("p", { class: "dim" }),
    rings: h("ul", { class: "ring-key figures" }), why: h("select", {}), go: h("button", { type: "submit" }),
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
  const pose = told.azimuth_deg === null ? t("sight.no_pose") : t("sight.facts", {
    height: told.height_m, azimuth: round(told.azimuth_deg), tilt: round(told.tilt_deg), hfov: round(told.hfov_deg),
    vfov: round(told.vfov_deg), pixels: told.pixels_wide,
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
