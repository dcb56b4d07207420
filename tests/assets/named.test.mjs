import assert from "node:assert/strict";
import { test } from "node:test";
import { nameFeatures } from "../../assets/map/places/names.mjs";
import { createTelling } from "../../assets/words/records.mjs";
import { placeOf } from "../../assets/panels/people/duty.mjs";
import { detailOf } from "../../assets/words/search_result.mjs";
import { caseWords, homeName, know, whereabouts } from "../../assets/words/names.mjs";
import { speak } from "../../assets/words/texts.mjs";
import { bareDesk } from "./desk.mjs";

const NOW = 1_795_228_927_000;
const PLACES = [
  { id: "huodian", name: "火电小区", name_en: "Huodian", center: [113.15, 27.83] },
  { id: "xiangyuan", name: "湘园", name_en: "Xiangyuan", center: [113.16, 27.84] },
];
const WORDS = { "map.seen": "位置更新于 {time}", "grid.name": "第{n}网格", "role.guard": "保安", "duty.available": "空闲" };
const incident = {
  id: "INC-1",
  kind: "gate_forced",
  compound: "xiangyuan",
  grid: "g1",
  place: "物业值班室东侧 · 第1网格",
  level: 2,
  state: "reported",
};

const inLanguage = async (lang) => {
  know({ incidents: { gate_forced: { label: "门禁被强开", en: "Gate forced open" } } }, PLACES);
  await speak(lang, async () => ({ ok: true, json: async () => WORDS }));
};

test("where a case is begins with its compound, in the language on screen", async () => {
  await inLanguage("zh-CN");
  assert.equal(whereabouts(incident), "湘园 · 物业值班室东侧 · 第1网格");
  assert.equal(whereabouts({ ...incident, place: "东门" }), "湘园 · 东门 · 第1网格");
  assert.equal(caseWords(incident), "门禁被强开 · 湘园 · 物业值班室东侧 · 第1网格");
  await inLanguage("en");
  assert.match(whereabouts(incident), /^Xiangyuan · /);
  assert.match(caseWords(incident), /^Gate forced open · Xiangyuan · /);
});

test("two places of one name in two compounds read differently", async () => {
  await inLanguage("zh-CN");
  assert.notEqual(whereabouts(incident), whereabouts({ ...incident, compound: "huodian" }));
});

test("any part is named after the compound that its id begins with", async () => {
  await inLanguage("zh-CN");
  assert.equal(homeName("huodian/responder/zhoumin"), "火电小区");
  assert.equal(homeName("xiangyuan/gate/1"), "湘园");
  assert.equal(homeName("elsewhere/gate/1"), "elsewhere", "one that is not known by its id");
});

test("what a search finds says its compound, whatever it is", async () => {
  await inLanguage("zh-CN");
  const rows = [
    { type: "incident", id: "INC-1", compound: "xiangyuan", detail: "东门" },
    { type: "responder", id: "xiangyuan/responder/1", compound: "xiangyuan", detail: "guard", duty: "available" },
    { type: "device", id: "xiangyuan/gate/1", compound: "xiangyuan", place: "湘园", detail: "门禁" },
    { type: "address", id: "xiangyuan/b1#1", compound: "xiangyuan", place: "湘园", detail: "" },
  ];
  for (const row of rows) assert.match(detailOf(row), /^湘园/, row.type);
  assert.equal(detailOf(rows[1]), "湘园 · 保安 · 空闲");
  assert.equal(detailOf({ type: "compound", id: "xiangyuan", compound: "xiangyuan", detail: "" }), "", "its name is its name");
});

test("what the map says of a case, a device, a person and a building names the compound", async () => {
  await inLanguage("zh-CN");
  const model = {
    things: {
      incidents: new Map([["INC-1", incident]]),
      responders: new Map([
        [
          "xiangyuan/responder/1",
          { name: "王五", role: "guard", status: "available", compound: "xiangyuan", lonlat: [113.16, 27.84], at: NOW - 5000, takes: [] },
        ],
      ]),
    },
  };
  const ring = [
    [113, 27],
    [113.1, 27],
    [113.1, 27.1],
    [113, 27],
  ];
  const tell = createTelling({
    kinds: () => ({ gate: { label: "门禁" } }),
    titleOf: () => "门禁被强开",
    live: () => ({ model }),
    cases: { spot: () => ({ lonlat: [113, 27] }) },
    movers: { at: () => null },
    lastSeen: (person) => placeOf(person, NOW, 900),
    places: {
      device: (id) => ({ id, kind: "gate", name: "东门", lonlat: [113, 27] }),
      building: () => ({ properties: { name: "6幢", floors: 6 }, geometry: { coordinates: [ring] } }),
      summary: () => PLACES[1],
    },
  });
  for (const [type, id] of [
    ["incident", "INC-1"],
    ["device", "xiangyuan/gate/1"],
    ["responder", "xiangyuan/responder/1"],
    ["building", "xiangyuan/b6"],
  ])
    assert.match(tell({ type, id }).lines.join(" "), /湘园/, type);
  assert.match(tell({ type: "responder", id: "xiangyuan/responder/1" }).lines.at(-1), /\d\d:\d\d:\d\d/);
});

test("a compound's name stands at its northernmost corner, or where its bounds end", () => {
  const outline = [
    {
      geometry: {
        type: "Polygon",
        coordinates: [
          [
            [113, 27],
            [113.2, 27.3],
            [113.1, 27.1],
            [113, 27],
          ],
        ],
      },
    },
  ];
  const [drawn] = nameFeatures(
    [{ id: "xiangyuan", bounds: [113, 27, 113.2, 27.3] }],
    () => outline,
    () => "湘园",
  );
  assert.deepEqual([drawn.geometry.coordinates, drawn.properties], [[113.2, 27.3], { id: "xiangyuan#name", name: "湘园" }]);
  const line = [{ geometry: { type: "LineString", coordinates: outline[0].geometry.coordinates[0] } }];
  assert.deepEqual(nameFeatures([{ id: "a", bounds: [0, 0, 2, 2] }], () => line, String)[0].geometry.coordinates, [113.2, 27.3]);
  assert.deepEqual(nameFeatures([{ id: "a", bounds: [0, 0, 2, 2] }], () => [], String)[0].geometry.coordinates, [1, 2]);
});

test("devices whose names could not be fetched are asked for again, until they are known", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const settled = async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const rows = { devices: [{ id: "huodian/gate/1", name: "东门" }] };
  const answers = [Promise.reject(new TypeError("no network")), { ok: false, status: 503 }, { ok: true, json: async () => rows }];
  const asked = context.mock.method(globalThis, "fetch", async () => answers.shift());
  const desk = bareDesk({ places: [{ id: "huodian" }] });
  desk.learn("huodian");
  for (let turn = 0; turn < 4; turn += 1) {
    desk.learn("huodian");
    await settled();
    context.mock.timers.tick(5000);
  }
  assert.equal(desk.device("huodian/gate/1").name, "东门");
  assert.equal(asked.mock.callCount(), 3);
});
