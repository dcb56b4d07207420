"""TwinState: the fields of one street's twin, and how a record is looked up in them.

What checks an event, what an event does and what keeps a twin need no more than this;
``twin.state.twin.Twin`` is the fold over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from twin.catalogue import Catalogue
from twin.errors import InvalidPlace
from twin.places.fences import Fences
from twin.places.model import Compound
from twin.state.clocks import Clocks
from twin.state.records import (
    KIND_OF_STATE,
    Alarm,
    Closure,
    Device,
    FeedStatus,
    Incident,
    Responder,
    Unregistered,
    traits_of,
)


class TwinState:
    """One street: its places, and what was reported and done of everything in them."""

    def __init__(self, street: str, compounds: Sequence[Compound], catalogue: Catalogue) -> None:
        """An empty twin over places: nothing has been reported yet.

        The catalogue is this twin's for good: whatever follows in it, follows by these rows.
        Raises InvalidPlace when a device is of a kind that the catalogue does not have.
        """
        self.street = street
        self.catalogue = catalogue
        self.compounds = {place.id: place for place in compounds}
        self.fences = Fences(compounds)
        self.traits = {name: traits_of(name, row) for name, row in catalogue.devices.items()}
        self.traits_of_event = {
            cls: self.traits[kind] for cls, kind in KIND_OF_STATE.items() if kind in self.traits
        }
        placed = [device for place in compounds for device in place.devices]
        strange = [device for device in placed if device.kind not in self.traits]
        if strange:
            raise InvalidPlace([f"{device.id}: no kind {device.kind!r}" for device in strange])
        self.reset()

    def reset(self) -> None:
        """Forget everything but the places."""
        self.devices: dict[str, Device] = {}
        self.responders: dict[str, Responder] = {}
        for compound in self.compounds.values():
            for index, place in enumerate(compound.devices):
                self.devices[place.id] = Device(
                    id=place.id,
                    place=place,
                    index=index,
                    kind=place.kind,
                    traits=self.traits[place.kind],
                )
            for card in compound.responders:
                self.responders[card.id] = Responder(id=card.id, card=card)
        self.alarms: dict[str, Alarm] = {}
        self.incidents: dict[str, Incident] = {}
        self.open_incidents: dict[str, Incident] = {}
        self.unregistered: dict[str, Unregistered] = {}
        self.closures: dict[str, Closure] = {}
        self.feeds: dict[str, FeedStatus] = {}
        self.numbers: dict[str, int] = {}
        self.newest_at: datetime | None = None
        self.clocks = Clocks()
        self.receiving = False

    def territory_of(self, subject: str) -> str:
        """The territory of a device, responder, alarm, incident or compound id.

        What is not known belongs to its compound when the id begins with one, else to the whole
        street, so that a filter on it never shows more than it should.
        """
        if (incident := self.incidents.get(subject)) is not None:
            return incident.territory
        if (device := self.devices.get(subject.partition("#")[0])) is not None:
            return device.place.territory
        if (responder := self.responders.get(subject)) is not None:
            return responder.card.territory
        compound = self.compounds.get(subject.partition("/")[0])
        return compound.territory if compound is not None else self.street
