"""``python app.py import``: the command line of imports, and the folder of a job for a page."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from geodata import device_lists, geojson, references
from geodata.history import CannotUndo, History
from geodata.importer import Options, import_folder
from geodata.ogr_child import bound
from geodata.report import Report
from twin.errors import DayuanError, InvalidSetting

JOB_MEMORY_BYTES = 4 * 1024**3
JOB_SECONDS = 600
FAR_SHIFT_M = 2000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``import``."""
    parser.add_argument(
        "files", type=Path, metavar="FILES",
        help="a folder, a file or a zip of GeoJSON, GeoPackage, Shapefile, KML, DXF, FlatGeobuf,"
        " GML, OpenStreetMap (.osm .pbf), CityJSON, device lists (.csv .xlsx), GB/T 28181 (.xml)",
    )  # fmt: skip
    parser.add_argument("--name", required=True, help="what people call the compound: 火炬小区")
    parser.add_argument(
        "--territory",
        required=True,
        help="district.street.community.compound, such as binjiang.changhe.huoju.huoju",
    )
    parser.add_argument("--name-en", default="", help="its name in English screens")
    parser.add_argument("--district", default="", help="the district's name")
    parser.add_argument("--street", default="", help="the street's name")
    parser.add_argument("--community", default="", help="the community's name")
    parser.add_argument("--attribution", default="", help="whose data this is, shown on the map")
    parser.add_argument(
        "--crs", "--reference", action="append", default=[], metavar="[FILE=]SYSTEM",
        help=f"what the coordinates are in: {references.WORDS}; for one file with its name before",
    )  # fmt: skip
    parser.add_argument("--mapping", type=Path, help="JSON that names the columns of device lists")
    parser.add_argument(
        "--shift", type=_shift, default=(0.0, 0.0), metavar="E,N",
        help="move everything by metres east and north, as a known corner showed",
    )  # fmt: skip
    parser.add_argument("--data", type=Path, help="the data folder, instead of DAYUAN_DATA")
    parser.add_argument("--seed", type=int, default=1, help="for what is proposed")
    parser.add_argument(
        "--bare", action="store_true", help="propose doors, grids and posts, no ways and devices"
    )
    parser.add_argument("--by", default="command line", help="who asks, for the log")
    parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
    parser.add_argument("--report", type=Path, help="write the report to this HTML file")
    parser.add_argument("--faults", type=Path, help="write the faults to this GeoJSON file")
    parser.add_argument("--editable", type=Path, help="also write the result as GeoJSON to edit")
    parser.add_argument("--job", type=Path, help="a folder for progress and report, for a page")


def _shift(text: str) -> tuple[float, float]:
    """Two metres, no more than a registration is ever off."""
    try:
        east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: two numbers, such as 1.4,-0.6") from None
    if not abs(east) <= FAR_SHIFT_M or not abs(north) <= FAR_SHIFT_M:
        raise argparse.ArgumentTypeError(
            f"{text}: farther than {FAR_SHIFT_M:.0f} m is another place"
        )
    return east, north


def main(argv: Sequence[str], places: Path) -> int:
    """Carry out ``import`` or ``import undo``; 0, or 1 when faults stopped it.

    Raises InvalidTerritory for a territory that does not name a compound, InvalidSetting for an
    option that cannot be used.
    """
    if argv[:1] == ["undo"]:
        return undo(argv[1:], places)
    parser = argparse.ArgumentParser(prog="app.py import", description=__doc__)
    parser.epilog = "app.py import undo COMPOUND takes the last import back."
    add_arguments(parser)
    asked = parser.parse_args(argv)
    job = Job(asked.job) if asked.job else None
    if job:
        job.begin()
    try:
        report = _carry_out(asked, asked.data / "places" if asked.data else places, job)
    except (DayuanError, MemoryError, OSError) as exc:
        if job is None:
            raise
        job.failed(str(exc) or "needs too much memory")
        return 2
    if job:
        job.done(report)
    print("\n".join(report.lines()))
    if asked.report:
        asked.report.write_text(report.html(), "utf-8")
    if asked.faults:
        asked.faults.write_bytes(report.geojson())
    if asked.editable and report.compound and not report.fatal:
        geojson.write(asked.editable, report.compound)
    return 1 if report.fatal else 0


