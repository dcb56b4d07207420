from __future__ import annotations

import pytest

from twin.commands.roles import ROLES
from twin.commands.table import COMMANDS, TABLE, may


def test_every_command_has_its_roles_and_every_role_is_known() -> None:
    assert set(TABLE) >= set(COMMANDS)
    assert all(row.roles for row in TABLE.values())
    assert set().union(*(row.roles for row in TABLE.values())) <= set(ROLES)


@pytest.mark.parametrize("role", ["viewer", "administrator", "nobody"])
def test_who_keeps_no_cases_gives_no_commands(role: str) -> None:
    assert not [command for command in COMMANDS if may(role, command)]


def test_a_responder_takes_steps_and_a_reviewer_checks() -> None:
    assert {c for c in COMMANDS if may("responder", c)} == {
        "accept", "start", "arrive", "handle", "note", "duty_on", "duty_off",
    }  # fmt: skip
    assert {c for c in COMMANDS if may("reviewer", c)} == {"check", "close", "reopen", "note"}
    assert {c for c in COMMANDS if may("dispatcher", c)} == set(COMMANDS)


def test_an_unknown_command_is_nobodys() -> None:
    assert not may("dispatcher", "escalate")
