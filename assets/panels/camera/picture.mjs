// The real picture of a camera: asked for with a purpose, shown while it is in sight, kept nowhere.
import { h } from "../../ui/dom.mjs";
import { playHls } from "./hls.mjs";
import { readPictures } from "./mjpeg.mjs";
import { t } from "../../words/texts.mjs";

const STILL_MS = 10_000;
const LOOK_MS = 500;
const PATIENCE_MS = 20_000; // without anything new: longer than between two stills
/** @type {RequestInit} */
const PAST_CACHES = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };
const BLANK = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

/**
 * Ask to be shown a camera's stream; the asking is what is written down.
 * @returns {Promise<{stream: string, kind: string}>} throws with the server's reason
 */
export async function askToView(camera, { purpose, incident }, get = fetch) {
  const body = JSON.stringify({ purpose, incident: incident ?? "" });
  const headers = { "content-type": "application/json" };
  const response = await get(`/api/cameras/${camera}/view`, { method: "POST", headers, body });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.reason ?? String(response.status));
  return answer;
}

/**
 * How each kind of stream is shown. Each gives its element, `news`, which grows while pictures come
 * (0: none yet), `lasting`, whether it would stop growing if they stopped, and `close`.
 */
const KINDS = {
  hls: (stream, failed) => {
    const video = h("video", { autoplay: true, playsinline: true, disablepictureinpicture: true });
    video.muted = true; // what does not autoplay otherwise; the attribute alone is not enough
    return {
      element: video,
      news: () => (video.readyState > 1 ? 1 + video.currentTime : 0),
      close: playHls(video, stream, failed),
      lasting: () => true,
    };
  },
  mjpeg: (stream, failed) => {
    const image = picture(failed);
    let read = true;
    const run = async (answer) => {
      // Where we may not read it the browser shows it, and nobody can tell when it stands still.
      read = answer !== null;
      if (!read) return void (image.element.src = stream);
      await readPictures(answer, image.show);
      failed();
    };
    const stop = ask(stream, run, failed);
    const news = () => image.shown() || image.element.naturalWidth;
    return {
      element: image.element,
      news,
      lasting: () => read,
      close: () => {
        stop();
        image.element.src = BLANK; // merely without an address it would go on receiving
      },
    };
  },
  still: (stream, failed) => {
    const image = picture(failed);
    const aside = `${stream}${stream.includes("?") ? "&" : "?"}t=`;
    const run = async (answer) => (answer ? image.show(await answer.blob()) : void (image.element.src = aside + Date.now()));
    let stop = ask(stream, run, failed);
    const timer = setInterval(() => (stop = ask(stream, run, failed)), STILL_MS);
    return {
      element: image.element,
      news: image.shown,
      lasting: () => true,
      close: () => {
        clearInterval(timer);
        stop();
        image.element.src = BLANK;
      },
    };
  },
  webrtc: (stream, failed) => {
    // A page of others: it may run and know its own origin, and nothing of ours.
    const sandbox = new URL(stream).origin === location.origin ? "allow-scripts" : "allow-scripts allow-same-origin";
    const page = h("iframe", { title: t("sight.real"), referrerpolicy: "no-referrer", allow: "autoplay", sandbox, src: stream });
    const stop = new AbortController();
    let loaded = 0;
    page.addEventListener("load", () => (loaded = 1));
    // A frame says "load" of an error, too; whether anybody answers is asked beside it.
    fetch(stream, { ...PAST_CACHES, mode: "no-cors", signal: stop.signal }).catch(() => stop.signal.aborted || failed());
    return {
      element: page,
      news: () => loaded,
      lasting: () => false,
      close: () => {
        stop.abort();
        page.removeAttribute("src");
      },
    };
  },
};

/** An element for pictures, which counts them. */
function picture(failed) {
  let shown = 0;
  const element = h("img", { alt: t("sight.real"), referrerpolicy: "no-referrer", onerror: failed, onload: () => (shown += 1) });
  const show = (blob) => {
    const address = URL.createObjectURL(blob);
    element.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
    element.src = address;
  };
  return { element, show, shown: () => shown };
}

/** Ask for a stream past the browser's cache; `run` gets the answer, or null where it may not be read. */
function ask(stream, run, failed) {
  const stop = new AbortController();
  const asking = async () => {
    const answer = await fetch(stream, { ...PAST_CACHES, signal: stop.signal }).catch(() => null);
    if (stop.signal.aborted) return;
    if (answer && !answer.ok) throw new Error(String(answer.status));
    await run(answer);
  };
  asking().catch(() => stop.signal.aborted || failed());
  return () => stop.abort();
}

/**
 * The size of the picture that a node shows, in pixels; undefined where it is not known.
 * @returns {[number, number]|undefined}
 */
export function sizeOf(node) {
  const { naturalWidth, naturalHeight, videoWidth, videoHeight } = node.firstElementChild ?? {};
  const [width, height] = [naturalWidth || videoWidth, naturalHeight || videoHeight];
  return width && height ? [width, height] : undefined;
}

/**
 * Show a stream in a node until told, or until nobody can see it.
 * @param {HTMLElement} node
 * @param {{stream: string, kind: string}} told
 * @param {object} options
 * @param {() => void} options.onPicture the first picture is there
 * @param {(why: "hidden"|"failed"|"halted") => void} options.onStop not called when stopped from outside
 * @returns {() => void} stops it
 */
export function showPicture(node, { stream, kind }, { onPicture, onStop }) {
  let running = true;
  const end = (why) => stop() && onStop(why);
  const { element, news, close, lasting } = KINDS[kind](stream, () => end(newest ? "halted" : "failed"));
  let [newest, at] = [0, performance.now()];
  const look = () => {
    const now = news();
    const waited = performance.now() - at > PATIENCE_MS;
    if (now !== newest) {
      const first = newest === 0;
      [newest, at] = [now, performance.now()];
      if (first) onPicture();
    } else if (waited && newest === 0) end("failed");
    else if (waited && lasting()) end("halted");
  };
  const timer = setInterval(look, LOOK_MS);
  const watcher = new IntersectionObserver((entries) => entries.at(-1).isIntersecting || end("hidden"));
  const away = () => document.hidden && end("hidden");
  const stop = () => {
    if (!running) return false;
    running = false;
    clearInterval(timer);
    watcher.disconnect();
    document.removeEventListener("visibilitychange", away);
    close();
    element.remove();
    return true;
  };
  node.append(element);
  watcher.observe(node);
  document.addEventListener("visibilitychange", away);
  return stop;
}
