"""Frames: the bytes of the live socket, packed once and handed to every screen of a group.

Binary frame, little-endian: header ``<4sIId`` (magic ``DYN1``, sequence, count, server time in
milliseconds since the epoch), then ``u32 index[count]`` sorted, ``f32 value[count]`` (NaN where
there is no reading), ``u8 state[count]``. Nine bytes a device; a browser reads it through three
typed-array views without copying (20 bytes of header keep the arrays aligned).

State byte: bits 0-2 state code (position in the kind's states, 7 unknown), bits 3-4 age band,
bits 5-7 level of the worst active alarm (0 none, 1-4 = Ⅰ-Ⅳ).

Age bands count in the kind's patience, which is three usual reporting intervals:

====  ======  ======================================================================
band  name    meaning
====  ======  ======================================================================
0     fresh   heard from within two thirds of the patience: one report may be missing
1     faded   up to the whole patience: two reports are missing
2     hollow  past its patience, and nobody has declared it silent yet
3     gone    declared silent, never heard from, or past twice its patience
====  ======  ======================================================================
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

HEADER = struct.Struct("<4sIId")
MAGIC = b"DYN1"
UNKNOWN_CODE = 7
FRESH, FADED, HOLLOW, GONE = range(4)
BAND_ENDS = (2 / 3, 1.0, 2.0)
"""Age in units of patience at which fresh, faded and hollow end."""

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Indices = NDArray[np.intp]
Integers = NDArray[np.signedinteger[Any]]

encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A binary frame taken apart; ``at`` is the server time in milliseconds since the epoch."""

    seq: int
    at: float
    index: NDArray[np.uint32]
    value: Singles
    state: Bytes


def pack(seq: int, at_ms: float, index: Integers, value: Singles, state: Bytes) -> bytes:
    """One binary frame. ``index`` must be sorted and as long as ``value`` and ``state``."""
    return b"".join(
        (
            HEADER.pack(MAGIC, seq, len(index), at_ms),
            index.astype("<u4").tobytes(),
            value.astype("<f4").tobytes(),
            state.astype(np.uint8).tobytes(),
        )
    )


def unpack(frame: bytes) -> Unpacked:
    """A binary frame's content.

    Raises ValueError when the magic is another or the length does not fit.
    """
    if len(frame) < HEADER.size:
        raise ValueError("shorter than a header")
    magic, seq, count, at_ms = HEADER.unpack_from(frame)
    if magic != MAGIC or len(frame) != HEADER.size + 9 * count:
        raise ValueError("not a DYN1 frame")
    values_at = HEADER.size + 4 * count
    return Unpacked(
        seq,
        at_ms,
        np.frombuffer(frame, "<u4", count, HEADER.size),
        np.frombuffer(frame, "<f4", count, values_at),
        np.frombuffer(frame, np.uint8, count, values_at + 4 * count),
    )


def age_bands(
    reported_ms: Floats, patience_ms: Floats, silent: NDArray[np.bool_], now_ms: float
) -> Bytes:
    """Age band of each device; ``reported_ms`` is NaN where a device never reported.

    >>> ages = np.array([10.0, 80.0, 150.0, 250.0, np.nan])
    >>> age_bands(250 - ages, np.full(5, 100.0), np.zeros(5, bool), 250).tolist()
    [0, 1, 2, 3, 3]
    """
    age = np.nan_to_num((now_ms - reported_ms) / patience_ms, nan=np.inf)
    bands: Bytes = np.searchsorted(BAND_ENDS, age, side="left").astype(np.uint8)
    bands[silent] = GONE
    return bands


def state_bytes(code: Bytes, band: Bytes, level: Bytes) -> Bytes:
    """The state byte of each device from its three parts.

    >>> state_bytes(*(np.array([n], np.uint8) for n in (3, 1, 2))).tolist()
    [75]
    """
    packed: Bytes = code | (band << np.uint8(3)) | (level << np.uint8(5))
    return packed


def text(head: dict[str, Any], **parts: msgspec.Raw | bytes) -> str:
    """A JSON text frame: ``head`` encoded now, ``parts`` spliced in as JSON that exists already.

    >>> text({"kind": "beat", "seq": 4}, panels=b'{"a":1}')
    '{"kind":"beat","seq":4,"panels":{"a":1}}'
    """
    spliced = [b'"%s":%s' % (name.encode(), bytes(part)) for name, part in parts.items()]
    return (b",".join([encoder.encode(head)[:-1], *spliced]) + b"}").decode()


def fields(parts: dict[str, bytes]) -> bytes:
    """A JSON object whose values are JSON already.

    >>> fields({"a": b"1", "b": b"null"})
    b'{"a":1,"b":null}'
    """
    return b"{" + b",".join(encoder.encode(key) + b":" + part for key, part in parts.items()) + b"}"
