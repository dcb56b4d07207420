// Who hears of whom on a page: what is gone to or chosen on the map, and the panel that shows it.

/**
 * Let panels hear what the desk tells.
 * @param {import("../panels/desk.mjs").Desk} desk
 * @param {Record<string, any>} panels of the page; a wall has few of them
 */
export function join(desk, { people, building, layers, device }) {
  desk.on("go", ({ type, id }) => {
    if (type === "responder") people?.show(id);
    if (type === "building") building?.enter(id);
  });
  desk.on("map", () => layers?.apply());
  desk.on("again", () => building?.drawAgain());
  desk.on("gone", () => device?.cancel());
}

/**
 * What a choice on the map does, or the choice of nothing.
 * @param {import("../panels/desk.mjs").Desk} desk
 * @param {Record<string, any>} panels
 * @param {Target|null} target
 */
export function chosen(desk, { people, building, coverage }, target) {
  if (!target) return desk.picked() ? desk.pick(null) : undefined;
  if (target.type === "incident") return desk.select(target.id);
  if (target.type === "responder") {
    people?.show(target.id);
    return desk.select(desk.things().responders.get(target.id)?.incident ?? desk.selected());
  }
  if (coverage?.take(target)) return undefined;
  if (target.type === "device" || target.type === "camera" || target.type === "gate") return desk.pick(target.id);
  if (target.type === "compound") return desk.visit(target.id);
  if (target.type === "building") return building?.enter(target.id);
  if (target.type === "floor") return building?.choose(target.id);
  return undefined;
}
