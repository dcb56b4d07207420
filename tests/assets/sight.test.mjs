import assert from "node:assert/strict";
import { test } from "node:test";
import { drawable } from "../../assets/geometry/angles.mjs";
import { seenStyle } from "../../assets/map/cameras/view.mjs";
import { densityWords, ofEdition, ringLabel, ringWords } from "../../assets/words/densities.mjs";
import { askToView } from "../../assets/panels/camera/picture.mjs";

const CATALOGUE = { densities: { 2014: { levels: { recognise: { px_m: 125, label: "识认", en: "recognise" } } } } };

test("a camera's pose is brought to what a map can draw", () => {
  assert.deepEqual(drawable({ vfov_deg: 40, tilt_deg: 20 }), { vfov: 40, pitch: 70 });
  assert.deepEqual(drawable({ vfov_deg: 180, tilt_deg: -10 }), { vfov: 110, pitch: 88 });
  assert.deepEqual(drawable({ vfov_deg: 5, tilt_deg: 120 }), { vfov: 15, pitch: 0 });
});

test("a camera sees ground, buildings and what lives, not lines on a map", () => {
  const layer = (id, source, more = {}) => ({ id, source, type: "fill", ...more });
  const style = {
    sources: { buildings: {}, grids: {}, incidents: { type: "geojson", data: { features: [1] } } },
    layers: [
      layer("buildings", "buildings", { minzoom: 15 }),
      layer("grids", "grids"),
      layer("case", "incidents", { layout: { visibility: "none", "text-size": 30, "text-font": ["x"] } }),
    ],
  };
  const seen = seenStyle(style);
  assert.deepEqual(
    seen.layers.map(({ id }) => id),
    ["buildings", "case"],
  );
  assert.deepEqual(Object.keys(seen.sources), ["buildings", "incidents"]);
  assert.deepEqual(seen.sources.incidents.data.features, []);
  assert.equal(seen.layers[0].minzoom, undefined);
  assert.deepEqual(seen.layers[1].layout, { visibility: "visible", "text-size": 11, "text-font": ["x"] });
});

test("a density is said with its level, and what makes it less sure", () => {
  const camera = { density_px_m: 126.4, levels: { 2014: "recognise" }, certainty: 1, beside: false };
  const words = (more) => densityWords({ ...camera, ...more }, CATALOGUE, "2014");
  assert.match(words(), /识认|recognise/);
  assert.match(words({ certainty: 0.5 }), /sight.maybe/);
  assert.match(words({ beside: true, certainty: 0.5 }), /sight.beside/);
  assert.equal(densityWords({}, CATALOGUE, "2014"), "");
});

test("rings are those of one edition", () => {
  const geometry = {
    type: "MultiLineString",
    coordinates: [
      [[0, 0]],
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    ],
  };
  const ring = (edition) => ({ geometry, properties: { edition, label: "识认", en: "recognise", px_m: 125, radius_m: 12 } });
  const found = ofEdition([ring("2014"), ring("2025")], "2014");
  assert.equal(found.length, 1);
  assert.match(ringLabel(found[0]).properties.words, / 125$/);
  assert.deepEqual(
    [0, 1].map((i) => ringLabel(found[0], i).geometry.coordinates),
    [
      [1, 1],
      [3, 3],
    ],
  );
  assert.match(ringWords(found[0]), /12 m/);
});

test("a real picture is asked for with a purpose, and a refusal says why", async () => {
  const asked = [];
  const get = (status, answer) => async (url, options) => {
    asked.push([url, options.method, JSON.parse(options.body)]);
    return { ok: status === 200, status, json: async () => answer };
  };
  const told = await askToView("a/camera/1", { purpose: "patrol", incident: null }, get(200, { stream: "s", kind: "still" }));
  assert.deepEqual(told, { stream: "s", kind: "still" });
  assert.deepEqual(asked[0], ["/api/cameras/a/camera/1/view", "POST", { purpose: "patrol", incident: "" }]);
  await assert.rejects(askToView("a/camera/1", { purpose: "x" }, get(422, { reason: "not so" })), /not so/);
});
