"""The report of an import: what was read, how, what was wrong, what was proposed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import msgspec

from geodata import report_map
from geodata.checks import Fault
from geodata.features import Feature, Source
from geodata.merging import Difference
from geodata.registration import Fit
from twin.model import Compound

FATAL = {
    "unreadable": "a file that cannot be read",
    "unsafe": "an archive that is not unpacked",
    "no reference": "nobody says which reference system the coordinates are in",
    "other reference": "a file states another reference than was declared",
    "shifted": "devices that would fit the buildings in another reference",
    "degrees": "degrees where metres were declared",
    "metres": "coordinates that are not degrees",
    "swapped": "latitude before longitude",
    "invalid": "geometry that is not valid",
    "self-crossing": "an outline that crosses itself",
    "overlap": "buildings on the same ground",
    "duplicate id": "an id that two things have",
    "unmasked": "a camera that shows a face in the window of a home",
    "no buildings": "nothing that could be a building",
    "far away": "a device in another town or on another continent",
    "cyclic parents": "parents of a catalogue that lead in a circle",
    "elsewhere": "outline and buildings do not belong together",
    "taken": "another compound has this id",
}
"""Kinds of fault that stop an import; all others are listed and passed."""

MOST_SHOWN = 500
"""Faults that are listed one by one; the GeoJSON has them all."""

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1b2733}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;
border-bottom:1px solid #d5dde5;vertical-align:top}.stop{color:#b3122b;font-weight:600}
svg{width:100%;height:auto;max-height:80vh;background:#f3f6f9}h2{margin-top:2rem}"""


@dataclass
class Report:
    """What an import did; ``compound`` is None and ``written`` too when something was fatal."""

    name: str
    territory: str
    sources: list[Source] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    compound: Compound | None = None
    written: Path | None = None
    unchanged: bool = False
    difference: Difference | None = None
    features: list[Feature] = field(default_factory=list)
    fits: dict[str, list[Fit]] = field(default_factory=dict)

    @property
    def fatal(self) -> list[Fault]:
        """The faults that stopped the import."""
        return [fault for fault in self.faults if fault.kind in FATAL]

    @property
    def warnings(self) -> list[Fault]:
        """The faults that did not."""
        return [fault for fault in self.faults if fault.kind not in FATAL]

    def counts(self) -> dict[str, int]:
        """How many things the compound has, devices by kind; empty when there is none."""
        if self.compound is None:
            return {}
        parts = ("buildings", "surroundings", "grids", "paths", "areas", "responders", "devices")
        whole = {part: len(getattr(self.compound, part)) for part in parts}
        kinds = Counter(device.kind for device in self.compound.devices)
        return whole | {f"devices/{kind}": count for kind, count in kinds.items()}

    def lines(self) -> list[str]:
        """The report as lines of text."""
        found = [f"{self.name}  {self.territory}"]
        found += [f"  read     {_source(source)}" for source in self.sources]
        found += [f"  note     {s.file}: {note}" for s in self.sources for note in s.notes]
        for word, faults in (("FAULT   ", self.fatal), ("warning ", self.warnings)):
            found += [f"  {word} {_fault(fault)}" for fault in faults[:MOST_SHOWN]]
            if len(faults) > MOST_SHOWN:
                found.append(f"  {word} and {len(faults) - MOST_SHOWN} more")
        if self.difference:
            found += [f"  differs  {line}" for line in self.difference.lines()]
        counts = ", ".join(f"{count} {part}" for part, count in self.counts().items())
        if counts:
            found.append(f"  made     {counts}; proposed until somebody confirms it")
        found.append(f"  {self.outcome}")
        return found

    @property
    def outcome(self) -> str:
        """The last sentence: written where, or why not."""
        if self.fatal:
            return f"nothing was imported: {len(self.fatal)} faults to mend first"
        if self.unchanged:
            return "nothing differs from what is there: nothing was written"
        return f"written  {self.written}" if self.written else "a trial: nothing was written"

    def html(self) -> str:
        """The report as a page of its own, with a map of the faults."""
        return page(self)

    def map(self) -> str:
        """The map of the report as SVG."""
        return report_map.svg(self.compound, self.faults, self.features)

    def geojson(self) -> bytes:
        """The faults that have a place as GeoJSON points, for any GIS."""
        features = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": fault.place}
                if any(fault.place)
                else None,
                "properties": {
                    "number": number,
                    "kind": fault.kind,
                    "feature": fault.feature,
                    "words": fault.words,
                    "stops": fault.kind in FATAL,
                },
            }
            for number, fault in enumerate(self.faults, start=1)
        ]
        return msgspec.json.encode({"type": "FeatureCollection", "features": features})

    def values(self) -> dict[str, Any]:
        """The report as plain values, for a page that shows it."""
        return {
            "name": self.name,
            "territory": self.territory,
            "outcome": self.outcome,
            "stopped": bool(self.fatal),
            "written": self.written is not None,
            "unchanged": self.unchanged,
            "sources": [_source(source) for source in self.sources],
            "notes": [f"{s.file}: {note}" for s in self.sources for note in s.notes],
            "difference": self.difference.lines() if self.difference else [],
            "fits": {file: [[fit.reference, fit.share] for fit in found]
                     for file, found in self.fits.items() if found},
            "counts": self.counts(),
            "kinds": Counter(fault.kind for fault in self.faults),
            "faults": [
                {"kind": f.kind, "feature": f.feature, "words": f.words, "place": _place(f),
                 "stops": f.kind in FATAL}
                for f in self.faults[:MOST_SHOWN]
            ],
        }  # fmt: skip


