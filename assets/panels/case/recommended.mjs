// Who could go: the nearest three, with their way and why, and the buttons that send them.
import { active, sending } from "./actions.mjs";
import { attribute, h, keyed, pending, say, shown } from "../../ui/dom.mjs";
import { metres, travel } from "../../words/format.mjs";
import { capOf } from "../keys.mjs";
import { homeName, roleWord } from "../../words/names.mjs";
import { t } from "../../words/texts.mjs";
import { tripWords } from "../../words/trips.mjs";

const SHOWN = 3; // recommendations: more would push the buttons off a laptop screen

/** Draw the recommendations of a case, and what to do where there is nobody. */
export function drawRecommendations(part, row, detail, possible, { dispatch, takeOver, openPeople, desk }) {
  const rows = (detail?.recommendations ?? []).slice(0, SHOWN);
  const [first, further] = [possible.includes("assign"), possible.includes("add_responder")];
  const visible = Boolean(detail) && (first || further);
  shown(part.recommendedHead, visible);
  drawNobody(part.nobody, visible && rows.length === 0, { openPeople, desk });
  shown(part.recommended, visible);
  const make = (found) =>
    h(
      "li",
      {},
      h("span", { class: "who" }),
      h("strong", { class: "travel figures" }),
      h(
        "span",
        { class: "buttons" },
        h(
          "button",
          { type: "button", class: "send", onclick: () => dispatch(found.responder) },
          h("span", {}),
          h("span", { class: "unseen" }),
          h("kbd", {}),
        ),
        h("button", { type: "button", class: "swap", onclick: () => takeOver(found.responder) }),
      ),
      h("span", { class: "why dim" }),
    );
  keyed(
    part.recommended,
    rows,
    (found) => found.responder,
    make,
    (node, found) => {
      const best = found === rows[0];
      attribute(node, "data-best", best && first);
      say(node.querySelector(".who"), [found.name, roleWord(found.role)].filter(Boolean).join(" · "));
      say(node.querySelector(".travel"), travelWords(found));
      attribute(node, "data-lost", found.located === false);
      say(node.querySelector(".why"), whyWords(found));
      const send = node.querySelector(".send");
      attribute(send, "class", best && first ? "send primary" : "send");
      attribute(send, "disabled", !sending(possible, row, found.responder));
      pending(send, desk.commander.busy(row.id));
      say(send.children[1], found.name);
      say(send.firstElementChild, t(first ? "action.assign" : "action.add_responder"));
      shown(say(send.lastElementChild, capOf("command:assign")), best && first);
      const swap = node.querySelector(".swap");
      shown(say(swap, t("action.reassign")), possible.includes("reassign") && (row.crew ?? []).some(active));
      pending(swap, desk.commander.busy(row.id));
    },
  );
}

/** Nobody to recommend: say so, and lead to where people are put on duty. */
function drawNobody(node, visible, { openPeople, desk }) {
  shown(node, visible);
  if (!visible) return;
  const [words, button] = node.children;
  say(words, t("incident.nobody"));
  shown(button, Boolean(desk.me.may?.includes("duty_on")));
  say(button.firstElementChild, t("people.open"));
  say(button.lastElementChild, capOf("people"));
  button.onclick = () => openPeople();
}

/** How soon; of whom nobody knows where they are, that, and no time of arrival. */
function travelWords({ located, seconds }) {
  if (located === false) return t("duty.place_unknown");
  return seconds === null ? t("ways.cut_off") : travel(seconds);
}

function whyWords(found) {
  const fromPost = found.located === false && Number.isFinite(found.seconds);
  const words = [
    homeName(found.responder),
    fromPost && t("why.from_post", { time: travel(found.seconds) }),
    found.skilled ? t("why.skilled") : t("why.unskilled"),
    t("why.load", { n: found.load ?? 0 }),
    ...tripWords(found),
    Number.isFinite(found.distance_m) && metres(found.distance_m),
  ];
  return words.filter(Boolean).join(" · ");
}
