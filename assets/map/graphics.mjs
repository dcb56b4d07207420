// What this machine draws with.

let answer = null;

/**
 * Whether it has no graphics hardware: then every pixel costs, edges stay rough and nobody glides.
 * Asking early pays: without hardware it takes half a second until graphics are there.
 * @returns {Promise<boolean>} also where there are no graphics at all, of which the map will say so
 */
export function drawsInSoftware() {
  answer ??= new Promise((resolve) => {
    const worker = new Worker(new URL("./graphics_worker.mjs", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => {
      resolve(data);
      worker.terminate();
    };
    worker.onerror = () => resolve(false);
  });
  return answer;
}
