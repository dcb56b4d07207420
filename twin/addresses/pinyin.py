"""How Chinese words sound: syllables without tones, their initials, and whether two sound alike.

The table of readings is made by ``geodata/pinyin.py`` and holds every reading in use of each
character, so 长 is found by ``chang`` and by ``zhang``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.catalogue import Sound

FIRST = 0x4E00
VARIANTS = 4
"""Ways of reading a name that are kept: 长乐 has four, hardly any name has more."""

KEPT_CHARACTERS = 4096

_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
_WORDS = re.compile(r"[0-9a-z]+")


class SyllableTable(NamedTuple):
    """Readings: ``usual`` holds for each character from ``FIRST`` on its syllable's number."""

    syllables: tuple[str, ...]
    usual: NDArray[np.uint16]
    further: dict[str, tuple[str, ...]]


class Readings:
    """How characters are read, by the rows of a catalogue; used from any thread."""

    def __init__(self, rows: Sequence[Sound]) -> None:
        self._rows = rows
        # A name's characters come again and again; what is kept goes with the rows it is from.
        self._parts = lru_cache(KEPT_CHARACTERS)(self._parts_of)

    @cached_property
    def _table(self) -> SyllableTable:
        """Two bytes a character, and the rare others; made when something is first read aloud."""
        usual = np.zeros(
            max(ord(c) for row in self._rows for c in row.usual) - FIRST + 1, np.uint16
        )
        further: dict[str, tuple[str, ...]] = {}
        for number, row in enumerate(self._rows, 1):
            usual[[ord(c) - FIRST for c in row.usual]] = number
            for char in row.further:
                further[char] = (*further.get(char, ()), row.syllable)
        return SyllableTable(("", *(row.syllable for row in self._rows)), usual, further)

    def of(self, char: str) -> tuple[str, ...]:
        """The syllables a character is read as, the usual one first; none if it is not Chinese.

        >>> language.readings.of("电"), language.readings.of("长"), language.readings.of("3")
        (('dian',), ('chang', 'zhang'), ())
        """
        known = self._table
        place = ord(char) - FIRST
        if not 0 <= place < len(known.usual) or not known.usual[place]:
            return ()
        return (known.syllables[known.usual[place]], *known.further.get(char, ()))

    def _parts_of(self, char: str) -> tuple[str, ...]:
        return self.of(char) or (("".join(_WORDS.findall(char.lower()))),)

    def syllables(self, text: str, most: int = VARIANTS) -> Iterator[tuple[str, ...]]:
        """The syllables of a name, in each way of reading it; digits and letters stay as they are.

        >>> list(language.readings.syllables("长安3")), list(language.readings.syllables("LP-1"))
        ([('chang', 'an', '3'), ('zhang', 'an', '3')], [('l', 'p', '', '1')])
        """
        return islice(product(*map(self._parts, text)), most)

    def sounds(self, text: str, most: int = VARIANTS) -> Iterator[tuple[str, str]]:
        """A name's syllables written together and its initials, for each way of reading it.

        >>> [next(language.readings.sounds(name)) for name in ("火电小区", "3幢 LP-1")]
        [('huodianxiaoqu', 'hdxq'), ('3zhuanglp1', '3zlp1')]
        """
        for parts in self.syllables(text, most):
            yield "".join(parts), "".join(part[:1] for part in parts)

    def alike(self, one: str, other: str) -> bool:
        """Whether two characters sound the same to who does not mind zh and z, ang and an.

        >>> alike = language.readings.alike
        >>> alike("电", "店"), alike("星", "新"), alike("电", "车")
        (True, True, False)
        """
        return bool({_near(x) for x in self.of(one)} & {_near(x) for x in self.of(other)})


@lru_cache(maxsize=512)
def _near(syllable: str) -> str:
    for strict, loose in _NEAR:
        syllable = syllable.replace(strict, loose)
    return syllable
