"""The catalogue that every bench runs with: the product's own, read once."""

from __future__ import annotations

from twin.catalogue import load

CATALOGUE = load()
