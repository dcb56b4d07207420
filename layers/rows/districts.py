"""What districts have otherwise than the catalogue that screens show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from twin.catalogue import Catalogue
from twin.catalogue.districts import differences
from twin.places.territory import district_of, touches
from twin.state.twin import Twin


def otherwise(
    twins: Iterable[Twin], common: Catalogue, prefixes: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """By district, table, row and field, for the districts of which the prefixes touch a street."""
    own = {
        district_of(twin.street): twin.catalogue
        for twin in twins
        if twin.catalogue is not common and touches(prefixes, twin.street)
    }
    return {district: differences(common, catalogue) for district, catalogue in own.items()}
