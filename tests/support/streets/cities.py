"""The demo city and the scale city, built once for all tests that look at them."""

from __future__ import annotations

from functools import cache

from geodata.demo.city.city import City, city
from geodata.demo.city.scale import scale_city


@cache
def lusong() -> City:
    """The demo city of seed 1."""
    return city(1)


@cache
def putuo() -> City:
    """The scale city of seed 1."""
    return scale_city(1)
