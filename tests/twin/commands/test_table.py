from __future__ import annotations

import pytest

from twin.catalogue.workflows import workflow
from twin.commands.table import ALARM_NEEDS, CASES, COMMANDS, DUTY, SENDS, WAY_NEEDS, Args
from twin.events import BY_TYPE

MOVES = {BY_TYPE[name]: move for name, move in workflow().moves.items()}
BUSY_STEPS = workflow().busy


def test_every_case_command_asks_for_a_move_that_the_life_cycle_has():
    assert {row.event for row in CASES.values()} <= set(MOVES)
    joined = {cls.__name__ for cls in set(MOVES) - {row.event for row in CASES.values()}}
    assert joined == {"IncidentAlarmJoined"}, "only the engine joins alarms"


def test_commands_that_send_name_whom_and_steps_follow_the_crew():
    assert all("responder" in CASES[name].needs for name in SENDS)
    assert [row.step for row in CASES.values() if row.step] == list(BUSY_STEPS)


@pytest.mark.parametrize("row", CASES.values(), ids=list(CASES))
def test_the_data_of_a_case_command_carries_the_version(row):
    data = row.data(7, Args(responder="r", instead_of="o", passed=True, text="t"))
    assert data.version == 7 and data.text == "t"


def test_names_are_unique():
    sorts = (CASES, ALARM_NEEDS, ("set_device",), WAY_NEEDS, DUTY)
    assert len(set(COMMANDS)) == len(COMMANDS) == sum(map(len, sorts))
