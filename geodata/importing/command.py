"""``python app.py import``: the command line of imports, and the folder of a job for a page."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import msgspec

from geodata import geojson
from geodata.importing.history import CannotUndo, History
from geodata.importing.importer import Options, import_folder
from geodata.importing.readers import device_lists, references
from geodata.importing.readers.ogr_child import bound
from geodata.importing.report import page
from geodata.importing.report.report import Report
from geodata.importing.report.sentences import (
    DEFAULT,
    LANGUAGES,
    CannotImport,
    Words,
    language,
    say,
)
from twin.catalogue import Catalogue
from twin.errors import DayuanError, InvalidSetting

JOB_MEMORY_BYTES = 4 * 1024**3
JOB_SECONDS = 600
FAR_SHIFT_M = 2000.0


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """The options of ``import``; ``lang`` is what the terminal reads."""
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
    parser.add_argument("--community-code", type=_code, default="", metavar="CODE",
                        help="the community's 12 digits in the official list")  # fmt: skip
    parser.add_argument(
        "--surveyed", type=date.fromisoformat, metavar="YYYY-MM-DD",
        help="day on which the ground was surveyed or checked; else today, if anything differs",
    )  # fmt: skip
    parser.add_argument("--attribution", default="", help="whose data this is, shown on the map")
    parser.add_argument(
        "--crs", "--reference", action="append", default=[], metavar="[FILE=]SYSTEM",
        help=f"what the coordinates are in: {references.KNOWN}; for one file with its name before",
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
    _add_reader(parser, lang)
    parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
    parser.add_argument("--report", type=Path, help="write the report to this HTML file")
    parser.add_argument("--faults", type=Path, help="write the faults to this GeoJSON file")
    parser.add_argument("--editable", type=Path, help="also write the result as GeoJSON to edit")
    parser.add_argument("--job", type=Path, help="a folder for progress and report, for a page")


def _add_reader(parser: argparse.ArgumentParser, lang: str) -> None:
    """Who asks, and in which language they read."""
    parser.add_argument("--by", default="", help="who asks, for the log")
    parser.add_argument(
        "--lang", choices=LANGUAGES, default=lang,
        help=f"of what is printed and of the report; else that of LANG, else {DEFAULT}",
    )  # fmt: skip


def _code(text: str) -> str:
    if not re.fullmatch(r"\d{12}|", text):
        raise argparse.ArgumentTypeError(f"{text}: 12 digits")
    return text


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


def main(
    argv: Sequence[str],
    places: Path,
    catalogue: Catalogue,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Carry out ``import`` or ``import undo``; 0, or 1 when faults stopped it.

    Raises InvalidTerritory for a territory that does not name a compound, InvalidSetting for an
    option that cannot be used.
    """
    lang = language(environ or {})
    if argv[:1] == ["undo"]:
        return undo(argv[1:], places, lang)
    parser = argparse.ArgumentParser(prog="app.py import", description=__doc__)
    parser.epilog = "app.py import undo COMPOUND takes the last import back."
    add_arguments(parser, lang)
    asked = parser.parse_args(argv)
    job = JobFolder(asked.job) if asked.job else None
    if job:
        job.begin()
    try:
        report = _carry_out(asked, asked.data / "places" if asked.data else places, catalogue, job)
    except (DayuanError, MemoryError, OSError) as exc:
        if job is None:
            raise
        job.failed(_why(exc))
        return 2
    if job:
        job.done(report)
    print("\n".join(report.lines(asked.lang)))
    if asked.report:
        asked.report.write_text(page.html(report, asked.lang), "utf-8")
    if asked.faults:
        asked.faults.write_bytes(report.geojson(asked.lang))
    if asked.editable and report.compound and not report.fatal:
        geojson.write(asked.editable, report.compound)
    return 1 if report.fatal else 0


def _why(exc: BaseException) -> Words:
    """Why an import could not be carried out at all."""
    if isinstance(exc.__cause__, CannotImport):
        return exc.__cause__.words
    return say("out_of_memory") if isinstance(exc, MemoryError) else say("system_says", said=exc)


