// Whole contents of small sources, handed to the map only when they changed: each hand-over is cut
// into tiles anew and its labels placed anew.
import { collection } from "../../geometry/shapes.mjs";

/**
 * @param {(name: string) => {setData: (data: Row) => void}} source
 * @returns {(name: string, features: Row[]) => boolean} whether there was something to do
 */
export function createFill(source) {
  const drawn = new Map();
  return (name, features) => {
    const key = JSON.stringify(features);
    if (drawn.get(name) === key) return false;
    drawn.set(name, key);
    source(name).setData(collection(features));
    return true;
  };
}
