"""The collections of what stands still: compounds, buildings, grids, ways, areas, services."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from layers.sharing.collection import Collection, Field, Kind, RowSource, Seen, SharedRow
from twin.places.model import Compound

Of = Callable[[Compound], Iterable[tuple[str, str, Any]]]
"""A compound's things of one sort as (id, territory, thing)."""


def _attribute(name: str, kind: Kind, words: str, attribute: str = "") -> Field:
    path = attribute or name
    return Field(name, kind, words, lambda seen: getattr(seen.thing, path))


def _compound_name(seen: Seen) -> str | None:
    return seen.row.compound.id if seen.row.compound else None


def _where(seen: Seen) -> str:
    return seen.row.territory


NAME = _attribute("name", "string", "what people call it")
KIND = _attribute("kind", "string", "which sort of it")
PROPOSED = _attribute("proposed", "boolean", "made up by the importer, not surveyed")
COMPOUND = Field("compound", "string", "id of the compound it belongs to", _compound_name)
TERRITORY = Field("territory", "string", "dotted path from district to grid", _where)
HEIGHT = _attribute("height_m", "number", "height in metres")


def _households(seen: Seen) -> int | None:
    """Counted for those only who see all of it: a part would tell of the rest."""
    count: int = seen.thing.households
    return count if count and seen.asker.sees(seen.row.territory) else None


HOUSEHOLDS = Field("households", "integer", "for whoever sees all of it", _households)


Rows = Callable[[RowSource], Iterator[SharedRow]]


def _each(of: Of) -> Rows:
    """Rows of a compound."""

    def rows(source: RowSource) -> Iterator[SharedRow]:
        if (compound := source.compound) is not None:
            for name, where, thing in of(compound):
                yield SharedRow(name, where, thing, compound, source.twin)

    return rows


def _whole(attribute: str) -> Of:
    """Things that belong to the whole compound and carry an id."""
    return lambda place: ((thing.id, place.territory, thing) for thing in getattr(place, attribute))


def _with_district(own: Rows, attribute: str) -> Rows:
    """A compound's rows, or those that lie between the compounds of a district."""

    def rows(source: RowSource) -> Iterator[SharedRow]:
        yield from own(source)
        if (district := source.district) is not None:
            for one in getattr(district, attribute):
                yield SharedRow(one.id, getattr(one, "territory", "") or district.territory, one)

    return rows


def _divisions(source: RowSource) -> Iterator[SharedRow]:
    for one in source.district.divisions if source.district else ():
        yield SharedRow(one.territory, one.territory, one)


def _outline(seen: Seen) -> Any:
    return seen.thing.outline


def _line(seen: Seen) -> Any:
    return seen.thing.line


def _spot(seen: Seen) -> Any:
    return seen.thing.lonlat


_BUILDING_FIELDS = (
    NAME,
    COMPOUND,
    HEIGHT,
    _attribute("floors", "integer", "floors above ground"),
    _attribute("use", "string", "residence, shop, school and so on"),
    Field("units", "integer", "entrances (单元)", lambda seen: len(seen.thing.entrances)),
    PROPOSED,
)

