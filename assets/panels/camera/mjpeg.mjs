// Pictures one after another in one answer (multipart/x-mixed-replace), read here: so it is known when
// no more come, and nothing goes through the browser's cache.

const MOST_BYTES = 16 * 1024 * 1024; // of one picture
const [CR, LF] = [13, 10];

/**
 * Takes bytes as they come and gives the pictures that are whole by then.
 * @param {string} contentType of the answer; throws when it names no boundary
 * @returns {(bytes: Uint8Array) => Uint8Array<ArrayBuffer>[]}
 */
export function splitter(contentType) {
  const named = /boundary="?([^";]+)"?/i.exec(contentType ?? "");
  if (!named) throw new Error("no boundary");
  const mark = new TextEncoder().encode(`--${named[1].replace(/^--/, "")}`);
  let rest = new Uint8Array(0);
  return (bytes) => {
    rest = joined(rest, bytes);
    const found = [];
    for (let part = next(rest, mark); part; part = next(rest, mark)) {
      if (part.picture.length) found.push(part.picture);
      rest = rest.subarray(part.end);
    }
    if (rest.length > MOST_BYTES) throw new Error("too large for a picture");
    return found;
  };
}

/** The first whole part: its content, and where the next one begins; null while it is not whole. */
function next(bytes, mark) {
  const start = find(bytes, mark, 0);
  const head = start < 0 ? -1 : find(bytes, [CR, LF, CR, LF], start);
  if (head < 0) return null;
  const words = new TextDecoder().decode(bytes.subarray(start, head));
  const length = Number(/content-length:\s*(\d+)/i.exec(words)?.[1]);
  if (length)
    return bytes.length < head + 4 + length ? null : { picture: bytes.slice(head + 4, head + 4 + length), end: head + 4 + length };
  const end = find(bytes, mark, head + 4);
  return end < 0 ? null : { picture: bytes.slice(head + 4, Math.max(head + 4, end - 2)), end };
}

function find(bytes, wanted, from) {
  for (let at = bytes.indexOf(wanted[0], from); at >= 0; at = bytes.indexOf(wanted[0], at + 1))
    if (wanted.length <= bytes.length - at && wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  return -1;
}

function joined(one, other) {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

/**
 * Hand over pictures as they come, until the answer ends.
 * @param {Response} response
 * @param {(picture: Blob) => void} show
 */
export async function readPictures(response, show) {
  const split = splitter(response.headers.get("content-type"));
  const reader = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const newest = split(read.value).at(-1); // who is behind is shown what is new
    if (newest) show(new Blob([newest]));
  }
}
