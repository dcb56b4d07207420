"""Pictures made here, byte by byte: a still, and an H.264 film in fragments of MP4.

The film is of raw samples (I_PCM), which any decoder reads and nobody needs an encoder for.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////"
    "////////////////////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAA"
    "AAD/2gAIAQEAAD8AN//Z"
)
"""A grey square of eight pixels."""
WIDE, HIGH = 160, 96
TIMESCALE, FRAMES = 10, 10
"""A fragment lasts a second and has ten pictures."""
_IDR, _SPS, _PPS = 0x65, 0x67, 0x68


class Bits:
    """Bits of a NAL unit, most significant first."""

    def __init__(self) -> None:
        self.words = ""

    def put(self, value: int, count: int) -> Bits:
        """``count`` bits."""
        self.words += f"{value:0{count}b}"
        return self

    def ue(self, *values: int) -> Bits:
        """Unsigned Exp-Golomb codes (ITU-T H.264, 9.1)."""
        for value in values:
            self.words += f"{value + 1:0{2 * (value + 1).bit_length() - 1}b}"
        return self

    def aligned(self) -> bytes:
        """Filled up with zeros."""
        words = self.words + "0" * (-len(self.words) % 8)
        return int(words, 2).to_bytes(len(words) // 8, "big")

    def closed(self) -> bytes:
        """Ended as a payload ends: a one, then zeros."""
        return self.put(1, 1).aligned()


def _nal(head: int, payload: bytes) -> bytes:
    """A NAL unit; its samples here never hold two zero bytes in a row, so nothing is escaped."""
    return bytes([head]) + payload


def _parameters() -> tuple[bytes, bytes]:
    """The parameter sets: baseline, level 2, no deblocking."""
    sps = Bits().put(66, 8).put(0xC0, 8).put(20, 8).ue(0, 0, 2, 0).put(0, 1)
    sps.ue(WIDE // 16 - 1, HIGH // 16 - 1).put(0b1100, 4)
    pps = Bits().ue(0, 0).put(0, 2).ue(0, 0, 0).put(0, 3).ue(0, 0, 0).put(0b100, 3)
    return _nal(_SPS, sps.closed()), _nal(_PPS, pps.closed())


def _picture(number: int) -> bytes:
    """A picture of its own: stripes that wander, an IDR slice."""
    found = Bits().ue(0, 7, 0).put(0, 4).ue(number % 2).put(0, 2).ue(0, 1)
    slices = b""
    for block in range(WIDE * HIGH // 256):
        slices += found.ue(25).aligned()
        bright = 60 + 15 * ((block + number) % 10)
        slices += bytes([bright]) * 256 + bytes([110 + block % 30]) * 128
        found = Bits()
    return _nal(_IDR, slices + b"\x80")


def _box(kind: str, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", len(content) + 8, kind.encode()) + content


def _full(kind: str, *parts: bytes, flags: int = 0, version: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _words(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


_MATRIX = _words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def beginning() -> bytes:
    """What a film of fragments begins with (ISO/IEC 14496-12): ``ftyp`` and ``moov``."""
    sps, pps = _parameters()
    config = bytes([1, 66, 0xC0, 20, 0xFF, 0xE1]) + struct.pack(">H", len(sps)) + sps
    config += b"\x01" + struct.pack(">H", len(pps)) + pps
    entry = bytes(6) + b"\0\1" + bytes(16) + struct.pack(">HH", WIDE, HIGH)
    entry += _words(0x480000, 0x480000, 0) + b"\0\1" + bytes(32) + b"\0\x18\xff\xff"
    tables = (_full("stts", _words(0)), _full("stsc", _words(0)), _full("stsz", _words(0, 0)),
              _full("stco", _words(0)))  # fmt: skip
    described = _full("stsd", _words(1), _box("avc1", entry, _box("avcC", config)))
    here = _box("dinf", _full("dref", _words(1), _full("url ", flags=1)))
    media = _box(
        "mdia",
        _full("mdhd", _words(0, 0, TIMESCALE, 0), b"\x55\xc4\0\0"),
        _full("hdlr", _words(0), b"vide", bytes(12), b"film\0"),
        _box("minf", _full("vmhd", bytes(8), flags=1), here, _box("stbl", described, *tables)),
    )
    header = _full("tkhd", _words(0, 0, 1, 0, 0), bytes(16), _MATRIX,
                   _words(WIDE << 16, HIGH << 16), flags=3)  # fmt: skip
    movie = _full("mvhd", _words(0, 0, TIMESCALE, 0, 0x10000), b"\1\0", bytes(10), _MATRIX,
                  bytes(24), _words(2))  # fmt: skip
    more = _box("mvex", _full("trex", _words(1, 1, 1, 0, 0)))
    return _box("ftyp", b"isom\0\0\2\0isomiso5avc1mp41") + _box(
        "moov", movie, _box("trak", header, media), more
    )


def fragment(number: int) -> bytes:
    """One second of the film, the ``number``-th."""
    pictures = [_picture(number * FRAMES + n) for n in range(FRAMES)]
    samples = [struct.pack(">I", len(one)) + one for one in pictures]

    def moof(offset: int) -> bytes:
        run = _full("trun", _words(FRAMES, offset, *(len(one) for one in samples)), flags=0x201)
        since = _full("tfdt", struct.pack(">Q", number * FRAMES), version=1)
        head = _full("tfhd", _words(1, 1, 0x2000000), flags=0x20028)
        return _box("moof", _full("mfhd", _words(number + 1)), _box("traf", head, since, run))

    return moof(len(moof(0)) + 8) + _box("mdat", *samples)


def playlist(newest: int, kept: int = 6) -> str:
    """A live playlist (RFC 8216) whose last fragment is ``newest``."""
    first = max(0, newest - kept + 1)
    lines: Iterable[str] = (f"#EXTINF:1.0,\n{n}.m4s\n" for n in range(first, newest + 1))
    head = f"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:{first}\n"
    return head + '#EXT-X-MAP:URI="init.mp4"\n' + "".join(lines)
