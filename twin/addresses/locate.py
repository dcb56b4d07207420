"""Where an address is within one compound: building, unit and floor; gate; device; named place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import msgspec

from twin.addresses.candidates import Candidate, Note
from twin.addresses.compound_addresses import (
    CompoundAddresses,
    Sees,
    listed,
    natural,
    note,
    toward,
    unit_number,
)
from twin.addresses.parser import Address, floor_of
from twin.places.model import Building, DevicePlace

MOST = 40
"""Candidates of one compound that are looked at further."""


def located(site: CompoundAddresses, address: Address, words: str, sees: Sees) -> list[Candidate]:
    """What an address may mean in a compound; ``words`` are those that name something in it."""
    ways = (
        (address.device or address.number, _devices),
        (address.building, _in_buildings),
        (address.gate, _gates),
        (words, _named),
        (address.indoors, _no_building),
    )
    for asked, way in ways:
        if asked:
            return list(islice(way(site, address, words, sees), MOST))
    return [_turned(site, address, site.whole())]


# --- buildings ----------------------------------------------------------------------------------


def _in_buildings(
    site: CompoundAddresses, address: Address, words: str, sees: Sees
) -> Iterator[Candidate]:
    if address.until:
        yield from _range(site, address, words, sees)
        return
    for number in (address.building, *address.also):
        buildings = site.buildings(number, words, sees)
        left = () if not words else _left_over(buildings, words)
        for building in buildings:
            for candidate in _in_building(site, building, address):
                yield _turned(site, address, candidate.with_notes(*left), building)
        if not buildings:
            yield from _neighbours(site, number, sees)


def _left_over(buildings: list[Building], words: str) -> tuple[Note, ...]:
    """Words that chose among buildings (二期) were understood, others were not."""
    used = any(words and words in building.name for building in buildings)
    return () if used else (_unread(words),)


def _range(
    site: CompoundAddresses, address: Address, words: str, sees: Sees
) -> Iterator[Candidate]:
    ends = address.building, address.until
    if not all(end.isdecimal() for end in ends):
        yield from _in_buildings(site, msgspec.structs.replace(address, until=""), words, sees)
        return
    first, last = sorted(map(int, ends))
    wanted = {str(number) for number in range(first, min(last, first + 999) + 1)}
    there = [number for number in site.numbers(sees) if number in wanted]
    span = note("in_range", first=first, last=last, found=len(there), of=last - first + 1)
    for number in there:
        for building in site.buildings(number, words, sees):
            yield site.candidate(building).with_notes(span)
    if not there:
        yield from _neighbours(site, address.building, sees)


def _neighbours(site: CompoundAddresses, wanted: str, sees: Sees) -> Iterator[Candidate]:
    """The buildings whose numbers are nearest to one that does not exist."""
    numbers = site.numbers(sees)
    at = natural(wanted)[0]
    near = sorted(numbers, key=lambda one: (abs(natural(one)[0] - at), natural(one)))[:2]
    why = note("no_such_building", building=wanted, known=listed(numbers))
    for number in near:
        for building in site.buildings(number, "", sees):
            yield site.candidate(building).with_notes(why)
    if not near:
        yield site.whole().with_notes(why)


def _in_building(
    site: CompoundAddresses, building: Building, address: Address
) -> Iterator[Candidate]:
    for at_door in _doors(site, building, address):
        yield from _floors(building, address, at_door)


def _doors(site: CompoundAddresses, building: Building, address: Address) -> Iterator[Candidate]:
    doors = {unit_number(door.unit): door for door in building.entrances}
    inside = address.room or address.floor or address.top
    if not address.unit and not inside:
        yield site.candidate(building)
    elif address.unit in doors:
        yield site.candidate(building, doors[address.unit])
    elif not doors:
        unit = msgspec.structs.replace(site.candidate(building), unit=address.unit)
        yield unit.with_notes(note("no_entrance", building=building.name))
    elif address.unit:
        known = listed(sorted(doors, key=natural))
        why = note("no_such_unit", building=building.name, unit=address.unit, units=known)
        yield from (site.candidate(building, door).with_notes(why) for door in doors.values())
    else:
        several = len(doors) > 1
        why = note("which_unit" if several else "only_unit", building=building.name)
        yield from (site.candidate(building, door).with_notes(why) for door in doors.values())


def _floors(building: Building, address: Address, at: Candidate) -> Iterator[Candidate]:
    """The same place on its floor; on both when room and floor do not agree."""
    told = floor_of(address.room)
    asked = building.floors if address.top else address.floor
    if not asked and not address.room:
        yield at
        return
    if told and asked and told != asked:
        why = note("which_floor", floor=asked, room=address.room)
        for floor in (told, asked):
            yield _on_floor(building, at.with_notes(why), floor, address.room)
        return
    yield _on_floor(building, at, asked, address.room)


def _on_floor(building: Building, at: Candidate, floor: int, room: str) -> Candidate:
    if building.floors and floor > building.floors:
        why = note("no_such_floor", building=building.name, floor=floor, floors=building.floors)
        return at.with_notes(why)
    notes = []
    if floor < 0:
        notes.append(note("below_ground", floor=-floor))
    if room:
        notes.append(note("room_as_written", room=room))
    return msgspec.structs.replace(at, floor=floor, room=room).with_notes(*notes)


def _no_building(
    site: CompoundAddresses, address: Address, words: str, sees: Sees
) -> Iterator[Candidate]:
    known = listed(site.numbers(sees))
    yield site.whole().with_notes(note("which_building", known=known))


# --- gates, devices, names ----------------------------------------------------------------------


def _gates(
    site: CompoundAddresses, address: Address, words: str, sees: Sees
) -> Iterator[Candidate]:
    seen = [gate for gate in site.gates if sees(gate.territory)]
    wanted, core = address.gate, _core(address.gate)
    same = [gate for gate in seen if gate.name == wanted]
    loose = [gate for gate in seen if _core(gate.name) == core] if core else seen
    left = (_unread(words),) if words else ()
    for gate in same or loose:
        read_as = note("gate_read_as", written=wanted, name=gate.name)
        why = () if same else (read_as,) if core else (note("which_gate", gate=wanted),)
        yield _turned(site, address, site.device(gate).with_notes(*why, *left))
    if not same and not loose:
        known = listed(dict.fromkeys(gate.name for gate in seen))
        none = note("no_such_gate", gate=wanted, known=known)
        places = [site.device(gate) for gate in seen[:4]] or [site.whole()]
        yield from (at.with_notes(none) for at in places)


def _core(gate: str) -> str:
    """What of a gate's name tells it from others: 东大门 is 东门 to most; 大门 tells nothing."""
    return "".join(char for char in gate if char in "东南西北中前后" or char.isdecimal())


