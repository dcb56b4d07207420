"""Records by name in one hash: kept, found, listed, forgotten."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import msgspec
import pytest
import redis.asyncio

from feeds.access.store import RecordStore, digest, refuse
from twin.errors import DayuanError

pytestmark = pytest.mark.anyio
KEY = "dayuan:badges"


class Badge(msgspec.Struct, frozen=True):
    """A record of this file."""

    holder: str
    doors: tuple[str, ...] = ()


@pytest.fixture
async def client(valkey_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis.from_url(valkey_url) as found:
        yield found


@pytest.fixture
def badges(client: redis.asyncio.Redis) -> RecordStore[Badge]:
    return RecordStore(client, KEY, Badge, re.compile(r"[a-z]{1,8}\Z"))


async def test_a_record_is_found_by_its_name_as_it_was_kept_last(
    badges: RecordStore[Badge],
) -> None:
    assert await badges.get("li") is None
    await badges.put("li", Badge("李"))
    await badges.put("li", Badge("李敏", ("east",)))
    assert await badges.get("li") == Badge("李敏", ("east",))


async def test_all_records_come_by_name(badges: RecordStore[Badge]) -> None:
    assert await badges.all() == []
    for name in ("zhao", "chen", "li"):
        await badges.put(name, Badge(name))
    assert [badge.holder for badge in await badges.all()] == ["chen", "li", "zhao"]


async def test_a_forgotten_record_is_gone_and_one_that_never_was_is_said_so(
    badges: RecordStore[Badge],
) -> None:
    await badges.put("li", Badge("李"))
    assert [await badges.remove("li"), await badges.remove("li")] == [True, False]
    assert await badges.get("li") is None


async def test_a_name_of_another_form_is_nobodys(
    badges: RecordStore[Badge], client: redis.asyncio.Redis
) -> None:
    await client.hset(KEY, "Li Min", msgspec.json.encode(Badge("李敏")))
    assert not badges.may_be_called("Li Min")
    assert await badges.get("Li Min") is None


async def test_records_lie_in_the_database_as_plain_json(
    badges: RecordStore[Badge], client: redis.asyncio.Redis
) -> None:
    await badges.put("li", Badge("李"))
    assert await client.hgetall(KEY) == {b"li": '{"holder":"李","doors":[]}'.encode()}


def test_half_a_surrogate_pair_has_a_digest_like_any_other_word() -> None:
    assert len({digest("a"), digest("\ud800"), digest("")}) == 3


@pytest.mark.parametrize(
    ("faults", "territories", "said"),
    [
        ([(True, "first"), (True, "second")], ["a..b"], "first"),
        ([(False, "first"), (True, "second")], ["a..b"], "second"),
        ([(False, "first")], ["lusong", "a..b"], "prefix: "),
    ],
)
def test_the_first_fault_is_the_reason(
    faults: list[tuple[bool, str]], territories: list[str], said: str
) -> None:
    with pytest.raises(DayuanError, match=said):
        refuse(DayuanError, faults, "prefix", territories)


def test_what_is_without_fault_is_not_refused() -> None:
    refuse(DayuanError, [(False, "first")], "prefix", ["lusong.hejiatu"])
