"""The rows of ``workflows.toml``, and what is refused in them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest

from tests.support.catalogues import CATALOGUE
from twin import catalogue
from twin.catalogue.workflows import workflow_of
from twin.events import BY_TYPE, IncidentClosed, type_of

FLOW = CATALOGUE.flow


def rows(**moves: dict[str, object]) -> dict[str, Any]:
    """The present rows with some moves changed."""
    tables: dict[str, Any] = catalogue.read("workflows")
    found: dict[str, Any] = deepcopy(tables["case"])
    for name, change in moves.items():
        found["moves"][f"incident.{name}"] |= change
    return found


def test_every_event_of_a_case_has_a_row_and_no_row_is_of_an_event_that_does_not_exist() -> None:
    events = {name for name in BY_TYPE if name.startswith("incident.")}
    assert set(FLOW.moves) == events - {"incident.reported"}


def test_every_state_but_the_first_is_reached_by_a_move_and_every_state_is_left_by_one() -> None:
    steps = {move.step for move in FLOW.moves.values()}
    reached = {move.to for move in FLOW.moves.values()} | steps
    assert set(FLOW.states) - reached <= {FLOW.start}
    left = {state for move in FLOW.moves.values() if move.to or move.step for state in move.from_}
    assert left == set(FLOW.states)


def test_a_stage_in_a_row_stands_for_its_states_in_the_order_of_the_flow() -> None:
    assert FLOW.moves["incident.cancelled"].from_ == (
        "reported", "verified", "assigned", "accepted", "en_route", "on_scene", "handled",
    )  # fmt: skip
    assert FLOW.leaves("incident.cancelled", "handled")
    assert not FLOW.leaves("incident.cancelled", "checked")
    assert not FLOW.leaves("way.closed", "handled")


def test_stages_say_what_a_state_means_to_people() -> None:
    assert FLOW.waiting == {"reported", "verified"}
    assert FLOW.finished == {"closed", "rejected", "cancelled"}
    assert FLOW.busy == ("assigned", "accepted", "en_route", "on_scene")
    assert FLOW.stage("handled") == FLOW.stage("checked") == "settled"
    assert FLOW.stage("suspended_in_another_version") == "working"


def test_each_step_of_a_responder_leads_to_the_next() -> None:
    walked = [FLOW.next_after(step) for step in FLOW.busy]
    assert walked == [f"incident.{name}" for name in ("accepted", "started", "arrived", "handled")]
    assert FLOW.next_after(FLOW.released) == FLOW.next_after("") == ""


@pytest.mark.parametrize(
    ("moves", "fault"),
    [
        ({"closed": {"to": "shut"}}, "incident.closed: no state shut"),
        ({"closed": {"from": ["settled", "over"]}}, "incident.closed: no state over"),
        ({"accepted": {"at": "called"}}, "incident.accepted: no step called"),
        ({"accepted": {"step": "called"}}, "incident.accepted: no step called"),
    ],
)
def test_a_row_that_names_what_is_not_there_is_refused(
    moves: dict[str, dict[str, object]], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        workflow_of(rows(**moves))


def test_a_working_state_is_the_step_of_a_busy_responder() -> None:
    found = rows()
    found["steps"]["on_scene"]["busy"] = False
    with pytest.raises(ValueError, match="on_scene is a busy step or a working state"):
        workflow_of(found)


@pytest.mark.parametrize("change", [{"whither": "closed"}, {"does": "vanish"}, {"from": "handled"}])
def test_a_row_with_another_field_deed_or_shape_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        workflow_of(rows(closed=change))


def test_a_step_added_to_the_rows_is_walked_without_a_line_of_code() -> None:
    found = rows(closed={"from": ["archived"]})
    found["states"]["archived"] = {
        "label": "已归档", "en": "archived", "stage": "settled", "resolves": True,
    }  # fmt: skip
    found["moves"]["incident.archived"] = {
        "label": "归档", "en": "archived", "from": ["checked"], "to": "archived",
    }  # fmt: skip
    flow = workflow_of(found)
    assert not flow.leaves(type_of(IncidentClosed), "checked")
    assert flow.leaves("incident.archived", "checked") and flow.stage("archived") == "settled"
