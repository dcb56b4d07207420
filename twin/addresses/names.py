"""Finding names of places in what people write: whole, without 小区, within a text, misheard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from twin.addresses.language import Language

GENERIC = ("小区", "社区", "大院", "大厦", "花园", "公寓", "新村", "家园")
"""Endings that people leave out. Who writes another one may mean another place, so it is said."""

LEAST = 2
"""A name within a text has at least so many characters."""


class Found(NamedTuple):
    """A name that was found: whose it is, what is left of the text, how it was written if not so.

    ``key`` is the number of the place in the book.
    """

    key: int
    name: str
    left: str
    written: str = ""


@lru_cache(maxsize=65536)
def bare(name: str) -> str:
    """A name without its generic ending: 火电小区 is 火电; 大院 alone stays.

    >>> bare("火电小区"), bare("大院"), bare("湘园")
    ('火电', '大院', '湘园')
    """
    for ending in GENERIC:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


class NameBook:
    """Names of places, each under a number; a place may have several names."""

    def __init__(self, names: Iterable[tuple[int, str]], language: Language) -> None:
        self._plain, self._readings = language.plain, language.readings
        self._keys: dict[str, list[int]] = {}
        self._shown: dict[int, str] = {}
        for key, name in names:
            self._shown.setdefault(key, name)
            for form in dict.fromkeys((self._plain(name), bare(self._plain(name)))):
                if form and key not in self._keys.setdefault(form, []):
                    self._keys[form].append(key)
        self._longest = sorted((n for n in self._keys if len(n) >= LEAST), key=len, reverse=True)

    def find(self, text: str) -> list[Found]:
        """Whose name a text is, contains, or sounds like; several when they are as good.

        The first way that finds something counts, and of contained names the longest.
        """
        text = self._plain(text)
        if not text:
            return []
        ways = (self._whole, self._nearly_whole, self._contained, self._part, self._misheard)
        return next((found for way in ways if (found := list(way(text)))), [])

    @cached_property
    def _ways(self) -> dict[str, set[int]]:
        """Each name's syllables, and initials, and whose they are."""
        found: dict[str, set[int]] = {}
        for key, name in self._shown.items():
            for form in (name, bare(self._plain(name))):
                for way in chain.from_iterable(self._readings.sounds(form)):
                    found.setdefault(way, set()).add(key)
        return found

    def nearest(self, text: str, most: int = 3) -> list[int]:
        """The places whose names share most characters with a text."""
        wanted = set(bare(self._plain(text)))
        shared = {
            key: len(wanted & set(bare(self._plain(name)))) for key, name in self._shown.items()
        }
        best = sorted((key for key in shared if shared[key]), key=lambda key: -shared[key])
        return best[:most]

    def _whole(self, text: str) -> Iterator[Found]:
        for key in self._keys.get(text, ()):
            yield Found(key, self._shown[key], "")

    def _nearly_whole(self, text: str) -> Iterator[Found]:
        """With another ending, by all its sounds, or spelled in syllables or first letters."""
        keys = dict.fromkeys(self._keys.get(bare(text), ()))
        if text.isascii() and len(text) >= LEAST:
            keys |= dict.fromkeys(self._ways.get(text.lower(), ()))
        elif len(text) > LEAST:
            keys |= dict.fromkeys(
                k for k in self._shown if self._sounds_like(text, self._plain(self._shown[k]))
            )
        for key in keys:
            yield Found(key, self._shown[key], "", text)

    def _contained(self, text: str) -> Iterator[Found]:
        taken = text
        for name in self._longest:
            if name in taken:
                taken = taken.replace(name, "\0", 1)
                left, ending = _rest_of(text, name)
                for key in self._keys[name]:
                    yield Found(key, self._shown[key], left, name + ending if ending else "")

    def _part(self, text: str) -> Iterator[Found]:
        """A part of a longer name: 警务室 of 军门警务室."""
        if len(text) < LEAST or text in GENERIC:
            return
        for key, name in self._shown.items():
            if text in self._plain(name):
                yield Found(key, name, "", text)

    def _misheard(self, text: str) -> Iterator[Found]:
        """One that sounds the same, or is longer and differs in one character."""
        wanted = bare(text)
        if len(wanted) < LEAST or wanted.isascii():
            return
        known = [(key, bare(self._plain(name))) for key, name in self._shown.items()]
        heard = [key for key, name in known if self._sounds_like(wanted, name)]
        close = heard or [key for key, name in known if _one_off(wanted, name)]
        for key in close:
            yield Found(key, self._shown[key], "", text)

    def _sounds_like(self, one: str, other: str) -> bool:
        alike = self._readings.alike
        return len(one) == len(other) and all(
            a == b or alike(a, b) for a, b in zip(one, other, strict=True)
        )


def _rest_of(text: str, name: str) -> tuple[str, str]:
    """What stands around a name in a text, and the generic ending it has there and not of its own.

    >>> _rest_of("长塘湾火电社区东门", "火电")
    ('长塘湾 东门', '社区')
    """
    before, _, after = text.partition(name)
    whole = name.endswith(GENERIC)  # 南星小区社区服务中心 has its ending already
    ending = next((one for one in GENERIC if after.startswith(one) and not whole), "")
    return f"{before} {after.removeprefix(ending)}".strip(" 的"), ending


def _one_off(one: str, other: str) -> bool:
    """Whether one character was changed, left out, put in or swapped, in a name of three or more.

    >>> _one_off("金大厦", "金元大厦"), _one_off("金色地票", "金色地标"), _one_off("南门", "南星")
    (True, True, False)
    """
    short, long = sorted((one, other), key=len)
    if len(long) < 3 or len(long) - len(short) > 1 or len(short) < 2:
        return False
    pairs = enumerate(zip(short, long, strict=False))
    same = next((i for i, (a, b) in pairs if a != b), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    swapped = short[same : same + 2][::-1] == long[same : same + 2]
    return short[same + 1 :] == long[same + 1 :] or (
        swapped and short[same + 2 :] == long[same + 2 :]
    )
