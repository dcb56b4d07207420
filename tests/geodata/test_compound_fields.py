"""The table of what a compound holds is that of the model, field by field."""

from __future__ import annotations

import msgspec
import pytest

from geodata.compound_fields import FIELDS, CompoundField
from twin.places.model import Compound

ROWS = {field.name: field.type for field in msgspec.structs.fields(Compound)}


def test_every_field_that_holds_things_stands_in_the_table_in_order() -> None:
    holding = [
        name
        for name, kind in ROWS.items()
        if any(str(field.row.__name__) in str(kind) for field in FIELDS.values())
    ]
    assert set(holding) == set(FIELDS)


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_a_row_has_the_fields_that_the_table_names(field: CompoundField) -> None:
    named = {field.geometry, *field.bound, *([field.identity] if field.identity else [])}
    assert named <= set(field.row.__struct_fields__)
    assert bool(field.territory) == ("territory" in field.row.__struct_fields__)
    assert field.row.__name__ in str(ROWS[field.name])