def page(report: Report) -> str:
    """A report as a page without scripts, that opens from a folder as well as from a server."""
    title = f"{escape(report.name)} · import"
    rows = "".join(
        f'<tr><td>{number}</td><td class="{"stop" if fault.kind in FATAL else ""}">'
        f"{escape(fault.kind)}</td><td>{escape(fault.feature)}</td>"
        f"<td>{escape(fault.words)}</td><td>{_place(fault)}</td></tr>"
        for number, fault in enumerate(report.faults[:MOST_SHOWN], start=1)
    )
    if len(report.faults) > MOST_SHOWN:
        left = len(report.faults) - MOST_SHOWN
        rows += f'<tr><td colspan="5">and {left} more, all in the GeoJSON</td></tr>'
    counts = "".join(
        f"<tr><td>{escape(part)}</td><td>{count}</td></tr>"
        for part, count in report.counts().items()
    )
    kinds = ", ".join(
        f"{count} {escape(kind)}"
        for kind, count in Counter(f.kind for f in report.faults).most_common()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1><p>{escape(report.territory)}</p>"
        f"<p><strong>{escape(report.outcome)}</strong></p><h2>Sources</h2>"
        f"{_list([_source(source) for source in report.sources])}"
        f"{_list([f'{s.file}: {note}' for s in report.sources for note in s.notes])}"
        f"{_fits(report)}{_difference(report)}"
        f"<h2>Faults ({len(report.fatal)} stop it, {len(report.warnings)} warnings)</h2>"
        f"<p>{kinds}</p>"
        f"{report.map()}<table>"
        f"<tr><th>#</th><th>kind</th><th>feature</th><th>what</th><th>lon, lat</th></tr>"
        f"{rows}</table><h2>Made, proposed until confirmed</h2>"
        f"<table>{counts}</table></html>"
    )


def _list(lines: list[str]) -> str:
    rows = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{rows}</ul>" if rows else ""


def _fits(report: Report) -> str:
    """How well each device list would fit under each reference."""
    rows = "".join(
        f"<tr><td>{escape(file)}</td>"
        + "".join(f"<td>{fit.reference}: {fit.share:.0%}</td>" for fit in found)
        + "</tr>"
        for file, found in report.fits.items()
        if found
    )
    words = "Share of devices that would stand where such devices stand"
    return f"<h2>{words}</h2><table>{rows}</table>" if rows else ""


def _difference(report: Report) -> str:
    if report.difference is None:
        return ""
    lines = report.difference.lines() or ["nothing differs from what is there"]
    return f"<h2>Against what is there</h2>{_list(lines)}"


def _source(source: Source) -> str:
    used = ", ".join(f"{count} {role}" for role, count in source.used.items()) or "nothing used"
    letters = f", letters {source.encoding}" if source.encoding else ""
    moved = f", moved by up to {source.moved_m:.1f} m" if source.moved_m > 0.001 else ""
    how = (
        f"read as {source.reference} ({source.stated}){moved}{letters}"
        if source.reference
        else "not read"
    )
    return f"{source.file}: {source.features} features, {how}; {used}"


def _place(fault: Fault) -> str:
    return f"{fault.place[0]:.6f}, {fault.place[1]:.6f}" if any(fault.place) else "nowhere"


def _fault(fault: Fault) -> str:
    return f"[{fault.kind}] {fault.feature} at {_place(fault)}: {fault.words}"
