// Before the first compound: say so, and begin anew once there is one, for a page learns what places
// there are when it starts.
import { byId, h, say, shown } from "../ui/dom.mjs";
import { t } from "../words/texts.mjs";

const AGAIN_MS = 2000; // panels are drawn many times a second, the server is not asked so often

/**
 * @param {import("./desk.mjs").Desk} desk
 * @param {object} options
 * @param {boolean} options.words whether the page says it over the map
 * @param {typeof fetch} [options.get]
 * @param {() => void} [options.again] begin anew
 * @param {() => number} [options.now] milliseconds that never jump
 */
export function createUnplaced(desk, { words, get = fetch, again = () => location.reload(), now = () => performance.now() }) {
  if (desk.places.length) return { draw: () => {} };
  let [asking, answered] = [false, -Infinity];
  const [said, way] = [h("span", {}), h("a", { href: "/import" })];

  /** The server counts compounds: there is nothing on this page to lose, once it names them, too. */
  const look = async () => {
    if (asking || now() - answered < AGAIN_MS || !desk.panels().totals?.compounds) return;
    asking = true;
    const places = await get("/api/places").then(
      (response) => (response.ok ? response.json() : []),
      () => [],
    );
    if (places.length) again();
    [asking, answered] = [false, now()];
  };

  const draw = () => {
    look();
    if (!words || !desk.map()) return;
    const notice = byId("map-notice");
    if (said.parentElement !== notice) notice.replaceChildren(said, " ", way);
    say(said, t("map.no_place"));
    shown(say(way, t("nav.import")), desk.me.role === "administrator");
    shown(notice, true);
  };
  return { draw };
}
