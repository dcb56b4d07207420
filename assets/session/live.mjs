// The live socket: one snapshot, then what changed, for ever. Holds the facts a page draws from.
import { createDelay } from "./delay.mjs";
import { decodeFrame } from "./frames.mjs";
import { createModel } from "./live_model.mjs";
import { createServerTime } from "./server_time.mjs";

const CHECK_MS = 500;
const SILENT_MS = 5000; // the server beats every second, so five missed beats are a dead link
const STALE_MS = 2500;
const OPENING_MS = 10_000;
const AGAIN_MS = 1000; // a link that keeps breaking frames must not make the server send without end
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const FOLD_LATE = "fold_late"; // the condition of a server that beats and reads nothing new
const STATES = { live: "live", link_late: "stale", link_silent: "stale", fold_late: "stale", lost: "lost" }; // of each reason
const MEASURED = new Set(["live", "link_late"]); // measured anew at every look, so the first measure says since when
const SESSION_ENDED = 4401; // the close code of pages/api/screens.py

/**
 * How long to wait before the next attempt: doubling, capped, and never the same for two screens.
 * @param {number} attempt how many attempts failed before
 * @param {() => number} random
 */
export function backoff(attempt, random) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10));
  return longest * (0.5 + random() / 2);
}

/**
 * Open the socket of a page and keep it open.
 *
 * Kinds to listen to: `snapshot`, `things`, `panels` and `beat` get the frame (a delta with both
 * things and panels is told twice); `devices` the changed rows `{index, value, state, at}`;
 * `status` `{state: "connecting"|"live"|"stale"|"lost", since, attempt, late_s}`, also after every
 * attempt that failed, `late_s` being how far a stale picture is behind when the link itself is late
 * (else null), `since` server time; `denied` the server's reason; `ended` that the person's session is over. A snapshot
 * brings its devices with it.
 *
 * @param {object} parts
 * @param {string} parts.url
 * @param {Row} parts.hello session, screen, band, compounds and layers of the first hello
 * @param {typeof WebSocket} [parts.WebSocketClass]
 * @param {(act: () => void, ms: number) => any} [parts.setTimer]
 * @param {() => number} [parts.random] 0..1
 * @param {() => number} [parts.now] milliseconds that never jump
 * @param {() => number} [parts.wallClock] milliseconds since the epoch, until the server's are known
 */
