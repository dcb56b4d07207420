"""The API as a browser meets it: what each kind of bad request gets, and what a good one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from feeds.access.accounts import Account, Terms
from feeds.catalogue_record import note
from layers.panels.strip import STEP_MS, day_start_ms
from pages.api import screens
from tests.support.builders import streams as b
from tests.support.catalogues import CATALOGUE, of_districts
from tests.support.live_screen import LiveScreen, watching
from tests.support.waiting import comes_true
from tests.support.web_role import WebRole, open_web_role
from twin import events as ev
from twin.dispatch.recommend import KNOWN_FOR

pytestmark = pytest.mark.anyio

CASE = "INC-1"
CHEN = Account(name="chenmin", display="陈敏", role="dispatcher", prefixes=(b.STREET,))
LIU = Account(name="liuyang", display="刘洋", role="reviewer", prefixes=(b.STREET,))
GUEST = Account(name="guest", display="访客", role="viewer", prefixes=(b.STREET,))
ADMIN = Account(name="admin", display="管理员", role="administrator", prefixes=(b.STREET,))
OFFICER = Account(
    name="zhou", display="周", role="responder", prefixes=(b.STREET,), responder=b.ZHOU
)
FAR = Account(name="far", display="远", role="dispatcher", prefixes=("lusong.jianning",))
STREETS = {b.STREET: [b.a_compound()]}


@pytest.fixture
async def house(valkey_url: str) -> AsyncIterator[WebRole]:
    async with open_web_role(valkey_url, STREETS) as opened:
        await opened.streams.append_operations(b.STREET, [b.on_duty(), b.a_case(CASE)])
        yield opened


def ask(name: str, target: str = CASE, **rest: Any) -> dict[str, Any]:
    version = rest.pop("version", None)
    return {"command": name, "target": target, "version": version, "args": rest}


async def post(house: WebRole, account: Account, *bodies: dict[str, Any] | bytes) -> list[Any]:
    """The answers to one person's commands, one after the other: (status, JSON)."""
    answers = []
    async with house.browser(await house.admit(account)) as browser:
        for body in bodies:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            found = await browser.post("/api/commands", content=raw)
            answers.append((found.status_code, found.json()))
    return answers


async def seen(house: WebRole, case: str = CASE) -> None:
    """Wait until the web role has folded a case."""
    twin = house.twins[b.STREET]
    await comes_true(lambda: case in twin.incidents)


async def test_a_command_is_answered_with_its_events_and_the_new_version(house: WebRole) -> None:
    await seen(house)
    [(status, told)] = await post(house, CHEN, ask("assign", version=1, responder=b.ZHOU))
    assert (status, told) == (200, {"accepted": True, "events": ["INC-1@2"], "version": 2})


async def test_who_comes_second_hears_the_present_state_and_who_was_first(house: WebRole) -> None:
    await seen(house)
    wish = ask("assign", version=1, responder=b.ZHOU)
    assert [status for status, _ in await post(house, CHEN, wish)] == [200]
    other = Account(name="zhao", display="赵", role="dispatcher", prefixes=(b.STREET,))
    [(status, told)] = await post(house, other, wish)
    detail = told["detail"]
    assert (status, told["error"]) == (409, "stale")
    assert (detail["state"], detail["version"], detail["by"]) == ("assigned", 2, "chenmin")
    assert abs(detail["at"] / 1000 - datetime.now(UTC).timestamp()) < 60


async def test_a_command_the_state_does_not_allow_is_a_conflict(house: WebRole) -> None:
    await seen(house)
    [(status, told)] = await post(house, CHEN, ask("close", version=1))
    assert (status, told["error"]) == (409, "illegal_state")
    assert (told["detail"]["state"], told["detail"]["version"]) == ("reported", 1)


