"""The rows of ``ways.toml``: modes of moving, what stops them, how people get up a building."""

from __future__ import annotations

import msgspec


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all rows of a catalogue share."""


class Mode(_Row, frozen=True):
    """A way to move: ``ride`` is metres a second on each kind of path that is ridden."""

    label: str
    en: str
    park_s: float
    source: str
    ride: dict[str, float] = {}


class Stop(_Row, frozen=True):
    """What a state of a gate, a lift or a closed way stops, and why it is so."""

    stops: frozenset[str]
    reason: str
    label: str = ""
    en: str = ""


class Floors(_Row, frozen=True):
    """Seconds and metres a second up a building; the file names the sources."""

    storey_m: float
    stairs_s_a_metre: float
    landing_s: float
    lift_m_s: float
    lift_wait_s: float
    lift_doors_s: float
    source: str


class WayRows(_Row, frozen=True):
    """The whole file."""

    modes: dict[str, Mode]
    gates: dict[str, Stop]
    lifts: dict[str, Stop]
    closures: dict[str, Stop]
    floors: Floors

    def mode_of(self, vehicle: str) -> str:
        """The mode that a responder's ``vehicle`` word names; what has no row goes on foot."""
        return vehicle if vehicle in self.modes else "foot"