def _carry_out(
    asked: argparse.Namespace, places: Path, catalogue: Catalogue, job: JobFolder | None
) -> Report:
    try:
        wishes = references.declared(asked.crs)
        mapping = device_lists.load(asked.mapping) if asked.mapping else None
    except CannotImport as exc:
        option = "--crs" if asked.mapping is None or "=" in str(exc) else "--mapping"
        words = exc.words.said(asked.lang)
        raise InvalidSetting(option, ", ".join(asked.crs) or str(asked.mapping), words) from exc
    given = ("shift", "seed", "bare", "dry_run", "by", "surveyed")
    options = Options(
        wishes=wishes,
        mapping=mapping,
        known=_known(asked),
        progress=job.progress if job else partial(_print_progress, asked.lang),
        **{name: getattr(asked, name) for name in given},
    )
    return import_folder(
        asked.files, asked.name, asked.territory, catalogue=catalogue, data=places,
        options=options,
    )  # fmt: skip


def _known(asked: argparse.Namespace) -> dict[str, str]:
    """What the command line says of the compound, by the field of ``Compound``."""
    return {
        "name_en": asked.name_en,
        "district_name": asked.district,
        "street_name": asked.street,
        "community_name": asked.community,
        "community_code": asked.community_code,
        "attribution": asked.attribution,
    }


def _print_progress(lang: str, share: float, words: Words) -> None:
    if sys.stderr.isatty():
        line = f"\r\033[K[{share:4.0%}] {words.said(lang)[:100]}"
        print(line, end="" if share < 1 else "\n", file=sys.stderr)


def undo(argv: Sequence[str], places: Path, lang: str = DEFAULT) -> int:
    """Carry out ``import undo``; 0, or 1 when there is nothing to undo."""
    parser = argparse.ArgumentParser(prog="app.py import undo", description="Take an import back.")
    parser.add_argument("compound", help="its territory, or the last word of it: huoju")
    parser.add_argument("--data", type=Path, help="the data folder, instead of DAYUAN_DATA")
    _add_reader(parser, lang)
    asked = parser.parse_args(argv)
    label = asked.compound.rpartition(".")[2]
    if not label or "/" in label or label.startswith("."):
        raise InvalidSetting("COMPOUND", asked.compound, "the last word of a territory is needed")
    whole = asked.compound if "." in asked.compound else ""
    history = History(asked.data / "places" if asked.data else places, label)
    try:
        print(history.undo(asked.by, whole).said(asked.lang))
    except CannotUndo as exc:
        print(exc.words.said(asked.lang), file=sys.stderr)
        return 1
    return 0


class JobFolder:
    """A folder in which an import tells how far it is, and leaves its report in each language.

    ``status.json`` is replaced whole, so whoever polls it reads the old or the new one. Its words
    are by language; files of a language lie in a folder of its name.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        """Bound this process, which was made for this job alone, and say that it runs."""
        bound(JOB_MEMORY_BYTES, JOB_SECONDS)
        signal.alarm(JOB_SECONDS * 2)
        self.progress(0.0, say("begins"))

    def progress(self, share: float, words: Words) -> None:
        """Say how far it is."""
        self._tell("running", round(share, 3), words)

    def done(self, report: Report) -> None:
        """Leave the report in all its forms; the status comes last."""
        for lang in LANGUAGES:
            self._write(f"{lang}/report.html", page.html(report, lang).encode())
            self._write(f"{lang}/faults.geojson", report.geojson(lang))
            self._write(f"{lang}/map.svg", report.map(lang).encode())
            self._write(f"{lang}/report.json", msgspec.json.encode(report.values(lang)))
        self._tell("done", 1.0, report.outcome)

    def failed(self, words: Words) -> None:
        """Say why it could not be carried out at all."""
        self._tell("failed", 1.0, words)

    def _tell(self, state: str, share: float, words: Words) -> None:
        said = {lang: words.said(lang) for lang in LANGUAGES}
        status = {"state": state, "share": share, "words": said}
        self._write("status.json", msgspec.json.encode(status))

    def _write(self, name: str, content: bytes) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        handle, spare = tempfile.mkstemp(prefix=".", dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(spare, self.folder / name)
