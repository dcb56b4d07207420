"""Codes of divisions for the demo's cities: twelve digits, in the form of the official list.

Six digits are the county's, three the street's, three the community's (统计用区划代码): streets
from 001, towns (镇) from 100, townships (乡) from 200; committees of residents from 001, those of
villagers (村委会) from 200. The county's digits are real; which number a street or community has is
made up, in the order in which the demo names them.
"""

from __future__ import annotations

from collections.abc import Iterable

STREETS = {"镇": 100, "乡": 200}
COMMUNITIES = {"村": 200}
"""Where numbers begin, by the last letter of the name; at 1 for any other."""


def numbered(names: Iterable[str], begins: dict[str, int]) -> list[str]:
    """Three digits for each name, in order.

    >>> numbered(["建设街道", "白关镇", "枫溪街道"], STREETS)
    ['001', '100', '002']
    """
    free: dict[int, int] = {}
    found = []
    for name in names:
        first = begins.get(name[-1:], 1)
        free[first] = free.get(first, first - 1) + 1
        found.append(f"{free[first]:03d}")
    return found
