"""What an address may mean: candidates with their reasons, and how sure they are."""

from __future__ import annotations

from math import prod

import msgspec

from twin.addresses.parser import Address
from twin.places.model import LonLat

WEIGHTS = {
    # What is said but takes nothing away: the place itself is beyond doubt.
    "remark": 1.0,
    "room_as_written": 1.0,
    "only_place": 1.0,
    "only_unit": 1.0,
    # The place was found by reading something else than was written, or only nearly.
    "slip": 0.9,
    "compound_read_as": 0.85,
    "gate_read_as": 0.85,
    "name_read_as": 0.85,
    "beside": 0.9,
    "doubt": 0.7,
    "in_range": 0.9,
    "below_ground": 0.8,
    "level_differs": 0.7,
    "code_unchecked": 0.95,
    "not_understood": 0.75,
    # One of several, and nothing says which.
    "which_unit": 0.6,
    "which_floor": 0.6,
    "which_device": 0.6,
    "which_gate": 0.6,
    "no_device_there": 0.8,
    "no_entrance": 0.8,
    # Not what was asked for, but near it.
    "no_such_compound": 0.2,
    "no_such_building": 0.3,
    "no_such_unit": 0.4,
    "no_such_floor": 0.4,
    "no_such_gate": 0.3,
    "no_such_device": 0.3,
    "no_such_name": 0.3,
    "which_building": 0.3,
    "code_differs": 0.2,
}
"""How sure a candidate is in spite of each note; below 0.5 a note means: this is not it."""

MISFIT = 0.5


class Note(msgspec.Struct, frozen=True):
    """A reason, for a screen to put into words: ``code`` is a key of ``WEIGHTS``."""

    code: str
    args: dict[str, str] = {}

    @property
    def misfit(self) -> bool:
        """Whether it says why a candidate is not what was asked for."""
        return WEIGHTS[self.code] < MISFIT


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A place an address may mean.

    ``kind``: compound, building, unit, gate, device, area or service; ``id`` is its id, of a unit
    the building's. ``lonlat`` is where to go: of a unit its entrance. ``floor`` 0 is not known.
    """

    kind: str
    id: str
    name: str
    compound: str
    territory: str
    lonlat: LonLat
    building: str = ""
    unit: str = ""
    floor: int = 0
    room: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether it is what was asked for, not merely near it."""
        return not any(note.misfit for note in self.notes)

    @property
    def exact(self) -> bool:
        """Whether nothing was guessed, put right or left out in finding it."""
        return all(WEIGHTS[note.code] == 1.0 for note in self.notes)

    @property
    def confidence(self) -> float:
        """From 1, read as written, towards 0, a mere neighbour of what was asked for."""
        return prod(WEIGHTS[note.code] for note in self.notes)

    def with_notes(self, *notes: Note) -> Candidate:
        """The same with further reasons."""
        return msgspec.structs.replace(self, notes=(*self.notes, *notes)) if notes else self


class Resolution(msgspec.Struct, frozen=True):
    """What an address means: all candidates that fit, best first, or else the nearest with why.

    ``status`` is ``one``, ``several`` (it fits more than one place) or ``none``.
    """

    address: Address
    candidates: tuple[Candidate, ...]

    @property
    def status(self) -> str:
        """How many places it fits, in a word."""
        fitting = sum(candidate.fits for candidate in self.candidates)
        return "several" if fitting > 1 else "one" if fitting else "none"

    @property
    def place(self) -> Candidate | None:
        """The one place it means, or None when there is none or more than one."""
        return self.candidates[0] if self.status == "one" else None
