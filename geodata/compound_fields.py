"""The fields of a compound that hold things, each said once: what its rows are and where they lie.

Files of features, the difference between two imports and the question whose a thing is all read
this table.
"""

from __future__ import annotations

from typing import NamedTuple

from twin.places import model


class CompoundField(NamedTuple):
    """A field of ``Compound`` that holds things.

    ``row`` is their type, ``geometry`` which of their fields lies on the ground, as which ``shape``
    of GeoJSON. ``identity`` is the field that tells one from the other, empty where nothing does.
    ``bound`` are the fields that begin with the compound's label; of them the ``id`` is never
    empty. ``territory`` says whether a thing has one: it ``must`` or ``may``, or names a ``grid``
    itself.
    """

    name: str
    row: type[model.Value]
    geometry: str
    shape: str
    identity: str = "id"
    bound: tuple[str, ...] = ("id",)
    territory: str = ""


_HOUSED = ("id", "building")
FIELDS = {
    field.name: field
    for field in (
        CompoundField("buildings", model.Building, "outline", "Polygon", territory="may"),
        CompoundField("surroundings", model.Building, "outline", "Polygon", territory="may"),
        CompoundField("grids", model.Grid, "outline", "Polygon", "territory", (), "grid"),
        CompoundField("paths", model.Path, "line", "LineString"),
        CompoundField("areas", model.Area, "outline", "Polygon"),
        CompoundField("walls", model.Wall, "line", "LineString", "", ()),
        CompoundField("services", model.Service, "lonlat", "Point", "id", _HOUSED, "must"),
        CompoundField("pipes", model.Pipe, "line", "LineString"),
        CompoundField("devices", model.DevicePlace, "lonlat", "Point", "id", _HOUSED, "must"),
        CompoundField("responders", model.ResponderCard, "post", "Point", territory="must"),
    )
}
"""In the order of the model."""
