// What is asked for ahead is used once, and only on pages with a map.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, askAhead } from "../../assets/ahead.mjs";

function server() {
  const asked = [];
  return { asked, get: async (path) => (asked.push(path), `${path} #${asked.length}`) };
}

test("a page with a map asks at once, and each answer is used once", async () => {
  const { asked, get } = server();
  assert.equal(askAhead("/wall", "en", get), true);
  assert.deepEqual(asked, ["/api/texts/en", "/api/me", "/api/places", "/api/catalogue", "/api/style?lang=en"]);
  assert.equal(await ask("/api/me", get), "/api/me #2");
  assert.equal(await ask("/api/me", get), "/api/me #6");
  assert.equal(await ask("/api/other", get), "/api/other #7");
});

test("other pages ask for nothing, and a failure is heard by who asks", async () => {
  const { asked, get } = server();
  assert.equal(askAhead("/login", "en", get), false);
  assert.deepEqual(asked, []);
  askAhead("/console", "zh-CN", async () => Promise.reject(new Error("no link")));
  await assert.rejects(ask("/api/me"), /no link/);
});
