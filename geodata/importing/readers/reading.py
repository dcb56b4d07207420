"""Files to features: whatever format, in WGS-84, each source with the reference it was read in.

A guess about reference systems is never made (``references``). What cannot be read is a fault
that names the file; what is wrong with single features names these.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.checks import Fault
from geodata.importing.readers import encodings, formats, references, unpacking
from geodata.importing.readers.encodings import printable
from geodata.importing.readers.features import Feature, LayerTable, SourceFile
from geodata.importing.readers.formats import How
from geodata.importing.report.sentences import CannotImport, Words, say
from geodata.soundness import NOWHERE
from twin.places.metres import scale_m

MOST_ARCHIVE_BYTES = 512 * 1024 * 1024
MOST_NAMED = 40
"""So many faults of one kind and file are listed one by one; the rest is counted."""

MAPPING = "mapping.json"
"""Beside the files: how the columns of their lists are called, nothing to be read as a map."""

Shift = tuple[float, float]
"""Metres east and north by which an operator moves everything: a registration correction."""
Tell = Callable[[int, int, str], None]
"""(which, of how many, name): called before each file is read."""


@contextmanager
def opened(given: Path, faults: list[Fault]) -> Iterator[list[Path]]:
    """The files of a folder, a zip file or one file alone; archives in a folder are opened too."""
    with tempfile.TemporaryDirectory(prefix="dayuan-") as spare:
        yield sorted(_files(given, Path(spare), faults), key=lambda path: path.name)


def _files(given: Path, spare: Path, faults: list[Fault]) -> Iterator[Path]:
    paths = sorted(given.iterdir()) if given.is_dir() else [given] if given.is_file() else []
    for number, path in enumerate(paths):
        if path.suffix.lower() == ".zip":
            into = spare / str(number)  # never its name: that of "...zip" leads out of the folder
            try:
                if path.stat().st_size > MOST_ARCHIVE_BYTES:
                    size = path.stat().st_size / formats.MIB
                    most = MOST_ARCHIVE_BYTES // formats.MIB
                    raise CannotImport(say("too_large", size=size, most=most))
                yield from (p for p in unpacking.unpack(path, into) if _known(p))
            except MemoryError:
                raise
            except Exception as exc:
                shutil.rmtree(into, ignore_errors=True)
                faults.append(Fault(printable(path.name), NOWHERE, *_why(exc)))
        elif _known(path):
            yield path


def _known(path: Path) -> bool:
    if path.name == MAPPING:
        return False
    return path.suffix.lower() in formats.FORMATS and not path.name.startswith(".")


def read(
    given: Path,
    wishes: Mapping[str, str],
    how: How = How(),  # noqa: B008 (a frozen value)
    shift: Shift = (0.0, 0.0),
    tell: Tell = lambda number, count, name: None,
) -> tuple[list[Feature], list[SourceFile], list[Fault]]:
    """Every feature of a folder's files in WGS-84; what cannot be read is a fault."""
    features: list[Feature] = []
    sources: list[SourceFile] = []
    faults: list[Fault] = []
    with opened(given, faults) as paths:
        for number, path in enumerate(paths):
            tell(number + 1, len(paths), path.name)
            source = SourceFile(printable(path.name))
            sources.append(source)
            try:
                for table in formats.read(path, how):
                    found, wrong = _features(table, source, wishes, shift)
                    features += found
                    faults += wrong
            except MemoryError:
                raise
            except Exception as exc:  # whatever a reader stumbles over: the file is named for it
                faults.append(Fault(source.file, NOWHERE, *_why(exc)))
    if not sources and not faults:
        words = say("no_files", formats=f"{' '.join(formats.FORMATS)} .zip")
        faults.append(Fault(str(given), NOWHERE, "unreadable", words))
    return features, sources, faults + _mixed(sources)


def _why(exc: Exception) -> tuple[str, Words]:
    """Kind and sentence: our own, or what a program said that stumbled over the file."""
    if isinstance(exc, CannotImport):
        return exc.kind, exc.words
    return "unreadable", say("no_format", said=repr(exc)[:400])


def _features(
    table: LayerTable, source: SourceFile, wishes: Mapping[str, str], shift: Shift
) -> tuple[list[Feature], list[Fault]]:
    """The features of one table, moved to WGS-84, and what is wrong with them."""
    source.features += len(table.rows)
    source.notes += table.notes
    shapes = np.array([s if s is not None else shapely.Point() for s in table.shapes], dtype=object)
    reads = [_mended(row, source) for row in table.rows]
    made = [
        Feature(source, n + 1, shape, row, table.layer, table.role, table.trouble.get(n))
        for n, (shape, row) in enumerate(zip(shapes, reads, strict=True))
    ]
    if table.encoding not in ("", "UTF-8"):
        source.encoding = table.encoding
    if not len(shapes) or not (~shapely.is_empty(shapes)).any():
        source.read = True
        return made, _without_place(made, table)
    settled = references.settle(source.file, table.says, wishes)
    source.reference, source.stated = references.title(settled.system), settled.words
    source.read = True
    faults = _astray(made, shapes, settled.system, table)
    if not faults:
        _move(made, shapes, settled.system, shift, source)
        faults = _unusable(made)
    return made, [*faults, *_without_place(made, table)]


