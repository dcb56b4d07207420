// The transport bar of a replay: play, pause, speed, seek; and the way back to live.
import { attribute, byId, h, say } from "../ui/dom.mjs";
import { clock, fieldInstant, fieldValue, shortDay } from "../words/format.mjs";
import { t } from "../words/texts.mjs";

/** What the banner says: 回放 11-21 10:42:07 ×5, or that it is paused. */
export function bannerWords({ mode, speed, now }) {
  const when = `${shortDay(now)} ${clock(now)}`;
  return t(mode === "paused" ? "replay.banner_paused" : "replay.banner", { when, speed });
}

/**
 * @param {import("./desk.mjs").Desk} desk
 * @param {(order: Row) => void} send puts a clock order on the socket
 */
export function createTransport(desk, send) {
  const slider = h("input", { type: "range", min: "0", step: "1000", class: "range" });
  const ends = [h("span", { class: "figures dim" }), h("span", { class: "figures dim" })];
  const field = h("input", { type: "datetime-local", step: "1", class: "figures" });
  byId("replay-range").append(ends[0], slider, ends[1]);
  byId("replay-time").append(field);
  const speeds = [...document.querySelectorAll("#transport .speed")];
  let held = false;

  const order = (row) => send({ kind: "clock", ...row });
  const paused = () => desk.clock.mode === "paused";
  const toggle = () => order({ do: paused() ? "play" : "pause" });
  const seek = (at) => Number.isFinite(at) && order({ do: "seek", at });

  byId("replay-play").addEventListener("click", toggle);
  for (const button of speeds) button.addEventListener("click", () => order({ do: "speed", speed: Number(button.dataset.speed) }));
  slider.addEventListener("pointerdown", () => (held = true));
  slider.addEventListener("change", () => {
    held = false;
    seek(Number(slider.value));
  });
  field.addEventListener("change", () => seek(fieldInstant(field.value)));

  const draw = () => {
    const [now, { start, end }] = [desk.clock.now(), desk.clock.span];
    say(byId("replay-banner"), bannerWords({ mode: desk.clock.mode, speed: desk.clock.speed, now }));
    attribute(byId("replay-banner"), "data-state", desk.clock.mode);
    say(byId("replay-play").firstElementChild, t(paused() ? "replay.play" : "replay.pause"));
    for (const button of speeds) attribute(button, "aria-pressed", String(Number(button.dataset.speed) === desk.clock.speed));
    attribute(slider, "min", start);
    attribute(slider, "max", end);
    attribute(slider, "aria-label", t("replay.seek"));
    attribute(slider, "aria-valuetext", `${shortDay(now)} ${clock(now)}`);
    if (!held) slider.value = now;
    say(ends[0], start ? `${shortDay(start)} ${clock(start, false)}` : "");
    say(ends[1], end ? `${shortDay(end)} ${clock(end, false)}` : "");
    attribute(field, "aria-label", t("replay.time"));
    if (document.activeElement !== field) field.value = fieldValue(now);
  };

  return { draw, seek, toggle };
}

/** Join the session the address names, or begin one at the moment it names. Gives its id, null where nothing is recorded. */
export async function joinReplay(search, post = fetch) {
  const wanted = new URLSearchParams(search);
  if (wanted.get("session")) return wanted.get("session").replace(/^replay:/, "");
  const at = Number(wanted.get("at")) || null;
  const response = await post("/api/replay", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(at ? { at } : {}),
  });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`replay: ${response.status}`);
  const answer = await response.json();
  return String(answer.id ?? answer.session).replace(/^replay:/, "");
}
