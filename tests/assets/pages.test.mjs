import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, join } from "../../assets/pages/joins.mjs";
import { PANELS, furnish } from "../../assets/pages/panels.mjs";
import { bareDesk } from "./desk.mjs";

const PAGES = ["wall", "console", "replay"];
const standing = (page) => PANELS.filter(({ pages }) => pages.includes(page));

test("panels are made after what they need, once, and drawn in the order of the table", () => {
  const made = [];
  const row = (name, needs = []) => ({
    name,
    pages: ["console"],
    needs,
    create: (desk, needed) => (made.push([name, Object.keys(needed).join()]), { name, desk }),
  });
  const table = [row("first", ["last"]), row("second", ["last", "first"]), row("last"), { ...row("other"), pages: ["wall"] }];
  const panels = furnish("console", "the desk", table);
  assert.deepEqual(made, [
    ["last", ""],
    ["first", "last"],
    ["second", "last,first"],
  ]);
  assert.deepEqual(Object.keys(panels), ["first", "second", "last"]);
  assert.ok(Object.values(panels).every(({ desk }) => desk === "the desk"));
});

test("a page has each of its panels once, and all that those need", () => {
  for (const page of PAGES) {
    const names = standing(page).map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, page);
    for (const { name, needs = [] } of standing(page))
      assert.deepEqual(
        needs.filter((need) => !names.includes(need)),
        [],
        `${page}: ${name}`,
      );
  }
  assert.deepEqual(new Set(PANELS.flatMap(({ pages }) => pages)), new Set(PAGES));
});

/** A desk without a page around it, and panels that note what they are asked. */
function scene() {
  const heard = [];
  const note = (name) => (id) => void heard.push(id === undefined ? [name] : [name, id]);
  const desk = bareDesk();
  const panels = {
    people: { show: note("show") },
    building: { enter: note("enter"), choose: note("choose"), drawAgain: note("again") },
    layers: { apply: note("apply") },
    device: { cancel: note("cancel") },
    coverage: { take: ({ id }) => id === "huodian/camera/1" },
  };
  return { desk, heard, panels };
}

test("what is gone to is shown by the panel that is about it", () => {
  const { desk, heard, panels } = scene();
  join(desk, panels);
  desk.goTo({ type: "responder", id: "zhou" });
  desk.goTo({ type: "building", id: "93" });
  assert.deepEqual(heard, [
    ["show", "zhou"],
    ["enter", "93"],
  ]);
});

test("a map that stands gets the layers, one that came back the open building, one that went ends the placing", (context) => {
  context.mock.method(globalThis, "fetch", async () => ({ ok: false, status: 404 }));
  const { desk, heard, panels } = scene();
  join(desk, panels);
  const map = { drawRoute: () => {}, highlightCameras: () => {}, select: () => {} };
  desk.setMap(map);
  desk.furnishMap(false);
  desk.setMap(null);
  desk.setMap(map);
  desk.furnishMap(true);
  assert.deepEqual(heard, [["apply"], ["cancel"], ["apply"], ["again"]]);
});

test("what is chosen on the map is taken by coverage first, and on a wall by nobody who is not there", () => {
  const { desk, heard, panels } = scene();
  chosen(desk, panels, { type: "camera", id: "huodian/camera/1" });
  assert.equal(desk.picked(), null);
  chosen(desk, panels, { type: "floor", id: "7" });
  assert.deepEqual(heard, [["choose", "7"]]);
  assert.equal(chosen(desk, {}, { type: "building", id: "93" }), undefined);
});
