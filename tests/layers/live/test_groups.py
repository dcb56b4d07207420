"""Groups: what is encoded once for all, and what a screen that comes back is sent."""

from __future__ import annotations

from layers.live.groups import RING_FRAMES
from layers.live.hub import IDLE_TURNS
from tests.support.builders.layers import a_street, at, measured, reported
from tests.support.network import STREETWIDE, Network, a_hub, happen


def test_groups_share_what_is_encoded() -> None:
    hub = a_hub(a_street())
    first, second = Network(hub, STREETWIDE), Network(hub, STREETWIDE)
    first.hello("huodian")
    second.hello("huodian")
    happen(hub, reported("huodian/gate/1", "open", at(0)))
    hub.tick(at(0.1))
    assert all(a is b for a, b in zip(first.sent, second.sent, strict=True))


def test_a_screen_that_lost_its_link_gets_only_what_is_missing() -> None:
    hub = a_hub(a_street())
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian")
    hub.leave(screen.connection)
    happen(hub, reported("huodian/gate/1", "open", at(0)))
    hub.tick(at(0.1))
    screen.connect()
    screen.join(resume=True)
    assert screen.browser.kinds == ["snapshot", "binary", "binary"]
    assert screen.browser.gaps == 0


def test_a_screen_that_was_away_too_long_gets_a_snapshot() -> None:
    hub = a_hub(a_street())
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian")
    hub.leave(screen.connection)
    for tick in range(1, IDLE_TURNS + 10):
        hub.tick(at(tick / 10))
    screen.connect()
    screen.join(resume=True)
    assert screen.browser.kinds == ["snapshot", "binary"] * 2


def test_a_screen_that_missed_more_than_is_kept_gets_a_snapshot() -> None:
    hub = a_hub(a_street())
    screen, other = Network(hub, STREETWIDE), Network(hub, STREETWIDE)
    screen.hello("huodian")
    other.hello("huodian")
    hub.leave(screen.connection)
    for tick in range(1, RING_FRAMES + 2):
        happen(hub, measured("huodian/noise/1", "level_db", tick, at(tick / 10)))
        hub.tick(at(tick / 10))
    screen.connect()
    screen.join(resume=True)
    assert screen.browser.kinds == ["snapshot", "binary"] * 2
    assert screen.browser.shown() == other.browser.shown()


def test_a_sequence_of_another_epoch_means_a_snapshot() -> None:
    hub = a_hub(a_street())
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian")
    hub.reload(at(60))
    assert screen.browser.kinds == ["snapshot", "binary"] * 2
    screen.browser.epoch = "t.1"
    screen.join(resume=True)
    assert screen.browser.kinds == ["snapshot", "binary"] * 3
