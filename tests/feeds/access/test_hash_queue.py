"""Whose turn it is: a bound for each rank, those we know first, nothing lost to who leaves."""

from __future__ import annotations

import asyncio

import pytest

from feeds.access.hash_queue import KNOWN_BROWSER, KNOWN_NAME, UNKNOWN_NAME, Crowded, Turns

pytestmark = pytest.mark.anyio


class Work:
    """Turns that last until they are told to end; ``done`` is who had one, in order."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.done: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}

    def begin(self, name: str, rank: int) -> asyncio.Task[None]:
        self.ends[name] = asyncio.Event()
        return asyncio.ensure_future(self._have(name, rank))

    async def _have(self, name: str, rank: int) -> None:
        async with self.turns.turn(rank):
            self.done.append(name)
            await self.ends[name].wait()


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_is_known_comes_first_and_each_rank_has_a_line_of_its_own() -> None:
    work = Work(Turns(at_once=1, most_waiting=3))
    tasks = [work.begin("at work", UNKNOWN_NAME)]
    await settle()
    tasks += [work.begin(f"unknown {n}", UNKNOWN_NAME) for n in range(3)]
    tasks += [work.begin("name", KNOWN_NAME), work.begin("browser", KNOWN_BROWSER)]
    await settle()
    with pytest.raises(Crowded):
        await work.begin("one too many", UNKNOWN_NAME)
    for name in ("at work", "browser", "name", "unknown 0", "unknown 1", "unknown 2"):
        work.ends[name].set()
        await settle()
    await asyncio.gather(*tasks)
    assert work.done == ["at work", "browser", "name", "unknown 0", "unknown 1", "unknown 2"]


async def test_who_leaves_the_line_takes_nobodys_turn() -> None:
    turns = Turns(at_once=1, most_waiting=2)
    for _ in range(3):
        work = Work(turns)
        first = work.begin("first", KNOWN_NAME)
        await settle()
        leaving, staying = work.begin("leaving", KNOWN_NAME), work.begin("staying", KNOWN_NAME)
        await settle()
        leaving.cancel()
        work.ends["first"].set()
        await first
        leaving.cancel()
        work.ends["staying"].set()
        await asyncio.gather(leaving, staying, return_exceptions=True)
        assert work.done == ["first", "staying"]


async def test_a_turn_that_was_given_to_who_is_just_leaving_goes_to_the_next() -> None:
    turns = Turns(at_once=1)
    work = Work(turns)
    first = work.begin("first", KNOWN_NAME)
    await settle()
    leaving, staying = work.begin("leaving", KNOWN_NAME), work.begin("staying", KNOWN_NAME)
    await settle()
    work.ends["first"].set()
    await asyncio.sleep(0)  # the first has ended and the turn is given, not yet taken
    leaving.cancel()
    work.ends["staying"].set()
    await asyncio.gather(first, leaving, staying, return_exceptions=True)
    assert work.done == ["first", "staying"]
    async with asyncio.timeout(1), turns.turn(UNKNOWN_NAME):
        assert leaving.cancelled()


async def test_a_turn_that_fails_is_over() -> None:
    turns = Turns(at_once=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with turns.turn(KNOWN_NAME):
                raise ZeroDivisionError
    async with asyncio.timeout(1), turns.turn(UNKNOWN_NAME):
        pass
