// What is said over the map follows the language on screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createNotice } from "../../assets/ui/notice.mjs";
import { speak } from "../../assets/words/texts.mjs";

const TEXTS = { "zh-CN": { "map.back": "中断约 {seconds} 秒" }, en: { "map.back": "gone for {seconds} s" } };
const inLanguage = (lang) => speak(lang, async () => ({ ok: true, json: async () => TEXTS[lang] }));

test("what stands over the map is said again when the language changes, with its figures", async () => {
  await inLanguage("zh-CN");
  const node = { textContent: "", hidden: true };
  const tell = createNotice(node);
  tell("map.back", { seconds: 4 });
  assert.deepEqual(node, { textContent: "中断约 4 秒", hidden: false });
  await inLanguage("en");
  assert.equal(node.textContent, "gone for 4 s");
  tell(null);
  assert.deepEqual(node, { textContent: "", hidden: true });
});

test("what others say there is left to them", async () => {
  await inLanguage("en");
  const node = { textContent: "", hidden: true };
  createNotice(node)(null);
  Object.assign(node, { textContent: "no compound yet", hidden: false });
  await inLanguage("zh-CN");
  assert.deepEqual(node, { textContent: "no compound yet", hidden: false });
});
