"""What a figure gives: rows that stand beside a limit or peer of the same run, and their table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

HEAD = ("figure", "case", "measured", "against", "ratio", "wanted", "")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value beside its limit or peer.

    ``ratio`` is what ``wanted`` speaks of: measured by peer, or measured by limit. ``met`` is None
    where nothing was promised and the row is there to be read.
    """

    figure: str
    case: str
    value: float
    unit: str
    against: str = ""
    peer: float | None = None
    ratio: float | None = None
    wanted: str = ""
    met: bool | None = None
    note: str = ""


def at_least(least: float, *, value: float, peer: float, **words: Any) -> Row:
    """A row that is met when value by peer is at least ``least``."""
    ratio = value / peer if peer else float("nan")
    wanted = f">= {least:g}"
    return Row(value=value, peer=peer, ratio=ratio, wanted=wanted, met=ratio >= least, **words)


def at_most(limit: float, *, value: float, unit: str, **words: Any) -> Row:
    """A row that is met when the value does not exceed a limit; the ratio is value by limit."""
    return Row(
        value=value, unit=unit, against="limit", peer=limit, ratio=value / limit,
        wanted=f"<= {limit:g} {unit}", met=value <= limit, **words,
    )  # fmt: skip


def number(value: float | None) -> str:
    """Three digits that matter, thousands apart.

    >>> number(123456.7), number(0.4567), number(12.34)
    ('123,457', '0.457', '12.3')
    """
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def cells(row: Row) -> tuple[str, ...]:
    """A row as it is printed."""
    against = f"{number(row.peer)} {row.against}".strip()
    verdict = {None: "", True: "met", False: "MISSED"}[row.met]
    return (row.figure, row.case, f"{number(row.value)} {row.unit}", against,
            number(row.ratio), row.wanted, verdict)  # fmt: skip


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, columns aligned; notes below it."""
    rows = list(rows)
    lines = [HEAD, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    shown = [_line(line, widths) for line in lines]
    shown.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    notes = [f"* {row.figure}, {row.case}: {row.note}" for row in rows if row.note]
    return "\n".join([*shown, "", *notes]) if notes else "\n".join(shown)


def _line(words: Sequence[str], widths: Sequence[int]) -> str:
    padded = (word.ljust(width) for word, width in zip(words, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def write(path: Path, rows: Iterable[Row], machine: dict[str, Any]) -> None:
    """Keep the rows as JSON; a figure measured again replaces what stood under its name."""
    fresh = [msgspec.to_builtins(row) for row in rows]
    names = {row["figure"] for row in fresh}
    kept = json.loads(path.read_text("utf-8"))["rows"] if path.exists() else []
    kept = [row for row in kept if row["figure"] not in names]
    words = json.dumps({"machine": machine, "rows": kept + fresh}, indent=1, ensure_ascii=False)
    path.write_text(words + "\n", "utf-8")
