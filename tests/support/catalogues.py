"""The catalogue that tests hand to twins, and others with a row changed."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as changed

from twin.addresses.language import Language
from twin.catalogue import Catalogue, districts, load
from twin.catalogue.districts import Catalogues

CATALOGUE = load()
"""The rows of the product, read once for all tests of a process."""

CATALOGUES = Catalogues(CATALOGUE)
"""The same everywhere, as most installations have it."""

LANGUAGE = Language(CATALOGUE)
"""How addresses are read by them."""


def with_rule(name: str, **fields: object) -> Catalogue:
    """The product's catalogue with some fields of one rule changed."""
    row = changed(CATALOGUE.rules[name], **fields)
    return replace(CATALOGUE, rules={**CATALOGUE.rules, name: row})


def of_districts(**tables: districts.Tables) -> Catalogues:
    """Catalogues of some districts, each with the rows that its files hold."""
    own = {name: districts.changed(CATALOGUE, name, rows) for name, rows in tables.items()}
    return Catalogues(CATALOGUE, own)
