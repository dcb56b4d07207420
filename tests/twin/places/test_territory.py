from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import InvalidTerritory
from twin.places import territory

labels = st.from_regex(r"[a-z0-9][a-z0-9-]{0,5}", fullmatch=True)
paths = st.lists(labels, min_size=1, max_size=5).map(".".join)


@given(paths)
def test_a_path_is_its_labels(path: str) -> None:
    assert ".".join(territory.parse(path)) == path


@pytest.mark.parametrize("path", ["", ".", "a.", "A", "a b", "-a", "a.b.c.d.e.f", "a.b\n", "大院"])
def test_what_is_not_a_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidTerritory):
        territory.parse(path)


@given(paths, paths)
def test_a_place_contains_what_begins_with_its_labels(prefix: str, path: str) -> None:
    begins = territory.parse(path)[: len(territory.parse(prefix))] == territory.parse(prefix)
    assert territory.contains(prefix, path) == begins


def test_a_label_that_begins_alike_is_another_place() -> None:
    assert not territory.contains("lusong.heji", "lusong.hejiatu")


@given(st.lists(paths, max_size=3), paths)
def test_an_account_covers_a_path_when_one_prefix_does(prefixes: list[str], path: str) -> None:
    inside = any(territory.contains(prefix, path) for prefix in prefixes)
    assert territory.covers(prefixes, path) == inside
    assert territory.touches(prefixes, path) == (
        inside or any(territory.contains(path, prefix) for prefix in prefixes)
    )


def test_an_account_without_prefixes_covers_nothing() -> None:
    assert not territory.covers((), "lusong")


def test_the_street_of_a_path_is_its_first_two_labels() -> None:
    assert territory.street_of("lusong.hejiatu.changtangwan.huodian.g2") == "lusong.hejiatu"
    with pytest.raises(InvalidTerritory):
        territory.street_of("lusong")


def test_the_compound_of_a_path_is_its_fourth_label() -> None:
    assert territory.compound_of("lusong.hejiatu.changtangwan.huodian.g2") == "huodian"
    assert territory.compound_of("lusong.hejiatu.changtangwan") is None
