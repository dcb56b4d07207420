from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from layers.rows.layer import all_switches
from layers.style import palette, tiles
from layers.style import parts as style_parts
from layers.style.document import MAX_ZOOM, SOURCES, style
from tests.support.catalogues import CATALOGUE

CHINESE, ENGLISH = style(CATALOGUE, "zh-CN"), style(CATALOGUE, "en")
DRAWN = {layer["id"]: layer for layer in CHINESE["layers"]}
READABLE = 4.5
"""Least contrast of text and of signs (WCAG 2.2 AA, text)."""


def inside(value: Any) -> Iterator[Any]:
    """A value and everything in it."""
    yield value
    children = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for child in children:
            yield from inside(child)


def says(value: Any, operator: str) -> bool:
    return any(isinstance(part, list) and part[:1] == [operator] for part in inside(value))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def order(*names: str) -> list[int]:
    return [list(DRAWN).index(name) for name in names]


def test_a_map_needs_nothing_from_any_other_server() -> None:
    assert not {"glyphs", "sprite", "imports", "terrain"} & set(CHINESE)
    assert "//" not in json.dumps(CHINESE)
    assert {source["type"] for source in CHINESE["sources"].values()} == {"geojson"}


def test_every_layer_draws_a_source_that_is_declared_and_every_source_is_drawn() -> None:
    used = {layer["source"] for layer in CHINESE["layers"] if layer["type"] != "background"}
    assert used == set(CHINESE["sources"]) == set(SOURCES)


def test_features_are_named_by_words_in_every_source() -> None:
    assert all(source["promoteId"] == "id" for source in CHINESE["sources"].values())


def test_every_layer_of_the_registry_has_a_part_and_every_switch_is_known() -> None:
    switches = {
        layer["metadata"]["dayuan:layer"] for layer in CHINESE["layers"] if "metadata" in layer
    }
    assert set(CATALOGUE.layers) <= switches
    assert switches <= all_switches(CATALOGUE) | {"fields"}


def test_feature_state_decides_paint_only_since_layout_cannot_read_it() -> None:
    for layer in CHINESE["layers"]:
        assert not says(layer.get("layout", {}), "feature-state"), layer["id"]
        assert not says(layer.get("filter", []), "feature-state"), layer["id"]


def test_what_matters_more_is_drawn_later_and_so_keeps_its_label() -> None:
    places = order(
        "background", "areas", "paths", "boundary", "buildings", "sensors", "roofs", "gates",
        "responders", "incidents",
    )  # fmt: skip
    assert places == sorted(places)


def test_devices_are_near_and_rollups_stay_for_compounds_not_drawn_in_full() -> None:
    limit = CHINESE["metadata"]["dayuan:band"]
    assert "maxzoom" not in DRAWN["rollups"]
    for name in ("sensors", "cameras", "gates", "responders", "incidents"):
        assert DRAWN[name]["minzoom"] >= limit
    assert limit < MAX_ZOOM


def test_patterns_of_tiles_go_under_layers_that_exist_and_leave_out_what_is_drawn_in_full() -> None:
    patterns = {one["id"]: one for one in CHINESE["metadata"]["dayuan:tiles"]}
    assert set(patterns) == set(tiles.BEFORE)
    assert CHINESE["state"] == {"open": {"default": []}}
    for name, pattern in patterns.items():
        assert pattern["metadata"]["dayuan:before"] in DRAWN
        assert pattern["source-layer"] == tiles.TILE_LAYER
        assert "source" not in pattern
        held = name not in ("tiles-services", "tiles-landmarks")  # points are never drawn twice
        assert says(pattern["filter"], "global-state") == held
        assert not says(pattern["filter"], "feature-state")


def test_levels_differ_by_shape_and_not_only_by_colour() -> None:
    image = DRAWN["incidents"]["layout"]["icon-image"]
    assert says(image, "get") and "level-" in json.dumps(image)


@pytest.mark.parametrize("colour", [*palette.LEVELS.values(), palette.TEXT, palette.DIM,
                                    palette.ACCENT, palette.GOOD, palette.SEEN])  # fmt: skip
def test_every_sign_and_letter_stands_out_from_the_ground(colour: str) -> None:
    assert contrast(colour, palette.GROUND) >= READABLE
    assert contrast(colour, palette.GROUND) >= contrast(colour, palette.RAISED)


def test_buildings_are_told_from_the_ground_and_from_their_surroundings() -> None:
    assert luminance(palette.LOW) > 2 * luminance(palette.CONTEXT) > luminance(palette.GROUND)
    assert luminance(palette.HIGH) > luminance(palette.LOW)


def test_languages_share_the_picture_and_differ_in_words() -> None:
    assert CHINESE["layers"] == ENGLISH["layers"]
    assert CHINESE["metadata"]["dayuan:kinds"]["gate"]["label"] == "门禁道闸"
    assert ENGLISH["metadata"]["dayuan:kinds"]["gate"]["label"] == "Gate"
    assert style(CATALOGUE, "en-GB") == ENGLISH
    assert style(CATALOGUE, "fr") == CHINESE


def test_the_browser_is_told_what_devices_and_cases_are_called() -> None:
    told = CHINESE["metadata"]
    assert set(told["dayuan:kinds"]) == set(CATALOGUE.devices)
    assert set(told["dayuan:incidents"]) == set(CATALOGUE.incidents)
    assert told["dayuan:palette"]["level1"] == palette.LEVELS[1]
    assert told["dayuan:by_age"] == sorted(told["dayuan:by_age"], reverse=True)
    assert len(told["dayuan:by_age"]) == 4


def test_the_style_can_be_sent_and_is_made_once() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CHINESE)) == json.loads(json.dumps(CHINESE))
    assert style(CATALOGUE, "zh-CN")["layers"] is CHINESE["layers"]


def test_a_width_in_metres_doubles_with_every_zoom() -> None:
    (_, curve, _, low, narrow, high, wide) = style_parts.metres(6.0)
    assert curve == ["exponential", 2]
    assert wide[2] / narrow[2][2] == 2 ** (high - low)
    # 6 m at 28 degrees and zoom 18, where a pixel is 0.264 m across.
    assert narrow[2][2] * 2 ** (18 - low) * 6 == pytest.approx(6 / 0.264, rel=0.01)
