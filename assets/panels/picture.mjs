// The real picture of a camera: asked for with a purpose, shown while it is in sight, kept nowhere.
import { h } from "./dom.mjs";
import { t } from "./texts.mjs";

const STILL_MS = 10_000;
const HLS = "application/vnd.apple.mpegurl";

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

/** The element that shows a stream, by its kind. `failed` is called when nothing arrives. */
export const ELEMENTS = {
  hls: (stream, failed) => {
    const video = h("video", { autoplay: true, muted: true, playsinline: true, disablepictureinpicture: true, onerror: failed });
    if (!video.canPlayType(HLS)) return null;
    [video.muted, video.src] = [true, stream];
    return video;
  },
  mjpeg: (stream, failed) => h("img", { alt: t("sight.real"), referrerpolicy: "no-referrer", onerror: failed, src: stream }),
  still: (stream, failed) => h("img", { alt: t("sight.real"), referrerpolicy: "no-referrer", onerror: failed, src: stream }),
  // A page of others: it may run and know its own origin, and nothing of ours.
  webrtc: (stream) => h("iframe", { title: t("sight.real"), referrerpolicy: "no-referrer", allow: "autoplay", src: stream,
    sandbox: new URL(stream).origin === location.origin ? "allow-scripts" : "allow-scripts allow-same-origin" }),
};

/**
 * Show a stream in a node until told, or until nobody can see it.
 * @param {HTMLElement} node
 * @param {{stream: string, kind: string}} told
 * @param {(why: "hidden"|"failed"|"unplayable") => void} onStop not called when stopped from outside
 * @returns {() => void} stops it
 */
export function showPicture(node, { stream, kind }, onStop) {
  let timer = 0;
  const end = (why) => {
    if (!stop()) return;
    onStop(why);
  };
  const element = ELEMENTS[kind]?.(stream, () => end("failed"));
  if (!element) {
    onStop("unplayable");
    return () => {};
  }
  if (kind === "still" && !stream.includes("?"))
    timer = setInterval(() => (element.src = `${stream}?${Date.now()}`), STILL_MS);
  const watcher = new IntersectionObserver(([entry]) => entry.isIntersecting || end("hidden"));
  const away = () => document.hidden && end("hidden");
  let running = true;
  const stop = () => {
    if (!running) return false;
    running = false;
    clearInterval(timer);
    watcher.disconnect();
    document.removeEventListener("visibilitychange", away);
    element.removeAttribute("src"); // an element that is merely removed may go on fetching
    element.load?.();
    element.remove();
    return true;
  };
  node.append(element);
  watcher.observe(node);
  document.addEventListener("visibilitychange", away);
  return stop;
}
