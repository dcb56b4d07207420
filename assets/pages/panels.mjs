// Which panels stand on which page: one row a panel, in the order in which they are drawn.
import { createBuilding } from "../panels/building/building.mjs";
import { createConditions } from "../panels/conditions.mjs";
import { createCoverage } from "../panels/camera/coverage.mjs";
import { createDevice } from "../panels/camera/device.mjs";
import { createHeader, drawChip } from "../panels/header.mjs";
import { createIncident } from "../panels/case/case.mjs";
import { createLayers } from "../panels/layers.mjs";
import { createNews } from "../panels/news.mjs";
import { createPeople } from "../panels/people/people.mjs";
import { createQueue } from "../panels/queue.mjs";
import { createSearch } from "../panels/search.mjs";
import { createStrip } from "../panels/strip.mjs";
import { createTransport } from "../panels/replay.mjs";
import { createUnplaced } from "../panels/unplaced.mjs";
import { createWall } from "../panels/wall/wall.mjs";
import { createWatch } from "../panels/wall/liveness.mjs";

/** @typedef {import("../panels/desk.mjs").Desk} Desk */

/**
 * A panel. `create` is given the desk and, of the panels that it `needs`, those of the page. What it
 * gives may have `draw`, called when something has changed, `tick`, called every second, and more
 * that the page's keys and buttons call.
 * @typedef {object} Descriptor
 * @property {string} name
 * @property {string[]} pages
 * @property {string[]} [needs] names of panels that are made before it
 * @property {(desk: Desk, needed: Row) => any} create
 */

const DESKS = ["console", "replay"];
const ALL = ["wall", ...DESKS];

const openReplay = (at) => location.assign(`/replay?at=${Math.round(at)}`);

/** @type {Descriptor[]} */
export const PANELS = [
  { name: "conditions", pages: ALL, create: createConditions },
  { name: "unplaced", pages: ["wall"], create: (desk) => createUnplaced(desk, { words: false }) },
  { name: "unplaced", pages: DESKS, create: (desk) => createUnplaced(desk, { words: true }) },
  { name: "watch", pages: ["wall"], create: createWatch },
  { name: "wall", pages: ["wall"], create: createWall },
  { name: "chip", pages: ["wall"], create: (desk) => ({ draw: () => drawChip(desk) }) },
  { name: "header", pages: DESKS, create: createHeader },
  { name: "queue", pages: DESKS, create: createQueue },
  { name: "incident", pages: DESKS, needs: ["people"], create: (desk, { people }) => createIncident(desk, people.open) },
  { name: "layers", pages: DESKS, needs: ["coverage"], create: (desk, { coverage }) => createLayers(desk, coverage.show) },
  { name: "coverage", pages: DESKS, create: createCoverage },
  { name: "building", pages: DESKS, create: (desk) => createBuilding(desk) },
  { name: "device", pages: DESKS, create: createDevice },
  { name: "people", pages: DESKS, create: createPeople },
  { name: "search", pages: DESKS, create: (desk) => createSearch(desk) },
  { name: "strip", pages: ["wall"], create: (desk) => createStrip(desk, null) },
  { name: "strip", pages: ["console"], create: (desk) => createStrip(desk, openReplay) },
  { name: "strip", pages: ["replay"], needs: ["transport"], create: (desk, { transport }) => createStrip(desk, transport.seek) },
  { name: "news", pages: ALL, create: (desk) => createNews(desk) },
  { name: "transport", pages: ["replay"], create: (desk) => createTransport(desk, desk.send) },
];

/**
 * Make the panels of a page.
 * @param {string} page
 * @param {Desk} desk
 * @param {Descriptor[]} [table]
 * @returns {Record<string, any>} by name, in the order in which they are drawn
 */
export function furnish(page, desk, table = PANELS) {
  const rows = new Map(table.filter(({ pages }) => pages.includes(page)).map((row) => [row.name, row]));
  const made = new Map();
  const make = (name) => {
    if (made.has(name)) return made.get(name);
    const { needs = [], create } = rows.get(name);
    made.set(name, create(desk, Object.fromEntries(needs.map((need) => [need, make(need)]))));
    return made.get(name);
  };
  return Object.fromEntries([...rows.keys()].map((name) => [name, make(name)]));
}
