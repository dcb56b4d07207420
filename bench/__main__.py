"""``python -m bench [--smoke] [figure ...]``: measure, print, write ``bench/results.json``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter

from bench.table import Row, table, write

FIGURES = (
    "ingest", "fanout", "memory", "growth", "grid", "ways", "sight", "address", "search", "share",
    "importing", "glass", "map", "city",
)  # fmt: skip
WITH_BROWSER = ("glass", "map")
RESULTS = Path(__file__).parent / "results.json"


def main(words: Sequence[str]) -> int:
    """Run the figures that were asked for; 0, or 1 when one of them could not be measured."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny sizes, no browser, no results")
    parser.add_argument("figures", nargs="*", metavar="figure", help=", ".join(FIGURES))
    asked = parser.parse_args(words)
    if strange := set(asked.figures) - set(FIGURES):
        parser.error(f"no such figure: {', '.join(sorted(strange))}")
    usual = [name for name in FIGURES if not (asked.smoke and name in WITH_BROWSER)]
    rows: list[Row] = []
    for name in asked.figures or usual:
        rows += measured(name, smoke=asked.smoke)
    print(table(rows))
    if not asked.smoke:
        write(RESULTS, rows, machine())
    return 0


def measured(name: str, *, smoke: bool) -> list[Row]:
    """The rows of one figure; what it took goes to standard error."""
    begin = perf_counter()
    print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
    rows: list[Row] = import_module(f"bench.{name}").run(smoke=smoke)
    print(f"{perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)
    return rows


def machine() -> dict[str, object]:
    """The machine in generic words: results of two machines are not to be compared."""
    return {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
