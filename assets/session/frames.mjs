// Reads the packed device frames of the live socket; layers/live/frames.py writes them.

const HEADER_BYTES = 20;
const DEVICE_BYTES = 9;
const MAGIC = 0x314e5944; // "DYN1", little-endian

/** State code of a device that never said what it is. */
export const UNKNOWN_CODE = 7;

/** Age bands in the order the state byte counts them. */
export const AGES = ["fresh", "faded", "hollow", "gone"];

/**
 * A binary frame as views into its bytes, without copying; null when it is not one.
 * @param {ArrayBuffer} bytes
 * @returns {{seq: number, at: number, count: number, index: Uint32Array, value: Float32Array,
 *   state: Uint8Array} | null}
 */
export function decodeFrame(bytes) {
  if (!(bytes instanceof ArrayBuffer) || bytes.byteLength < HEADER_BYTES) return null;
  const head = new DataView(bytes);
  const count = head.getUint32(8, true);
  if (head.getUint32(0, true) !== MAGIC || bytes.byteLength !== HEADER_BYTES + DEVICE_BYTES * count) return null;
  const values = HEADER_BYTES + 4 * count;
  return {
    seq: head.getUint32(4, true),
    at: head.getFloat64(12, true),
    count,
    index: new Uint32Array(bytes, HEADER_BYTES, count),
    value: new Float32Array(bytes, values, count),
    state: new Uint8Array(bytes, values + 4 * count, count),
  };
}

/**
 * The three parts of a state byte.
 * @param {number} state
 * @returns {{code: number, age: number, level: number}} code 7 is unknown, level 0 is no alarm
 */
export function unpackState(state) {
  return { code: state & 7, age: (state >> 3) & 3, level: state >> 5 };
}
