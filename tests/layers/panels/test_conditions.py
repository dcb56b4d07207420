"""Conditions on screens: who sees which, and that a hub brings them with its panels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import pytest

from layers.live.clock import Clock
from layers.live.hub import BEAT_TURNS, PANEL_TURNS, Hub
from layers.live.subscription import Subscription
from layers.panels.conditions import Health, shown
from tests.support.builders.layers import COMMUNITY, NOON, STREET, a_street
from tests.support.catalogues import CATALOGUE
from tests.support.network import Network
from twin.catalogue.conditions import CONDITION_KINDS, Condition, Figure

OTHER = "lusong.jianning"


def one(code: str, street: str = STREET, **figures: Figure) -> Condition:
    return Condition(
        code=code, street=street, since_ms=1000, last_ms=2000, count=1, figures=figures
    )


class Said(Health):
    """A service that says of itself what a test tells it to."""

    def __init__(self) -> None:
        self.list: list[Condition] = []
        self.folded: float | None = None

    def conditions(self) -> Sequence[Condition]:
        return self.list

    def folded_ms(self, streets: Iterable[str]) -> float | None:
        return self.folded


@pytest.mark.parametrize(
    ("prefixes", "streets", "seen"),
    [
        (("lusong",), [STREET, OTHER], ["engine_absent", "stream_gap", "place_left_out"]),
        ((STREET,), [STREET], ["engine_absent", "place_left_out"]),
        ((f"{COMMUNITY}.huodian",), [STREET], ["engine_absent", "place_left_out"]),
        ((OTHER,), [OTHER], ["stream_gap", "place_left_out"]),
    ],
)
def test_a_streets_condition_is_for_those_who_see_something_of_it(
    prefixes: tuple[str, ...], streets: list[str], seen: list[str]
) -> None:
    standing = [one("engine_absent"), one("stream_gap", OTHER), one("place_left_out", "")]
    assert [row["code"] for row in shown(standing, prefixes, streets)] == seen


@pytest.mark.parametrize("street", [STREET, ""])
def test_texts_among_the_figures_are_for_those_who_see_the_whole_street(street: str) -> None:
    standing = [one("place_left_out", street, files=2, file="huodian.json")]
    [whole] = shown(standing, (STREET,), [STREET])
    [part] = shown(standing, (f"{COMMUNITY}.huodian",), [STREET])
    assert whole["figures"] == {"files": 2, "file": "huodian.json"}
    assert part["figures"] == {"files": 2}


def a_hub(health: Said, clock: Clock | None = None) -> Hub:
    twin = a_street()
    return Hub({twin.street: twin}, CATALOGUE, now=NOON, epoch="t", health=health, clock=clock)


def second(hub: Hub) -> None:
    for _ in range(max(BEAT_TURNS, PANEL_TURNS)):
        hub.tick(NOON)


def test_a_screen_is_told_once_when_a_condition_begins_and_once_when_it_ends() -> None:
    health = Said()
    hub = a_hub(health)
    screen = Network(hub, (STREET,))
    screen.hello()
    for standing in ([one("engine_absent")], []):
        health.list = standing
        screen.sent.clear()
        second(hub)
        second(hub)
        told = [frame["panels"]["conditions"] for frame in screen.texts()
                if "conditions" in frame.get("panels", {})]  # fmt: skip
        assert told == [shown(standing, (STREET,), [STREET])]


def test_a_state_that_is_said_again_each_second_makes_no_panel_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    health = Said()
    made: list[int] = []
    hub = a_hub(health)
    screen = Network(hub, (STREET,))
    screen.hello()
    health.list = [one("engine_absent")]
    second(hub)

    def refreshed(*_: object) -> dict[str, object]:
        made.append(1)
        return {}

    monkeypatch.setattr(Subscription, "refresh", refreshed)
    for said_ms in (3000, 4000, 5000):
        health.list = [msgspec.structs.replace(one("engine_absent"), last_ms=said_ms)]
        second(hub)
    assert made == []
    health.list = []
    second(hub)
    assert made == [1]


def test_a_screen_that_comes_later_is_told_with_its_snapshot() -> None:
    health = Said()
    health.list = [one("engine_absent")]
    hub = a_hub(health)
    second(hub)
    screen = Network(hub, (STREET,))
    screen.hello()
    assert screen.texts()[0]["panels"]["conditions"][0]["code"] == "engine_absent"


def test_a_replay_is_told_what_its_records_lack_and_not_how_the_live_service_fares() -> None:
    health = Said()
    health.list = [one(code) for code in CONDITION_KINDS]
    health.folded = 5.0
    hub = a_hub(health, clock=Clock(now_ms=0.0, start_ms=0.0, end_ms=9.0, mode="paused"))
    second(hub)
    screen = Network(hub, (STREET,))
    screen.hello()
    snapshot = screen.texts()[0]
    assert [row["code"] for row in snapshot["panels"]["conditions"]] == [
        "stream_rolled_back", "stream_gap", "entry_set_aside", "place_left_out",
    ]  # fmt: skip
    assert snapshot["folded"] is None


def test_every_frame_with_words_says_when_the_streams_were_last_folded() -> None:
    health = Said()
    health.folded = 1234.0
    hub = a_hub(health)
    screen = Network(hub, (STREET,))
    screen.hello()
    second(hub)
    assert {frame["kind"] for frame in screen.texts()} >= {"snapshot", "beat"}
    assert {frame["folded"] for frame in screen.texts()} == {1234.0}
