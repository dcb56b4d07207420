"""importing: an OpenStreetMap extract of 5,000 buildings, read, laid out, checked and saved.

The whole of ``python app.py import`` without the start of Python: GDAL's process for the file,
references, meaning, proposal, all checks, the report with its map, the place on disk. The extract
is made here. Beside it stands GDAL alone reading the same file.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from bench import extract
from bench.catalogue import CATALOGUE
from bench.table import Row, at_most
from geodata.importing.importer import import_folder
from geodata.importing.readers import ogr
from geodata.importing.report.page import html

BUILDINGS, ROUNDS, REACH_S = 5_000, 3, 10.0
TERRITORY = "lusong.hejiatu.changtangwan.estate"


def measure(houses: int, rounds: int) -> dict[str, float]:
    """Median seconds of an import, of the same again, and of GDAL alone."""
    spent: dict[str, list[float]] = {"import": [], "again": [], "gdal": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            file = extract.write(Path(folder) / "estate.osm", houses)
            places = Path(folder) / "data" / "places"
            for name in ("import", "again"):
                start = perf_counter()
                report = import_folder(file, "大地块", TERRITORY, data=places, catalogue=CATALOGUE)
                html(report, "zh-CN")
                spent[name].append(perf_counter() - start)
                assert not report.fatal and report.compound, report.lines("en")
                assert len(report.compound.buildings) == houses
            assert report.unchanged
            start = perf_counter()
            ogr.read(file)
            spent["gdal"].append(perf_counter() - start)
    return {name: statistics.median(found) for name, found in spent.items()}


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    houses, rounds = (60, 1) if smoke else (BUILDINGS, ROUNDS)
    found = measure(houses, rounds)
    return [
        at_most(
            REACH_S, figure="importing", case=f"{words}, {houses:,} OSM buildings",
            value=found[name], unit="s",
        )
        for name, words in (("import", "import with checks"), ("again", "the same again"))
    ]  # fmt: skip
