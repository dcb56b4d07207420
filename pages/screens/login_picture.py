"""The picture behind the login: a compound at night, drawn from tables as isometric SVG."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import cos, radians, sin

Point = tuple[float, float, float]

_BLOCKS = tuple(
    (x, y, 62.0 if column != 2 else 58.0, 17.0, height)
    for row, (y, heights) in enumerate(
        [
            (8.0, (40, 58, 76)), (48.0, (30, 34, 62)), (88.0, (26, 30, 26)),
            (128.0, (22, 26, 22)), (168.0, (30, 20, 20)),
        ]
    )
    for column, (x, height) in enumerate(zip((10.0, 86.0, 162.0), heights, strict=True))
    if (row, column) != (2, 2)
)  # fmt: skip
"""Slab blocks: x, y, length, depth and height in metres; the gap is the pond."""

_ALARM = 11
"""Index of the block where somebody pressed the key."""

_BOUNDARY = ((0, 0), (232, 0), (232, 208), (0, 208), (0, 0))
_ROUTE = ((232, 198), (41, 198), (41, 187))
_LANES = (
    *(((0, y), (232, y)) for y in (40, 80, 120, 160, 198)),
    *(((x, 0), (x, 208)) for x in (79, 155)),
)
_POND = ((168, 92), (196, 86), (220, 94), (222, 108), (198, 114), (170, 108))


# A pure function of the tables above, drawn once: nothing is read.
@cache
def picture() -> str:
    """An SVG element; decoration, so it is hidden from screen readers."""
    drawn = [
        _shape("ground", [(x, y, 0) for x, y in _BOUNDARY]),
        *(_line("lane", [(x, y, 0) for x, y in lane]) for lane in _LANES),
        _shape("pond", [(x, y, 0) for x, y in _POND]),
        _line("boundary", [(x, y, 0) for x, y in _BOUNDARY]),
        _line("route", [(x, y, 0) for x, y in _ROUTE]),
        *(_block(index, *block) for index, block in sorted(enumerate(_BLOCKS), key=_depth)),
        _marks(),
    ]
    return (
        '<svg class="night" viewBox="-225 -160 450 290" preserveAspectRatio="xMidYMid meet"'
        f' aria-hidden="true">{"".join(drawn)}</svg>'
    )


def _depth(numbered: tuple[int, tuple[float, ...]]) -> float:
    x, y, *_ = numbered[1]
    return x + 3 * y  # rows lie along x: a row in front hides the one behind


def _iso(point: Point) -> tuple[float, float]:
    """Where a point (metres east, south, up) lands on the picture."""
    x, y, z = point[0] - 115, point[1] - 98, point[2]
    return (x - y) * cos(radians(30)), (x + y) * sin(radians(30)) - z * 0.9


def _words(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_iso, points))


def _shape(name: str, points: Sequence[Point]) -> str:
    return f'<polygon class="{name}" points="{_words(points)}"/>'


def _line(name: str, points: Sequence[Point]) -> str:
    return f'<polyline class="{name}" points="{_words(points)}"/>'


def _block(index: int, x: float, y: float, length: float, depth: float, height: float) -> str:
    right, front = x + length, y + depth
    a, b, c = (x, front), (right, front), (right, y)
    walls = [("front", a, b), ("side", b, c)]
    faces = [
        *(_shape(name, [(*p, 0), (*q, 0), (*q, height), (*p, height)]) for name, p, q in walls),
        _shape("top", [(x, y, height), (*c, height), (*b, height), (*a, height)]),
        _windows(index, x, front, length, height),
    ]
    state = " alarm" if index == _ALARM else ""
    return f'<g class="block{state}">{"".join(faces)}</g>'


def _windows(index: int, x: float, front: float, length: float, height: float) -> str:
    lit = [
        _shape("lit", [(p, front, q) for p, q in ((a, z), (a + 2, z), (a + 2, z + 2), (a, z + 2))])
        for floor in range(int(height // 4))
        for column in range(int(length // 6))
        if (index * 13 + floor * 7 + column * 5 + floor * column * index) % 17 in (0, 5, 9)
        for a, z in [(x + 3 + column * 6, 2 + floor * 4.0)]
    ]
    return "".join(lit)


def _marks() -> str:
    x, y, length, depth, height = _BLOCKS[_ALARM]
    left, top = _iso((x + length / 2, y + depth / 2, height + 14))
    walker = _iso((150, 198, 2))
    return (
        f'<path class="level-1" d="M{left:.1f} {top - 9:.1f}l9 9-9 9-9-9z"/>'
        f'<circle class="walker" cx="{walker[0]:.1f}" cy="{walker[1]:.1f}" r="5"/>'
    )
