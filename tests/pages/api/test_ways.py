"""``/api/ways`` over real streams: what it answers, and how soon a gate counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest
from msgspec.structs import replace

from feeds.access.accounts import Account
from tests.support.builders import streams as b
from tests.support.builders.places import a_helper, a_place, at
from tests.support.web_role import WebRole, open_web_role
from twin import events as ev
from twin.places.model import Compound, Service

pytestmark = pytest.mark.anyio

CASE, GATE = "INC-1", "huodian/gate/东门"
CHEN = Account(name="chenmin", display="陈敏", role="dispatcher", prefixes=(b.STREET,))
FAR = Account(name="far", display="远", role="dispatcher", prefixes=("lusong.jianning",))


def a_compound() -> Compound:
    muster = Service(id="huodian/muster/1", kind="muster", name="集合点", lonlat=at(60, 60),
                     territory=a_place().territory)  # fmt: skip
    outside = replace(a_helper("outside", 60, 100), territory=a_place().territory)
    return a_place(services=(muster,), responders=(outside,), households=50)


@pytest.fixture
async def house(valkey_url: str) -> AsyncIterator[WebRole]:
    place = a_compound()
    async with open_web_role(valkey_url, {b.STREET: [place]}) as opened:
        data = ev.ReportedData(version=1, kind="one_key_call", level=1, place="x", source="call",
                               lonlat=at(50, 62))  # fmt: skip
        rest: dict[str, Any] = {"time": datetime.now(UTC), "by": "x"}
        case = ev.IncidentReported(
            id="c", subject=CASE, data=data, territory=place.territory, **rest
        )
        duty = ev.ResponderStatus(id="d", subject="huodian/responder/outside",
                                  data=ev.StatusData(status="available"), **rest)  # fmt: skip
        await opened.streams.append_operations(b.STREET, [duty, case])
        async with asyncio.timeout(10):
            while CASE not in opened.twins[b.STREET].incidents:
                await asyncio.sleep(0.01)
        yield opened


async def test_each_question_is_answered_where_the_asker_may_look(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        answers = {
            what: (await browser.get(f"/api/ways/{what}?incident={CASE}")).json()
            for what in ("circle", "nearest", "evacuation")
        }
        of_service = await browser.get("/api/ways/circle?service=huodian/muster/1")
        unknown = await browser.get("/api/ways/circle?incident=INC-9")
    assert answers["circle"]["share"] == 1.0 and of_service.json()["share"] == 1.0
    assert answers["nearest"] == {"nearest": []}
    assert answers["evacuation"]["musters"][0]["people"] == 131
    assert unknown.status_code == 404
    async with house.browser(await house.admit(FAR)) as browser:
        for what in answers:
            assert (await browser.get(f"/api/ways/{what}?incident={CASE}")).status_code == 404


async def test_a_gate_that_fails_changes_the_recommendation_within_a_second(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        (before,) = (await browser.get(f"/api/incidents/{CASE}")).json()["recommendations"]
        began = monotonic()
        turned = ev.STATE_EVENTS["gate"](id="g", subject=GATE, time=datetime.now(UTC),
                              data=ev.StateData(state="fault"))  # fmt: skip
        await house.streams.append(b.STREET, [turned])
        while True:
            (after,) = (await browser.get(f"/api/incidents/{CASE}")).json()["recommendations"]
            if after["seconds"] is None:
                break
            assert monotonic() - began < 5
    assert before["via"] == "东门" and before["seconds"] < 60
    assert [one["code"] for one in after["around"]] == ["gate.fault"]
    assert monotonic() - began < 1.0


async def test_a_dispatcher_closes_a_way_and_opens_it_again(house: WebRole) -> None:
    order = {"command": "close_way", "target": "huodian", "version": None,
             "args": {"kind": "works", "reason": "挖沟", "path": "out"}}  # fmt: skip
    async with house.browser(await house.admit(CHEN)) as browser:
        closed = await browser.post("/api/commands", content=json.dumps(order))
        assert closed.status_code == 200 and closed.json()["version"] == 1
        name = closed.json()["events"][0].partition("@")[0]
        (cut,) = (await browser.get(f"/api/incidents/{CASE}")).json()["recommendations"]
        assert cut["seconds"] is None
        again = {"command": "open_way", "target": name, "version": 1, "args": {}}
        assert (await browser.post("/api/commands", content=json.dumps(again))).status_code == 200
        second = await browser.post("/api/commands", content=json.dumps(again))
        assert (second.status_code, second.json()["detail"]["state"]) == (409, "open")
    async with house.browser(await house.admit(FAR)) as browser:
        refused = await browser.post("/api/commands", content=json.dumps(order))
    assert (refused.status_code, refused.json()["error"]) == (422, "unknown")