export function openLive({
  url,
  hello,
  WebSocketClass = globalThis.WebSocket,
  setTimer = (act, ms) => setTimeout(act, ms),
  random = Math.random,
  now = () => performance.now(),
  wallClock = () => Date.now(),
}) {
  const model = createModel();
  const time = createServerTime(now);
  const delay = createDelay(time, now);
  const instant = () => (Number.isFinite(time.now()) ? time.now() : wallClock());
  const listeners = new Map();
  let socket = null;
  let [closed, attempt, epoch, seq] = [false, 0, null, null];
  let [synced, heard, opened, goodAt, goodClock] = [false, false, now(), now(), wallClock()];
  let askedAt = -Infinity;
  let [view, held, openCase] = [{ band: hello.band, compounds: hello.compounds }, null, null];
  let status = { state: "connecting", since: wallClock(), attempt: 0, late_s: null };
  let reason = "connecting";

  const emit = (kind, what) => {
    for (const listener of listeners.get(kind) ?? []) listener(what);
  };

  const turn = (why, told, late_s = null) => {
    const since = why === reason && MEASURED.has(why) ? status.since : told;
    if (why === reason && since === status.since && status.attempt === attempt && status.late_s === late_s) return;
    reason = why;
    status = { state: STATES[why], since, attempt, late_s };
    emit("status", status);
  };

  const put = (message) => {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message));
  };

  const askTime = () => put({ kind: "ping", sent: delay.ask() });

  const greet = (resume) => {
    synced = resume && epoch !== null && seq !== null;
    held = null;
    put({ kind: "hello", ...hello, ...view, seq: synced ? seq : null, epoch: synced ? epoch : null });
    if (synced && openCase) put(openCase); // a new connection does not know what is open here
  };

  /** Something is missing or broken: ask for everything, and take nothing else until it comes. */
  const resync = () => {
    const mine = socket;
    const wait = askedAt + AGAIN_MS - now();
    askedAt = Math.max(now(), askedAt + AGAIN_MS);
    if (wait <= 0) return greet(false);
    [synced, held] = [false, null];
    setTimer(() => mine === socket && !synced && greet(false), wait);
  };

  const good = (frame) => {
    attempt = 0;
    heard = true;
    goodAt = now();
    if (model.clock.mode === "live" && Number.isFinite(frame.at)) delay.frame(frame.at);
    goodClock = instant();
  };

  const takeSnapshot = (rows) => {
    const frame = held;
    held = null;
    if (!model.begin(frame, rows)) return resync();
    [epoch, seq, synced] = [frame.epoch, rows.seq, true];
    delay.renewed();
    good(frame);
    return emit("snapshot", frame);
  };

  const takeDelta = (frame) => {
    model.take(frame);
    good(frame);
    if (frame.things) emit("things", frame);
    if (frame.panels) emit("panels", frame);
    if (!frame.things && !frame.panels) emit("beat", frame);
  };

  const takeText = (text) => {
    const frame = parse(text);
    if (frame?.kind === "denied") return emit("denied", frame.reason);
    if (frame?.kind === "pong") return delay.answered(frame.sent, frame.at);
    if (frame?.kind === "snapshot" && Number.isInteger(frame.seq)) return (held = frame);
    if (!synced && !held) return undefined;
    if (held || frame?.seq !== seq + 1) return resync();
    seq = frame.seq;
    return takeDelta(frame);
  };

  const takeRows = (bytes) => {
    if (!synced && !held) return undefined;
    const rows = decodeFrame(bytes);
    if (rows?.seq !== (held ? held.seq : seq) + 1) return resync();
    if (held) return takeSnapshot(rows);
    seq = rows.seq;
    if (!model.merge(rows)) return resync();
    good(rows);
    return emit("devices", rows);
  };

  const receive = (data) => {
    if (typeof data === "string") takeText(data);
    else takeRows(data);
    look();
  };

  /**
   * Say how good the picture is: live, stale (the link or the server's own reading is late), lost.
   * Nothing new is no sign of either: a quiet place has nothing to say, and a device that should
   * have is silent by itself.
   */
  const look = () => {
    if ((status.state === "lost" || status.state === "connecting") && !(synced && heard)) return;
    const { ms, verdict } = delay.look();
    if (verdict === "unsure") return;
    if (verdict === "late") return void turn("link_late", instant() - ms, Math.round(ms / 1000));
    if (now() - goodAt > STALE_MS) return void turn("link_silent", goodClock);
    const late = (model.panels.conditions ?? []).filter(({ code }) => code === FOLD_LATE).map(({ since }) => since);
    if (late.length)
      turn(FOLD_LATE, Math.min(...late)); // of several streets, as the badge says it
    else turn("live", goodClock);
  };

  const connect = () => {
    if (closed) return;
    opened = now();
    const mine = (socket = new WebSocketClass(url));
    mine.binaryType = "arraybuffer";
    mine.onopen = () => mine === socket && ((opened = now()), greet(true), askTime());
    mine.onmessage = (event) => mine === socket && receive(event.data);
    mine.onclose = (event) => mine === socket && (lose(), event?.code === SESSION_ENDED && emit("ended"));
    mine.onerror = () => {}; // a close always follows
  };

  const lose = () => {
    if (closed) return;
    const old = socket;
    socket = null;
    old?.close();
    [held, heard] = [null, false];
    delay.reset();
    attempt += 1;
    turn("lost", goodClock);
    setTimer(connect, backoff(attempt - 1, random));
  };

  const watch = () => {
    if (closed) return;
    const waiting = now() - Math.max(goodAt, opened);
    if (socket && waiting > (socket.readyState === 0 ? OPENING_MS : SILENT_MS)) lose();
    else look();
    if (synced && delay.due()) askTime();
    setTimer(watch, CHECK_MS);
  };

  connect();
  setTimer(watch, CHECK_MS);

  return {
    model,
    time,
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
    /** Send a message now; it is lost when there is no link. */
    send: (message) => {
      if (message.kind === "open") openCase = message.incident ? message : null;
      put(message);
    },
    /** Look at something else; remembered for the next connection. */
    view: ({ band, compounds }) => {
      const same = band === view.band && String(compounds) === String(view.compounds);
      view = { band, compounds };
      if (!same) put({ kind: "view", ...view });
    },
    /** Hang up for good. */
    close: () => {
      closed = true;
      const old = socket;
      socket = null;
      old?.close();
    },
  };
}

function parse(text) {
  try {
    const frame = JSON.parse(text);
    return frame && typeof frame === "object" ? frame : null;
  } catch {
    return null;
  }
}
