"""What others take from this room: streams folded, commands, intake, replay, logins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter

from feeds.access.accounts import Account, Accounts
from feeds.access.authorization import Authorization
from feeds.access.logins import Logins
from feeds.access.sources import Sources
from feeds.access.tokens import Tokens
from feeds.health.vitals import Vitals
from feeds.host.export_child import pack
from feeds.intake.commands import Desk, Receipt
from feeds.intake.http import Intake
from feeds.replay import MakeScreen, S, Sessions
from feeds.streams.replica import Replica, Use, all_current, follow_all, raised_since
from feeds.streams.streams import Streams
from twin.catalogue import Catalogue
from twin.catalogue.districts import Catalogues
from twin.commands.table import Command
from twin.events import AlarmRaised, Event
from twin.places.model import Compound
from twin.state.twin import Twin


@dataclass(frozen=True, kw_only=True)
class Backing:
    """A replica of every street, and all that uses them.

    The room of the pages does not know this one: it says by protocols of its own what it needs
    (``pages.web.Backing``), and ``app.py``, where both meet, is where types are compared.
    """

    streams: Streams
    streets: Mapping[str, Sequence[Compound]]
    catalogues: Catalogues
    replicas: Mapping[str, Replica]
    desk: Desk
    doors: Logins
    programs: Authorization
    vitals: Vitals
    intake: APIRouter

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue that screens show."""
        return self.catalogues.common

    @property
    def twins(self) -> Mapping[str, Twin]:
        """The streets as they are now, by name."""
        return {street: replica.twin for street, replica in self.replicas.items()}

    async def follow(self, use: Use, anew: Callable[[], None] = lambda: None) -> None:
        """Fold every street's streams for ever: ``use`` gets what changed, ``anew`` is called
        before it where a street begins anew.
        """
        await follow_all(self.replicas.values(), use, anew)

    async def current(self) -> None:
        """Return once all that stood in the streams at the start has been folded."""
        await all_current(self.replicas.values())

    async def raised(self, since_ms: int) -> list[AlarmRaised]:
        """The alarms raised since an instant. Waits for the streams as long as it takes."""
        return await raised_since(self.replicas.values(), since_ms)

    async def submit(self, command: Command, at: datetime) -> Receipt:
        """Carry a command out. Raises CommandRejected, StaleVersion, Unavailable."""
        return await self.desk.submit(command, at)

    async def record(self, street: str, events: Sequence[Event]) -> None:
        """Write operations of a street. Raises Unavailable."""
        await self.streams.append_operations(street, events)

    async def rejected(self, street: str) -> tuple[dict[str, int], list[dict[str, str]]]:
        """How many payloads of each source were rejected, and the newest of them."""
        return await self.streams.rejected(street)

    def recordings(self, make_screen: MakeScreen[S]) -> Sessions[S]:
        """Replay sessions on screens that are made by a function."""
        return Sessions(self.streams, self.streets, self.catalogues, make_screen)

    async def admit(self, authorization: str, address: str) -> Account | None:
        """Who is behind an Authorization header. Raises LoginRefused after too many wrong ones."""
        return await self.programs.admit(authorization, address)

    async def exported(self, name: str, prefixes: Sequence[str], detail: str) -> None:
        """Record that somebody takes something away."""
        await self.doors.exported(name, prefixes, detail)

    async def pack(self, folder: Path, target: Path) -> bool:
        """Make the collections in a folder one GeoPackage, in a process of its own."""
        return await pack(folder, target)


def backing(
    streams: Streams,
    streets: Mapping[str, Sequence[Compound]],
    catalogues: Catalogues,
    accounts: Accounts,
    sources: Sources,
    tokens: Tokens,
    clock: Callable[[], datetime],
) -> Backing:
    """Plug this room's parts into each other, for the streets of one installation."""
    replicas = {
        street: Replica(streams, Twin(street, compounds, catalogues.of(street)))
        for street, compounds in streets.items()
    }
    logins = Logins(accounts, streams, list(streets), clock)
    twins = {street: replica.twin for street, replica in replicas.items()}
    return Backing(
        streams=streams,
        streets=streets,
        catalogues=catalogues,
        replicas=replicas,
        desk=Desk(streams, replicas),
        doors=logins,
        programs=Authorization(tokens, logins, clock),
        vitals=Vitals(streams, replicas),
        intake=Intake(streams, sources.lookup, twins).router(),
    )
