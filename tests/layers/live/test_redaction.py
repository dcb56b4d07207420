"""What public screens are told of a case: where it is, without the room or whose it is."""

from __future__ import annotations

import json

from layers.live.messages import Hello
from tests.support.builders.layers import a_street, at, opened, raised
from tests.support.network import CALL, STREETWIDE, Network, a_hub, happen


def test_a_masked_screen_learns_the_floor_and_never_the_room() -> None:
    twin = a_street()
    hub = a_hub(twin)
    happen(hub, raised(CALL, at(0)), opened(1, CALL, twin, at(0), (f"{CALL}#call_pressed",)))
    hub.tick(at(0.1))
    wall, desk = Network(hub, STREETWIDE, masked=True), Network(hub, STREETWIDE)
    wall.hello("huodian")
    desk.hello("huodian")
    words = json.dumps(wall.texts(), ensure_ascii=False)
    assert "102" not in words and "王奶奶" not in words and "1层" in words
    assert "102" in json.dumps(desk.texts(), ensure_ascii=False)


def test_a_wall_speaks_in_public_words_whoever_logged_in_on_it() -> None:
    twin = a_street()
    hub = a_hub(twin)
    happen(hub, opened(1, CALL, twin, at(0)))
    hub.tick(at(0.1))
    wall, desk = Network(hub, STREETWIDE), Network(hub, STREETWIDE)
    hello = Hello(compounds=("huodian",))
    wall.key = hub.key(STREETWIDE, False, hello, public=True)
    desk.key = hub.key(STREETWIDE, False, hello)
    wall.join(resume=False)
    desk.join(resume=False)
    assert "王奶奶" not in json.dumps(wall.texts(), ensure_ascii=False)
    assert wall.browser.compounds == desk.browser.compounds  # both fetched the same description
