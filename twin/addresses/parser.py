"""Addresses as people say them: ``三栋一单元`` and ``3-1-302`` taken apart, and how to write them.

Tolerant and without any knowledge of places: what a text means on the ground is for
``twin.addresses.gazetteer``. The words are a table, ``catalogue/address.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from twin.addresses.language import Language
from twin.addresses.tokens import Tokeniser, head_parts, number

MAX_CHARS = 200
"""An address is not longer; what stands behind is not looked at."""

_GAPS = " ,，.。;；:：、()（）[]【】·!！?？\"'“”-/#_\n\t"


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address by its columns (``domain`` names: 社区代码 小区 幢 单元 层 室).

    ``community_code`` has 12 digits. ``compound`` are the words that stood where its name stands,
    ``building`` is a number or letter without 幢, ``until`` the end of a range of them, ``also``
    further ones. ``floor`` 0 is not known, below 0 is under ground. ``gate`` is a gate's name,
    ``side`` a quarter (东南),
    ``relation`` how the place lies to what is named (旁边), ``device`` a kind of device and
    ``number`` what is written on it. ``rest`` was not understood, ``corrected`` says what was
    taken for a slip (as written, as read), ``doubts`` which parts could have been read otherwise.
    """

    community_code: str = ""
    district: str = ""
    street: str = ""
    community: str = ""
    compound: str = ""
    building: str = ""
    until: str = ""
    also: tuple[str, ...] = ()
    unit: str = ""
    floor: int = 0
    top: bool = False
    room: str = ""
    gate: str = ""
    side: str = ""
    relation: str = ""
    device: str = ""
    number: str = ""
    rest: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def indoors(self) -> bool:
        """Whether anything inside a compound was named by building, unit, floor or room."""
        return bool(self.building or self.unit or self.floor or self.room or self.top)


class _Reading:
    """What has been understood so far, and where the text before it ended."""

    __slots__ = ("also", "before", "doubts", "found", "rest", "started", "storeys", "tokens")

    def __init__(self, tokens: Tokeniser) -> None:
        self.tokens = tokens
        self.also: list[str] = []
        self.found: dict[str, str] = {}
        self.rest: list[str] = []
        self.before: list[str] = []
        self.doubts: list[str] = []
        self.storeys = ""
        self.started = False

    def put(self, column: str, value: str, written: str) -> None:
        """Fill a column; a second value for one that is filled was not understood."""
        if self.found.setdefault(column, value) != value:
            self.rest.append(written)
        self.started = True


_Step = Callable[[_Reading, re.Match[str], int], None]


def parse(text: str, language: Language) -> Address:
    """Take an address apart; never raises, whatever the text.

    >>> a = parse("火电小区三栋一单元302室", language)
    >>> a.compound, a.building, a.unit, a.floor, a.room
    ('火电小区', '3', '1', 3, '302')
    >>> parse("12号楼 附近有人", language).building, parse("灯杆 LP-031", language).number
    ('12', 'LP-031')
    """
    tokens = language.tokens
    written, corrected = tokens.canonical(text[:MAX_CHARS])
    reading = _Reading(tokens)
    end = 0
    for match in tokens.pattern.finditer(written):
        if gap := written[end : match.start()].strip(_GAPS):
            (reading.rest if reading.started else reading.before).append(gap)
        end = match.end()
        _STEPS[match.lastgroup or "noise"](reading, match, match.lastindex or 1)
    if gap := written[end:].strip(_GAPS):
        (reading.rest if reading.started else reading.before).append(gap)
    return _address(reading, corrected)


def _address(reading: _Reading, corrected: tuple[tuple[str, str], ...]) -> Address:
    if reading.storeys:
        _settle(reading)
    found = reading.found
    district, street, community, compound = head_parts(reading.before)
    room = found.get("room", "")
    floor = int(found["floor"]) if "floor" in found else floor_of(room)
    return Address(
        community_code=found.get("code", ""), district=district, street=street,
        community=community, compound=compound, building=found.get("building", ""),
        until=found.get("until", ""), also=tuple(reading.also), unit=found.get("unit", ""),
        floor=floor, top="top" in found, room=room, gate=found.get("gate", ""),
        side=found.get("side", ""), relation=found.get("relation", ""),
        device=found.get("device", ""), number=found.get("number", ""),
        rest=tuple(reading.rest), corrected=corrected, doubts=tuple(reading.doubts),
    )  # fmt: skip


def floor_of(room: str) -> int:
    """The floor a room's number tells: all digits but the last two; 0 when it tells none.

    >>> floor_of("302"), floor_of("1201A"), floor_of("5")
    (3, 12, 0)
    """
    digits = room.rstrip("ABCDEFGH")
    return int(digits[:-2]) if digits.isdecimal() and 3 <= len(digits) <= 4 else 0


# --- one function for each kind of token; the names are those of the pattern --------------------


