"""``python app.py import``: files of a compound in, a working twin out, or a report why not."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec

from geodata import checks, geojson, reading, store, survey
from geodata.checks import Fault
from geodata.crs import FORWARD
from geodata.proposal import layout
from geodata.proposal.drawing import House, Site, ring
from geodata.reading import Source
from geodata.report import Report
from twin import territory as path
from twin.errors import DayuanError, InvalidPlace, InvalidTerritory
from twin.facades import with_masks
from twin.model import Building, Compound

# Said by the survey already, in its own words and before anything was built on it.
_SAID = frozenset({"outside", "overlap"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``import``."""
    parser.add_argument("folder", type=Path, help="GeoJSON files, or .shp .gpkg .fgb .kml .gml")
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
        "--reference", choices=sorted(FORWARD), help="what the coordinates are in, if not as stated"
    )
    parser.add_argument("--data", type=Path, help="the data folder, instead of DAYUAN_DATA")
    parser.add_argument("--seed", type=int, default=1, help="for what is proposed")
    parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
    parser.add_argument("--report", type=Path, help="write the report to this HTML file")
    parser.add_argument("--editable", type=Path, help="also write the result as GeoJSON to edit")


def main(argv: Sequence[str], places: Path) -> int:
    """Carry out ``import``; 0, or 1 when faults stopped it.

    Raises InvalidTerritory for a territory that does not name a compound.
    """
    parser = argparse.ArgumentParser(prog="app.py import", description=__doc__)
    add_arguments(parser)
    asked = parser.parse_args(argv)
    report = import_folder(
        asked.folder,
        asked.name,
        asked.territory,
        asked.reference,
        data=None if asked.dry_run else asked.data / "places" if asked.data else places,
        seed=asked.seed,
        name_en=asked.name_en,
        district_name=asked.district,
        street_name=asked.street,
        community_name=asked.community,
        attribution=asked.attribution,
    )
    print("\n".join(report.lines()))
    if asked.report:
        asked.report.write_text(report.html(), "utf-8")
    if asked.editable and report.compound and not report.fatal:
        geojson.write(asked.editable, report.compound)
    return 1 if report.fatal else 0


def import_folder(
    folder: Path | str,
    name: str,
    territory: str,
    reference: str | None = None,
    *,
    data: Path | str | None = None,
    seed: int = 1,
    **known: str,
) -> Report:
    """Read a folder into a compound and, unless something is fatal, save it in ``data``.

    ``data`` is the folder of places; None writes nothing. ``known`` are names shown on screens
    (``name_en``, ``street_name``, ``attribution`` …). Raises InvalidTerritory for a territory that
    does not name a compound.
    """
    if len(path.parse(territory)) != path.LEVELS.index("compound") + 1:
        raise InvalidTerritory(f"{territory!r} does not name a compound: four labels are wanted")
    report = Report(name, territory)
    if geojson.is_editable(folder):
        _edited(Path(folder), report)
    else:
        _surveyed(Path(folder), report, reference, seed, known)
    if data is not None:
        report.faults += _taken(Path(data), territory)
        if report.compound and not report.fatal:
            report.written = store.save(data, report.compound)
    return report


def _edited(folder: Path, report: Report) -> None:
    """Files that were exported and edited: taken as they are, once they are without fault."""
    try:
        found = geojson.read(folder)
    except InvalidPlace as exc:
        nowhere = (0.0, 0.0)
        report.faults += [Fault(folder.name, nowhere, "unreadable", words) for words in exc.faults]
        return
    if found.territory != report.territory:
        words = f"these files are of {found.territory}"
        report.faults.append(Fault(found.id, found.origin, "taken", words))
        return
    report.compound = msgspec.structs.replace(found, name=report.name)
    report.sources = [
        Source(f"{part}.geojson", count, "wgs84", "edited files of ours", used={part: count})
        for part in geojson.PARTS
        if (count := len(getattr(found, part)))
    ]
    report.faults += [
        fault._replace(kind="duplicate id") if fault.kind == "duplicate" else fault
        for fault in checks.faults(report.compound)
    ]


def _surveyed(
    folder: Path, report: Report, reference: str | None, seed: int, known: dict[str, str]
) -> None:
    """Outline and buildings as somebody surveyed them; the rest is proposed."""
    features, report.sources, faults = reading.read(folder, reference)
    report.faults += faults
    if report.fatal:
        return
    understood = survey.understand(features)
    if isinstance(understood, list):
        report.faults += understood
        return
    report.faults += understood.faults
    if report.fatal:
        return
    label = report.territory.rpartition(".")[2]
    site = Site(label, understood.origin, understood.outline, understood.houses)
    named = {"name": report.name, **known}
    named["name_en"] = known.get("name_en") or label.capitalize()
    compound = layout.propose(site, report.territory, seed, **named)
    context = tuple(_context(site, house) for house in understood.context)
    # Nobody has masked what is only proposed.
    report.compound = with_masks(msgspec.structs.replace(compound, surroundings=context))
    report.faults += [f for f in checks.faults(report.compound) if f.kind not in _SAID]


def _context(site: Site, house: House) -> Building:
    return Building(
        id=f"{site.id}/{house.label}",
        name=house.name,
        outline=ring(house.outline, site.origin),
        height_m=house.height_m,
        floors=house.floors,
        use=house.use,
    )


def _taken(places: Path, territory: str) -> list[Fault]:
    """A compound of the same id elsewhere would be overwritten: that is refused."""
    try:
        present: list[Compound] = store.load(places)
    except DayuanError as exc:
        return [Fault(str(places), (0.0, 0.0), "unreadable", str(exc))]
    label = path.compound_of(territory)
    return [
        Fault(compound.id, compound.origin, "taken", f"{compound.name} is {compound.territory}")
        for compound in present
        if compound.id == label and compound.territory != territory
    ]
