import assert from "node:assert/strict";
import { test } from "node:test";
import { readPictures, splitter } from "../../assets/panels/camera/mjpeg.mjs";

const bytes = (words) => new TextEncoder().encode(words);
const part = (content, length = true) =>
  `--b\r\nContent-Type: image/jpeg\r\n${length ? `Content-Length: ${content.length}\r\n` : ""}\r\n${content}\r\n`;
const words = (pictures) => pictures.map((picture) => new TextDecoder().decode(picture));

test("pictures are found however the bytes are cut, with their length or without", () => {
  for (const length of [true, false]) {
    const all = bytes(`preamble\r\n${part("one", length)}${part("two--x\r\n\r\ny", length)}${part("", length)}${part("three", length)}--b`);
    for (const size of [1, 7, 1000]) {
      const split = splitter("multipart/x-mixed-replace; boundary=b");
      const found = [];
      for (let at = 0; at < all.length; at += size) found.push(...words(split(all.subarray(at, at + size))));
      assert.deepEqual(found, ["one", "two--x\r\n\r\ny", "three"], `${length} ${size}`);
    }
  }
});

test("a boundary may be quoted or begin with its dashes, and must be there", () => {
  for (const named of ['boundary="b"', "boundary=--b"])
    assert.deepEqual(words(splitter(`multipart/x; ${named}`)(bytes(part("one")))), ["one"]);
  assert.throws(() => splitter("image/jpeg"), /boundary/);
  assert.throws(() => splitter(null), /boundary/);
});

test("what never ends is no picture", () => {
  const split = splitter("multipart/x; boundary=b");
  split(bytes("--b\r\n\r\n"));
  assert.throws(() => split(new Uint8Array(17 * 1024 * 1024)), /too large/);
});

test("of what came together the newest is shown", async () => {
  const shown = [];
  const headers = { "content-type": "multipart/x-mixed-replace; boundary=b" };
  await readPictures(new Response(part("one") + part("two"), { headers }), (picture) => shown.push(picture.text()));
  assert.deepEqual(await Promise.all(shown), ["two"]);
});