def _code(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("code", match[index], match[index])
    reading.started = False  # the compound's name follows


def _device(reading: _Reading, match: re.Match[str], index: int) -> None:
    before, word, after = match[index + 1], match[index + 2], match[index + 3]
    reading.put("device", reading.tokens.device_kind(word), match[0])
    if label := after or before:
        reading.put("number", number(label), match[0])


def _range(reading: _Reading, match: re.Match[str], index: int) -> None:
    ends = number(match[index + 1]), number(match[index + 2])
    reading.put("building", ends[0], match[0])
    reading.put("until", ends[1], match[0])


def _dashed(reading: _Reading, match: re.Match[str], index: int) -> None:
    """``3-1-302``, ``3-302``, ``1-302`` behind a building, ``3-1-3-02`` with the floor apart."""
    parts = re.findall("[0-9A-Z]+", match[index])
    missing = [name for name in ("building", "unit") if name not in reading.found]
    beyond = len(parts) - len(missing)
    if missing == ["building"] or not 0 <= beyond <= 2:
        reading.rest.append(match[index])
        return
    if beyond == 0 and len(parts[-1]) >= 3:  # no unit: a building and a flat
        missing, beyond = missing[:-1], 1
    elif beyond == 0:
        reading.doubts.append(match[index])  # unit 2 or flat 2
    for column, part in zip(missing, parts, strict=False):
        reading.put(column, number(part), match[0])
    if beyond == 1:
        reading.put("room", number(parts[-1]), match[0])
        if len(parts[-1]) < 3:
            reading.doubts.append(match[index])  # flat 5 or floor 5
    elif beyond == 2:
        reading.put("room", f"{number(parts[-2])}{parts[-1].zfill(2)}", match[0])


def _building(reading: _Reading, match: re.Match[str], index: int) -> None:
    name = number(match[index + 1])
    if reading.found.setdefault("building", name) != name:
        reading.also.append(name)
    reading.started = True


def _unit(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("unit", number(match[index + 1]), match[0])


def _room(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("room", number(match[index + 1]), match[0])


def _floor(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("floor", number(match[index + 1]), match[0])


def _basement(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("floor", f"-{number(match[index + 1] or match[index + 2])}", match[0])


def _top(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("top", match[index], match[0])


def _door(reading: _Reading, match: re.Match[str], index: int) -> None:
    """``1门`` and ``1号门`` are a unit behind a building, a gate elsewhere."""
    if "building" in reading.found:
        reading.put("unit", number(match[index + 1]), match[0])
    else:
        reading.put("gate", f"{number(match[index + 1])}号门", match[0])


def _gate(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("gate", match[index], match[0])


def _side(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("side", match[index + 1], match[0])


def _relation(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("relation", match[index], match[0])


def _noise(reading: _Reading, match: re.Match[str], index: int) -> None:
    return None


def _storeys(reading: _Reading, match: re.Match[str], index: int) -> None:
    """``3楼`` is a floor behind a building, a building before a unit: what follows decides."""
    if not reading.storeys and not {"building", "unit", "room"} & set(reading.found):
        reading.storeys = match[index]
    else:
        if reading.storeys:
            _settle(reading)
        reading.put("floor", number(match[index + 1]), match[0])
    reading.started = True


def _settle(reading: _Reading) -> None:
    """What a ``3楼`` was that had nothing before it; said to be in doubt unless more follows."""
    words, reading.storeys = reading.storeys, ""
    name, room = number(words[:-1]), floor_of(reading.found.get("room", ""))
    if "building" in reading.found or str(room) == name:
        reading.put("floor", name, words)
        return
    reading.put("building", name, words)
    if "unit" not in reading.found:
        reading.doubts.append(words)


def _plate(reading: _Reading, match: re.Match[str], index: int) -> None:
    """``12号``: a room behind a building, else a building, which may be wrong."""
    if "building" in reading.found:
        reading.put("room", number(match[index + 1]), match[0])
    elif {"device", "gate"} & set(reading.found):
        reading.rest.append(match[0])
    else:
        reading.put("building", number(match[index + 1]), match[0])
        reading.doubts.append(match[0])


def _plain(reading: _Reading, match: re.Match[str], index: int) -> None:
    """A bare number: a room if long and behind a door, a building if short and behind a name."""
    word = match[index + 1] or number(match[index + 2])
    inside = {"building", "unit"} & set(reading.found)
    if inside and len(word) >= 3:
        reading.put("room", number(word), match[0])
    elif reading.before and not reading.started and word.isdecimal() and len(word) < 3:
        reading.put("building", number(word), match[0])
        reading.doubts.append(word)
    else:
        reading.rest.append(match[0])
    reading.started = True


def _sign(reading: _Reading, match: re.Match[str], index: int) -> None:
    reading.put("number", match[index], match[0])


_STEPS = {
    "code": _code, "device": _device, "range": _range, "dashed": _dashed, "building": _building,
    "unit": _unit, "room": _room, "floor": _floor, "basement": _basement, "top": _top,
    "door": _door, "gate": _gate, "side": _side, "relation": _relation, "noise": _noise,
    "storeys": _storeys, "plate": _plate, "plain": _plain, "sign": _sign,
}  # fmt: skip


# --- one way of writing -------------------------------------------------------------------------


def written(address: Address) -> str:
    """An address by its columns, the way a form shows it.

    >>> written(Address(compound="火电小区", building="3", unit="1", floor=3, room="302"))
    '火电小区3幢1单元3层302室'
    """
    code = f"{address.community_code} " if address.community_code else ""
    until = f"-{address.until}" if address.until else ""
    building = f"{address.building}{until}幢" if address.building else ""
    return f"{code}{address.compound}{building}{_unit_words(address.unit)}" + _inside(address)


def _inside(address: Address) -> str:
    floor = ""
    if address.floor:
        floor = f"{address.floor}层" if address.floor > 0 else f"负{-address.floor}层"
    return floor + (f"{address.room}室" if address.room else "")


def said(building: str, unit: str = "", floor: int = 0, room: str = "") -> str:
    """A place in a building as people say it: the room alone tells the floor.

    >>> said("93幢", "2", 3, "302"), said("93幢", "1单元", 4)
    ('93幢2单元302', '93幢1单元4层')
    """
    storey = f"{floor}层" if floor > 0 else f"负{-floor}层" if floor else ""
    return f"{building}{_unit_words(unit)}{room or storey}"


def _unit_words(unit: str) -> str:
    return unit if not unit or unit.endswith("单元") else f"{unit}单元"
