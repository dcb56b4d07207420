// The binary frames of the live socket: little-endian, three columns behind a header of 20 bytes.

const MAGIC = 0x314e5944; // "DYN1" read as a little-endian number
const HEADER_BYTES = 20;
const ROW_BYTES = 9;

/** State code of a device nobody has heard of. */
export const UNKNOWN = 7;

/** Age bands of a device, by number. */
export const AGES = ["fresh", "faded", "hollow", "gone"];

/**
 * Take a binary frame apart without copying its columns.
 * @param {ArrayBuffer} buffer
 * @returns {{seq: number, at: number, index: Uint32Array, value: Float32Array, state: Uint8Array}}
 * @throws {RangeError} when it is not a frame of this format
 */
export function decodeFrame(buffer) {
  if (buffer.byteLength < HEADER_BYTES) throw new RangeError("shorter than a header");
  const view = new DataView(buffer);
  const count = view.getUint32(8, true);
  if (view.getUint32(0, true) !== MAGIC || buffer.byteLength !== HEADER_BYTES + ROW_BYTES * count)
    throw new RangeError("not a DYN1 frame");
  const values = HEADER_BYTES + 4 * count;
  return {
    seq: view.getUint32(4, true),
    at: view.getFloat64(12, true),
    index: new Uint32Array(buffer, HEADER_BYTES, count),
    value: new Float32Array(buffer, values, count),
    state: new Uint8Array(buffer, values + 4 * count, count),
  };
}

/**
 * The three parts of a state byte.
 * @param {number} byte
 * @returns {{code: number, age: number, level: number}} state code, age band 0–3, worst level 0–4
 */
export function unpackState(byte) {
  return { code: byte & 7, age: (byte >> 3) & 3, level: byte >> 5 };
}
