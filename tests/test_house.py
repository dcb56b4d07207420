"""The figures of the house (``tests.support.house``), and that they count what they say."""

from __future__ import annotations

import statistics

from tests.support import house


def test_no_modules_import_each_other_not_even_for_their_types() -> None:
    assert house.circles() == []


def test_a_circle_by_way_of_others_is_found() -> None:
    imports = {"a": ["b", "x"], "b": ["c"], "c": ["a"], "d": ["a"], "e": ["e2"], "e2": ["e"]}
    assert house.circles({name: iter(some) for name, some in imports.items()}) == [
        ["a", "b", "c"],
        ["e", "e2"],
    ]


def test_a_folder_holds_few_files_or_says_why() -> None:
    crowded = {name: n for name, n in house.folders().items() if n > house.MOST_FILES}
    assert [name for name in crowded if not house.reason(name)] == []


def test_no_file_is_longer_than_can_be_read() -> None:
    assert [name for name, lines in house.files().items() if lines > house.MOST_LINES] == []


def test_functions_are_short() -> None:
    lines = house.functions()
    assert statistics.median(lines) <= house.MEDIAN_LINES
    assert house.ninth_tenth(lines) <= house.NINTH_TENTH_LINES


def test_a_name_stands_for_one_thing() -> None:
    assert house.double_names() == {}


def test_states_of_cases_are_listed_by_the_catalogue_alone() -> None:
    assert house.state_lists() == []


def test_values_pass_between_web_and_feeds_with_their_types() -> None:
    assert house.untyped() == []
