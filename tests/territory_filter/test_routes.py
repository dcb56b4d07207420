"""Nothing of another street, compound or grid leaves the server: every route, frame and role.

The routes are taken from the running application, so a new one fails here until ``asking`` says
how it is asked. Whatever anybody receives is searched, byte by byte, for every name that they may
not see.
"""

from __future__ import annotations

import pytest

from feeds.access.tokens import TOKEN_ROLES
from tests.support.live_screen import LiveScreen, watching
from tests.support.streets import two_streets as t
from tests.support.web_role import WebRole
from tests.territory_filter.asking import Ask, probes, routes, shared
from tests.territory_filter.installation import replay_of
from tests.territory_filter.looking import fetched, leaks
from twin.commands.table import TABLE

pytestmark = pytest.mark.anyio


async def test_every_route_of_the_application_is_listed_with_how_it_is_asked(
    house: WebRole,
) -> None:
    async with house.browser(await house.admit(t.DISTRICT)) as browser:
        await browser.get("/")
    assert set(routes(house.application.routes)) == set(probes("replay:x"))
    doors = {tuple(row.door.split(" ")) for row in TABLE.values() if row.door}
    assert doors <= set(probes("replay:x")), "a command's door is asked like every other route"


async def test_the_search_for_leaks_finds_what_the_district_sees(house: WebRole) -> None:
    """Were the words wrong, every other test here would pass for nothing."""
    found = b""
    async with house.browser(await house.admit(t.DISTRICT)) as browser:
        for asks in probes("replay:x").values():
            for ask in asks:
                found += (await fetched(browser, ask))[1]
    screen = LiveScreen(house.port, await house.admit(t.DISTRICT), compounds=[*t.STREET_OF])
    screen.listening = True
    async with watching(screen):
        found += b"".join(screen.heard)
    there = set(leaks(t.ACCOUNTS[0], found))
    rejected = {"garbage-jianning", "reason-jianning", "nobody-jianning/gate/1"}
    expected = {word.decode() for word in t.hidden_words((t.NEAR,))} - rejected
    assert expected - there <= {"qingshui/gate/77", "yuanfang·显示"}  # administrators', nobody's


async def test_no_answer_to_anybody_holds_what_is_not_theirs(house: WebRole) -> None:
    asks = probes(await replay_of(house, t.STRANGER))
    for account in t.ACCOUNTS:
        async with house.browser(await house.admit(account)) as browser:
            for route, some in asks.items():
                for ask in some:
                    _, received = await fetched(browser, ask)
                    assert leaks(account, received) == [], (account.name, route, ask)
            status, received = await fetched(browser, Ask("POST", "/logout"))
            assert (status, leaks(account, received)) == (303, [])


async def test_no_program_with_a_token_gets_what_is_not_its_own(house: WebRole) -> None:
    for account in t.ACCOUNTS:
        if account.role not in TOKEN_ROLES:
            continue
        token, _ = await house.tokens.add(account.name, account.role, account.prefixes, days=1)
        async with house.browser(headers={"authorization": f"Bearer {token}"}) as program:
            found = b""
            for urls in shared().values():
                for url in urls:
                    status, received = await fetched(program, Ask("GET", url))
                    assert leaks(account, received) == [], (account.name, url)
                    assert status in (200, 400, 403, 404), (account.name, url)
                    found += received
            assert b"qiaotou" in found and b"FeatureCollection" in found
            for path in ("/api/me", "/api/places", "/", "/console"):
                status, _ = await fetched(program, Ask("GET", path))
                assert status in (303, 401), "a token opens nothing but what is shared"
