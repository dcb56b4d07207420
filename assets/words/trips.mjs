// Trips and obstacles in words, in the language on screen. Pure.
import { t } from "./texts.mjs";

/** A gate, lift or closed way and why it stops people: 南门故障, 施工封闭（挖沟）. */
export function obstacleWords({ name, code }) {
  const why = t(`ways.why.${code}`);
  if (code.startsWith("closure.")) return name ? t("ways.closed_for", { why, reason: name }) : why;
  return t("ways.stopped", { name, why }).trim();
}

/** The end of a lift's name, from its last number on: whoever goes to a unit knows the rest. */
function inUnit(name) {
  return /\d+\D*$/.exec(name)?.[0] ?? name;
}

/** What a trip goes by, in short pieces: how, which gate, up to which floor, past what. */
export function tripWords(trip) {
  const around = trip.around ?? [];
  const lifts = around.filter(({ code }) => code.startsWith("lift.")).map((lift) => obstacleWords({ ...lift, name: inUnit(lift.name) }));
  const past = around.filter(({ code }) => !code.startsWith("lift.")).map(obstacleWords);
  const climb = trip.by && t(`ways.by.${trip.by}`, { floor: trip.floor });
  const cutOff = trip.seconds === null;
  return [
    trip.mode && trip.mode !== "foot" && t(`ways.mode.${trip.mode}`),
    trip.via && !cutOff && t("why.via", { gate: trip.via }),
    climb && [climb, lifts.join(t("ways.and"))].filter(Boolean).join(t("list.colon")),
    past.length > 0 && t(cutOff ? "ways.cut_by" : "ways.around", { what: past.join(t("ways.and")) }),
  ].filter(Boolean);
}
