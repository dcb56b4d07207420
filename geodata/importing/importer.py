"""Files of a compound in, a working twin out, or a report why not: nothing is half imported."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from geodata import checks, geojson
from geodata.checks import Fault
from geodata.compound_fields import FIELDS
from geodata.drawing.site_plan import SitePlan
from geodata.importing import additions, belonging, listed_devices, registration, services, survey
from geodata.importing.classification import FeatureRole, ServiceWords
from geodata.importing.history import History
from geodata.importing.merging import merge
from geodata.importing.readers import crs, device_lists, reading, references
from geodata.importing.readers.device_lists import ColumnMapping
from geodata.importing.readers.encodings import printable
from geodata.importing.readers.features import Feature, SourceFile
from geodata.importing.readers.formats import How
from geodata.importing.readers.reading import Shift
from geodata.importing.report.report import Report
from geodata.importing.report.sentences import STOPS, CannotImport, Words, say
from geodata.importing.survey import Survey
from geodata.proposal import layout
from geodata.soundness import NOWHERE
from twin.catalogue import Catalogue
from twin.clock import CHINA
from twin.errors import DayuanError, InvalidTerritory
from twin.places.model import Compound
from twin.places.territory import LEVELS, parse
from twin.visibility.window_privacy import with_masks

# Said by the survey already, in its own words and before anything was built on it.
_SAID = frozenset({"outside", "overlap"})
Progress = Callable[[float, Words], None]
"""(share done, what is being done): called as an import goes on."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How an import is to be done.

    ``wishes`` are reference systems that the operator declares, by file and "" for all;
    ``mapping`` names columns of device lists; ``shift`` moves everything by metres east and north;
    ``bare`` proposes doors, grids and posts only; ``known`` are names shown on screens
    (``name_en``, ``street_name``, ``attribution`` …). ``surveyed`` is the day on which the ground
    was looked at; unless it is given, it is ``today`` for an import that changes something.
    """

    wishes: dict[str, str] = field(default_factory=dict)
    mapping: ColumnMapping | None = None
    shift: Shift = (0.0, 0.0)
    seed: int = 1
    bare: bool = False
    dry_run: bool = False
    by: str = ""
    known: dict[str, str] = field(default_factory=dict)
    surveyed: date | None = None
    today: date = field(default_factory=lambda: datetime.now(CHINA).date())
    progress: Progress = lambda share, words: None


def import_folder(
    folder: Path | str,
    name: str,
    territory: str,
    reference: str | None = None,
    *,
    catalogue: Catalogue,
    data: Path | str | None = None,
    options: Options | None = None,
    seed: int = 1,
    **known: str,
) -> Report:
    """Read a file or folder into a compound and, unless something is fatal, save it in ``data``.

    Lists name device kinds by the labels of the ``catalogue``, and so do reports; what files call
    services are its words of addresses.
    ``data`` is the folder of places; None compares with none and writes nothing. ``reference``,
    ``seed`` and ``known`` are short for options. Raises InvalidTerritory for a territory that does
    not name a compound.
    """
    if len(parse(territory)) != LEVELS.index("compound") + 1:
        raise InvalidTerritory(f"{territory!r} does not name a compound: four labels are wanted")
    wishes = {"": references.named(reference)} if reference else {}
    chosen = options or Options(wishes=wishes, seed=seed, known=known)
    report = Report(name, territory, catalogue.devices)
    called = catalogue.address_words.services
    return _Import(Path(folder), report, chosen, called, Path(data) if data else None).run()


class _Import:
    """One import on its way; every step adds to the report."""

    def __init__(
        self,
        folder: Path,
        report: Report,
        options: Options,
        called: ServiceWords,
        places: Path | None,
    ) -> None:
        self.folder, self.report, self.options = folder, report, options
        self.called = called
        self.label = report.territory.rpartition(".")[2]
        self.history = History(places, self.label) if places else None
        self.keys: dict[str, str] = {}
        self.edited = geojson.is_editable(folder)

    def run(self) -> Report:
        """All steps, until something is fatal; what we ourselves do wrong is a fault, too."""
        read = self._edited if self.edited else self._surveyed
        for step in (read, self._dated, self._compared, self._contained, self._saved):
            if self.report.fatal:
                break
            try:
                step()
            except (DayuanError, MemoryError, OSError):
                raise
            except Exception as exc:
                self.report.faults.append(_ours(exc))
        self.report.faults.sort(key=lambda fault: fault.kind not in STOPS)
        self.options.progress(1.0, self.report.outcome)
        return self.report

    def _edited(self) -> None:
        """Files that were exported and edited: taken as they are, once they are without fault."""
        report = self.report
        try:
            found = geojson.read(self.folder)
        except geojson.NotEditable as exc:
            report.faults += [
                Fault(self.folder.name, NOWHERE, "unreadable", words) for words in exc.words
            ]
            return
        if found.territory != report.territory:
            words = say("edited_elsewhere", territory=found.territory)
            report.faults.append(Fault(found.id, found.origin, "taken", words))
            return
        report.compound = replace(found, name=report.name)
        report.sources = [
            SourceFile(
                f"{part}.geojson", count, True, "wgs84", say("edited_ours"), used={part: count}
            )
            for part in FIELDS
            if (count := len(getattr(found, part)))
        ]
        report.faults += [
            fault._replace(kind="duplicate id") if fault.kind == "duplicate" else fault
            for fault in checks.faults(report.compound)
        ]
        report.faults += belonging.strays(report.compound, report.territory)

    def _surveyed(self) -> None:
        """Outline, buildings and more as files have them; the rest is proposed."""
        report, progress = self.report, self.options.progress
        how = How(self._mapping(), self._kept(), report.kinds_known)
        features, report.sources, faults = reading.read(
            self.folder, self.options.wishes, how, self.options.shift,
            tell=lambda n, count, name: progress(0.5 * (n - 1) / count, say("reading", name=name)),
        )  # fmt: skip
        report.features, report.faults = features, report.faults + faults
        if report.fatal:
            return
        progress(0.5, say("understanding", count=len(features)))
        understood = survey.understand(features, report.name, self.called)
        if isinstance(understood, list):
            report.faults += understood
            return
        report.faults = report.faults + understood.faults
        if report.fatal:
            return
        progress(0.6, say("laying_out", count=len(understood.houses)))
        compound = self._laid_out(understood)
        progress(0.75, say("placing"))
        compound = self._helped(compound, understood.parts.get("service", []))
        listed_devices = [f for f, _ in understood.parts.get("device", ())]
        # No list says what its cameras must not show: homes are masked until somebody says better.
        report.compound = with_masks(self._equipped(compound, listed_devices))
        progress(0.8, say("checking"))
        report.faults += _unsaid(report.compound)

    def _dated(self) -> None:
        day = self.options.surveyed or self.options.today
        if self.report.compound is not None:
            self.report.compound = replace(self.report.compound, surveyed=day)

    def _mapping(self) -> ColumnMapping:
        """The mapping asked for, else the one beside the files, else that of the last import."""
        if self.options.mapping is not None:
            return self.options.mapping
        beside = self.folder / reading.MAPPING if self.folder.is_dir() else None
        kept = self.history.mapping if self.history else None
        for file in (beside, kept):
            if file and file.exists():
                try:
                    return device_lists.load(file)
                except CannotImport as exc:
                    self.report.faults.append(Fault(file.name, NOWHERE, exc.kind, exc.words))
        return ColumnMapping()

    def _kept(self) -> Path | None:
        return (
            self.history.folder / "reading" if self.history and not self.options.dry_run else None
        )

    def _laid_out(self, understood: Survey) -> Compound:
        report = self.report
        site = SitePlan.surveyed(
            report.territory, understood.origin, understood.outline, understood.houses
        )
        site.surroundings = understood.context
        said = len(understood.faults)
        additions.onto(site, understood)
        report.faults += understood.faults[said:]
        known = {field: printable(text) for field, text in self.options.known.items()}
        named = {
            "name": report.name,
            **known,
            "name_en": known.get("name_en") or self.label.capitalize(),
        }
        compound = layout.propose(site, self.options.seed, bare=self.options.bare, **named)
        self.keys = {f"{self.label}/{label}": key for label, key in understood.keys.items() if key}
        given_ways = [way.given for way in site.ways]
        self.keys |= {p.id: key for p, key in zip(compound.paths, given_ways, strict=True) if key}
        return compound

    def _helped(self, compound: Compound, parts: list[tuple[Feature, FeatureRole]]) -> Compound:
        """The compound with the services that files hold."""
        if not parts:
            return compound
        found = services.place(compound, parts, self.called)
        self.keys |= found.keys
        if found.left:
            words = say("services_far", count=found.left, metres=services.AROUND_M)
            parts[0][0].source.notes.append(words)
        return replace(compound, services=found.services)

    def _equipped(self, compound: Compound, features: list[Feature]) -> Compound:
        """The compound with the devices of lists instead of proposed ones of their kinds."""
        if not features:
            return compound
        found = listed_devices.place(compound, features)
        kinds = {device.kind for device in found.devices}
        proposed = tuple(device for device in compound.devices if device.kind not in kinds)
        self.keys |= found.keys
        self.report.faults += found.faults
        features[0].source.notes += found.notes
        self._judge(compound, found)
        return replace(compound, devices=(*proposed, *found.devices))

    def _judge(self, compound: Compound, found: listed_devices.Listed) -> None:
        """Say of each list whether it would fit the buildings under another reference."""
        for source in {id(one): one for one in found.sources}.values():
            pairs = zip(found.devices, found.sources, strict=True)
            devices = [device for device, of in pairs if of is source]
            fits = registration.fits(compound, devices, source.reference)
            self.report.fits[source.file] = fits
            better = registration.other(fits, source.reference)
            if better is None:
                continue
            own = next(fit.share for fit in fits if fit.reference != better.reference)
            words = say(
                "would_fit", count=len(devices), title=references.written(better.reference),
                share=better.share, own=own, file=source.file,
            )  # fmt: skip
            insisted = source.stated == references.BY_OPERATOR
            kind = "perhaps shifted" if insisted else "shifted"
            self.report.faults.append(Fault(source.file, devices[0].lonlat, kind, words))

    def _compared(self) -> None:
        """What stands already keeps its ids, and what a person made of it."""
        report, history = self.report, self.history
        self.base = report.compound
        if history is None or report.compound is None or not history.place.exists():
            return
        self.options.progress(0.88, say("comparing"))
        try:
            now = msgspec.json.decode(history.place.read_bytes(), type=Compound)
        except msgspec.DecodeError as exc:
            words = say("edited_file", file=history.place.name, said=str(exc))
            report.faults.append(Fault(history.place.name, NOWHERE, "unreadable", words))
            return
        if now.territory != report.territory:
            # Which one is not said: who imports here may not see there.
            report.faults.append(Fault(now.id, NOWHERE, "taken", say("taken_elsewhere")))
            return
        known = history.known()
        if self.edited:
            self.base, self.keys = (known.base, known.keys) if known else (None, {})
            self._settle(now)
            return
        report.compound, self.keys, self.base, report.difference = merge(
            now, known, report.compound, self.keys
        )
        as_read = report.compound == self.base
        self._settle(now)
        self.base = replace(self.base, surveyed=report.compound.surveyed)
        if as_read:
            return
        said = {(f.kind, f.feature) for f in report.faults}
        unsaid = _unsaid(report.compound)
        report.faults += [f for f in unsaid if (f.kind, f.feature) not in said]

    def _contained(self) -> None:
        """Nothing leaves the compound, neither what was read nor what stood there before."""
        if self.report.compound is not None:
            self.report.faults += belonging.strays(self.report.compound, self.report.territory)

    def _settle(self, now: Compound) -> None:
        """Keep the day where nothing else differs: the same files are no new look at the ground."""
        report = self.report
        read = report.compound
        if read is not None and self.options.surveyed is None:
            report.compound = now if replace(read, surveyed=now.surveyed) == now else read
        report.unchanged = report.compound == now

    def _saved(self) -> None:
        report, options, history = self.report, self.options, self.history
        if history is None or options.dry_run or report.compound is None:
            return
        options.progress(0.95, say("writing"))
        mapping = msgspec.json.encode(options.mapping) if options.mapping else None
        about = {
            "by": options.by,
            "territory": report.territory,
            "files": {source.file: source.reference for source in report.sources},
            "inverse": sorted({s.reference for s in report.sources} & crs.SHIFTED),
            "declared": options.wishes,
            "shift_m": options.shift,
            "surveyed": report.compound.surveyed,
            "counts": report.counts(),
            "warnings": len(report.warnings),
        }
        report.written = history.save(report.compound, self.base, self.keys, mapping, about)
        report.unchanged = report.written is None
        shutil.rmtree(history.folder / "reading", ignore_errors=True)


def _ours(exc: Exception) -> Fault:
    """What we stumbled over, with the line where: for whoever mends it, and never a traceback."""
    frames = traceback.extract_tb(exc.__traceback__)
    where = [frame for frame in frames if "site-packages" not in frame.filename][-1]
    line = f"{Path(where.filename).name}:{where.lineno}"
    said = f"{type(exc).__name__}: {exc}"[:300]
    return Fault(line, NOWHERE, "own fault", say("own_fault", said=said))


def _unsaid(compound: Compound) -> list[Fault]:
    """Faults of a whole compound that its survey did not say in its own words.

    What stands outside of the outline stands in no grid either: that is said once.
    """
    found = checks.faults(compound)
    buildings = {building.id for building in compound.buildings}
    outside = {fault.feature for fault in found if fault.kind == "outside"}
    return [
        fault
        for fault in found
        if not (fault.kind in _SAID and fault.feature in buildings)
        and not (fault.kind == "wrong grid" and fault.feature in outside)
    ]
