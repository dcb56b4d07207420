"""What the pages need of what lies behind them, said as protocols.

The room of the streams does not know this one, nor this one that: ``feeds.backing`` fits these
protocols, and ``app.py``, where both meet, is where a type checker compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter

from layers.live.clock import Clock
from layers.live.hub import Hub
from pages.door import entry
from pages.door.guard import Person
from pages.health import Vitals
from twin.catalogue import Catalogue
from twin.commands.table import Command
from twin.events import AlarmRaised, Event
from twin.state.records import Change
from twin.state.twin import Twin

Use = Callable[[str, Iterable[Change]], None]
"""(street, what changed): called after each batch that was folded."""
Alive = Callable[[], bool]
"""Whether this process does its work."""
Beat = Callable[[Alive], Coroutine[object, None, None]]
"""Tells whoever started this process that it lives, for as long as it does."""


class Receipt(Protocol):
    """A command that counts; ``feeds.intake.commands.Receipt``."""

    @property
    def events(self) -> Sequence[str]:
        """The ids of its events."""

    @property
    def version(self) -> int | None:
        """The version its target has now."""


class Replays(Protocol):
    """Replay sessions; ``feeds.replay.Sessions``."""

    async def span(self, prefixes: Sequence[str]) -> tuple[int, int] | None:
        """First and last recorded millisecond of what the prefixes touch."""

    async def catalogues(self, prefixes: Sequence[str]) -> Mapping[str, object]:
        """By which catalogues the streets went since when, as it is told; by street."""

    async def open(self, owner: str, prefixes: Sequence[str], at_ms: float | None) -> str:
        """A new session's id, parked at an instant."""


class Doors(entry.Logins, Protocol):
    """Logins, and who is behind a session."""

    async def lookup(self, token: str) -> Person | None:
        """The person behind a token."""

    async def still_open(self, token: str) -> bool:
        """Whether a session lives, without counting as activity."""


class Replay(Protocol):
    """A replay session."""

    @property
    def screen(self) -> Hub:
        """Where it is shown."""


class Recordings(Replays, Protocol):
    """Replay sessions with their screens."""

    def get(self, session: str) -> Replay | None:
        """A session that is being played."""

    async def close(self) -> None:
        """End all."""


class MakeScreen(Protocol):
    """Makes a replay's screen and its clock."""

    def __call__(
        self, twins: Mapping[str, Twin], *, start_ms: float, at_ms: float, end_ms: float, name: str
    ) -> tuple[Hub, Clock]:
        """A screen over twins, parked at an instant of a recorded span."""


class Backing(Protocol):
    """What lies behind the pages; ``feeds.backing.Backing``.

    Its calls raise Away while the streams do not answer.
    """

    @property
    def twins(self) -> Mapping[str, Twin]:
        """The streets that are shown, by name."""

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue that screens show."""

    @property
    def doors(self) -> Doors:
        """The ways in."""

    @property
    def vitals(self) -> Vitals:
        """Who looks after the service itself."""

    @property
    def intake(self) -> APIRouter:
        """The route of programs that send events."""

    async def follow(self, use: Use, anew: Callable[[], None]) -> None:
        """Fold every street's streams for ever; ``anew`` is called where one begins anew."""

    async def current(self) -> None:
        """Return once all that stood in the streams at the start has been folded."""

    async def raised(self, since_ms: int) -> list[AlarmRaised]:
        """The alarms raised since an instant."""

    async def submit(self, command: Command, at: datetime) -> Receipt:
        """Carry a command out. Raises Refused."""

    async def record(self, street: str, events: Sequence[Event]) -> None:
        """Write operations of a street."""

    async def rejected(self, street: str) -> tuple[dict[str, int], list[dict[str, str]]]:
        """How many payloads of each source were rejected, and the newest of them."""

    def recordings(self, make_screen: MakeScreen) -> Recordings:
        """Replay sessions on screens of ours."""

    async def admit(self, authorization: str, address: str) -> Person | None:
        """Who is behind an Authorization header. Raises LoginRefused."""

    async def exported(self, name: str, prefixes: Sequence[str], detail: str) -> None:
        """Record that somebody takes something away."""

    async def pack(self, folder: Path, target: Path) -> bool:
        """Make a folder's collections a GeoPackage, in a process of its own."""
