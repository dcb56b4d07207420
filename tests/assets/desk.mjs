// A desk without a page around it.
import { createDesk } from "../../assets/panels/desk.mjs";

/** @param {Row} [more] what the test is about */
export function bareDesk(more = {}) {
  return createDesk({
    me: {},
    places: [],
    catalogue: {},
    clock: {},
    session: "live",
    redraw: () => {},
    live: { model: {}, send: () => {} },
    ...more,
  });
}
