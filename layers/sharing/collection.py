"""What a collection is: an id, a shape, the rows it has, and typed fields read from each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec

from twin.places import territory
from twin.places.model import Compound, District
from twin.state.twin import Twin

Kind = Literal["string", "integer", "number", "boolean", "instant"]
Shape = Literal["Point", "LineString", "Polygon"]
Scalar = str | int | float | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as content depends on it: territories, screen class, role."""

    prefixes: tuple[str, ...]
    masked: bool
    role: str

    def sees(self, path: str) -> bool:
        """Whether the whole of a territory path may be seen."""
        return territory.covers(self.prefixes, path)

    def sees_part(self, path: str) -> bool:
        """Whether the path or something in it may be seen."""
        return territory.touches(self.prefixes, path)


class SharedRow(msgspec.Struct, frozen=True, gc=False):
    """One thing that can become a feature; ``territory`` decides who may see it.

    ``compound`` and ``twin`` are None for what lies between compounds. A question makes thousands
    of these; the garbage collector shall not look at a whole street because of them.
    """

    id: str
    territory: str
    thing: Any
    compound: Compound | None = None
    twin: Twin | None = None


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A row as one asker sees it: what fields are read from. ``now`` is the live thing, or None."""

    thing: Any
    now: Any
    row: SharedRow
    asker: Asker


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a feature: its name, type, meaning, and how it is read.

    ``live`` ones change without the place changing. Every field may be asked for by equality but
    for instants, which ``datetime`` is for.
    """

    name: str
    kind: Kind
    words: str
    read: Callable[[Seen], Scalar]
    live: bool = False

    @property
    def queryable(self) -> bool:
        """Whether ``?name=value`` selects by it."""
        return self.kind != "instant"


class RowSource(NamedTuple):
    """Where rows come from: a compound with the twin of its street, or a district."""

    compound: Compound | None = None
    twin: Twin | None = None
    district: District | None = None


class World(NamedTuple):
    """All that can be shared: the twins by street, and the districts around them."""

    twins: Sequence[Twin]
    districts: Sequence[District] = ()

    def sources(self) -> Iterator[RowSource]:
        """Every compound, then every district."""
        for twin in self.twins:
            for compound in twin.compounds.values():
                yield RowSource(compound, twin)
        for district in self.districts:
            yield RowSource(district=district)


def _as_it_stands(row: SharedRow) -> Any:
    return None


def _nothing(source: RowSource) -> Iterable[SharedRow]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One collection.

    ``of`` gives all rows of a source in their order; of a ``moving`` collection, which has other
    rows from one moment to the next, ``gather`` gives all there are now. ``partly`` says that
    seeing a part of a row's territory is enough, as for a building that stands in a compound of
    which somebody sees one grid. ``now`` finds the live thing of a row. ``time`` names the field
    that ``datetime`` asks for. ``roles`` may see it at all; none named means every role.
    """

    id: str
    title: str
    about: str
    shape: Shape
    coordinates: Callable[[Seen], Any]
    fields: tuple[Field, ...]
    of: Callable[[RowSource], Iterable[SharedRow]] = _nothing
    gather: Callable[[World], Iterable[SharedRow]] | None = None
    partly: bool = True
    now: Callable[[SharedRow], Any] = _as_it_stands
    time: str = ""
    roles: frozenset[str] = frozenset()

    @property
    def moving(self) -> bool:
        """Whether rows come and go."""
        return self.gather is not None

    def rows(self, world: World) -> Iterable[SharedRow]:
        """All rows there are."""
        if self.gather is not None:
            return self.gather(world)
        return (row for source in world.sources() for row in self.of(source))

    @property
    def live(self) -> bool:
        """Whether anything of it changes without the place changing."""
        return self.moving or any(field.live for field in self.fields)

    def open_to(self, role: str) -> bool:
        """Whether an account of this role may see the collection."""
        return not self.roles or role in self.roles

    def shows(self, asker: Asker, path: str) -> bool:
        """Whether an asker may see what belongs to a territory path."""
        return asker.sees_part(path) if self.partly else asker.sees(path)

    def field(self, name: str) -> Field | None:
        """The field of a name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def seen(self, row: SharedRow, asker: Asker) -> Seen:
        """A row ready to be read for an asker."""
        return Seen(row.thing, self.now(row), row, asker)


def feature(collection: Collection, row: SharedRow, asker: Asker) -> dict[str, Any]:
    """A row as a GeoJSON feature (RFC 7946): every field stands in it, ``null`` when unknown."""
    seen = collection.seen(row, asker)
    return {
        "type": "Feature",
        "id": row.id,
        "geometry": geometry(collection, seen),
        "properties": {field.name: field.read(seen) for field in collection.fields},
    }


def geometry(collection: Collection, seen: Seen) -> dict[str, Any] | None:
    """The geometry of a row, WGS-84 longitude and latitude, or None where there is none."""
    coordinates = collection.coordinates(seen)
    if coordinates is None:
        return None
    return {
        "type": collection.shape,
        "coordinates": [coordinates] if collection.shape == "Polygon" else coordinates,
    }