def _carry_out(asked: argparse.Namespace, places: Path, job: Job | None) -> Report:
    try:
        wishes = references.declared(asked.crs)
        mapping = device_lists.load(asked.mapping) if asked.mapping else None
    except ValueError as exc:
        option = "--crs" if asked.mapping is None or "=" in str(exc) else "--mapping"
        raise InvalidSetting(option, ", ".join(asked.crs) or str(asked.mapping), str(exc)) from exc
    options = Options(
        wishes=wishes,
        mapping=mapping,
        shift=asked.shift,
        seed=asked.seed,
        bare=asked.bare,
        dry_run=asked.dry_run,
        by=asked.by,
        known={
            "name_en": asked.name_en,
            "district_name": asked.district,
            "street_name": asked.street,
            "community_name": asked.community,
            "attribution": asked.attribution,
        },
        progress=job.progress if job else _print_progress,
    )
    return import_folder(asked.files, asked.name, asked.territory, data=places, options=options)


def _print_progress(share: float, words: str) -> None:
    if sys.stderr.isatty():
        print(
            f"\r\033[K[{share:4.0%}] {words[:100]}", end="" if share < 1 else "\n", file=sys.stderr
        )


def undo(argv: Sequence[str], places: Path) -> int:
    """Carry out ``import undo``; 0, or 1 when there is nothing to undo."""
    parser = argparse.ArgumentParser(prog="app.py import undo", description="Take an import back.")
    parser.add_argument("compound", help="its territory, or the last word of it: huoju")
    parser.add_argument("--data", type=Path, help="the data folder, instead of DAYUAN_DATA")
    parser.add_argument(
        "--bare", action="store_true", help="propose doors, grids and posts, no ways and devices"
    )
    parser.add_argument("--by", default="command line", help="who asks, for the log")
    asked = parser.parse_args(argv)
    label = asked.compound.rpartition(".")[2]
    if not label or "/" in label or label.startswith("."):
        raise InvalidSetting("COMPOUND", asked.compound, "the last word of a territory is needed")
    whole = asked.compound if "." in asked.compound else ""
    history = History(asked.data / "places" if asked.data else places, label)
    try:
        print(history.undo(asked.by, whole))
    except CannotUndo as exc:
        print(exc, file=sys.stderr)
        return 1
    return 0


class Job:
    """A folder in which an import tells how far it is, and leaves its report.

    ``status.json`` is replaced whole, so whoever polls it reads the old or the new one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        """Bound this process, which was made for this job alone, and say that it runs."""
        bound(JOB_MEMORY_BYTES, JOB_SECONDS)
        signal.alarm(JOB_SECONDS * 2)
        self.progress(0.0, "begins")

    def progress(self, share: float, words: str) -> None:
        """Say how far it is."""
        self._tell({"state": "running", "share": round(share, 3), "words": words})

    def done(self, report: Report) -> None:
        """Leave the report in all its forms; the status comes last."""
        self._write("report.html", report.html().encode())
        self._write("faults.geojson", report.geojson())
        self._write("map.svg", report.map().encode())
        self._write("report.json", msgspec.json.encode(report.values()))
        self._tell({"state": "done", "share": 1.0, "words": report.outcome})

    def failed(self, words: str) -> None:
        """Say why it could not be carried out at all."""
        self._tell({"state": "failed", "share": 1.0, "words": words})

    def _tell(self, status: dict[str, Any]) -> None:
        self._write("status.json", msgspec.json.encode({**status, "pid": os.getpid()}))

    def _write(self, name: str, content: bytes) -> None:
        handle, spare = tempfile.mkstemp(prefix=".", dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(spare, self.folder / name)
