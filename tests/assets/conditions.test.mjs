// Conditions in words: one badge for each code, when and where.
import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped, sinceWords, whereWords } from "../../assets/panels/conditions.mjs";

const NOON = Date.parse("2026-11-21T04:00:00Z"); // noon in China
const row = (code, street, since, count = 1) => ({ code, tone: "bad", street, since, count, figures: {} });
const PLACES = [
  { territory: "lusong.hejiatu.changtangwan.huodian", street: "贺家土街道" },
  { territory: "lusong.hejiatu.changtangwan.jinyuan", street: "贺家土街道" },
  { territory: "lusong.jianning.x.nanxing", street: "建宁街道" },
];

test("one code is one badge: the earliest time, all streets, all together", () => {
  const rows = grouped([row("stream_gap", "a.b", 20, 2), row("stream_gap", "a.c", 10, 3), row("place_left_out", "", 5)]);
  assert.deepEqual(
    rows.map(({ code, streets, since, count }) => [code, streets, since, count]),
    [
      ["stream_gap", ["a.b", "a.c"], 10, 5],
      ["place_left_out", [], 5, 1],
    ],
  );
});

test("what began today is told by the hour, what began earlier with its day", () => {
  assert.equal(sinceWords(NOON - 3_600_000, NOON), "11:00");
  assert.equal(sinceWords(NOON - 86_400_000, NOON), "11-20 12:00");
});

test("the street is named to who sees several", () => {
  assert.equal(whereWords(["lusong.jianning"], PLACES), "建宁街道");
  assert.equal(whereWords(["lusong.hejiatu", "lusong.jianning"], PLACES), "condition.streets");
  assert.equal(whereWords(["lusong.hejiatu"], PLACES.slice(0, 2)), "");
  assert.equal(whereWords([], PLACES), "");
});
