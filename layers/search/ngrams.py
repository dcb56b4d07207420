"""Short texts looked through as one array, by what is written and by how it sounds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twin.addresses.language import Language
from twin.addresses.pinyin import Readings
from twin.addresses.tokens import number

Mask = NDArray[np.bool_]
_NUMBER = re.compile("[零〇一二两三四五六七八九十百]+(?=[幢号单层楼室期门网])")
_TYPED = re.compile("[a-z]{2,}")
_OTHER = re.compile("[^一-龥]+")
_END = 10


def normal(text: str, language: Language) -> str:
    """One way of writing for what people write in several.

    >>> tuple(normal(text, language) for text in ("三栋一单元", "十二号楼 GATE", "３幢"))
    ('3幢1单元', '12幢 gate', '3幢')
    """
    plain = language.tokens.canonical(text)[0].lower()
    numbered = _NUMBER.sub(lambda found: number(found.group()), plain)
    return numbered.replace("楼", "幢").replace("号幢", "幢").strip()


class Texts:
    """Texts joined into one array of UTF-16 units, a line each."""

    def __init__(self, texts: Sequence[str]) -> None:
        lines = [text.replace("\n", " ") for text in texts]
        self._units = _units("".join(f"{line}\n" for line in lines))
        ends = np.flatnonzero(self._units == _END)
        self._starts = np.concatenate(([0], ends[:-1] + 1)) if lines else ends
        self._common = np.bincount(self._units, minlength=1) if lines else ends

    def holding(self, word: str) -> Mask:
        """Which texts a word occurs in."""
        found = np.zeros(len(self._units), dtype=bool)
        found[self._places(word)] = True
        return _any_in(found, self._starts)

    def beginning(self, word: str) -> Mask:
        """Which texts begin with a word."""
        return np.isin(self._starts, self._places(word), assume_unique=True)

    def _places(self, word: str) -> NDArray[np.intp]:
        """Where a word stands; its rarest unit is looked for first."""
        wanted = _units(word)
        if not len(wanted) or not len(self._units):
            return np.empty(0, dtype=np.intp)
        counts = [self._common[unit] if unit < len(self._common) else 0 for unit in wanted]
        rarest = int(np.argmin(counts))
        places = np.flatnonzero(self._units == wanted[rarest]) - rarest
        places = places[(places >= 0) & (places + len(wanted) <= len(self._units))]
        for offset, unit in enumerate(wanted):
            places = places[self._units[places + offset] == unit]
        return places


class Spelled:
    """Names by their syllables and by their initials, as people type them in Latin letters.

    A word must begin where a syllable begins: ``an`` does not find 单元 (danyuan). Digits are left
    out, so that a thousand flats are spelled once.
    """

    def __init__(self, names: Sequence[str], readings: Readings) -> None:
        skeletons: dict[str, int] = {}
        bare = (_OTHER.sub("", name) for name in names)
        self._of = np.array([skeletons.setdefault(one, len(skeletons)) for one in bare], np.int32)
        lines = "".join(f"{_ways(one, readings)}\n" for one in skeletons)
        joined = np.frombuffer(lines.encode("ascii"), np.uint8)
        ends = np.flatnonzero(joined == _END)
        self._starts = np.concatenate(([0], ends[:-1] + 1)) if skeletons else ends
        self._opens = (joined >= ord("A")) & (joined <= ord("Z"))
        self._units = np.where(self._opens, joined + 32, joined)

    def holding(self, word: str) -> Mask:
        """Which names sound like a word somewhere; one of two letters or more, else none."""
        found = np.zeros(len(self._units), dtype=bool)
        found[self._places(word)] = True
        return self._spread(_any_in(found, self._starts))

    def beginning(self, word: str) -> Mask:
        """Which names begin with the sound of a word."""
        return self._spread(np.isin(self._starts, self._places(word), assume_unique=True))

    def _spread(self, found: Mask) -> Mask:
        """From what is spelled to the names spelled so."""
        return found[self._of] if len(found) else np.zeros(len(self._of), dtype=bool)

    def _places(self, word: str) -> NDArray[np.intp]:
        if not _TYPED.fullmatch(word) or not len(self._units):
            return np.empty(0, dtype=np.intp)
        wanted = np.frombuffer(word.encode("ascii"), np.uint8)
        places = np.flatnonzero((self._units == wanted[0]) & self._opens)
        places = places[places + len(wanted) <= len(self._units)]
        for offset, unit in enumerate(wanted):
            places = places[self._units[places + offset] == unit]
        return places


def _ways(name: str, readings: Readings) -> str:
    """``HuoDian HD`` for each way of reading a name: capitals where a word may begin."""
    ways = []
    for parts in readings.syllables(name):
        full = "".join(part.capitalize() for part in parts)
        ways += [full, "".join(part[:1] for part in parts).upper()]
    return " ".join(ways)


def _units(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)


def _any_in(found: Mask, starts: NDArray[np.intp]) -> Mask:
    if not len(starts):
        return np.zeros(0, dtype=bool)
    held: Mask = np.logical_or.reduceat(found, starts)
    return held
