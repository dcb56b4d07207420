"""The rows of ``workflows.toml``: the states of a case, and which event moves it where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Stage = Literal["waiting", "working", "settled", "finished"]
"""What a state means to people: nobody sent yet, worked on, dealt with, over."""

Does = Literal["", "join", "replace", "step", "handle", "check", "reopen", "alarm"]
"""What a move does beside changing the state; ``twin.cases.workflow`` has a function for each."""


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all rows of a catalogue share."""


class State(_Row, frozen=True):
    """A state of a case; the file's head explains each field."""

    label: str
    en: str
    stage: Stage
    believed: bool = False
    resolves: bool = False


class Step(_Row, frozen=True):
    """How far a responder is with a case; the file's head explains each field."""

    label: str
    en: str
    busy: bool = False
    coming: bool = False
    moving: bool = False


class Move(_Row, frozen=True, rename={"from_": "from"}):
    """What an event does to a case; once read, ``from_`` holds states only."""

    label: str
    en: str
    from_: tuple[str, ...]
    to: str = ""
    believed_to: str = ""
    step: str = ""
    at: str = ""
    does: Does = ""
    believed: bool = False
    anew: bool = False


class Workflow(_Row, frozen=True):
    """A whole flow, and sets of its names that are asked for often."""

    start: str
    responded: str
    resolved: str
    released: str
    states: dict[str, State]
    steps: dict[str, Step]
    moves: dict[str, Move]
    busy: tuple[str, ...] = ()
    finished: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()

    def of_stage(self, *stages: str) -> frozenset[str]:
        """The states that mean one of these to people."""
        return frozenset(name for name, row in self.states.items() if row.stage in stages)

    def stage(self, state: str) -> str:
        """What a state means to people; one of another version that has no row is work still."""
        row = self.states.get(state)
        return row.stage if row is not None else "working"

    def leaves(self, event: str, state: str) -> bool:
        """Whether an event type may move a case out of this state."""
        return event in self.moves and state in self.moves[event].from_

    def next_after(self, step: str) -> str:
        """The event type that a responder at this step causes next; empty when there is none."""
        return next((event for event, move in self.moves.items() if step and move.at == step), "")


def workflow_of(rows: object) -> Workflow:
    """A workflow from the file's rows, its stages spelled out.

    Raises msgspec.ValidationError when a row is wrong, ValueError when one names a state or step
    that is not there.
    """
    flow = msgspec.convert(rows, Workflow)
    if faults := sorted(_faults(flow)):
        raise ValueError(f"workflows.toml: {', '.join(faults)}")
    moves = {
        event: msgspec.structs.replace(move, from_=_states(flow, move.from_))
        for event, move in flow.moves.items()
    }
    return msgspec.structs.replace(
        flow,
        moves=moves,
        busy=tuple(name for name, row in flow.steps.items() if row.busy),
        finished=flow.of_stage("finished"),
        waiting=flow.of_stage("waiting"),
    )


def _states(flow: Workflow, names: Iterable[str]) -> tuple[str, ...]:
    """Stages replaced by their states, in the order of the flow."""
    wanted = frozenset(names)
    return tuple(name for name, row in flow.states.items() if name in wanted or row.stage in wanted)


def _faults(flow: Workflow) -> Iterable[str]:
    """What the rows name that is not there."""
    stages = {row.stage for row in flow.states.values()}
    working = flow.of_stage("working")
    for name in (flow.start, flow.responded, flow.resolved):
        if name not in flow.states:
            yield f"no state {name}"
    for name in working ^ {name for name, row in flow.steps.items() if row.busy}:
        yield f"{name} is a busy step or a working state, but not both"
    for event, move in flow.moves.items():
        for name in {*move.from_, *filter(None, (move.to, move.believed_to))}:
            if name not in flow.states and name not in stages:
                yield f"{event}: no state {name}"
        for name in filter(None, (move.at, move.step, flow.released)):
            if name not in flow.steps:
                yield f"{event}: no step {name}"
