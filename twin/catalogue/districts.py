"""Catalogues by district: the common rows, and some values that a district has otherwise.

A district may be stricter or slower, not different: what every screen reads of one table for all
it shows (kinds and their states, layers, ways, workflows, names, when an alarm is raised again) is
the same everywhere. ``CHANGEABLE`` lists what is not. Rows are changed, none are added or left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import msgspec

from twin.catalogue import Catalogue
from twin.errors import InvalidCatalogue
from twin.places.territory import district_of

CHANGEABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "devices": ("patience_s",),
        "rules": ("level", "above", "below", "dead_band", "hours", "source"),
        "incidents": ("level", "response_s", "resolve_s", "advice", "advice_en", "source"),
    }
)
"""The fields that may differ by district, by table; of ``above`` and ``below`` the one there is."""

Tables = Mapping[str, Mapping[str, Any]]
"""Rows as a district's files have them, by table and row."""


@dataclass(frozen=True, eq=False)
class Catalogues:
    """The catalogue of each street: its district's ``own`` (by label), else the ``common`` one.

    The common one is what screens show: every kind, state and layer of the others is in it.
    """

    common: Catalogue
    own: Mapping[str, Catalogue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # The only door into a frozen value, before anybody has it.
        object.__setattr__(self, "own", MappingProxyType(dict(self.own)))

    def of(self, street: str) -> Catalogue:
        """The catalogue of a street, by its territory path."""
        return self.own.get(district_of(street), self.common)


def changed(common: Catalogue, district: str, tables: Tables) -> Catalogue:
    """The catalogue of a district whose files hold ``tables``.

    Raises InvalidCatalogue naming file, row and field of the first value that cannot be.
    """
    own: dict[str, Any] = {
        name: _table(common, f"{district}/{name}.toml", name, tables[name]) for name in tables
    }
    try:
        return replace(common, **own)
    except ValueError as exc:  # each row by itself was sound, but not with the others
        raise InvalidCatalogue(district, "", "", str(exc)) from exc


def differences(common: Catalogue, own: Catalogue) -> dict[str, dict[str, dict[str, Any]]]:
    """What a district has otherwise, by table, row and field; no table without a difference."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for table, fields in CHANGEABLE.items():
        for name, row in getattr(own, table).items():
            known = getattr(common, table)[name]
            for name_of in fields:
                if (value := getattr(row, name_of)) != getattr(known, name_of):
                    found.setdefault(table, {}).setdefault(name, {})[name_of] = value
    return found


def _table(common: Catalogue, file: str, table: str, rows: Mapping[str, Any]) -> dict[str, Any]:
    """All rows of a table, those of a district's file with its values."""
    known = getattr(common, table)
    own = {name: _row(file, table, name, known.get(name), given) for name, given in rows.items()}
    return {**known, **own}


def _row(file: str, table: str, name: str, known: Any, given: object) -> Any:
    """A common row with a district's values."""
    if known is None:
        raise InvalidCatalogue(file, name, "", "there is no such row; a district adds none")
    if not isinstance(given, Mapping):
        raise InvalidCatalogue(file, name, "", "a row is needed, such as [ROW] and its fields")
    if "source" in CHANGEABLE[table] and not given.get("source"):
        raise InvalidCatalogue(file, name, "source", "is missing: say where the values come from")
    values = {which: _value(file, table, name, known, which, given[which]) for which in given}
    row = msgspec.structs.replace(known, **values)
    for which, why in _out_of_bounds(row):
        if which in values:
            raise InvalidCatalogue(file, name, which, why)
    return row


def _value(file: str, table: str, name: str, known: Any, which: str, given: object) -> Any:
    """One value of a district's row, of the type of its field."""
    if which not in CHANGEABLE[table]:
        may = ", ".join(CHANGEABLE[table])
        raise InvalidCatalogue(file, name, which, f"is the same everywhere; may differ: {may}")
    if getattr(known, which) is None:
        raise InvalidCatalogue(file, name, which, "the rule has none, so there is none to change")
    types = {part.name: part.type for part in msgspec.structs.fields(type(known))}
    try:
        return msgspec.convert(given, types[which])
    except msgspec.ValidationError as exc:
        raise InvalidCatalogue(file, name, which, str(exc)) from exc


def _out_of_bounds(row: Any) -> Iterator[tuple[str, str]]:
    """Fields of a row with values that no row can have, and why."""
    value = {which: getattr(row, which) for which in row.__struct_fields__}
    if "level" in value and not 1 <= value["level"] <= 4:
        yield "level", "is not 1 to 4"
    for which in (name for name in ("patience_s", "response_s") if name in value):
        if value[which] < 1:
            yield which, "is not above 0"
    if "resolve_s" in value and value["resolve_s"] <= value["response_s"]:
        for which in ("resolve_s", "response_s"):
            yield which, "a case is resolved later than it is responded to"
    for which in (name for name in ("above", "below", "dead_band") if name in value):
        if value[which] is not None and not math.isfinite(value[which]):
            yield which, "is not a number that a reading can pass"
    if "dead_band" in value and value["dead_band"] < 0:
        yield "dead_band", "is below 0"
    if "hours" in value and not all(0 <= hour <= 24 for hour in value["hours"] or ()):
        yield "hours", "are not 0 to 24"
    for which in (name for name in ("advice", "advice_en") if name in value):
        if not value[which]:
            yield which, "is empty"
