import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const ASSETS = new URL("../../assets/", import.meta.url);

/** Where the computer's own clock may be read, and how often: nothing is measured with it. */
const READ = {
  "session/live.mjs": 1, // until the server's time is known
  "panels/clock.mjs": 1, // the same, for the clock on the screen
  "panels/camera/picture.mjs": 1, // makes an address new
};

test("no page measures with a clock that somebody may set", () => {
  const modules = readdirSync(ASSETS, { recursive: true }).filter((name) => name.endsWith(".mjs") && !name.startsWith("vendor"));
  assert.ok(modules.length > 60);
  const code = (name) => readFileSync(new URL(name, ASSETS), "utf8").replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
  const found = modules.map((name) => [name, code(name).match(/Date\.now|new Date\(\)/g)?.length ?? 0]);
  assert.deepEqual(Object.fromEntries(found.filter(([, n]) => n)), READ);
});
