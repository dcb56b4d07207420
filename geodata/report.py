"""The report of an import: what was read, how, what was wrong, what was proposed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import numpy as np

from geodata.checks import Fault
from geodata.reading import Source
from twin.metres import xy_from_lonlat
from twin.model import Compound, Ring

FATAL = {
    "unreadable": "a file that cannot be read",
    "no reference": "nobody says which reference system the coordinates are in",
    "metres": "coordinates that are not degrees",
    "swapped": "latitude before longitude",
    "invalid": "geometry that is not valid",
    "self-crossing": "an outline that crosses itself",
    "overlap": "buildings on the same ground",
    "duplicate id": "an id that two things have",
    "unmasked": "a camera that shows a face in the window of a home",
    "no buildings": "nothing that could be a building",
    "elsewhere": "outline and buildings do not belong together",
    "taken": "another compound has this id",
}
"""Kinds of fault that stop an import; all others are listed and passed."""

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1b2733}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;
border-bottom:1px solid #d5dde5;vertical-align:top}.stop{color:#b3122b;font-weight:600}
svg{width:100%;height:auto;background:#f3f6f9}h2{margin-top:2rem}"""


@dataclass
class Report:
    """What an import did; ``compound`` is None and ``written`` too when something was fatal."""

    name: str
    territory: str
    sources: list[Source] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    compound: Compound | None = None
    written: Path | None = None

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
        found += [f"  FAULT    {_fault(fault)}" for fault in self.fatal]
        found += [f"  warning  {_fault(fault)}" for fault in self.warnings]
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
        return f"written  {self.written}" if self.written else "a trial: nothing was written"

    def html(self) -> str:
        """The report as a page of its own, with a map of the faults."""
        sources = "".join(f"<li>{escape(_source(source))}</li>" for source in self.sources)
        rows = "".join(
            f'<tr><td>{number}</td><td class="{"stop" if fault.kind in FATAL else ""}">'
            f"{escape(fault.kind)}</td><td>{escape(fault.feature)}</td>"
            f"<td>{escape(fault.words)}</td><td>{_place(fault)}</td></tr>"
            for number, fault in enumerate(self.faults, start=1)
        )
        counts = "".join(
            f"<tr><td>{escape(part)}</td><td>{count}</td></tr>"
            for part, count in self.counts().items()
        )
        title = f"{escape(self.name)} · import"
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
            f"<style>{_STYLE}</style><h1>{title}</h1><p>{escape(self.territory)}</p>"
            f"<p><strong>{escape(self.outcome)}</strong></p><h2>Sources</h2><ul>{sources}</ul>"
            f"<h2>Faults ({len(self.fatal)} fatal, {len(self.warnings)} warnings)</h2><table>"
            f"<tr><th>#</th><th>kind</th><th>feature</th><th>what</th><th>lon, lat</th></tr>"
            f"{rows}</table>{self._map()}<h2>Made, proposed until confirmed</h2>"
            f"<table>{counts}</table></html>"
        )

    def _map(self) -> str:
        if self.compound is None:
            return ""
        origin = self.compound.origin

        def points(line: Ring) -> str:
            xy = xy_from_lonlat(np.array(line), origin) * (1, -1)
            return " ".join(f"{x:.1f},{y:.1f}" for x, y in xy)

        corners = xy_from_lonlat(np.array(self.compound.outline), origin) * (1, -1)
        (west, top), (east, bottom) = corners.min(axis=0) - 20, corners.max(axis=0) + 20
        drawn = [f'<polygon points="{points(self.compound.outline)}" fill="#fff" stroke="#178"/>']
        drawn += [
            f'<polyline points="{points(path.line)}" fill="none" stroke="#c9d3dd"'
            f' stroke-width="{path.width_m}"/>'
            for path in self.compound.paths
        ]
        drawn += [
            f'<polygon points="{points(building.outline)}" fill="#8fa3b8"/>'
            for building in self.compound.buildings
        ]
        for number, fault in enumerate(self.faults, start=1):
            x, y = xy_from_lonlat(fault.place, origin) * (1, -1)
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="#e0483e"/>')
            drawn.append(
                f'<text x="{x:.1f}" y="{y + 3:.1f}" font-size="8" fill="#fff"'
                f' text-anchor="middle">{number}</text>'
            )
        box = f"{west:.0f} {top:.0f} {east - west:.0f} {bottom - top:.0f}"
        return f'<h2>Map</h2><svg viewBox="{box}" role="img">{"".join(drawn)}</svg>'


def _source(source: Source) -> str:
    used = ", ".join(f"{count} {role}" for role, count in source.used.items()) or "nothing used"
    moved = f", moved by up to {source.moved_m:.1f} m" if source.moved_m > 0.001 else ""
    how = f"read as {source.reference} ({source.stated}){moved}" if source.reference else "not read"
    return f"{source.file}: {source.features} features, {how}; {used}"


def _place(fault: Fault) -> str:
    return f"{fault.place[0]:.6f}, {fault.place[1]:.6f}" if any(fault.place) else "nowhere"


def _fault(fault: Fault) -> str:
    return f"[{fault.kind}] {fault.feature} at {_place(fault)}: {fault.words}"
