from __future__ import annotations

import pytest

from tests.support.catalogues import CATALOGUE
from twin.commands import decide
from twin.commands.table import CASES, COMMANDS, TABLE, Args, CaseRow, Target, at_target, next_step
from twin.events import BY_TYPE

FLOW = CATALOGUE.flow
MOVES = {BY_TYPE[name]: move for name, move in FLOW.moves.items()}


def test_every_case_command_asks_for_a_move_that_the_life_cycle_has() -> None:
    assert {row.event for row in CASES.values()} <= set(MOVES)
    joined = {cls.__name__ for cls in set(MOVES) - {row.event for row in CASES.values()}}
    assert joined == {"IncidentAlarmJoined"}, "only the engine joins alarms"


def test_commands_that_send_name_whom_and_steps_follow_the_crew() -> None:
    sends = [name for name, row in CASES.items() if row.sends]
    assert sends == ["assign", "add_responder", "reassign"]
    assert all("responder" in CASES[name].needs for name in sends)
    assert [step for row in CASES.values() if (step := row.step(FLOW))] == list(FLOW.busy)


@pytest.mark.parametrize("row", CASES.values(), ids=list(CASES))
def test_the_data_of_a_case_command_carries_the_version(row: CaseRow) -> None:
    data = row.data(7, Args(responder="r", instead_of="o", passed=True, text="t"))
    assert data.version == 7 and data.text == "t"


def test_every_command_is_aimed_at_one_kind_of_thing_and_has_arguments_that_exist() -> None:
    kinds: tuple[Target, ...] = ("alarm", "incident", "device", "compound", "closure", "responder")
    assert sorted(name for kind in kinds for name in at_target(kind)) == sorted(COMMANDS)
    assert len(set(COMMANDS)) == len(COMMANDS)
    fields = set(Args.__struct_fields__)
    for name in COMMANDS:
        row = TABLE[name]
        assert {*row.needs, *row.takes} <= fields, name
        assert not {*row.needs} & {*row.takes}, name
        assert {*row.choices} <= {*row.needs, *row.takes}, name


def test_every_command_that_moves_no_case_is_carried_out_by_a_function_of_its_own_name() -> None:
    """A row more was once carried out as whatever came last."""
    assert set(decide._DEEDS) == set(COMMANDS) - set(CASES)


def test_a_command_with_a_door_is_none_that_the_table_of_targets_has() -> None:
    doors = {name for name, row in TABLE.items() if row.door}
    assert doors == set(TABLE) - set(COMMANDS)
    assert not any(row.fits is None for row in TABLE.values())


def test_a_button_has_a_place_of_its_own_and_a_key_one_meaning() -> None:
    places = [row.place for row in TABLE.values() if row.tone]
    assert sorted(places) == list(range(1, len(places) + 1))
    assert not [name for name, row in TABLE.items() if bool(row.tone) != bool(row.place)]
    keys: dict[str, list[str]] = {}
    for name, row in TABLE.items():
        if row.key:
            keys.setdefault(row.key, []).append(name)
    assert {key for key, names in keys.items() if len(names) > 1} == {"g"}
    assert keys["g"] == [next_step(step, FLOW) for step in FLOW.busy]


def test_a_step_that_nobody_takes_next_has_no_command() -> None:
    assert {next_step(step, FLOW) for step in ("released", "handled", "")} == {""}


def test_words_of_a_command_stand_in_its_row_in_both_languages() -> None:
    assert all(row.label and row.en for row in TABLE.values())
