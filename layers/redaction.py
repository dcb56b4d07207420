"""Redaction by screen class: a masked screen learns building, unit and floor, never the room.

Masked are viewers and walls. What is left out is put together anew from the device's place, so
no free text that may name a room or a person gets through.
"""

from __future__ import annotations

from twin.catalogue import device_kinds
from twin.model import Compound, DevicePlace
from twin.state import Twin
from twin.things import Incident


def place_words(twin: Twin, incident: Incident) -> str:
    """Where a case is, without the room: the building, unit and floor, else the compound's name."""
    compound = twin.compounds.get(incident.compound)
    device = twin.devices.get(incident.device)
    if device is not None and compound is not None:
        if not device.place.room:
            return device.place.name
        return "".join(_address(device.place, compound))
    if incident.building and compound is not None:
        return building_name(compound, incident.building) + _floor(incident.floor)
    return compound.name if compound is not None else ""


def device_name(place: DevicePlace, compound: Compound, masked: bool) -> str:
    """A device's name; for one in a flat, masked, its kind and floor instead."""
    if not masked or not place.room:
        return place.name
    return " ".join(("".join(_address(place, compound)), device_kinds()[place.kind].label))


def building_name(compound: Compound, building: str) -> str:
    """What people call a building, given its id or already its name."""
    return next((one.name for one in compound.buildings if one.id == building), building)


def _address(place: DevicePlace, compound: Compound) -> tuple[str, str, str]:
    unit = place.unit if not place.unit.isdigit() else f"{place.unit}单元"
    return building_name(compound, place.building), unit, _floor(place.floor)


def _floor(floor: int) -> str:
    return f"{floor}层" if floor else ""
