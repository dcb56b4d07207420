"""Which outside programs may send events by HTTP: a bearer token each, bound to a territory.

The token is ``<name>.<secret>`` and is shown once; kept is its SHA-256 only. An unknown name and
a wrong secret are answered alike.
"""

from __future__ import annotations

import re
import secrets
from hmac import compare_digest
from typing import Any

import msgspec

from feeds.access.store import RecordStore, digest, refuse
from twin.errors import DayuanError, InvalidTerritory
from twin.events import TELEMETRY_TYPES
from twin.places.territory import street_of

SOURCES_KEY = "dayuan:sources"
DEMO_TOKEN = "demo.source"
"""Accepted in demo mode only, which listens on loopback only: README's examples use it."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")


class SourceRefused(DayuanError):
    """A source that cannot be made as asked; the message says why."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """An outside program: its territory, street level or below, and the event types granted.

    No types means every telemetry type; operations are never taken from outside.
    """

    name: str
    territory: str
    types: tuple[str, ...] = ()

    @property
    def street(self) -> str:
        """The street whose streams this source feeds."""
        return street_of(self.territory)

    def grants(self, type_: str) -> bool:
        """Whether events of this type may come from here."""
        return type_ in (self.types or TELEMETRY_TYPES)


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    source: Source
    digest: str


class Sources:
    """The sources of one installation; ``demo`` is what DEMO_TOKEN opens, in demo mode only."""

    def __init__(self, client: Any, *, demo: Source | None = None) -> None:
        self._records = RecordStore(client, SOURCES_KEY, _Record, _NAME)
        self._demo = demo

    async def add(self, source: Source) -> str:
        """Make a source, or replace the one of that name; gives its new token.

        Raises SourceRefused for a name, territory or type that cannot be.
        """
        _check(source)
        token = f"{source.name}.{secrets.token_urlsafe(32)}"
        await self._records.put(source.name, _Record(source=source, digest=digest(token)))
        return token

    async def remove(self, name: str) -> bool:
        """Remove a source; its token is worth nothing from now on. False when there was none."""
        return await self._records.remove(name)

    async def list(self) -> list[Source]:
        """Every source, by name."""
        return [record.source for record in await self._records.all()]

    async def lookup(self, token: str) -> Source | None:
        """The source a token belongs to, or None."""
        if self._demo and token == DEMO_TOKEN:
            return self._demo
        record = await self._records.get(token.partition(".")[0])
        right = record is not None and compare_digest(digest(token), record.digest)
        return record.source if record is not None and right else None


def _check(source: Source) -> None:
    name = (not _NAME.match(source.name), f"name {source.name!r}: a-z 0-9 _ - only, 64 at most")
    refuse(SourceRefused, [name], "territory", [source.territory])
    try:
        street_of(source.territory)
    except InvalidTerritory as exc:
        raise SourceRefused(f"territory: {exc}") from exc
    unknown = sorted(set(source.types) - TELEMETRY_TYPES)
    if unknown:
        raise SourceRefused(f"type {unknown[0]!r}: not a telemetry type")
