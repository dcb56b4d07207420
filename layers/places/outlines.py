"""Outlines of districts, their divisions and compounds: what is drawn while all is far away.

Features of one source, named by territory path; a compound's own is named by its id, as its
roll-up is. Nothing is told of a division in which an account sees nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import shapely

from layers.live.frames import encoder
from layers.rows.features import Feature, collection, polygon
from twin.places import territory
from twin.places.model import Compound, District, Division, Ring

LEVELS = ("district", "street", "community", "compound")
"""Levels that are drawn, the largest first."""

STEP_DEG = 0.00002
"""Two metres: an outline may be drawn so far off where nothing is drawn in full."""

KEPT = 16
"""Answers held at once, one for each set of prefixes asked with."""


class Outline(NamedTuple):
    """One outline as all accounts see it."""

    territory: str
    feature: Feature


class Outlines:
    """All outlines, simplified once, told to each account as far as it may see them."""

    def __init__(self, districts: Iterable[District], compounds: Iterable[Compound]) -> None:
        self._given = (tuple(districts), tuple(compounds))
        self._all: tuple[Outline, ...] | None = None
        self._told: OrderedDict[tuple[str, ...], bytes] = OrderedDict()

    def told(self, prefixes: Sequence[str]) -> bytes:
        """A GeoJSON collection as JSON, larger outlines before smaller ones.

        The first call simplifies, 50 ms for a district of 700 compounds; any thread may call.
        """
        key = tuple(sorted(prefixes))
        found = self._told.get(key)
        if found is None:
            if self._all is None:
                self._all = tuple(_drawn(*self._given))
            seen = (one for one in self._all if territory.touches(prefixes, one.territory))
            found = encoder.encode(collection([one.feature for one in seen]))
            self._told[key] = found
            while len(self._told) > KEPT:
                self._told.popitem(last=False)
        return found


def _drawn(districts: Sequence[District], compounds: Sequence[Compound]) -> Iterator[Outline]:
    divisions = [one for district in districts for one in district.divisions]
    places: list[tuple[str, str, District | Division | Compound]] = [
        *(("district", one.territory, one) for one in districts),
        *((level, one.territory, one) for level in LEVELS for one in divisions
          if one.level == level),
        *(("compound", one.id, one) for one in compounds),
    ]  # fmt: skip
    for (level, name, place), ring in zip(
        places, simpler([place.outline for _, _, place in places]), strict=True
    ):
        words = {"level": level, "name": place.name, "name_en": place.name_en}
        yield Outline(place.territory, polygon(ring, id=name, **words))


def simpler(rings: Sequence[Ring]) -> Iterator[Ring]:
    """The rings with as few corners as ``STEP_DEG`` allows, to a decimetre."""
    shapes = shapely.simplify([shapely.Polygon(ring) for ring in rings], STEP_DEG)
    for shape in shapes:
        corners = shapely.get_coordinates(shape).round(6).tolist()
        yield tuple((lon, lat) for lon, lat in corners)
