"""A street of any size: the demo's compound, tiled, with as many devices as are asked for.

Bench only: the plan of one compound is repeated side by side, each copy with up to
``PER_COMPOUND`` devices, which repeat the demo compound's own in their proportion. That is about
one smoke detector and one call button in each flat of a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import msgspec

from geodata.demo.street import build_street
from twin.places.model import Compound, DevicePlace, LonLat, ResponderCard
from twin.places.territory import street_of

STREET = "lusong.hejiatu"
PER_COMPOUND = 2000
_STEP_LON, _STEP_LAT = 0.0045, 0.0035
_COLUMNS = 8
_NUDGE = 0.00001
"""About a metre: copies of a device do not stand on one spot."""


@cache
def pattern() -> Compound:
    """The compound that is repeated."""
    return build_street(1)[0]


def street(devices: int) -> list[Compound]:
    """Compounds with together exactly ``devices`` devices."""
    full, rest = divmod(devices, PER_COMPOUND)
    sizes = [PER_COMPOUND] * full + ([rest] if rest else [])
    return [tile(number, size) for number, size in enumerate(sizes)]


def by_street(compounds: Iterable[Compound]) -> dict[str, list[Compound]]:
    """Compounds by the street they lie in."""
    found: dict[str, list[Compound]] = {}
    for compound in compounds:
        found.setdefault(street_of(compound.territory), []).append(compound)
    return found


def tile(number: int, devices: int) -> Compound:
    """Copy ``number`` of the pattern, moved to its place, with ``devices`` devices."""
    row, column = divmod(number, _COLUMNS)
    return copied(pattern(), f"tile{number}", (column * _STEP_LON, row * _STEP_LAT), devices)


def copied(plan: Compound, name: str, by: LonLat, devices: int) -> Compound:
    """A compound under another name, moved by degrees, with as many devices of its kinds."""
    words = msgspec.to_builtins(msgspec.structs.replace(plan, devices=()))
    copy = msgspec.convert(_moved(words, by, (plan.id, name)), Compound)
    pool = [_place(plan.devices[i % len(plan.devices)], copy, plan, i) for i in range(devices)]
    return msgspec.structs.replace(
        copy, devices=tuple(pool), responders=tuple(_card(card, copy) for card in plan.responders)
    )


def _moved(value: object, by: LonLat, names: tuple[str, str]) -> object:
    """The same JSON elsewhere and under another name; a pair of numbers is a position."""
    if isinstance(value, dict):
        return {key: _moved(part, by, names) for key, part in value.items()}
    if isinstance(value, list | tuple):
        if len(value) == 2 and all(isinstance(part, float) for part in value):
            return (round(value[0] + by[0], 7), round(value[1] + by[1], 7))
        return [_moved(part, by, names) for part in value]
    if isinstance(value, str):
        return _renamed(value, names)
    return value


def _renamed(word: str, names: tuple[str, str]) -> str:
    old, new = names
    if word == old:
        return new
    if word.startswith(f"{old}/"):
        return new + word[len(old) :]
    labels = word.split(".")
    return ".".join(new if label == old else label for label in labels)


def _place(place: DevicePlace, copy: Compound, plan: Compound, count: int) -> DevicePlace:
    by = (copy.origin[0] - plan.origin[0], copy.origin[1] - plan.origin[1])
    again = count // len(plan.devices)
    return msgspec.structs.replace(
        place,
        id=f"{copy.id}/{place.kind}/{count + 1}",
        territory=_renamed(place.territory, (plan.id, copy.id)),
        lonlat=(
            round(place.lonlat[0] + by[0] + _NUDGE * (again % 3), 7),
            round(place.lonlat[1] + by[1] + _NUDGE * (again // 3), 7),
        ),
    )


def _card(card: ResponderCard, copy: Compound) -> ResponderCard:
    return msgspec.structs.replace(
        card, id=f"{copy.id}/responder/{card.id.rpartition('/')[2]}", territory=copy.territory,
        post=copy.origin,
    )  # fmt: skip