def _mended(row: dict[str, object], source: SourceFile) -> dict[str, object]:
    """A row with texts as they were meant; the source notes which letters were wrong."""
    read = {printable(key): printable(v) if isinstance(v, str) else v for key, v in row.items()}
    for key, value in read.items():
        if (
            isinstance(value, str)
            and not value.isascii()
            and (text := encodings.mended(value)) != value
        ):
            if not any(note.name == "letters_wrong" for note in source.notes):
                source.notes.append(say("letters_wrong", was=value, meant=text))
            read[key] = text
    return read


def _without_place(features: list[Feature], table: LayerTable) -> list[Fault]:
    """Shapes that should be there and are not. A device may lack one: its building may be told."""
    if table.role == "device":
        return []
    words = say("no_coordinates")
    return [
        Fault(f.label, NOWHERE, "invalid", f.trouble or words) for f in features if f.shape.is_empty
    ][:MOST_NAMED]


def _astray(
    features: list[Feature], shapes: NDArray[np.object_], system: str, table: LayerTable
) -> list[Fault]:
    """Coordinates that are not what their system says: metres, degrees, or the wrong way round."""
    west, south, east, north = shapely.bounds(shapes).T
    if not references.is_degrees(system):
        small = np.all(np.abs([west, south, east, north]) <= 180, axis=0)
        words = say("looks_like_degrees", system=references.title(system))
        return _listed(features, small, "degrees", words)
    far = (np.abs([west, east]) > 180).any(axis=0) | (np.abs([south, north]) > 90).any(axis=0)
    turned = (np.abs([west, east]) <= 90).all(axis=0) & (np.abs([south, north]) > 90).all(axis=0)
    turned &= (np.abs([south, north]) <= 180).all(axis=0)
    turned |= (west > 3) & (east < 54) & (south > 73) & (north < 136)
    return [
        *_listed(features, turned, "swapped", say("latitude_first")),
        *_listed(features, far & ~turned, "metres", say("no_degrees")),
    ]


def _listed(
    features: list[Feature], wrong: NDArray[np.bool_], kind: str, words: Words
) -> list[Fault]:
    numbers = np.flatnonzero(wrong)
    found = []
    for number in numbers[:MOST_NAMED]:
        feature = features[number]
        # Metres are no place on the earth; a report would draw them somewhere in the sea.
        x, y = feature.place
        place = (y, x) if kind == "swapped" else NOWHERE
        found.append(Fault(feature.label, place, kind, words))
    if len(numbers) > MOST_NAMED:
        more = say("and_more", count=len(numbers) - MOST_NAMED)
        found.append(Fault(features[0].source.file, NOWHERE, kind, more))
    return found


def _move(
    features: list[Feature],
    shapes: NDArray[np.object_],
    system: str,
    shift: Shift,
    source: SourceFile,
) -> None:
    """All shapes of a table to WGS-84 at once; the source notes how far the farthest moved."""
    before = shapely.get_coordinates(shapes)
    after = references.to_wgs84(before, system)
    if any(shift):
        after = after + np.array(shift) / scale_m(float(np.median(after[:, 1])))
        source.notes.append(say("moved_as_asked", east=shift[0], north=shift[1]))
    if references.is_degrees(system) and len(after):
        step = (after - before) * scale_m(float(after[0, 1]))
        source.moved_m = max(source.moved_m, float(np.hypot(*step.T).max()))
    moved = shapely.set_coordinates(shapes, after)
    for feature, shape in zip(features, moved, strict=True):
        feature.shape = shape


def _unusable(features: list[Feature]) -> list[Fault]:
    shapes = [feature.shape for feature in features]
    bounds = shapely.bounds(shapes)
    wrong = ~np.isfinite(bounds).all(axis=1) & ~shapely.is_empty(shapes)
    return _listed(features, wrong, "invalid", say("beyond_reference"))


def _mixed(sources: list[SourceFile]) -> list[Fault]:
    """Files in several systems: each was converted from its own, and people should know."""
    told = [source for source in sources if source.reference]
    if len({source.reference for source in told}) < 2:
        return []
    files = tuple(
        say("file_in", file=source.file, reference=references.written(source.reference))
        for source in told[:MOST_NAMED]
    )
    return [Fault("reference systems", NOWHERE, "mixed", say("mixed", files=files))]
