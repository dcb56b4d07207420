"""Which reference system coordinates are in: what a file states, what the operator declares.

A guess is never made. Formats that have one system by definition (GeoJSON, KML, OpenStreetMap)
state it loosely: many programs write shifted coordinates into them all the same, so the operator
may declare another. A statement inside a file is firm: the declaration must agree with it. GCJ-02
and BD-09 have no code that a file could carry, so they may be declared over any degrees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geodata.importing.readers import crs
from geodata.importing.readers.crs import Degrees
from geodata.importing.report.sentences import CannotImport, Words, say

KNOWN = "WGS84, CGCS2000, GCJ02, BD09, EPSG:n"
_CODE = re.compile(r"(?i)(?:urn:ogc:def:crs:)?epsg:(?:[\d.]*:)?(\d{3,6})\Z")
_DEGREES = frozenset({"wgs84", "cgcs2000", *crs.SHIFTED})


BY_OPERATOR = say("by_operator")


WRITTEN = {"wgs84": "WGS84", "gcj02": "GCJ02", "bd09": "BD09", "cgcs2000": "CGCS2000"}
"""Our words for systems as people write them."""


class Stated(NamedTuple):
    """What a file says: a word or anything PROJ reads, in which words, and whether firmly."""

    system: str
    words: Words
    firm: bool


class Settled(NamedTuple):
    """The reference that coordinates are read in, and who said so."""

    system: str
    words: Words


def named(text: str) -> str:
    """Our word for a reference: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``.

    >>> named("GCJ-02"), named("EPSG:4490"), named("epsg:4547")
    ('gcj02', 'cgcs2000', 'EPSG:4547')

    Raises CannotImport with what may be said.
    """
    if known := crs.reference_named(text):
        return known
    if code := _CODE.match(text.strip()):
        word = f"EPSG:{int(code[1])}"
        try:
            CRS.from_user_input(word)
        except CRSError:
            raise CannotImport(say("no_such_reference", text=text)) from None
        return crs.reference_named(word) or word
    raise CannotImport(say("say_reference", text=text, known=KNOWN))


def declared(words: list[str]) -> dict[str, str]:
    """What an operator declares: ``GCJ02`` for all files, ``cameras.csv=GCJ02`` for one.

    Gives file names to our words, "" for all files. Raises CannotImport.
    """
    found = {}
    for word in words:
        file, _, reference = word.rpartition("=")
        found[file] = named(reference)
    return found


def written(system: str) -> str:
    """A system as a report writes it: our own words in capitals."""
    return WRITTEN.get(system, system)


def title(system: str) -> str:
    """What people call a system: a word of ours, a code, or the name in its definition."""
    if system in crs.FORWARD or system.startswith("EPSG:"):
        return system
    return str(CRS.from_user_input(system).name)


def stated(text: str, *, firm: bool = True) -> Stated:
    """A statement in a file, folded to our words where we know it.

    Raises CannotImport for one that nobody knows.
    """
    try:
        return Stated(named(text), say("in_file", text=text), firm)
    except CannotImport:
        pass
    try:
        system = CRS.from_user_input(text)
    except CRSError as exc:
        words = say("reference_unknown", text=text[:80])
        raise CannotImport(words, "no reference") from exc
    code = system.to_epsg(min_confidence=80)
    known = named(f"EPSG:{code}") if code else text
    return Stated(known, say("in_file", text=system.name), firm)


def settle(file: str, says: Stated | None, wishes: Mapping[str, str]) -> Settled:
    """The reference of a file's coordinates.

    Raises CannotImport when nobody says it, or when the operator and the file say different things.
    """
    asked = wishes.get(file) or wishes.get("")
    if asked is None:
        if says is None:
            raise CannotImport(say("undeclared", file=file, known=KNOWN), "no reference")
        return Settled(says.system, says.words)
    if says and says.firm and not _agree(asked, says.system):
        both = {"stated": written(title(says.system)), "asked": written(title(asked))}
        words = say("contradicts", file=file, **both)
        raise CannotImport(words, "other reference")
    return Settled(asked, BY_OPERATOR)


def _agree(asked: str, system: str) -> bool:
    if asked == system:
        return True
    if asked in crs.SHIFTED:
        return is_degrees(system)
    return CRS.from_user_input(_code(asked)).equals(_code(system), ignore_axis_order=True)


def _code(system: str) -> str:
    return {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}.get(system, system)


def is_degrees(system: str) -> bool:
    """Whether coordinates of a system are degrees of longitude and latitude."""
    return system in _DEGREES or bool(CRS.from_user_input(system).is_geographic)


def to_wgs84(xy: ArrayLike, system: str) -> Degrees:
    """Coordinates of any system, east or longitude first, in degrees; shape (n, 2).

    What a projection cannot be asked about becomes infinite, and is named later.
    """
    if system in crs.FORWARD:
        return crs.to_wgs84(xy, system)
    points = np.asarray(xy, dtype=np.float64)
    try:
        into = Transformer.from_crs(system, "EPSG:4326", always_xy=True)
        lon, lat = into.transform(points[:, 0], points[:, 1])
    except ProjError as exc:
        raise CannotImport(say("not_degrees", said=str(exc)), "no reference") from exc
    return np.stack((lon, lat), axis=-1)
