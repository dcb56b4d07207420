// The live socket: a snapshot, then every change in sequence, for as long as the page is open.
import { UNKNOWN, decodeFrame, unpackState } from "./frames.mjs";

/** A link that says nothing for this long is given up: the server beats every second. */
export const SILENCE_MS = 5000;

/** After this long without a frame the picture is called stale. */
export const STALE_MS = 2500;

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const LOOK_MS = 500;

/**
 * How long to wait before the next attempt: doubling, at most ten seconds, never twice the same.
 * @param {number} attempt 0 for the first
 * @param {() => number} random
 */
export function backoff(attempt, random) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10));
  return longest * (0.5 + random() / 2);
}

/**
 * Open the live socket and keep it open for ever.
 *
 * Kinds to listen to: `snapshot`, `things`, `panels` and `beat` get the frame; `devices` the
 * changed rows `{index, value, state, at}`; `clock` the session's clock; `status`
 * `{state: "connecting"|"live"|"stale"|"lost", since}`; `denied` the server's reason.
 * @param {object} options
 * @param {string} options.url
 * @param {object} options.hello session, screen, band, compounds and layers to begin with
 * @param {typeof WebSocket} [options.WebSocketClass]
 * @param {(act: () => void, ms: number) => void} [options.setTimer]
 * @param {() => number} [options.random]
 * @param {() => number} [options.now] milliseconds
 */
export function openLive({
  url, hello, WebSocketClass = globalThis.WebSocket, setTimer = (act, ms) => setTimeout(act, ms),
  random = Math.random, now = Date.now,
}) {
  const listeners = new Map();
  const model = createModel();
  const wish = { band: "near", compounds: [], layers: [], ...hello };
  let socket = null;
  let [seq, epoch, pending, waiting] = [null, null, null, true];
  let [attempt, heard, opened, closed] = [0, NaN, null, false];
  let status = { state: "connecting", since: now() };
  let began = now();

  const emit = (kind, value) => {
    for (const listener of listeners.get(kind) ?? []) listener(value);
  };

  const tell = (state, since) => {
    status = { state, since };
    emit("status", status);
  };

  const post = (message) => {
    if (socket?.readyState !== 1) return false;
    socket.send(JSON.stringify(message));
    return true;
  };

  const greet = (from) => {
    pending = null;
    waiting = from === null;
    post({ kind: "hello", ...wish, seq: from, epoch: from === null ? null : epoch });
  };

  /** A frame of the group's sequence arrived; false when one before it is missing. */
  const inOrder = (number) => {
    if (waiting) return false;
    if (number === seq + 1) {
      seq = number;
      return true;
    }
    greet(null);
    return false;
  };

  const takeText = (frame) => {
    if (frame.kind === "denied") return emit("denied", frame.reason);
    if (frame.kind === "snapshot") {
      pending = frame;
      return undefined;
    }
    if (!inOrder(frame.seq)) return undefined;
    model.take(frame);
    if (frame.clock) emit("clock", frame.clock);
    if (frame.things) emit("things", frame);
    if (frame.panels) emit("panels", frame);
    if (!frame.things && !frame.panels) emit("beat", frame);
    return undefined;
  };

  const takeRows = (rows) => {
    if (pending) {
      if (rows.seq !== pending.seq + 1) throw new RangeError("a snapshot's halves do not fit");
      const frame = pending;
      model.begin(frame, rows);
      [seq, epoch, pending, waiting] = [rows.seq, frame.epoch, null, false];
      if (frame.clock) emit("clock", frame.clock);
      emit("snapshot", frame);
    } else if (inOrder(rows.seq)) {
      model.merge(rows);
      emit("devices", rows);
    }
  };

  const receive = (data) => {
    heard = now();
    try {
      if (typeof data === "string") takeText(JSON.parse(data));
      else takeRows(decodeFrame(data));
    } catch (error) {
      // Bytes that make no sense prove that this link or this side is wrong: begin anew.
      console.warn("live", error);
      [seq, epoch] = [null, null];
      return drop();
    }
    if (waiting) return undefined;
    attempt = 0;
    if (status.state !== "live") tell("live", heard);
    return undefined;
  };

  const drop = () => {
    const old = socket;
    socket = null;
    if (!old) return;
    old.onopen = old.onmessage = old.onclose = old.onerror = null;
    try {
      old.close();
    } catch {
      // it is closed already
    }
    again();
  };

  const again = () => {
    pending = null;
    look();
    if (status.state === "live") tell("stale", heard);
    else if (status.state === "lost") emit("status", status); // for those who ask the server why
    if (!closed) setTimer(connect, backoff(attempt++, random));
  };

  const connect = () => {
    if (closed || socket) return;
    began = now();
    try {
      socket = new WebSocketClass(url);
    } catch {
      return again();
    }
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      greet(epoch === null ? null : seq);
      if (opened) post(opened);
    };
    socket.onmessage = (event) => receive(event.data);
    socket.onclose = drop;
    return undefined;
  };

  /** Compare the clock with the last frame: call the picture stale or lost, give up a dead link. */
  const look = () => {
    const quiet = now() - (Number.isNaN(heard) ? began : heard);
    const since = Number.isNaN(heard) ? status.since : heard;
    if (quiet >= SILENCE_MS && status.state !== "lost") tell("lost", since);
    else if (quiet >= STALE_MS && status.state === "live") tell("stale", since);
    return now() - Math.max(began, Number.isNaN(heard) ? began : heard) >= SILENCE_MS;
  };

  const watch = () => {
    if (closed) return;
    if (look()) drop();
    setTimer(watch, LOOK_MS);
  };

  setTimer(connect, 0);
  setTimer(watch, LOOK_MS);

  return {
    model,
    deviceId: model.deviceId,
    get status() {
      return status;
    },
    /** Listen to one kind; gives the function that stops listening. */
    on: (kind, listener) => {
      if (!listeners.has(kind)) listeners.set(kind, new Set());
      listeners.get(kind).add(listener);
      return () => listeners.get(kind).delete(listener);
    },
    /** Say something; false when there is no link. The open case is said again on the next link. */
    send: (message) => {
      if (message.kind === "open") opened = message;
      return post(message);
    },
    /** Look at other compounds or from another distance. */
    view: ({ band = wish.band, compounds = wish.compounds, layers }) => {
      const same = band === wish.band && String(compounds) === String(wish.compounds) && !layers;
      Object.assign(wish, { band, compounds: [...compounds] }, layers && { layers: [...layers] });
      if (!same) post({ kind: "view", band, compounds, ...(layers && { layers }) });
    },
    close: () => {
      closed = true;
      drop();
    },
  };
}

