"""Redaction by screen class: a masked screen learns building, unit and floor, never the room.

Masked are viewers and walls. What is left out is put together anew from the device's place, so
no free text that may name a room or a person gets through.
"""

from __future__ import annotations

import msgspec

from twin.addresses.describe import place_text
from twin.catalogue import DeviceKinds
from twin.places.model import Compound, DevicePlace
from twin.state.records import Device, Incident
from twin.state.twin import Twin


def place_words(twin: Twin, incident: Incident) -> str:
    """Where a case is, without the room: the building, unit and floor, else the compound's name."""
    compound = twin.compounds.get(incident.compound)
    if compound is None:
        return ""
    device = twin.devices.get(incident.device)
    if device is not None:
        return place_text(compound, _without_room(device.place, twin.catalogue.devices))
    names = {building.id: building.name for building in compound.buildings}
    floor = f"{incident.floor}层" if incident.floor else ""
    return names[incident.building] + floor if incident.building in names else compound.name


def device_name(place: DevicePlace, compound: Compound, kinds: DeviceKinds, masked: bool) -> str:
    """A device's name; for one in a flat, masked, its kind and where it is instead."""
    if not masked or not place.room:
        return place.name
    where, _, _ = place_text(compound, _without_room(place, kinds)).partition(" · ")
    return f"{kinds[place.kind].label} {where}"


def device_words(twin: Twin, device: Device, masked: bool) -> str:
    """Where a device is; masked, without the room."""
    compound = twin.compounds[device.id.partition("/")[0]]
    place = device.place
    return place_text(compound, _without_room(place, twin.catalogue.devices) if masked else place)


def _without_room(place: DevicePlace, kinds: DeviceKinds) -> DevicePlace:
    """The place with nothing left that may name the flat; the name of such a device may."""
    if not place.room:
        return place
    return msgspec.structs.replace(place, room="", name=kinds[place.kind].label)