def _devices(
    site: CompoundAddresses, address: Address, words: str, sees: Sees
) -> Iterator[Candidate]:
    there = _meant(site, address, address.number, sees)
    left = (_unread(words),) if words else ()
    several = not address.number and len(there) > 1
    why = (note("which_device", count=len(there)),) if several else ()
    for place in there:
        yield _turned(site, address, site.device(place).with_notes(*why, *left))
    if not there and address.building and not address.number:
        # 3幢1单元302，门锁坏了: where it is was said all the same.
        none = note("no_device_there", kind=address.device)
        found = _in_buildings(site, address, words, sees)
        yield from (candidate.with_notes(none) for candidate in found)
    elif not there:
        yield from _other_devices(site, address, sees)


def _other_devices(site: CompoundAddresses, address: Address, sees: Sees) -> Iterator[Candidate]:
    """The devices of the kind whose numbers are nearest to one that does not exist."""
    none = note("no_such_device", kind=address.device, number=address.number)
    devices = site.compound.devices
    nearest = map(devices.__getitem__, site.signs.nearest(address.device, address.number))
    near = islice((place for place in nearest if sees(place.territory)), 2)
    places = [site.device(place) for place in near] or [site.whole()]
    yield from (at.with_notes(none) for at in places)


def _meant(site: CompoundAddresses, address: Address, label: str, sees: Sees) -> list[DevicePlace]:
    """Devices of the kind and label, in the building, unit, floor and room that were said."""
    numbered = site.numbered.get(address.building, ())
    buildings = {building.id for building, _ in numbered}
    names = tuple(building.name for building, _ in numbered)  # 1幢配电箱 stands outside of it
    devices = site.compound.devices
    return [
        place
        for place in map(devices.__getitem__, site.signs.meant(address.device, label))
        if sees(place.territory)
        and (not address.building or place.building in buildings or place.name.startswith(names))
        and (not address.unit or unit_number(place.unit) == address.unit)
        and (not address.floor or place.floor == address.floor)
        and (not address.room or place.room == address.room)
    ]


def _named(
    site: CompoundAddresses, address: Address, words: str, sees: Sees
) -> Iterator[Candidate]:
    """A building, pond, square or service by its name."""
    found = [one for one in site.names.find(words) if sees(site.named[one.key].territory)]
    for one in found:
        named = site.named[one.key]
        notes = [note("name_read_as", written=one.written, name=named.name)] if one.written else []
        if one.left:
            notes.append(_unread(one.left))
        building = next((b for b in site.compound.buildings if b.id == named.building), None)
        inside = _in_building(site, building, address) if building else [site.thing(named)]
        for candidate in inside:
            yield _turned(site, address, candidate.with_notes(*notes), building)
    if not found:
        yield site.whole().with_notes(note("no_such_name", words=words))


def _unread(words: str) -> Note:
    return note("not_understood", words=words)


def _turned(
    site: CompoundAddresses, address: Address, at: Candidate, building: Building | None = None
) -> Candidate:
    """The place with what the address says of lying beside it: 东侧 moves to that side."""
    if not address.side and not address.relation:
        return at
    if address.side and at.kind in ("compound", "building"):
        ring = building.outline if building else site.compound.outline
        at = msgspec.structs.replace(at, lonlat=toward(ring, address.side))
    return at.with_notes(note("beside", words=f"{address.side}{address.relation}"))
