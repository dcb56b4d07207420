import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFrame, unpackState } from "../../assets/session/frames.mjs";
import { backoff, openLive } from "../../assets/session/live.mjs";

const EPOCH_MS = 1_795_228_927_000;

function packed(seq, rows, at = EPOCH_MS) {
  const bytes = new ArrayBuffer(20 + 9 * rows.length);
  const view = new DataView(bytes);
  [0x44, 0x59, 0x4e, 0x31].forEach((letter, i) => view.setUint8(i, letter));
  view.setUint32(4, seq, true);
  view.setUint32(8, rows.length, true);
  view.setFloat64(12, at, true);
  rows.forEach(([index, value, state], i) => {
    view.setUint32(20 + 4 * i, index, true);
    view.setFloat32(20 + 4 * rows.length + 4 * i, value, true);
    view.setUint8(20 + 8 * rows.length + i, state);
  });
  return bytes;
}

function snapshot(seq, more = {}) {
  return {
    kind: "snapshot",
    epoch: "e.1",
    seq,
    at: EPOCH_MS,
    newest: EPOCH_MS - 40,
    clock: { mode: "live", now: EPOCH_MS },
    compounds: [
      { id: "huodian", version: "v1", count: 2 },
      { id: "xiangyuan", version: "v1", count: 1 },
    ],
    things: { incidents: { i1: { id: "i1", level: 1 } }, alarms: {}, responders: {} },
    panels: { counts: { open: 1 } },
    ...more,
  };
}

const beat = (seq, more = {}) => ({ kind: "beat", seq, at: EPOCH_MS, newest: EPOCH_MS - 40, ...more });
const delta = (seq, more) => ({ ...beat(seq), kind: "delta", ...more });

/** A link whose network and clock the test moves by hand. */
function stage({ random = () => 1, wrong = 0 } = {}) {
  const sockets = [];
  const timers = [];
  const heard = [];
  let time = 1000;
  class Socket {
    constructor(url) {
      Object.assign(this, { url, readyState: 0, sent: [], pings: [] });
      sockets.push(this);
    }
    open() {
      this.readyState = 1;
      this.onopen();
    }
    send(text) {
      const message = JSON.parse(text);
      (message.kind === "ping" ? this.pings : this.sent).push(message);
    }
    close() {
      this.readyState = 3;
    }
    drop() {
      this.readyState = 3;
      this.onclose();
    }
    take(...frames) {
      for (const frame of frames)
        this.onmessage({ data: frame instanceof ArrayBuffer || typeof frame === "string" ? frame : JSON.stringify(frame) });
    }
  }
  const live = openLive({
    url: "ws://there/live",
    hello: { session: "live", screen: "console", band: "near", compounds: ["huodian"], layers: [] },
    WebSocketClass: Socket,
    random,
    now: () => time,
    wallClock: () => EPOCH_MS + time + wrong,
    setTimer: (act, ms) => timers.push({ act, at: time + ms }),
  });
  for (const kind of ["snapshot", "devices", "things", "panels", "beat", "status", "denied"])
    live.on(kind, (what) => heard.push([kind, what]));
  const pass = (ms) => {
    const end = time + ms;
    for (;;) {
      timers.sort((a, b) => a.at - b.at);
      if (!timers.length || timers[0].at > end) break;
      const { act, at } = timers.shift();
      time = Math.max(time, at);
      act();
    }
    time = end;
  };
  const begin = () => {
    sockets.at(-1).open();
    sockets.at(-1).take(
      snapshot(4),
      packed(5, [
        [0, 1.5, 0],
        [1, NaN, 7 | (3 << 3)],
        [2, 3, 1 | (2 << 3) | (1 << 5)],
      ]),
    );
  };
  return {
    live,
    sockets,
    heard,
    pass,
    begin,
    jump: (ms) => (time += ms),
    time: () => time,
    kinds: () => heard.map(([kind]) => kind),
    socket: () => sockets.at(-1),
  };
}

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

test("after a lost link it asks only for what is missing, and is live again with the first frame", () => {
  const { live, begin, heard, pass, sockets, socket } = stage();
  begin();
  live.send({ kind: "open", incident: "i1" });
  socket().drop();
  assert.equal(live.status.state, "lost");
  pass(500);
  assert.equal(sockets.length, 2);
  socket().open();
  assert.deepEqual(
    socket().sent.map(({ kind, seq, epoch, incident }) => [kind, seq ?? incident, epoch]),
    [
      ["hello", 5, "e.1"],
      ["open", "i1", undefined],
    ],
  );
  assert.equal(live.status.state, "lost");
  heard.length = 0;
  socket().take(delta(6, { panels: { kpi: 1 } }));
  assert.equal(live.status.state, "live");
  assert.equal(heard[0][0], "panels");
});

