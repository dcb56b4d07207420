import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFrame, unpackState } from "../../assets/session/frames.mjs";
import { beat, delta, packed, snapshot, stage } from "./link.mjs";

test("a state byte comes apart into code, age and level", () => {
  assert.deepEqual(unpackState(75), { code: 3, age: 1, level: 2 });
});

test("bytes that are not a device frame are not decoded", () => {
  const right = packed(1, [[0, 1, 0]]);
  assert.equal(decodeFrame(right).count, 1);
  assert.equal(decodeFrame(right.slice(0, 28)), null);
  assert.equal(decodeFrame(new ArrayBuffer(3)), null);
  assert.equal(decodeFrame(new ArrayBuffer(20)), null);
  assert.equal(decodeFrame("DYN1"), null);
});

test("a snapshot fills things, panels and devices, and says so once it is whole", () => {
  const { live, begin, kinds, heard, socket } = stage();
  begin();
  assert.deepEqual(socket().sent, [
    {
      kind: "hello",
      session: "live",
      screen: "console",
      band: "near",
      compounds: ["huodian"],
      layers: [],
      seq: null,
      epoch: null,
    },
  ]);
  assert.deepEqual(kinds(), ["snapshot", "status"]);
  assert.equal(heard.at(-1)[1].state, "live");
  assert.equal(live.model.things.incidents.get("i1").level, 1);
  assert.equal(live.model.panels.counts.open, 1);
  assert.deepEqual([...live.model.state].map(unpackState), [
    { code: 0, age: 0, level: 0 },
    { code: 7, age: 3, level: 0 },
    { code: 1, age: 2, level: 1 },
  ]);
  assert.equal(live.model.value[0], 1.5);
});

test("deltas change things, panels and devices, and name what they changed", () => {
  const { live, begin, heard, socket } = stage();
  begin();
  heard.length = 0;
  socket().take(
    delta(6, { things: { incidents: { i1: null, i2: { id: "i2" } } } }),
    delta(7, { panels: { kpi: { open: 2 } } }),
    packed(8, [[1, 7, 0]]),
    beat(9),
  );
  assert.deepEqual(
    heard.map(([kind, what]) => [kind, what.seq]),
    [
      ["things", 6],
      ["panels", 7],
      ["devices", 8],
      ["beat", 9],
    ],
  );
  assert.deepEqual([...heard[2][1].index], [1]);
  assert.deepEqual([...live.model.things.incidents.keys()], ["i2"]);
  assert.deepEqual(Object.keys(live.model.panels), ["counts", "kpi"]);
  assert.equal(live.model.value[1], 7);
});

test("a device is found by its index and its index by the device, across compounds", () => {
  const { live, begin } = stage();
  begin();
  assert.equal(live.deviceId(2), null);
  live.model.know("huodian", "v1", ["huodian/gate/1", "huodian/lift/1"]);
  live.model.know("xiangyuan", "v1", ["xiangyuan/gate/1"]);
  assert.equal(live.deviceId(2), "xiangyuan/gate/1");
  assert.equal(live.model.indexOf("xiangyuan/gate/1"), 2);
  assert.deepEqual(live.model.reading("xiangyuan/gate/1"), { code: 1, age: 2, level: 1, value: 3 });
  assert.equal(live.model.reading("huodian/gate/9"), null);
  assert.equal(live.model.reading("elsewhere/gate/1"), null);
  live.model.know("huodian", "v2", ["huodian/gate/1"]);
  assert.equal(live.deviceId(0), null, "numbers of another version mean other devices");
  assert.equal(live.deviceId(3), null);
});

test("a gap in the sequence asks for everything and takes nothing until it comes", () => {
  const { live, begin, heard, socket } = stage();
  begin();
  heard.length = 0;
  socket().take(delta(7, { panels: { kpi: 1 } }));
  assert.equal(socket().sent.at(-1).kind, "hello");
  assert.equal(socket().sent.at(-1).seq, null);
  socket().take(delta(8, { panels: { kpi: 2 } }), packed(9, [[0, 9, 0]]));
  assert.deepEqual(heard, []);
  assert.equal(socket().sent.length, 2, "asked once");
  socket().take(snapshot(20), packed(21, [[0, 2, 0]]), beat(22));
  assert.deepEqual(
    heard.map(([kind]) => kind),
    ["snapshot", "beat"],
  );
  assert.equal(live.model.value[0], 2);
});

test("a fresh snapshot may come at any time", () => {
  const { begin, kinds, socket } = stage();
  begin();
  socket().take(snapshot(90, { epoch: "e.2" }), packed(91, []), beat(92));
  assert.deepEqual(kinds().slice(-2), ["snapshot", "beat"]);
});

test("garbage asks for everything, at most once a second", () => {
  const { begin, pass, socket } = stage();
  begin();
  const hellos = () => socket().sent.filter((message) => message.kind === "hello").length;
  socket().take("{nonsense");
  assert.equal(hellos(), 2);
  socket().take(snapshot(20), packed(21, []), "null");
  assert.equal(hellos(), 2);
  pass(1000);
  assert.equal(hellos(), 3);
  socket().take(snapshot(30), packed(31, []));
  pass(1500);
  socket().take(beat(32), new ArrayBuffer(7));
  assert.equal(hellos(), 4);
  socket().take(snapshot(40), packed(41, []));
  pass(3000);
  socket().take(beat(42), packed(43, [[99, 1, 0]]));
  assert.equal(hellos(), 5, "a device outside the numbering");
});

test("a snapshot whose devices do not follow is asked for again", () => {
  const { begin, socket, pass, live } = stage();
  begin();
  pass(2000);
  socket().take(snapshot(20), beat(21));
  assert.equal(socket().sent.filter((message) => message.kind === "hello").length, 2);
  socket().take(snapshot(30), packed(31, []));
  assert.equal(live.status.state, "live");
});

test("a new view is told once and remembered for the next connection", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  live.view({ band: "far", compounds: [] });
  live.view({ band: "far", compounds: [] });
  assert.deepEqual(socket().sent.slice(1), [{ kind: "view", band: "far", compounds: [] }]);
  socket().drop();
  live.view({ band: "near", compounds: ["xiangyuan"] });
  pass(600);
  socket().open();
  assert.deepEqual([socket().sent[0].band, socket().sent[0].compounds], ["near", ["xiangyuan"]]);
});

test("a denial is passed on and is not a sign of life", () => {
  const { live, heard, socket } = stage();
  socket().open();
  socket().take({ kind: "denied", reason: "no such session" });
  assert.deepEqual(heard, [["denied", "no such session"]]);
  assert.equal(live.status.state, "connecting");
});

test("a listener that stopped hears nothing more", () => {
  const { live, begin, socket } = stage();
  const heard = [];
  const stop = live.on("beat", (frame) => heard.push(frame.seq));
  begin();
  socket().take(beat(6));
  stop();
  socket().take(beat(7));
  assert.deepEqual(heard, [6]);
});
