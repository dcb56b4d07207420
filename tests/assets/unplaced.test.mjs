// Before the first compound: the server is asked once it counts one, and not at every drawing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createUnplaced } from "../../assets/panels/unplaced.mjs";
import { glass } from "./glass.mjs";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A page without places that is drawn ten times a second; `answer` gives what the server says. */
function page(context, answer) {
  glass(context);
  let [time, asked, begun, compounds] = [0, 0, 0, 0];
  const desk = { places: [], panels: () => ({ totals: { compounds } }), map: () => null, me: {} };
  const panel = createUnplaced(desk, {
    words: true,
    now: () => time,
    again: () => (begun += 1),
    get: async () => ((asked += 1), answer(asked)),
  });
  const draw = async (ms) => {
    for (const end = time + ms; time < end; time += 100) {
      panel.draw();
      await settled();
    }
  };
  return { draw, count: (n) => (compounds = n), asked: () => asked, begun: () => begun };
}

const places = (...rows) => ({ ok: true, json: async () => rows });

test("nothing is asked while the server counts no compound", async (context) => {
  const { draw, asked } = page(context, () => places());
  await draw(3000);
  assert.equal(asked(), 0);
});

test("the page begins anew with the first answer that names a place", async (context) => {
  const { draw, count, asked, begun } = page(context, () => places({ id: "huodian" }));
  count(1);
  await draw(100);
  assert.deepEqual([asked(), begun()], [1, 1]);
});

test("a server that refuses, does not answer or names none yet is asked again every two seconds", async (context) => {
  const answers = [() => ({ ok: false, status: 503 }), () => Promise.reject(new TypeError("no link")), () => places()];
  const { draw, count, asked, begun } = page(context, (n) => (answers[n - 1] ?? (() => places({ id: "huodian" })))());
  count(1);
  await draw(2000);
  assert.equal(asked(), 1);
  await draw(4000);
  assert.deepEqual([asked(), begun()], [3, 0]);
  await draw(100);
  assert.deepEqual([asked(), begun()], [4, 1]);
});