test("it retries for ever, ever more slowly, up to ten seconds", () => {
  const { live, pass, sockets, heard, socket } = stage();
  const tries = [];
  for (let i = 0; i < 200; i += 1) {
    const before = sockets.length;
    socket().drop();
    let waited = 0;
    while (sockets.length === before) {
      pass(100);
      waited += 100;
    }
    tries.push(waited);
  }
  assert.deepEqual(tries.slice(0, 6), [500, 1000, 2000, 4000, 8000, 10_000]);
  assert.equal(tries.at(-1), 10_000);
  assert.equal(live.status.attempt, 200);
  assert.equal(heard.filter(([kind]) => kind === "status").length, 200, "each failed attempt is told");
});

test("two screens do not come back at the same moment", () => {
  assert.equal(
    backoff(0, () => 0),
    250,
  );
  assert.equal(
    backoff(3, () => 0.5),
    3000,
  );
  assert.equal(
    backoff(500, () => 1),
    10_000,
  );
});

test("a link without frames for five seconds is dropped and made anew", () => {
  const { live, begin, pass, sockets, heard } = stage();
  begin();
  pass(3000);
  assert.equal(live.status.state, "stale");
  pass(3500);
  assert.equal(live.status.state, "lost");
  assert.equal(sockets[0].readyState, 3);
  assert.equal(live.status.since, EPOCH_MS, "since the last frame, by the clock that stamped it");
  pass(1000);
  assert.equal(sockets.length, 2);
  assert.deepEqual(
    heard.filter(([kind]) => kind === "status").map(([, { state }]) => state),
    ["live", "stale", "lost"],
  );
});

test("a socket that never opens is given up", () => {
  const { pass, sockets } = stage();
  pass(12_000);
  assert.equal(sockets.length, 2);
});

test("what a given-up socket still says is not heard", () => {
  const { begin, heard, pass, sockets } = stage();
  begin();
  pass(7000);
  heard.length = 0;
  sockets[0].onmessage({ data: JSON.stringify(beat(6)) });
  sockets[0].onclose();
  assert.deepEqual(heard, []);
});

test("a quiet site is live for as long as the server beats, whatever the age of its newest fact", () => {
  const { live, begin, heard, pass, socket } = stage();
  begin();
  heard.length = 0;
  for (let i = 0; i < 3600; i += 1) {
    pass(1000);
    const newest = EPOCH_MS + (i > 1800 ? 1_800_000 : 0); // one report in an hour, as a smoke head sends
    socket().take(beat(6 + i, { at: EPOCH_MS + i * 1000, newest }));
  }
  assert.deepEqual(
    heard.filter(([kind]) => kind === "status"),
    [],
    "it never turned between colour and grey",
  );
  assert.equal(live.status.state, "live");
});

test("a site from which nothing was ever heard is live, too: what is missing is said elsewhere", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  for (let i = 0; i < 120; i += 1) {
    pass(1000);
    socket().take(beat(6 + i, { newest: null }));
  }
  assert.equal(live.status.state, "live");
});

test("a quiet site whose link falls silent is stale within seconds, since the last beat", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  pass(1000);
  socket().take(beat(6, { newest: EPOCH_MS - 900_000 }));
  pass(3000);
  assert.equal(live.status.state, "stale");
  assert.equal(Math.round(live.status.since), EPOCH_MS + 1000, "the beat came a second after the snapshot");
});

test("a server that beats and no longer reads its streams is stale since it stopped", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  const late = { code: "fold_late", tone: "bad", street: "lusong.hejiatu", since: EPOCH_MS - 8000, count: 1, figures: {} };
  socket().take(delta(6, { panels: { conditions: [{ ...late, code: "clock_ahead" }] } }));
  assert.equal(live.status.state, "live");
  socket().take(delta(7, { panels: { conditions: [late] } }));
  assert.equal(live.status.state, "stale");
  assert.equal(live.status.since, EPOCH_MS - 8000);
  for (let i = 8; i < 20; i += 1) {
    pass(1000);
    socket().take(beat(i));
  }
  assert.equal(live.status.state, "stale", "its beats alone make nothing new");
  socket().take(delta(20, { panels: { conditions: [] } }));
  assert.equal(live.status.state, "live");
});

