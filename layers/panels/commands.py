"""The command table as screens need it: how each command is offered, asked for and given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twin.catalogue import Workflow
from twin.commands.table import CASES, TABLE, CommandRow


def rows(closures: Iterable[str], flow: Workflow) -> dict[str, dict[str, Any]]:
    """Every command by its name, in the table's order.

    Its words have the text key ``action.<name>``; ``at`` is the step of a responder who gives it.
    What things take at present, they say themselves: a case by ``possible``, an alarm and a
    responder by ``takes``, a crew member by ``next``. ``closures`` are the kinds of what may stand
    in a way here, ``flow`` is what cases follow.
    """
    kinds = {"close_way": {"kind": tuple(closures)}}
    return {
        name: _row(name, row, flow) | {"choices": row.choices | kinds.get(name, {})}
        for name, row in TABLE.items()
    }


def _row(name: str, row: CommandRow, flow: Workflow) -> dict[str, Any]:
    return {
        "target": row.target,
        "needs": row.needs,
        "takes": row.takes,
        "tone": row.tone,
        "place": row.place,
        "form": row.form,
        "key": row.key,
        "at": CASES[name].step(flow) if name in CASES else "",
    }
