import assert from "node:assert/strict";
import { test } from "node:test";
import { dutyCommands, dutyWords, placeOf } from "../../assets/panels/people/duty.mjs";
import { joinReplay } from "../../assets/panels/replay.mjs";
import { createDevice } from "../../assets/panels/camera/device.mjs";
import { createPeople, keepsDuty, listed } from "../../assets/panels/people/people.mjs";
import { speak } from "../../assets/words/texts.mjs";
import { bareDesk } from "./desk.mjs";
import { glass } from "./glass.mjs";

const zhou = { id: "huodian/responder/zhou", name: "Zhou", role: "guard", compound: "huodian", status: "available", takes: ["duty_off"] };

test("of oneself only means: the button of the own card, and of nobody else's", () => {
  const me = { may: ["duty_on", "duty_off"], of_oneself: ["duty_on", "duty_off"], responder: zhou.id };
  assert.deepEqual(dutyCommands(zhou, me), ["duty_off"]);
  assert.deepEqual(dutyCommands({ ...zhou, id: "huodian/responder/li" }, me), []);
  assert.deepEqual(dutyCommands(zhou, { ...me, responder: null }), []);
  assert.deepEqual(dutyCommands(zhou, { may: ["duty_off"], of_oneself: [] }), ["duty_off"]);
  assert.deepEqual(dutyCommands(zhou, { may: [] }), []);
});

test("what the state does not take is not offered, whoever looks", () => {
  const dispatcher = { may: ["duty_on", "duty_off"], of_oneself: [] };
  assert.deepEqual(dutyCommands({ ...zhou, takes: [] }, dispatcher), []);
  assert.deepEqual(dutyCommands({ ...zhou, takes: undefined }, dispatcher), []);
});

test("of somebody on duty whose phone never spoke it is said that the place is unknown", () => {
  assert.equal(placeOf({ lonlat: [113, 27], at: null }, 5, 900), "duty.place_unknown");
  assert.equal(placeOf({ lonlat: [113, 27], at: 5 }, 5, 900), "map.seen");
  assert.equal(placeOf({ lonlat: null, at: null }, 5, 900), "", "off duty nobody is anywhere");
});

test("a place is unknown again once it is older than the server lets it count, and says its day", async () => {
  const texts = { "map.seen": "at {time}", "duty.place_lost": "unknown, was at {time}" };
  await speak("zh-CN", async () => ({ ok: true, json: async () => texts }));
  const [at, minute] = [Date.UTC(2026, 10, 21, 15, 59, 2), 60_000];
  const row = { lonlat: [113, 27], at };
  assert.equal(placeOf(row, at, 900), "at 23:59:02");
  assert.equal(placeOf(row, at + 15 * minute, 900), "at 11-21 23:59:02");
  assert.equal(placeOf(row, at + 15 * minute + 1, 900), "unknown, was at 11-21 23:59:02");
  assert.equal(placeOf(row, at + 5 * minute, 60), "unknown, was at 11-21 23:59:02", "the limit is the server's");
  assert.equal(placeOf(row, at + 1440 * minute, undefined), "at 11-21 23:59:02", "without one nothing is made up");
  await speak("zh-CN", async () => ({ ok: true, json: async () => ({}) }));
});

test("the list of everybody is for whoever begins or ends a shift, by key as by button", () => {
  assert.equal(keepsDuty({ may: ["note", "duty_on"] }), true);
  assert.equal(keepsDuty({ may: ["check"] }), false);
  assert.equal(keepsDuty({}), false, "somebody who only looks");
});

test("a shift that began on another day says so", () => {
  const morning = Date.UTC(2026, 10, 21, 0, 5);
  assert.equal(dutyWords({ status: "available", since: null }, morning), "available");
  assert.match(dutyWords({ status: "available", since: morning }, morning), /duty.on_since$/);
  assert.match(dutyWords({ status: "off_duty", since: morning }, morning), /duty.off_since$/);
});

test("the list begins with the compound on screen, and in it with who is off duty", () => {
  const row = (name, compound, status) => ({ id: name, name, compound, status, role: "guard" });
  const people = [
    row("a", "jinyuan", "off_duty"),
    row("b", "huodian", "available"),
    row("c", "huodian", "off_duty"),
    row("d", "huodian", "busy"),
  ];
  const names = (words) => listed(people, words, "huodian").map(({ name }) => name);
  assert.deepEqual(names(""), ["c", "d", "b", "a"]);
  assert.deepEqual(names("jinyuan"), ["a"]);
  assert.deepEqual(names(" B "), ["b"]);
});