async def test_each_bad_command_has_its_status(house: WebRole) -> None:
    await seen(house)
    bodies: list[tuple[dict[str, Any] | bytes, int, str]] = [
        (ask("assign", version=1), 422, "invalid"),
        (ask("explode", version=1), 422, "invalid"),
        (ask("assign", "INC-404", responder=b.ZHOU), 422, "unknown"),
        (ask("assign", version=1, responder="huodian/responder/nobody"), 422, "invalid"),
        (ask("note", "INC-2", text="x"), 422, "unknown"),
        (ask("accept"), 409, "illegal_state"),
        (ask("note", version=9, text="x"), 409, "stale"),
        (b"{", 422, "invalid"),
        (b"nonsense", 422, "invalid"),
        (b'{"command":"note"}', 422, "invalid"),
        (b'{"command":"note","target":"INC-1","args":{"text":"x"},"by":"boss"}', 422, "invalid"),
        (b"\xff\xfe", 422, "invalid"),
        (b"[" * 5000, 422, "invalid"),
        (b'{"command":"assign","target":"INC-1","by":"somebody"}', 422, "invalid"),
        (b'{"command":"assign","target":"INC-1","version":"1"}', 422, "invalid"),
        (b" " * 9000, 413, "too_large"),
    ]
    answers = await post(house, CHEN, *(body for body, _, _ in bodies))
    found = [(status, told["error"]) for status, told in answers]
    assert all(told.keys() == {"error", "reason", "detail"} for _, told in answers)
    assert found == [(status, error) for _, status, error in bodies]


async def test_who_may_not_is_told_so_and_who_is_elsewhere_learns_nothing(house: WebRole) -> None:
    await seen(house)
    for account in (GUEST, ADMIN, LIU):
        [(status, told)] = await post(house, account, ask("assign", responder=b.ZHOU))
        assert (status, told["error"]) == (403, "not_permitted")
    real, invented = await post(house, FAR, ask("note", text="x"), ask("note", "INC-9", text="x"))
    assert real[0] == invented[0] == 422
    assert json.dumps(real[1]).replace(CASE, "INC-9") == json.dumps(invented[1])


async def test_a_responder_changes_their_own_duty_a_dispatcher_anybodys_a_viewer_nobodys(
    house: WebRole,
) -> None:
    await seen(house)
    other = msgspec.structs.replace(OFFICER, name="li", responder="huodian/responder/li")
    unlinked = msgspec.structs.replace(OFFICER, name="wu", responder=None)
    for account in (GUEST, ADMIN, LIU, other, unlinked):
        [(status, told)] = await post(house, account, ask("duty_off", b.ZHOU))
        assert (status, told["error"]) == (403, "not_permitted"), account
    [(status, told)] = await post(house, FAR, ask("duty_off", b.ZHOU))
    assert (status, told["error"]) == (422, "unknown")
    [mine] = await post(house, OFFICER, ask("duty_off", b.ZHOU, version=0))
    [theirs] = await post(house, CHEN, ask("duty_on", b.ZHOU, version=1))
    assert mine == (200, {"accepted": True, "events": [f"{b.ZHOU}@1"], "version": 1})
    assert theirs == (200, {"accepted": True, "events": [f"{b.ZHOU}@2"], "version": 2})
    zhou = house.twins[b.STREET].responders[b.ZHOU]
    assert (zhou.status, zhou.duty_by) == ("available", "chenmin")


async def test_what_a_person_may_do_only_of_themselves_is_told(house: WebRole) -> None:
    for account, own in ((CHEN, []), (GUEST, []), (OFFICER, ["duty_off", "duty_on"])):
        async with house.browser(await house.admit(account)) as browser:
            me = (await browser.get("/api/me")).json()
        assert me["of_oneself"] == own
        assert ("duty_on" in me["may"]) == (account is not GUEST)


