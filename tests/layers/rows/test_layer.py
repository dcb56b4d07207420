from __future__ import annotations

import doctest

from layers.rows import layer
from layers.rows.layer import LAYERS, SWITCHES, kinds_shown
from tests.support.catalogues import CATALOGUE


def test_every_device_kind_is_drawn_by_exactly_one_layer():
    drawn = [kind for one in LAYERS for kind in one.kinds]
    assert sorted(drawn) == sorted(CATALOGUE.devices)


def test_names_and_labels_are_unique_and_incidents_lie_above_everything_near():
    assert len({one.name for one in LAYERS}) == len({one.label for one in LAYERS}) == len(LAYERS)
    assert [one.name for one in LAYERS if one.near][-1] == "incidents"


def test_sensors_have_a_switch_for_every_kind():
    assert {"sensors", "sensors/lift", "gates"} <= SWITCHES
    assert "gates/gate" not in SWITCHES


def test_no_choice_of_switches_shows_everything():
    assert kinds_shown(frozenset()) == set(CATALOGUE.devices)
    assert kinds_shown(frozenset({"buildings"})) == set()


def test_examples():
    assert doctest.testmod(layer).failed == 0
