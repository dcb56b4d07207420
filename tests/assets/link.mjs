// A link to a server, for tests: its frames, its sockets, and a clock that the test moves.
import { openLive } from "../../assets/session/live.mjs";
import { handClock } from "./clock.mjs";

export const EPOCH_MS = 1_795_228_927_000;

export function packed(seq, rows, at = EPOCH_MS) {
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

export function snapshot(seq, more = {}) {
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

export const beat = (seq, more = {}) => ({ kind: "beat", seq, at: EPOCH_MS, newest: EPOCH_MS - 40, ...more });
export const delta = (seq, more) => ({ ...beat(seq), kind: "delta", ...more });

/** A link whose network and clock the test moves by hand. */
export function stage({ random = () => 1, wrong = 0 } = {}) {
  const sockets = [];
  const heard = [];
  const clock = handClock(1000);
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
    now: clock.now,
    wallClock: () => EPOCH_MS + clock.now() + wrong,
    setTimer: clock.later,
  });
  for (const kind of ["snapshot", "devices", "things", "panels", "beat", "status", "denied"])
    live.on(kind, (what) => heard.push([kind, what]));
  const pass = (ms) => {
    for (const act of clock.due(ms)) act();
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
    jump: clock.jump,
    time: clock.now,
    kinds: () => heard.map(([kind]) => kind),
    socket: () => sockets.at(-1),
  };
}

/**
 * A server at the far end of a line that takes its time: it answers, beats every second and makes
 * one device speak, all by its own clock, `ahead` of this computer's.
 */
export function line({ down = 5, up = 5, ahead = 0, wrong = 0 } = {}) {
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
