import assert from "node:assert/strict";
import { test } from "node:test";
import { creditsOf } from "../../assets/map/places/attribution.mjs";

test("a credit out of a file is text, whatever stands in it", () => {
  const said = [
    { attribution: '测绘院"><img src=x onerror=alert(1)>' },
    { attribution: "A & B's" },
    { attribution: "" },
    { attribution: "A & B's" },
    {},
  ];
  assert.deepEqual(creditsOf(said), ["测绘院&quot;&gt;&lt;img src=x onerror=alert(1)&gt;", "A &amp; B&#39;s"]);
  assert.ok(creditsOf([{ attribution: "<>\"'&".repeat(9) }]).every((words) => !/[<>"']/.test(words)));
});
