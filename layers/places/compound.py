"""A compound as the browser gets it once: geometry by map source and its devices in index order.

What an account may not see is not in it. An account that sees only some grids gets fewer devices,
numbered from 0 without holes, under a version of its own; device frames for it use the same
numbering. ``/live`` names the version it numbers by, so the two cannot be mixed up.
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from layers.live import frames
from layers.live.redaction import device_name
from layers.rows import buildings, cameras, grids, ground
from layers.rows.features import collection
from twin.catalogue import DeviceKinds
from twin.places import territory
from twin.places.model import Compound, DevicePlace

FORMAT = 1
"""Part of every version: to be raised when a description changes though its compound does not."""

KEPT_DESCRIPTIONS = 64
"""Encoded descriptions held at once; the one unused for longest goes first."""

KEPT_LISTINGS = 16
"""Encoded lists of compounds held at once: 300 kB each in a district of 700."""


class PlacesView:
    """The compounds of all streets, described for whoever may see them."""

    def __init__(self, compounds: Iterable[Compound], kinds: DeviceKinds) -> None:
        self.kinds = kinds
        self.compounds = {compound.id: compound for compound in compounds}
        self._devices = {
            name: Counter(place.territory for place in compound.devices)
            for name, compound in self.compounds.items()
        }
        self._digests = {name: digest(compound) for name, compound in self.compounds.items()}
        self._listed: OrderedDict[tuple[tuple[str, ...], bool], bytes] = OrderedDict()
        self._described: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def seen(self, prefixes: Sequence[str]) -> list[Compound]:
        """The compounds of which an account sees at least a part, in their given order."""
        return [
            compound
            for compound in self.compounds.values()
            if territory.touches(prefixes, compound.territory)
        ]

    def version(self, compound: Compound, prefixes: Sequence[str], masked: bool) -> str:
        """The version of a compound as one account sees it.

        The digest of the place, then ``m`` when masked, then the labels of the grids seen when
        they are not all: ``3f2a…-m-g2``.
        """
        parts = [self._digests[compound.id], *(["m"] if masked else [])]
        if not territory.covers(prefixes, compound.territory):
            paths = set(self._devices[compound.id])
            paths.update(grid.territory for grid in compound.grids)
            labels = (path.rpartition(".")[2] for path in paths if territory.covers(prefixes, path))
            parts += sorted(labels)
        return "-".join(parts)

    def summary(self, compound: Compound, prefixes: Sequence[str], masked: bool) -> dict[str, Any]:
        """A compound in the list: names, territory, version, device count, centre and bounds."""
        west, south, east, north = bounds(compound)
        return {
            "id": compound.id,
            "name": compound.name,
            "name_en": compound.name_en,
            "territory": compound.territory,
            "district": compound.district_name,
            "street": compound.street_name,
            "community": compound.community_name,
            "version": self.version(compound, prefixes, masked),
            "count": self._count(compound, prefixes),
            "center": ((west + east) / 2, (south + north) / 2),
            "bounds": (west, south, east, north),
            "attribution": compound.attribution,
        }

    def _count(self, compound: Compound, prefixes: Sequence[str]) -> int:
        """How many devices an account sees; by territory, for lists of hundreds of compounds."""
        return sum(
            number
            for path, number in self._devices[compound.id].items()
            if territory.covers(prefixes, path)
        )

    def listing(self, prefixes: Sequence[str], masked: bool) -> bytes:
        """The summaries of all compounds an account sees as JSON, worked out once for each scope.

        30 ms for 700 compounds.
        """
        key = (tuple(prefixes), masked)
        if key not in self._listed:
            rows = [self.summary(one, prefixes, masked) for one in self.seen(prefixes)]
            self._listed[key] = frames.encoder.encode(rows)
        if len(self._listed) > KEPT_LISTINGS:
            self._listed.popitem(last=False)
        return self._listed[key]

    def describe(self, compound: Compound, prefixes: Sequence[str], masked: bool) -> bytes:
        """Everything that stands still in a compound as JSON, encoded once per version."""
        key = (compound.id, self.version(compound, prefixes, masked))
        if key not in self._described:
            content = self.summary(compound, prefixes, masked) | described(
                compound, prefixes, self.kinds, masked
            )
            self._described[key] = frames.encoder.encode(content)
        self._described.move_to_end(key)
        if len(self._described) > KEPT_DESCRIPTIONS:
            self._described.popitem(last=False)
        return self._described[key]


def kept(compound: Compound, prefixes: Sequence[str]) -> tuple[int, ...]:
    """Indices of the compound's devices an account may see, ascending."""
    return tuple(
        index
        for index, place in enumerate(compound.devices)
        if territory.covers(prefixes, place.territory)
    )


def digest(compound: Compound) -> str:
    """Twelve characters that change whenever anything in the compound or the format does."""
    told = msgspec.json.encode((FORMAT, compound), enc_hook=tuple)  # of what is held folded
    return hashlib.sha256(told).hexdigest()[:12]


def bounds(compound: Compound) -> tuple[float, float, float, float]:
    """West, south, east and north of the outline, degrees."""
    lons, lats = zip(*compound.outline, strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def described(
    compound: Compound, prefixes: Sequence[str], kinds: DeviceKinds, masked: bool
) -> dict[str, Any]:
    """``devices`` in index order, and ``features`` by map source as GeoJSON collections."""
    features = {
        "buildings": buildings.buildings(compound),
        "grids": grids.grids(compound, prefixes),
        "boundary": grids.boundary(compound),
        "paths": ground.paths(compound),
        "areas": ground.areas(compound),
        "walls": ground.walls(compound),
        "surroundings": buildings.surroundings(compound),
        "fields": cameras.fields(compound, prefixes),
    }
    return {
        "devices": [
            _device(compound.devices[index], compound, kinds, masked)
            for index in kept(compound, prefixes)
        ],
        "features": {source: collection(found) for source, found in features.items()},
    }


def _device(
    place: DevicePlace, compound: Compound, kinds: DeviceKinds, masked: bool
) -> dict[str, Any]:
    return {
        "id": place.id,
        "kind": place.kind,
        "name": device_name(place, compound, kinds, masked),
        "lonlat": place.lonlat,
        "height": place.height_m,
        "azimuth": place.azimuth_deg,
        "hfov": place.hfov_deg,
        "range": place.range_m,
        "grid": place.territory,
        "building": place.building,
        "unit": place.unit,
        "floor": place.floor,
        "room": "" if masked else place.room,
        "use": place.use,
        "proposed": place.proposed,
    }
