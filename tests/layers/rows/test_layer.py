from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from layers.rows.layer import all_switches, kinds_of, kinds_shown, listed, switches
from tests.support.catalogues import CATALOGUE

LAYERS = CATALOGUE.layers


def test_every_device_kind_is_drawn_by_exactly_one_layer() -> None:
    drawn = [kind for name in LAYERS for kind in kinds_of(CATALOGUE, name)]
    assert sorted(drawn) == sorted(CATALOGUE.devices)


def test_names_and_labels_are_unique_and_incidents_lie_above_everything_near() -> None:
    assert len({row.label for row in LAYERS.values()}) == len(LAYERS)
    assert [name for name, row in LAYERS.items() if row.near][-1] == "incidents"


def test_sensors_have_a_switch_for_every_kind() -> None:
    known = all_switches(CATALOGUE)
    assert {"sensors", "sensors/lift", "gates"} <= known
    assert "gates/gate" not in known
    assert switches(CATALOGUE, "gates") == ("gates",)


def test_the_list_of_switches_has_each_place_once_and_says_what_is_off_at_first() -> None:
    places = sorted(row.switch for row in LAYERS.values() if row.switch)
    assert places == list(range(1, len(places) + 1))
    rows = listed(CATALOGUE)
    assert [row["name"] for row in rows][:2] == ["cameras", "fields"]
    assert {row["name"] for row in rows if not row["starts_on"]} == {"fields", "coverage"}
    assert {row["name"] for row in rows if not row["counted"]} == {"fields", "coverage"}


def test_no_choice_of_switches_shows_everything() -> None:
    assert kinds_shown(CATALOGUE, frozenset()) == set(CATALOGUE.devices)
    assert kinds_shown(CATALOGUE, frozenset({"buildings"})) == set()


def test_a_choice_shows_the_kinds_of_its_layers_and_single_kinds() -> None:
    assert kinds_shown(CATALOGUE, frozenset({"gates", "sensors/lift"})) == {"gate", "lift"}


def test_a_kind_that_another_catalogue_draws_elsewhere_has_its_switch_there() -> None:
    lift = msgspec.structs.replace(CATALOGUE.devices["lift"], layer="gates")
    other = replace(CATALOGUE, devices={**CATALOGUE.devices, "lift": lift})
    assert "sensors/lift" not in all_switches(other)
    assert {"gates/gate", "gates/lift"} <= all_switches(other)
    assert kinds_shown(other, {"gates"}) == {"gate", "lift"}


def test_a_kind_that_no_layer_draws_is_refused() -> None:
    moat = msgspec.structs.replace(CATALOGUE.devices["lift"], layer="moats")
    with pytest.raises(ValueError, match=r"devices.toml: lift: no layer moats"):
        replace(CATALOGUE, devices={**CATALOGUE.devices, "lift": moat})
