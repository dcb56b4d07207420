"""The command table as screens get it, and the copy of it that the browser's own tests read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from layers.panels import commands, incidents
from tests.support.catalogues import CATALOGUE
from twin.commands.table import CASES, TABLE

COPY = Path(__file__).parents[2] / "assets" / "tables.json"
"""Written anew by ``python -m tests.layers.panels.test_commands``."""


def tables() -> dict[str, Any]:
    """What the browser's tests need: the commands, and what states and steps mean."""
    flow = CATALOGUE.flow
    found = {
        "commands": commands.rows(CATALOGUE.ways.closures, CATALOGUE.flow),
        "start": flow.start,
        "stages": {name: state.stage for name, state in flow.states.items()},
        "steps": {name: incidents.step(name, CATALOGUE.flow) for name in flow.steps},
    }
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


def test_the_browsers_tests_read_the_tables_as_they_are_now() -> None:
    assert json.loads(COPY.read_text("utf-8")) == tables()


def test_every_command_is_told_with_how_it_is_offered_and_asked_for() -> None:
    rows = commands.rows(("blocked", "works"), CATALOGUE.flow)
    assert list(rows) == list(TABLE)
    assert rows["close_way"]["choices"] == {"minutes": (0, 60, 480), "kind": ("blocked", "works")}
    assert rows["shelve"]["choices"] == {"minutes": (15, 60, 480)}
    assert (rows["check"]["tone"], rows["check"]["form"]) == ("primary", "check")
    assert [name for name, row in rows.items() if row["at"]] == [
        name for name, row in CASES.items() if row.step(CATALOGUE.flow)
    ]


def test_a_step_says_how_far_it_is_and_what_comes_next() -> None:
    far = [incidents.step(name, CATALOGUE.flow) for name in ("released", *CATALOGUE.flow.busy)]
    assert [row["busy"] for row in far] == [False, True, True, True, True]
    assert [row["rank"] for row in far] == sorted(row["rank"] for row in far)
    assert [row["next"] for row in far] == ["", "accept", "start", "arrive", "handle"]
    unknown = {"rank": 0, "busy": False, "moving": False, "next": ""}
    assert incidents.step("of_another_version", CATALOGUE.flow) == unknown


if __name__ == "__main__":
    COPY.write_text(json.dumps(tables(), ensure_ascii=False, indent=2) + "\n", "utf-8")
