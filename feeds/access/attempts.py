"""Who tries to come in, how often, and how much of it is written down.

Wrong tries are counted by name, as ever. But whoever locks a name shall not lock its owner out:
a browser or an address from which that name came in before has a count of its own (device
cookies, as OWASP describes them). Tries are counted by address, too: one that tried names without
end is told nothing any more, and costs no hash. What a stranger can cause is written down some
times and then only counted: the record is kept for ever.
"""

from __future__ import annotations

import ipaddress
from typing import Any, NamedTuple, Protocol

from feeds.access.store import digest

TRIES = 5
TRIES_WITHIN_S = 15 * 60
TRIES_FROM_ADDRESS = 20
"""Tries of an address within the same time; right ones are taken off again."""
KNOWN_FOR_S = 90 * 86400
MOST_NAMES = 20
"""Names remembered of one browser, whose screen may be shared by a shift."""
NOTED_OF_NAME = TRIES + 1
NOTED_OF_STRANGERS = 20
"""Refusals written down within NOTED_WITHIN_S: of one address, and of all unknown names."""
NOTED_WITHIN_S = 3600


class Visitor(Protocol):
    """Who tries to come in; ``pages.door.entry.Visitor``.

    ``browser`` is what its cookie says; ``fresh`` is what it will say.
    """

    @property
    def address(self) -> str:
        """The network address, an empty string where there is none."""

    @property
    def browser(self) -> str:
        """The mark of a browser that came in before, or an empty string."""

    @property
    def fresh(self) -> str:
        """The mark it is given when it comes in now; an empty string for one without cookies."""

    async def gone(self) -> bool:
        """Whether nobody waits for the answer any more."""


class Somewhere(NamedTuple):
    """A visitor of whom the address alone is known, if that."""

    address: str = ""
    browser: str = ""
    fresh: str = ""

    async def gone(self) -> bool:
        """Never: nobody can tell."""
        return False


class Standing(NamedTuple):
    """How a visitor stands: the key its tries at a name are counted under, and what is known."""

    lock: str
    known_browser: bool
    crowding: bool


class Attempts:
    """Tries and the marks of browsers and addresses, in Redis; ``client`` is an asyncio client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def standing(self, name: str, visitor: Visitor) -> Standing:
        """Count a try of the visitor's address; how it stands towards a name."""
        marks = [mark for mark in (_browser(visitor), _address(visitor)) if mark]
        own = ""
        for mark in marks:
            if not own and await self._client.sismember(_known(mark), name):
                own = mark
        known = _browser(visitor) and await self._client.exists(_known(_browser(visitor)))
        lock = f"dayuan:lockout:{name}" + (f"@{_digest(own)}" if own else "")
        return Standing(lock, bool(known), await self._crowding(visitor))

    async def _crowding(self, visitor: Visitor) -> bool:
        if not visitor.address:
            return False
        return await self._count(_from(visitor), TRIES_WITHIN_S) > TRIES_FROM_ADDRESS

    async def locked_for(self, standing: Standing) -> int:
        """Count a try at a name; 0 while there are not too many, else seconds until they lapse.

        Counted before the password is looked at: a hundred guesses at once get five answers.
        """
        tries = await self._count(standing.lock, TRIES_WITHIN_S)
        return 0 if tries <= TRIES else max(1, await self._client.ttl(standing.lock))

    async def came_in(self, name: str, visitor: Visitor, standing: Standing) -> None:
        """Forget the failures, and remember that the name came in from here."""
        await self._client.delete(standing.lock)
        if visitor.address:
            await self._client.decr(_from(visitor))
        names: set[Any] = {name}
        if before := _browser(visitor):
            names |= set(sorted(await self._client.smembers(_known(before)))[: MOST_NAMES - 1])
            await self._client.delete(_known(before))
        if visitor.fresh:
            await self._remember(f"browser {visitor.fresh}", names)
        if mark := _address(visitor):
            await self._remember(mark, {name})

    async def noted(self, name: str, known: bool, visitor: Visitor) -> int | None:
        """Whether a refusal is to be written down: how many before it were not, or None.

        Names that exist have a share each, all others one together, and so has each address.
        """
        share, most, within_s = "-", NOTED_OF_STRANGERS, NOTED_WITHIN_S
        if known:
            share, most, within_s = name, NOTED_OF_NAME, TRIES_WITHIN_S
        here = 0
        if mark := _address(visitor):
            here = await self._count(f"dayuan:noted:from:{_digest(mark)}", NOTED_WITHIN_S)
        of_name = await self._count(f"dayuan:noted:{share}", within_s)
        if of_name > most or here > NOTED_OF_STRANGERS:
            await self._client.incr(f"dayuan:unnoted:{share}")
            return None
        return int(await self._client.getdel(f"dayuan:unnoted:{share}") or 0)

    async def _count(self, key: str, within_s: int) -> int:
        count: int = await self._client.incr(key)
        await self._client.expire(key, within_s, nx=True)
        return count

    async def _remember(self, mark: str, names: set[Any]) -> None:
        await self._client.sadd(_known(mark), *names)
        await self._client.expire(_known(mark), KNOWN_FOR_S)


def network(address: str) -> str:
    """What counts as one address: of IPv6 the first half, which one household or server has whole.

    >>> network("2001:db8::7:1"), network("10.0.0.7"), network("unix")
    ('2001:db8::/64', '10.0.0.7', 'unix')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4 or found.is_loopback:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))


def _browser(visitor: Visitor) -> str:
    return f"browser {visitor.browser}" if visitor.browser else ""


def _address(visitor: Visitor) -> str:
    return f"address {network(visitor.address)}" if visitor.address else ""


def _from(visitor: Visitor) -> str:
    return f"dayuan:lockout:from:{_digest(_address(visitor))}"


def _known(mark: str) -> str:
    return f"dayuan:known:{_digest(mark)}"


def _digest(word: str) -> str:
    return digest(word)[:32]
