"""Every sentence that an import says, in the language of its reader: rows of ``sentences.toml``.

Who finds something says which sentence it is and with which values; who shows it says in which
language. What a library says of a broken file is quoted as it is, and named as the library's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any, NamedTuple

from geodata.importing.readers.encodings import printable

LANGUAGES = ("zh-CN", "en")
"""In the order of the rows; the first is spoken unless another is asked for."""
DEFAULT = LANGUAGES[0]
_BETWEEN = {"zh-CN": "；", "en": "; "}


@cache
def catalogue() -> dict[str, dict[str, list[str]]]:
    """The tables of ``sentences.toml``: rows by name, each with a text a language."""
    source = resources.files(__package__).joinpath("sentences.toml").read_text("utf-8")
    return tomllib.loads(source)


STOPS = frozenset(catalogue()["stops"])
"""Kinds of fault that stop an import; all others are listed and passed."""


@cache
def fields(name: str) -> frozenset[str]:
    """What the Chinese text of a sentence wants filled in. Raises KeyError for no sentence."""
    text = catalogue()["says"][name][0]
    return frozenset(field for _, field, _, _ in Formatter().parse(text) if field)


class Words(NamedTuple):
    """A sentence and its values, not yet in a language; ``say`` makes one."""

    name: str
    values: tuple[tuple[str, object], ...] = ()

    def said(self, lang: str) -> str:
        """The sentence in a language."""
        table, _, row = self.name.rpartition(":")
        text = catalogue()[table or "says"][row][LANGUAGES.index(lang)]
        return text.format_map({name: spoken(value, lang) for name, value in self.values})

    def __str__(self) -> str:
        return self.said("en")


def say(name: str, /, **values: object) -> Words:
    """A sentence with its values: numbers, names, other sentences, or tuples of these.

    >>> say("shares", other="3幢", area=2.04).said("zh-CN")
    '与 3幢 重叠 2.0 m²'

    Raises KeyError for one that is not in the catalogue, TypeError for values that do not fit.
    """
    if fields(name) != values.keys():
        raise TypeError(f"{name} wants {sorted(fields(name))}, not {sorted(values)}")
    return Words(name, tuple(values.items()))


def spoken(value: object, lang: str) -> Any:
    """A value of a sentence in a language: sentences are said, numbers and names stay.

    Whatever a file holds, what is said of it can be written down: see ``encodings.printable``.
    """
    if isinstance(value, Words):
        return value.said(lang)
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        return _BETWEEN[lang].join(str(spoken(one, lang)) for one in value)
    return value


def called(word: str, *tables: str) -> Words | str:
    """What people call a word that has a row in a table; another word is a name, and stays.

    >>> spoken(called("gate", "roles"), "zh-CN"), called("3幢", "things")
    ('大门', '3幢')
    """
    table = next((table for table in tables if word in catalogue()[table]), None)
    return Words(f"{table}:{word}") if table else word


def kind_title(kind: str) -> Words:
    """What people call a kind of fault; saying one that has no row raises KeyError."""
    return Words(f"{'stops' if kind in STOPS else 'listed'}:{kind}")


def language(environment: Mapping[str, str]) -> str:
    """The language of a terminal, by the order that POSIX gives: English where it is asked for."""
    said = next((environment[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(n)),
                "")  # fmt: skip
    return "en" if said.lower().startswith("en") else DEFAULT


class CannotImport(ValueError):
    """What cannot be read or used: the kind of fault this is, and the sentence that says why."""

    def __init__(self, words: Words, kind: str = "unreadable") -> None:
        self.words, self.kind = words, kind
        super().__init__(str(words))