test("where nothing is recorded yet there is no session to join, and any other refusal is a fault", async () => {
  const answer =
    (status, body = {}) =>
    () =>
      Promise.resolve({ status, ok: status === 200, json: () => Promise.resolve(body) });
  assert.equal(await joinReplay("", answer(404)), null);
  assert.equal(await joinReplay("", answer(200, { session: "replay:abc" })), "abc");
  await assert.rejects(joinReplay("", answer(503)), /503/);
});

test("who goes on or off duty, or is located at last, is asked for anew; who walks is not", async (context) => {
  const asked = context.mock.method(globalThis, "fetch", async () => ({ ok: true, json: async () => ({}) }));
  const incidents = new Map([["INC-1", { id: "INC-1", version: 1, compound: "huodian" }]]);
  const things = { incidents, alarms: new Map(), responders: new Map(), ways: new Map() };
  const desk = bareDesk({ places: [{ id: "huodian" }], clock: { mode: "live" }, live: { model: { things }, send: () => {} } });
  const after = async (more) => {
    desk.took({ things: { responders: { [zhou.id]: more && { ...zhou, ...more } } } });
    await new Promise((resolve) => setImmediate(resolve));
    return asked.mock.callCount();
  };
  desk.select("INC-1");
  const first = await after({ at: null });
  const found = await after({ at: 1 });
  assert.equal(found, first + 1);
  assert.equal(await after({ at: 2, lonlat: [113, 27] }), found);
  assert.equal(await after({ at: 3, status: "busy" }), found + 1);
  assert.equal(await after(null), found + 2);
});

/** A console's cards over a map, a button to come from, and the desk that they share. */
function cards(context) {
  const document = glass(context, "people-open", "me-duty", "person", "device", "dialogs", "map");
  const [canvas, from] = [document.createElement("canvas"), document.createElement("button")];
  document.getElementById("map").append(canvas);
  document.body.append(from);
  for (const id of ["person", "device"]) document.getElementById(id).hidden = true;
  const things = { responders: new Map([[zhou.id, zhou]]), incidents: new Map(), alarms: new Map() };
  let picked = null;
  const desk = {
    me: {},
    catalogue: {},
    clock: { now: () => 0 },
    things: () => things,
    ready: () => true,
    commandable: () => true,
    redraw: () => {},
    map: () => null,
    commander: { busy: () => false, newest: () => null },
    reading: () => null,
    version: () => "1",
    device: () => ({ kind: "smoke", name: "烟感" }),
    picked: () => picked,
    pick: (id) => (picked = id),
  };
  return { document, canvas, from, desk, things, people: createPeople(desk), device: createDevice(desk) };
}

test("whoever leaves a person's card is where they were before, by button, by key, and when the person goes", (context) => {
  const { document, from, people, things } = cards(context);
  const shut = document.getElementById("person").querySelector(".shut");
  const ways = [() => shut.click(), () => assert.equal(people.leave(), true), () => (things.responders.clear(), people.draw())];
  for (const leave of ways) {
    from.focus();
    people.show(zhou.id);
    shut.focus();
    assert.equal(document.activeElement, shut);
    leave();
    assert.equal(document.activeElement, from);
  }
});

test("a focus that has gone elsewhere stays there, and one that has no way back goes to the map", (context) => {
  const { document, canvas, from, people } = cards(context);
  const shut = document.getElementById("person").querySelector(".shut");
  people.show(zhou.id);
  from.focus();
  people.leave();
  assert.equal(document.activeElement, from);
  people.show(zhou.id);
  from.remove();
  shut.focus();
  shut.click();
  assert.equal(document.activeElement, canvas);
});

test("a device's card gives the focus back just so", (context) => {
  const { document, from, desk, device } = cards(context);
  const shut = document.getElementById("device").querySelector(".shut");
  from.focus();
  desk.pick("huodian/smoke/1");
  device.draw();
  shut.focus();
  shut.click();
  device.draw();
  assert.equal(document.activeElement, from);
});