async def test_for_how_long_a_position_counts_is_told_to_screens(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        rows = (await browser.get("/api/catalogue")).json()
    assert rows["place_known_for_s"] == KNOWN_FOR.total_seconds()


async def test_what_a_district_has_otherwise_is_told_to_those_who_see_something_of_it(
    valkey_url: str,
) -> None:
    far = "shifeng.tianxin"
    streets = {**STREETS, far: [b.a_compound_elsewhere(far)]}
    own = of_districts(shifeng={"devices": {"gate": {"patience_s": 7}}})
    there = msgspec.structs.replace(GUEST, name="there", prefixes=(f"{far}.changtangwan",))
    async with open_web_role(valkey_url, streets, catalogues=own) as house:
        told = []
        for account in (CHEN, there):
            async with house.browser(await house.admit(account)) as browser:
                told.append((await browser.get("/api/catalogue")).json())
        assert [one["districts"] for one in told] == [
            {}, {"shifeng": {"devices": {"gate": {"patience_s": 7}}}},
        ]  # fmt: skip
        usual = CATALOGUE.devices["gate"].patience_s
        assert {one["kinds"]["gate"]["patience_s"] for one in told} == {usual}
        silent_after_s = {
            street: twin.traits["gate"].patience.total_seconds()
            for street, twin in house.twins.items()
        }
        assert silent_after_s == {b.STREET: usual, far: 7}


async def test_off_duty_in_the_middle_of_a_task_is_refused_and_the_task_is_named(
    house: WebRole,
) -> None:
    await seen(house)
    [_, refused] = await post(
        house, CHEN, ask("assign", version=1, responder=b.ZHOU), ask("duty_off", b.ZHOU)
    )
    assert (refused[0], refused[1]["error"]) == (409, "illegal_state")
    assert refused[1]["detail"]["incidents"] == [CASE]


async def test_without_a_session_nothing_is_told(house: WebRole) -> None:
    async with house.browser() as nobody, house.browser("forged") as forged:
        for path in ("/api/me", "/api/places", "/api/incidents/INC-1", "/api/search?q=1"):
            assert (await nobody.get(path)).status_code == 401
            assert (await forged.get(path)).status_code == 401
        assert (await nobody.post("/api/commands", content=b"{}")).status_code == 401


async def test_a_command_from_a_foreign_page_is_refused(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        refused = await browser.post(
            "/api/commands", json=ask("note", text="x"), headers={"origin": "http://evil.example"}
        )
    assert (refused.status_code, refused.json()["error"]) == (403, "origin")


async def test_what_does_not_exist_is_not_found(house: WebRole) -> None:
    paths = ("/api/nope", "/api/places/nope", "/api/incidents/INC-404", "/api/texts/fr", "/walll",
             "/api/incidents/INC-1?session=replay:nope", "/api/places/huodian/more")  # fmt: skip
    await seen(house)
    async with house.browser(await house.admit(CHEN)) as browser:
        assert [(await browser.get(path)).status_code for path in paths] == [404] * len(paths)
        assert (await browser.put("/api/commands", content=b"{}")).status_code in (404, 405)


async def test_administrators_lists_are_for_administrators(house: WebRole) -> None:
    await house.streams.append(b.STREET, [b.state("huodian/gate/77", "open")])
    twin = house.twins[b.STREET]
    await comes_true(lambda: twin.unregistered)
    paths = ("/api/devices/unregistered", "/api/rejected")
    for account, status in ((CHEN, 403), (LIU, 403), (GUEST, 403), (ADMIN, 200)):
        async with house.browser(await house.admit(account)) as browser:
            assert [(await browser.get(path)).status_code for path in paths] == [status] * 2
            if status == 200:
                [row] = (await browser.get(paths[0])).json()
                assert (row["id"], row["type"], row["count"]) == (
                    "huodian/gate/77", "gate.state", 1,
                )  # fmt: skip


async def test_a_compound_under_its_version_may_be_kept_for_ever(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        [listed] = (await browser.get("/api/places")).json()
        plain = await browser.get("/api/places/huodian")
        fixed = await browser.get(f"/api/places/huodian?v={listed['version']}")
    assert "immutable" in fixed.headers["cache-control"]
    assert plain.headers["cache-control"] == "no-store"
    assert len(plain.json()["devices"]) == listed["count"]


async def test_a_replay_begins_only_with_a_good_wish(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        assert (await browser.post("/api/replay", content=b"nonsense")).status_code == 422
        assert (await browser.post("/api/replay", json={"at": "noon"})).status_code == 422
        begun = await browser.post("/api/replay", json={"at": None})
    assert begun.json()["session"].startswith("replay:")
    async with house.browser(await house.admit(FAR)) as browser:
        assert (await browser.post("/api/replay", json={})).status_code == 404
        assert (await browser.get("/api/replay")).json() == {}


async def test_by_which_catalogues_a_street_went_is_told_to_those_who_see_something_of_it(
    house: WebRole,
) -> None:
    await note(house.streams.link, b.STREET, "of yesterday", 1)
    told = []
    for account in (CHEN, FAR):
        async with house.browser(await house.admit(account)) as browser:
            told.append((await browser.get("/api/replay")).json())
    noted = [{"since_ms": 1, "version": "of yesterday"}]
    assert told[0]["catalogues"] == {
        b.STREET: {"present": CATALOGUE.version, "noted": noted},
    }
    assert told[1] == {}


async def test_a_replay_takes_no_commands(house: WebRole) -> None:
    await seen(house)
    async with house.browser(await house.admit(CHEN)) as browser:
        session = (await browser.post("/api/replay", json={"at": None})).json()["session"]
        path = f"/api/incidents/{CASE}?session={session}"

        async def shown() -> httpx.Response | None:
            answer = await browser.get(path)
            return None if answer.status_code == 404 else answer

        answer = await comes_true(shown)
    assert answer.json()["possible"] == []


async def test_a_live_link_ends_with_its_session(
    house: WebRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "CHECK_SESSION_S", 0.05)
    token = await house.admit(CHEN)
    screen = LiveScreen(house.port, token, compounds=["huodian"])
    listening = asyncio.create_task(screen.once())
    await screen.ready()
    await house.accounts.close_session(token)
    async with asyncio.timeout(10):
        await asyncio.gather(listening, return_exceptions=True)
    assert screen.close_code == screens.SESSION_ENDED


async def test_looking_at_a_screen_does_not_keep_a_session_alive(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "CHECK_SESSION_S", 0.05)
    console = Terms(absolute_s=3600, idle_s=1)
    async with open_web_role(valkey_url, STREETS, console=console) as house:
        screen = LiveScreen(house.port, await house.admit(CHEN), compounds=["huodian"])
        async with asyncio.timeout(10):
            await screen.once()
    assert screen.close_code == screens.SESSION_ENDED


async def test_a_replay_that_ends_says_so_to_its_screens(house: WebRole) -> None:
    token = await house.admit(CHEN)
    async with house.browser(token) as browser:
        session = (await browser.post("/api/replay", json={"at": None})).json()["session"]
    screen = LiveScreen(house.port, token, compounds=["huodian"], session=session)
    listening = asyncio.create_task(screen.once())
    await screen.ready()
    live = LiveScreen(house.port, token, compounds=["huodian"])
    async with watching(live):
        for task in asyncio.all_tasks():  # as if its folding had failed
            if "Sessions._run" in str(task.get_coro()):
                task.cancel()
        async with asyncio.timeout(10):
            await asyncio.gather(listening, return_exceptions=True)
        assert screen.model.denials == ["the replay is over"]
        assert live.connections == 1


async def test_the_days_strip_survives_a_restart(valkey_url: str) -> None:
    start_ms = day_start_ms(datetime.now(UTC).timestamp() * 1000)
    at = max(datetime.now(UTC) - timedelta(hours=1), datetime.fromtimestamp(start_ms / 1000, UTC))
    alarm = f"{b.CALL}#call_pressed"
    async with open_web_role(valkey_url, STREETS) as house:
        told: list[ev.Event] = []
        for number in (1, 2, 3):
            data = ev.AlarmRaisedData(
                version=2 * number - 1, rule="call_pressed", level=1, occurrence=number
            )
            cleared = ev.AlarmData(version=2 * number)
            told += [
                ev.AlarmRaised(id=f"r{number}", subject=alarm, time=at, by="system", data=data),
                ev.AlarmCleared(id=f"c{number}", subject=alarm, time=at, by="system", data=cleared),
            ]
        for event in told:
            await house.streams.append_operations(b.STREET, [event])
    async with open_web_role(valkey_url, STREETS) as house:
        screen = LiveScreen(house.port, await house.admit(CHEN), compounds=["huodian"])
        async with watching(screen):
            place = int((at.timestamp() * 1000 - start_ms) // STEP_MS)

            def counted() -> bool:
                strip = screen.model.panels.get("strip")
                return bool(strip and strip["bins"][place] == [3, 1])

            await screen.until(counted)
