"""The report of an import: what was read, how, what was wrong, what was proposed.

It is kept without a language; each way to show it is told the reader's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from geodata.checks import Fault
from geodata.importing.merging import Difference
from geodata.importing.readers.encodings import printable
from geodata.importing.readers.features import Feature, SourceFile
from geodata.importing.readers.references import written
from geodata.importing.registration import Fit
from geodata.importing.report import map as report_map
from geodata.importing.report.sentences import STOPS, Words, called, kind_title, say, spoken
from geodata.soundness import unsound
from twin.catalogue import DeviceKinds
from twin.places.model import Compound

MOST_SHOWN = 500
"""Faults that are listed one by one; the GeoJSON has them all."""
PARTS = ("buildings", "surroundings", "grids", "paths", "areas", "services", "responders",
         "devices")  # fmt: skip


@dataclass
class Report:
    """What an import did; ``compound`` is None and ``written`` too when something was fatal.

    ``kinds_known`` are the device kinds of the catalogue, by which devices are named.
    """

    name: str
    territory: str
    kinds_known: DeviceKinds
    sources: list[SourceFile] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    compound: Compound | None = None
    written: Path | None = None
    unchanged: bool = False
    difference: Difference | None = None
    features: list[Feature] = field(default_factory=list)
    fits: dict[str, list[Fit]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = printable(self.name)

    @property
    def fatal(self) -> list[Fault]:
        """The faults that stopped the import."""
        return [fault for fault in self.faults if fault.kind in STOPS]

    @property
    def warnings(self) -> list[Fault]:
        """The faults that did not."""
        return [fault for fault in self.faults if fault.kind not in STOPS]

    def counts(self) -> dict[str, int]:
        """How many things the compound has, devices by kind; empty when there is none."""
        if self.compound is None:
            return {}
        whole = {part: len(getattr(self.compound, part)) for part in PARTS}
        kinds = Counter(device.kind for device in self.compound.devices)
        return whole | {f"devices/{kind}": count for kind, count in kinds.items()}

    def made(self, lang: str) -> list[tuple[str, int]]:
        """What there is by what people call each part, or kind of device."""
        return [(self._part(part, lang), count) for part, count in self.counts().items() if count]

    def _part(self, part: str, lang: str) -> str:
        kind = self.kinds_known.get(part.removeprefix("devices/")) if "/" in part else None
        if kind is None:
            return str(spoken(called(part, "parts"), lang))
        return kind.en if lang == "en" else kind.label

    @property
    def outcome(self) -> Words:
        """The last sentence: written where, or why not."""
        if self.fatal:
            return say("stopped", count=len(self.fatal))
        if self.unchanged:
            return say("unchanged")
        return say("written", file=self.written.name) if self.written else say("trial")

    def read(self) -> list[Words]:
        """A sentence for each file: what it held, in which reference, what that was taken for."""
        return [_source(source) for source in self.sources]

    def notes(self) -> list[tuple[str, Words]]:
        """What else is to be said of single files."""
        return [(source.file, note) for source in self.sources for note in source.notes]

    def fit(self) -> list[Words]:
        """How well each list of devices would fit under each reference."""
        return [
            say("fits_of", file=file, shares=tuple(
                say("fits_as", reference=written(fit.reference), share=fit.share) for fit in found))
            for file, found in self.fits.items() if found
        ]  # fmt: skip

    def lines(self, lang: str) -> list[str]:
        """The report as lines of text."""

        def line(word: str, words: str) -> str:
            return f"  {say(word).said(lang):<8} {words}"

        found = [f"{self.name}  {self.territory}"]
        found += [line("line_source", words.said(lang)) for words in self.read()]
        found += [line("line_note", f"{file}: {note.said(lang)}") for file, note in self.notes()]
        for word, faults in (("line_fault", self.fatal), ("line_warning", self.warnings)):
            found += [line(word, _fault(fault).said(lang)) for fault in faults[:MOST_SHOWN]]
            if len(faults) > MOST_SHOWN:
                more = say("line_more", count=len(faults) - MOST_SHOWN)
                found.append(line(word, more.said(lang)))
        if self.difference:
            found += [line("line_differs", words.said(lang)) for words in self.difference.lines()]
        if parts := tuple(say("used_as", count=n, role=part) for part, n in self.made(lang)):
            found.append(line("line_made", say("made_parts", parts=parts).said(lang)))
        found.append(f"  {self.outcome.said(lang)}")
        return found

    def map(self, lang: str) -> str:
        """The map of the report as SVG; of a compound that can be drawn, else of what was read."""
        drawn = self.compound if self.compound and not unsound(self.compound) else None
        return report_map.svg(drawn, self.faults, self.features, lang)

    def geojson(self, lang: str) -> bytes:
        """The faults as GeoJSON points, for any GIS; those without a place have no geometry."""
        features = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": fault.place}
                if any(fault.place)
                else None,
                "properties": {"number": number, **said(fault, lang)},
            }
            for number, fault in enumerate(self.faults, start=1)
        ]
        return msgspec.json.encode({"type": "FeatureCollection", "features": features})

    def kinds(self, lang: str) -> list[tuple[str, str, int]]:
        """Each kind of fault with its title and how many there are, the most first."""
        counted = Counter(fault.kind for fault in self.faults).most_common()
        return [(kind, spoken(kind_title(kind), lang), count) for kind, count in counted]

    def values(self, lang: str) -> dict[str, Any]:
        """The report as plain values, for a page that shows it."""
        differs = self.difference.lines() if self.difference else []
        return {
            "name": self.name,
            "territory": self.territory,
            "outcome": self.outcome.said(lang),
            "stopped": bool(self.fatal),
            "written": self.written is not None,
            "unchanged": self.unchanged,
            "sources": [words.said(lang) for words in (*self.read(), *self.fit())]
            + [f"{file}: {note.said(lang)}" for file, note in self.notes()],
            "difference": [words.said(lang) for words in differs],
            "counts": self.made(lang),
            "kinds": self.kinds(lang),
            "faults": [
                {"number": number, **said(fault, lang)}
                for number, fault in enumerate(self.faults[:MOST_SHOWN], start=1)
            ],
        }


def said(fault: Fault, lang: str) -> dict[str, Any]:
    """A fault as values: its kind for programs, all else for people."""
    told = {"title": kind_title(fault.kind), "feature": called(fault.feature, "things"),
            "words": fault.words, "place": _place(fault)}  # fmt: skip
    return {
        "kind": fault.kind,
        **{name: spoken(value, lang) for name, value in told.items()},
        "stops": fault.kind in STOPS,
    }


def _source(source: SourceFile) -> Words:
    if not source.read:
        return say("not_read", file=source.file)
    letters = say("read_letters", encoding=source.encoding) if source.encoding else ""
    moved = say("read_moved", metres=source.moved_m) if source.moved_m > 0.001 else ""
    how = say("read_without", letters=letters)
    if source.stated:
        how = say("read_as", reference=written(source.reference), stated=source.stated, moved=moved,
                  letters=letters)  # fmt: skip
    # Of files that were edited the roles are parts of a compound.
    used = tuple(
        say("used_as", count=n, role=called(role, "roles", "parts"))
        for role, n in source.used.items()
    )
    return say("source_read", file=source.file, count=source.features, how=how,
               used=used or say("nothing_used"))  # fmt: skip


def _place(fault: Fault) -> Words | str:
    lon, lat = fault.place
    return f"{lon:.6f}, {lat:.6f}" if any(fault.place) else say("nowhere")


def _fault(fault: Fault) -> Words:
    return say("line_is", kind=kind_title(fault.kind), feature=called(fault.feature, "things"),
               place=_place(fault), words=fault.words)  # fmt: skip
