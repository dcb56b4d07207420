// HLS by script in every browser, also in those that play it themselves: what they fetch, they keep.
// The library is fetched when somebody looks, and only then.

const LATE_S = 20; // what is farther behind is no live picture

/**
 * Play a stream in a video element.
 * @param {HTMLVideoElement} video
 * @param {string} stream
 * @param {() => void} failed
 * @returns {() => void} stops it
 */
export function playHls(video, stream, failed) {
  let [player, stopped] = [null, false];
  const begin = ({ default: Hls, FetchLoader }) => {
    if (stopped) return undefined;
    if (!Hls.isSupported()) return failed();
    player = new Hls({
      enableWorker: false, // it would be made of a blob, which our policy forbids
      loader: FetchLoader,
      backBufferLength: 0,
      liveMaxLatencyDuration: LATE_S,
      liveSyncDuration: LATE_S / 5,
      fetchSetup: (context, options) =>
        new Request(context.url, { ...options, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" }),
    });
    player.on(Hls.Events.ERROR, (_, { fatal }) => fatal && failed());
    player.loadSource(stream);
    player.attachMedia(video);
    return video.play()?.catch(() => {}); // a stop meanwhile is no error
  };
  import("../../vendor/hls.mjs").then(begin).catch(() => stopped || failed());
  return () => {
    stopped = true;
    player?.destroy();
  };
}
