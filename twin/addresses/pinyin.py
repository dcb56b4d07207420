"""How Chinese words sound: syllables without tones, their initials, and whether two sound alike.

The table of readings is made by ``geodata/pinyin.py`` and holds every reading in use of each
character, so 长 is found by ``chang`` and by ``zhang``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from itertools import islice, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FIRST = 0x4E00
VARIANTS = 4
"""Ways of reading a name that are kept: 长乐 has four, hardly any name has more."""

_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
_WORDS = re.compile(r"[0-9a-z]+")


class SyllableTable(NamedTuple):
    """Readings: ``usual`` holds for each character from ``FIRST`` on its syllable's number."""

    syllables: tuple[str, ...]
    usual: NDArray[np.uint16]
    further: dict[str, tuple[str, ...]]


@cache
def table() -> SyllableTable:
    """The readings of ``catalogue/pinyin.tsv``: two bytes a character, and the rare others."""
    text = resources.files("twin.catalogue").joinpath("pinyin.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    usual = np.zeros(max(ord(c) for row in rows for c in row[1]) - FIRST + 1, np.uint16)
    further: dict[str, tuple[str, ...]] = {}
    for number, (syllable, most, some) in enumerate(rows, 1):
        usual[[ord(c) - FIRST for c in most]] = number
        for char in some:
            further[char] = (*further.get(char, ()), syllable)
    return SyllableTable(("", *(row[0] for row in rows)), usual, further)


def readings(char: str) -> tuple[str, ...]:
    """The syllables a character is read as, the usual one first; none for what is not Chinese.

    >>> readings("电"), readings("长"), readings("3")
    (('dian',), ('chang', 'zhang'), ())
    """
    known = table()
    place = ord(char) - FIRST
    if not 0 <= place < len(known.usual) or not known.usual[place]:
        return ()
    return (known.syllables[known.usual[place]], *known.further.get(char, ()))


@lru_cache(maxsize=4096)
def _parts(char: str) -> tuple[str, ...]:
    return readings(char) or (("".join(_WORDS.findall(char.lower()))),)


def syllables(text: str, most: int = VARIANTS) -> Iterator[tuple[str, ...]]:
    """The syllables of a name, in each way of reading it; digits and letters stay as they are.

    >>> list(syllables("长安3")), list(syllables("LP-1"))
    ([('chang', 'an', '3'), ('zhang', 'an', '3')], [('l', 'p', '', '1')])
    """
    return islice(product(*map(_parts, text)), most)


def sounds(text: str, most: int = VARIANTS) -> Iterator[tuple[str, str]]:
    """A name's syllables written together and its initials, for each way of reading it.

    >>> next(sounds("火电小区")), next(sounds("3幢 LP-1"))
    (('huodianxiaoqu', 'hdxq'), ('3zhuanglp1', '3zlp1'))
    """
    for parts in syllables(text, most):
        yield "".join(parts), "".join(part[:1] for part in parts)


def alike(one: str, other: str) -> bool:
    """Whether two characters sound the same to somebody who does not mind zh and z, ang and an.

    >>> alike("电", "店"), alike("星", "新"), alike("电", "车")
    (True, True, False)
    """
    return bool({_near(x) for x in readings(one)} & {_near(x) for x in readings(other)})


@lru_cache(maxsize=512)
def _near(syllable: str) -> str:
    for strict, loose in _NEAR:
        syllable = syllable.replace(strict, loose)
    return syllable