/** What the socket has said so far. */
function createModel() {
  const things = { incidents: new Map(), alarms: new Map(), responders: new Map() };
  const panels = {};
  const known = new Map();
  let compounds = [];
  let [value, state] = [new Float32Array(0), new Uint8Array(0)];

  const put = (told) => {
    for (const [sort, rows] of Object.entries(told ?? {}))
      for (const [id, row] of Object.entries(rows)) {
        things[sort] ??= new Map();
        if (row === null) things[sort].delete(id);
        else things[sort].set(id, row);
      }
  };

  const merge = ({ index, value: values, state: states }) => {
    if (index.length && index[index.length - 1] >= state.length) throw new RangeError("no such device");
    for (let row = 0; row < index.length; row++) {
      value[index[row]] = values[row];
      state[index[row]] = states[row];
    }
  };

  const begin = (frame, rows) => {
    let start = 0;
    compounds = frame.compounds.map((one) => ({ ...one, start: (start += one.count) - one.count }));
    value = new Float32Array(start).fill(NaN);
    state = new Uint8Array(start).fill(UNKNOWN);
    merge(rows);
    for (const sort of Object.values(things)) sort.clear();
    for (const name of Object.keys(panels)) delete panels[name];
    put(frame.things);
    Object.assign(panels, frame.panels);
  };

  const find = (index) => compounds.find(({ start, count }) => index >= start && index < start + count);

  const indexOf = (id) => {
    const compound = compounds.find((one) => id.startsWith(`${one.id}/`));
    const place = compound && known.get(compound.id);
    const offset = place?.version === compound?.version ? place?.offsets.get(id) : undefined;
    return offset === undefined ? -1 : compound.start + offset;
  };

  return {
    things, panels, begin, merge,
    take: (frame) => {
      put(frame.things);
      Object.assign(panels, frame.panels);
    },
    /** Learn the devices of a compound, in index order, from its description. */
    know: (compound, version, ids) => {
      known.set(compound, { version, ids, offsets: new Map(ids.map((id, offset) => [id, offset])) });
    },
    /** The device at an index, or null while its compound's description is not known. */
    deviceId: (index) => {
      const compound = find(index);
      const place = compound && known.get(compound.id);
      return place?.version === compound?.version ? (place?.ids[index - compound.start] ?? null) : null;
    },
    indexOf,
    /** What a device says: state code, age band, worst level, reading; null when it is not in view. */
    reading: (id) => {
      const index = indexOf(id);
      return index < 0 ? null : { ...unpackState(state[index]), value: value[index] };
    },
    get compounds() {
      return compounds;
    },
    get value() {
      return value;
    },
    get state() {
      return state;
    },
  };
}