STILL: tuple[Collection, ...] = (
    Collection(
        id="divisions",
        title="街道与社区 Divisions",
        about="Streets, towns and communities of the district.",
        shape="Polygon",
        of=_divisions,
        coordinates=_outline,
        fields=(
            NAME,
            _attribute("name_en", "string", "its name in English"),
            _attribute("level", "string", "street or community"),
            TERRITORY,
            HOUSEHOLDS,
        ),
    ),
    Collection(
        id="compounds",
        title="小区 Compounds",
        about="Residential compounds: outline, names and where they belong.",
        shape="Polygon",
        of=_each(lambda place: ((place.id, place.territory, place),)),
        coordinates=_outline,
        fields=(
            NAME,
            _attribute("name_en", "string", "its name in English"),
            TERRITORY,
            _attribute("district", "string", "name of the district (区)", "district_name"),
            _attribute("street", "string", "name of the street (街道, 镇)", "street_name"),
            _attribute("community", "string", "name of the community (社区)", "community_name"),
            HOUSEHOLDS,
            _attribute("attribution", "string", "whom the drawing is owed to"),
        ),
    ),
    Collection(
        id="grids",
        title="网格 Grids",
        about="Grids, the last level of territory.",
        shape="Polygon",
        of=_each(lambda place: ((one.territory, one.territory, one) for one in place.grids)),
        coordinates=_outline,
        fields=(NAME, COMPOUND, TERRITORY, PROPOSED),
        partly=False,
    ),
    Collection(
        id="buildings",
        title="楼栋 Buildings",
        about="Buildings of the compounds, with height and floors.",
        shape="Polygon",
        of=_each(_whole("buildings")),
        coordinates=_outline,
        fields=_BUILDING_FIELDS,
    ),
    Collection(
        id="surroundings",
        title="周边楼栋 Surroundings",
        about="Buildings outside the compounds, for context.",
        shape="Polygon",
        of=_with_district(_each(_whole("surroundings")), "buildings"),
        coordinates=_outline,
        fields=_BUILDING_FIELDS,
    ),
    Collection(
        id="entrances",
        title="单元门 Entrances",
        about="Doors of units, where a responder arrives.",
        shape="Point",
        of=_each(
            lambda place: (
                (f"{building.id}/unit/{number}", place.territory, (building, door))
                for building in place.buildings
                for number, door in enumerate(building.entrances, 1)
            )
        ),
        coordinates=lambda seen: seen.thing[1].lonlat,
        fields=(
            Field("building", "string", "id of the building", lambda seen: seen.thing[0].id),
            Field("name", "string", "name of the building", lambda seen: seen.thing[0].name),
            Field("unit", "string", "the unit (单元)", lambda seen: seen.thing[1].unit),
            Field("has_lift", "boolean", "a lift goes up", lambda seen: seen.thing[1].has_lift),
            COMPOUND,
        ),
    ),
    Collection(
        id="paths",
        title="道路 Paths",
        about="Roads, fire lanes and footpaths.",
        shape="LineString",
        of=_with_district(_each(_whole("paths")), "paths"),
        coordinates=_line,
        fields=(KIND, _attribute("width_m", "number", "width in metres"), COMPOUND, PROPOSED),
    ),
    Collection(
        id="areas",
        title="地面 Areas",
        about="Greens, water, parking, plazas and sports grounds.",
        shape="Polygon",
        of=_with_district(_each(_whole("areas")), "areas"),
        coordinates=_outline,
        fields=(KIND, NAME, COMPOUND, PROPOSED),
    ),
    Collection(
        id="walls",
        title="围墙 Walls",
        about="Walls and fences; openings are where gates stand.",
        shape="LineString",
        of=_each(
            lambda place: (
                (f"{place.id}/wall/{number}", place.territory, wall)
                for number, wall in enumerate(place.walls, 1)
            )
        ),
        coordinates=_line,
        fields=(HEIGHT, COMPOUND),
    ),
    Collection(
        id="services",
        title="服务点 Services",
        about="Hydrants, muster points, duty rooms, clinics, schools and the like.",
        shape="Point",
        of=_with_district(
            _each(lambda place: ((one.id, one.territory, one) for one in place.services)),
            "services",
        ),
        coordinates=_spot,
        fields=(
            KIND,
            NAME,
            _attribute("building", "string", "id of the building it is in"),
            _attribute("capacity", "integer", "beds or people"),
            _attribute("hours", "string", "when it is open"),
            COMPOUND,
            TERRITORY,
            PROPOSED,
        ),
    ),
    Collection(
        id="pipes",
        title="管线 Pipes",
        about="Pipes and cables below ground by kind.",
        shape="LineString",
        of=_each(_whole("pipes")),
        coordinates=_line,
        fields=(
            KIND,
            _attribute("depth_m", "number", "depth in metres"),
            _attribute("diameter_mm", "number", "diameter in millimetres"),
            COMPOUND,
            PROPOSED,
        ),
    ),
)
"""Every collection of what stands still, from the ground up."""
