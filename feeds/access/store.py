"""Records kept by name in one hash of Redis: what accounts, sources and tokens are stored in.

Each command touches one key, so all of this also works on a cluster. Of a secret only its SHA-256
is kept: who reads the database cannot come in with what they find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec

from twin.errors import DayuanError, InvalidTerritory
from twin.places.territory import parse

R = TypeVar("R", bound=msgspec.Struct)


class RecordStore(Generic[R]):
    """Records of one ``kind`` under ``key``; ``client`` is an asyncio Redis client.

    ``name_form`` is what a name must look like: any other is nobody's, and is not asked for.
    """

    def __init__(self, client: Any, key: str, kind: type[R], name_form: re.Pattern[str]) -> None:
        self._client = client
        self._key = key
        self._name_form = name_form
        self._decoder = msgspec.json.Decoder(kind)
        self._encoder = msgspec.json.Encoder()

    def may_be_called(self, name: str) -> bool:
        """Whether a record can have this name."""
        return self._name_form.match(name) is not None

    async def get(self, name: str) -> R | None:
        """The record of a name, or None."""
        row = await self._client.hget(self._key, name) if self.may_be_called(name) else None
        return self._decoder.decode(row) if row else None

    async def put(self, name: str, record: R) -> None:
        """Keep a record, in place of the one of that name."""
        await self._client.hset(self._key, name, self._encoder.encode(record))

    async def remove(self, name: str) -> bool:
        """Forget a record. False when there was none."""
        return bool(await self._client.hdel(self._key, name))

    async def all(self) -> list[R]:
        """Every record, by name."""
        rows = await self._client.hgetall(self._key)
        return [self._decoder.decode(rows[name]) for name in sorted(rows)]


def digest(secret: str) -> str:
    """What is kept of a secret word, which may be anything a form can carry."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def refuse(
    error: type[DayuanError],
    faults: Iterable[tuple[bool, str]],
    field: str,
    territories: Iterable[str],
) -> None:
    """Raise ``error`` with the reason of the first fault, or of a territory in ``field`` that is
    none.
    """
    for wrong, reason in faults:
        if wrong:
            raise error(reason)
    try:
        for territory in territories:
            parse(territory)
    except InvalidTerritory as exc:
        raise error(f"{field}: {exc}") from exc