test("a replay's old facts are not stale", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  socket().take(beat(6, { at: EPOCH_MS, newest: EPOCH_MS - 90_000, clock: { mode: "paused" } }));
  pass(1000);
  assert.equal(live.status.state, "live");
  assert.equal(live.model.clock.mode, "paused");
});

test("a clock of the server or of the wall that jumps does not break the link", () => {
  const { live, begin, socket, sockets } = stage();
  begin();
  socket().take(
    beat(6, { at: EPOCH_MS - 86_400_000, newest: EPOCH_MS - 86_400_040 }),
    beat(7, { at: EPOCH_MS + 86_400_000, newest: null }),
  );
  assert.equal(live.status.state, "live");
  assert.equal(sockets.length, 1);
});

test("after sleep the link is made anew", () => {
  const { live, begin, jump, pass } = stage();
  begin();
  jump(3_600_000);
  pass(600);
  assert.equal(live.status.state, "lost");
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

test("closing is for good", () => {
  const { live, begin, pass, sockets } = stage();
  begin();
  live.close();
  pass(60_000);
  assert.equal(sockets.length, 1);
});

test("a session that was ended is told apart from a lost link", () => {
  const { live, begin, pass, sockets, socket } = stage();
  let ended = 0;
  live.on("ended", () => (ended += 1));
  begin();
  socket().drop();
  assert.equal(ended, 0);
  pass(1000);
  socket().readyState = 3;
  socket().onclose({ code: 4401 });
  assert.equal(ended, 1);
  pass(20_000); // and a new session of the same browser is picked up by itself
  assert.ok(sockets.length > 2);
});

/**
 * A server at the far end of a line that takes its time: it answers, beats every second and makes
 * one device speak, all by its own clock, `ahead` of this computer's.
 */
function line({ down = 5, up = 5, ahead = 0, wrong = 0 } = {}) {
  const scene = stage({ wrong });
  const { live, pass, time } = scene;
  let [seq, answered] = [5, 0];
  const clock = { ahead, down, up };
  const server = () => EPOCH_MS + time() + clock.ahead;
  const under = []; // on its way: {at, act}
  const carry = (ms, act) => under.push({ at: time() + ms, act });
  const reply = ({ sent }) => {
    const socket = scene.socket();
    carry(clock.up, () => {
      const at = server();
      carry(clock.down, () => socket.take({ kind: "pong", sent, at }));
    });
  };
  const connect = () => {
    scene.socket().open();
    [seq, answered] = [5, 0];
    const at = server();
    carry(clock.down, () => scene.socket().take(snapshot(4, { at, clock: { mode: "live", now: at } }), packed(5, [], at)));
  };
  const step = () => {
    for (const ping of scene.socket().pings.slice(answered)) reply(ping);
    answered = scene.socket().pings.length;
    for (const one of under.splice(0))
      if (one.at <= time()) one.act();
      else under.push(one);
  };
  /** Let seconds pass in steps of 5 ms, a beat at every full one. */
  const run = (seconds, seen = () => {}) => {
    for (let ms = 0; ms < seconds * 1000; ms += 5) {
      if (ms % 1000 === 0) {
        const at = server();
        carry(clock.down, () => scene.socket().take(beat((seq += 1), { at, newest: at - 40, shown: at })));
      }
      pass(5);
      step();
      seen(live.status);
    }
  };
  connect();
  return { ...scene, clock, server, run, connect };
}

test("a server hours away by its clock is as live as any", () => {
  for (const ahead of [0, 7_200_000, -7_200_000]) {
    const { live, run, server } = line({ ahead });
    run(20);
    assert.equal(live.status.state, "live");
    assert.ok(Math.abs(live.time.now() - server()) <= 10, `${live.time.now() - server()}`);
    assert.ok(live.time.unsure_ms() <= 10);
  }
});

test("a socket that is four seconds late from its beginning says so and turns stale", () => {
  for (const ahead of [0, -600_000]) {
    const { live, run } = line({ down: 4000, ahead });
    run(15);
    assert.equal(live.status.state, "stale");
    assert.equal(live.status.late_s, 4);
  }
});

test("a socket that becomes late turns stale and stays so, and is live again when it catches up", () => {
  const { live, run, clock } = line();
  run(10);
  clock.down = 4000;
  run(4);
  const seen = [];
  run(12, ({ state }) => seen.push(state));
  assert.deepEqual([...new Set(seen)], ["stale"]);
  assert.equal(live.status.late_s, 4);
  clock.down = 5;
  run(8);
  assert.equal(live.status.state, "live");
});

test("questions that take eight seconds there and back bound the delay: it is late", () => {
  const { live, run } = line({ down: 4000, up: 4000 });
  run(20);
  assert.equal(live.status.state, "stale");
  assert.equal(live.status.late_s, 8, "never told shorter than it may be");
});

test("a picture that is stale for another reason says since when that one holds", () => {
  const { live, run, clock, socket, server } = line();
  run(10);
  clock.down = 4000;
  run(12);
  assert.deepEqual([live.status.state, live.status.late_s], ["stale", 4]);
  const stopped = server() - 1000;
  const late = { code: "fold_late", tone: "bad", street: "lusong.hejiatu", since: stopped, count: 1, figures: {} };
  live.model.panels.conditions = [late];
  clock.down = 5;
  run(8);
  assert.deepEqual([live.status.state, live.status.late_s, live.status.since], ["stale", null, stopped]);
  const other = { ...late, street: "lusong.jianning", since: stopped + 500 };
  live.model.panels.conditions = [other, late];
  run(2);
  assert.equal(live.status.since, stopped, "of two streets the earlier, whichever is told first");
  live.model.panels.conditions = [other];
  run(2);
  assert.equal(live.status.since, stopped + 500, "the first one reads again");
  socket().drop();
  assert.equal(live.status.state, "lost");
});

test("since when the link is lost stays through every attempt, and moves with every picture in between", () => {
  const { live, begin, pass, socket, sockets } = stage();
  begin();
  pass(1000);
  socket().take(beat(6));
  socket().drop();
  const { since } = live.status;
  pass(600);
  socket().open();
  socket().drop();
  assert.deepEqual([live.status.attempt, live.status.since], [2, since]);
  pass(20_000);
  socket().open();
  socket().take(beat(7, { at: EPOCH_MS + 15_000 }));
  socket().drop();
  assert.equal(live.status.state, "lost");
  assert.ok(live.status.since > since, `${sockets.length} sockets`);
});

test("a picture that comes back late is not called live in between", () => {
  const { live, run, clock, socket, pass, connect } = line();
  run(10);
  socket().drop();
  clock.down = 4000;
  pass(600);
  connect();
  const seen = [];
  run(14, ({ state }) => seen.push(state));
  assert.deepEqual([...new Set(seen)], ["lost", "stale"]);
  assert.equal(live.status.late_s, 4);
});

test("a server whose clock is set is not late, neither set back nor forward", () => {
  for (const step of [-7_200_000, 7_200_000, -5000, 5000]) {
    const { live, run, clock, server } = line();
    run(10);
    clock.ahead = step;
    const seen = [];
    run(12, ({ state }) => seen.push(state));
    assert.deepEqual([...new Set(seen)], ["live"], String(step));
    assert.ok(Math.abs(live.time.now() - server()) <= 10, String(step));
  }
});

test("a page that was busy takes its frames in one go and is not late", () => {
  const { live, run, pass, time, server, socket, heard } = line();
  run(3);
  const frames = [1, 2, 3, 4].map((n) => beat(8 + n, { at: server() + 1000 * n }));
  const before = time();
  heard.length = 0;
  pass(0);
  while (time() < before + 4000) pass(4000); // nothing ran meanwhile but the timers
  socket().take(...frames);
  assert.equal(live.status.state, "live");
});

test("since when a link is lost is told by the server's clock, whatever this computer believes", () => {
  const { live, run, socket, server } = line({ ahead: 250, wrong: -600_000 });
  run(5);
  const at = server();
  socket().drop();
  assert.equal(live.status.state, "lost");
  assert.ok(Math.abs(live.status.since - at) < 1100, `${live.status.since - at}`);
});

test("in a replay no frame is late: it shows another time than now", () => {
  const { live, begin, pass, socket } = stage();
  begin();
  socket().take({ kind: "pong", sent: 1000, at: EPOCH_MS });
  socket().take(beat(6, { at: EPOCH_MS - 90_000, clock: { mode: "replay" } }));
  pass(1000);
  assert.equal(live.status.state, "live");
});
