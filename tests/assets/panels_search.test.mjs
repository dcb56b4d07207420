import assert from "node:assert/strict";
import { test } from "node:test";
import { percent } from "../../assets/panels/addresses.mjs";
import { notesOf, summaryOf, typeOf } from "../../assets/words/search_result.mjs";

test("a share is whole only when nothing is missing", () => {
  assert.deepEqual([1, 0.999, 0.5, 0, undefined].map(percent), ["100 %", "99 %", "50 %", "0 %", "–"]);
});

test("without its texts a result still says what it is and why", () => {
  assert.equal(typeOf({ type: "address" }), "address");
  assert.equal(notesOf({ notes: [{ code: "room_as_written" }, { code: "slip", written: "撞", read: "幢" }] }), "slip");
  assert.equal(notesOf({}), "");
});

test("the line over the results says that an address fits several places or none", () => {
  const row = (fits) => ({ type: "address", fits });
  assert.equal(summaryOf("3幢", [row(true)]), "");
  assert.match(summaryOf("3幢", [row(true), row(true)]), /several/);
  assert.match(summaryOf("99幢", [row(false)]), /none/);
  assert.equal(summaryOf("烟", [{ type: "device" }]), "");
  assert.match(summaryOf("x", []), /nothing/);
});
