"""What a request for features asks for, read from its parameters once and exactly.

After OGC API - Features Part 1 (OGC 17-069r4, 7.15): ``limit``, ``bbox``, ``datetime``, and any
field by equality; ``offset`` and ``after`` turn pages. What is not known is refused (7.6).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from layers.sharing.collection import Collection, Field
from twin.errors import DayuanError

DEFAULT_LIMIT = 100
MOST = 1000
"""Features on a page at most. GDAL asks for 1,000; whoever asks for more gets this many."""
MOST_DIGITS = 9
MOST_WORDS = 200

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees, west <= east."""


class BadQuery(DayuanError):
    """A parameter that cannot be: ``name``, the ``value`` given (shortened) and why."""

    def __init__(self, name: str, value: str, reason: str) -> None:
        self.name = name[:60]
        self.value = value[:120]
        self.reason = reason
        super().__init__(f"{self.name}={self.value!r}: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which features of a collection, and which page of them.

    ``boxes`` are one box, or two where one crosses the 180th meridian; ``start`` and ``end``
    enclose the instants wanted, None where open; ``timed`` says whether any were asked for;
    ``wanted`` are field values. ``after`` is the id of the last feature of the page before.
    """

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    after: str = ""
    boxes: tuple[Box, ...] = ()
    timed: bool = False
    start: datetime | None = None
    end: datetime | None = None
    wanted: tuple[tuple[Field, Any], ...] = field(default=())


def read(collection: Collection, given: Iterable[tuple[str, str]]) -> Query:
    """The query that some parameters ask for, in any order.

    Raises BadQuery naming parameter and value: unknown, given twice, or not of its form.
    """
    found: dict[str, Any] = {}
    seen: set[str] = set()
    wanted: list[tuple[Field, Any]] = []
    for name, value in given:
        if name in seen:
            raise BadQuery(name, value, "given twice")
        seen.add(name)
        if name in PARAMETERS:
            found.update(PARAMETERS[name](name, value))
        elif (asked := collection.field(name)) is not None and asked.queryable:
            wanted.append((asked, _of_kind(asked, value)))
        else:
            raise BadQuery(name, value, _unknown(collection))
    return Query(**found, wanted=tuple(wanted))


def _unknown(collection: Collection) -> str:
    names = [*PARAMETERS, *(one.name for one in collection.fields if one.queryable)]
    return f"no such parameter; there are {', '.join(names)}"


def _whole(name: str, value: str, least: int) -> int:
    if not (value.isascii() and value.isdigit()) or len(value) > MOST_DIGITS or int(value) < least:
        raise BadQuery(name, value, f"a whole number from {least} is needed")
    return int(value)


def _limit(name: str, value: str) -> dict[str, Any]:
    return {"limit": min(_whole(name, value, 1), MOST)}


def _offset(name: str, value: str) -> dict[str, Any]:
    return {"offset": _whole(name, value, 0)}


def _after(name: str, value: str) -> dict[str, Any]:
    return {"after": _words(name, value)}


def _words(name: str, value: str) -> str:
    if len(value) > MOST_WORDS:
        raise BadQuery(name, value, f"at most {MOST_WORDS} characters")
    return value


def _bbox(name: str, value: str) -> dict[str, Any]:
    """Four numbers, or six with heights, which nothing here has."""
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError as exc:
        raise BadQuery(name, value, "numbers separated by commas are needed") from exc
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise BadQuery(name, value, "four or six finite numbers: west,south,east,north")
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    if south > north:
        raise BadQuery(name, value, "south is north of north")
    if half == 3 and numbers[2] > numbers[5]:
        raise BadQuery(name, value, "the lower height is above the upper one")
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise BadQuery(name, value, "longitudes from -180 to 180, latitudes from -90 to 90")
    if west > east:  # across the 180th meridian
        return {"boxes": ((west, south, 180.0, north), (-180.0, south, east, north))}
    return {"boxes": ((west, south, east, north),)}


# RFC 3339, as the standard's ABNF has it; fractions of any length, of which six digits count.
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,20}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OPEN = ("", "..")


def _datetime(name: str, value: str) -> dict[str, Any]:
    """An instant, a day, or two of them with a slash between; open ends are ``..`` or nothing."""
    first, slash, last = value.partition("/")
    if not slash:
        start, end = _instants(name, value, first)
        return {"timed": True, "start": start, "end": end}
    if first in _OPEN and last in _OPEN:
        raise BadQuery(name, value, "one end at least is needed")
    begin = None if first in _OPEN else _instants(name, value, first)[0]
    finish = None if last in _OPEN else _instants(name, value, last)[1]
    if begin is not None and finish is not None and begin > finish:
        raise BadQuery(name, value, "it ends before it begins")
    return {"timed": True, "start": begin, "end": finish}


def _instants(name: str, value: str, words: str) -> tuple[datetime, datetime]:
    """The first and last instant that some words mean: one and the same unless it is a day."""
    try:
        if _DAY.fullmatch(words):
            begin = datetime.fromisoformat(words).replace(tzinfo=UTC)
            return begin, begin + timedelta(days=1, microseconds=-1)
        if (found := _INSTANT.fullmatch(words)) is None:
            raise ValueError
        day, clock, fraction, zone = found.groups()
        zone = "+00:00" if zone in "Zz" else zone
        digits = (fraction or "").ljust(6, "0")[:6]
        instant = datetime.fromisoformat(f"{day}T{clock}.{digits}{zone}").astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        reason = "an RFC 3339 instant, or two with / between: 2026-11-22T04:00:00Z/.."
        raise BadQuery(name, value, reason) from exc
    return instant, instant


def _format(name: str, value: str) -> dict[str, Any]:
    """Some clients name the format though there is one only."""
    if value not in ("json", "geojson", "application/geo+json", "application/json"):
        raise BadQuery(name, value, "json is all there is")
    return {}


PARAMETERS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "limit": _limit,
    "offset": _offset,
    "after": _after,
    "bbox": _bbox,
    "datetime": _datetime,
    "f": _format,
}


def _number(words: str) -> float:
    number = float(words)
    if not math.isfinite(number):
        raise ValueError
    return number


def _integer(words: str) -> int:
    if len(words) > MOST_DIGITS + 1 or not re.fullmatch(r"-?\d+", words, re.ASCII):
        raise ValueError
    return int(words)


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
"""GDAL asks for booleans by 1 and 0."""
_VALUES: dict[str, tuple[Callable[[str], Any], str]] = {
    "string": (str, "words are needed"),
    "integer": (_integer, "a whole number is needed"),
    "number": (_number, "a number is needed"),
    "boolean": (lambda words: _BOOLEANS[words.lower()], "true or false"),
}


def _of_kind(asked: Field, value: str) -> Any:
    read_value, reason = _VALUES[asked.kind]
    try:
        return read_value(_words(asked.name, value))
    except (ValueError, KeyError) as exc:
        raise BadQuery(asked.name, value, reason) from exc
