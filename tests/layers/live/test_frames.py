from __future__ import annotations

import doctest
import json
from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from layers.live import frames

BYTE = st.integers(0, 255)
VALUE = st.floats(width=32, allow_infinity=False)


@given(
    st.integers(0, 2**32 - 1),
    st.floats(0, 1e14),
    st.dictionaries(st.integers(0, 2**32 - 1), st.tuples(VALUE, BYTE), max_size=50),
)
def test_what_is_packed_comes_out_again(
    seq: int, at_ms: float, devices: dict[int, tuple[float, int]]
) -> None:
    index = np.array(sorted(devices), np.int64)
    value = np.array([devices[i][0] for i in sorted(devices)], np.float32)
    state = np.array([devices[i][1] for i in sorted(devices)], np.uint8)
    packed = frames.pack(seq, at_ms, index, value, state)
    out = frames.unpack(packed)
    assert len(packed) == 20 + 9 * len(devices)
    assert (out.seq, out.at) == (seq, at_ms)
    assert out.index.tolist() == index.tolist() and out.state.tolist() == state.tolist()
    np.testing.assert_array_equal(out.value, value)


@pytest.mark.parametrize(
    "damage", [lambda f: f[:-1], lambda f: b"DYN2" + f[4:], lambda f: f + b"x", lambda f: f[:9]]
)
def test_a_damaged_frame_is_refused(damage: Callable[[bytes], bytes]) -> None:
    whole = frames.pack(1, 2.0, np.array([3]), np.array([4.0], np.float32), np.array([5], np.uint8))
    with pytest.raises(ValueError):
        frames.unpack(damage(whole))


@given(st.integers(0, 7), st.integers(0, 3), st.integers(0, 4))
def test_a_state_byte_holds_code_age_and_level(code: int, band: int, level: int) -> None:
    parts = (np.array([part], np.uint8) for part in (code, band, level))
    (byte,) = frames.state_bytes(*parts).tolist()
    assert (byte & 7, byte >> 3 & 3, byte >> 5) == (code, band, level)


@pytest.mark.parametrize(
    ("age", "silent", "band"),
    [(0, False, 0), (66, False, 0), (67, False, 1), (100, False, 1), (101, False, 2),
     (200, False, 2), (201, False, 3), (5, True, 3), (float("nan"), False, 3), (-9, False, 0)],
)  # fmt: skip
def test_age_is_counted_in_patience(age: float, silent: bool, band: int) -> None:
    reported = np.array([1000.0 - age])
    bands = frames.age_bands(reported, np.array([100.0]), np.array([silent]), 1000.0)
    assert bands.tolist() == [band]


def test_text_frames_take_ready_made_json_in() -> None:
    words = frames.text({"kind": "delta", "newest": float("nan")}, things=b'{"a":null}')
    assert json.loads(words) == {"kind": "delta", "newest": None, "things": {"a": None}}


def test_examples() -> None:
    assert doctest.testmod(frames).failed == 0
