"""Every string a person reads, by key and language, from ``texts/<language>.toml``.

The files hold tables; a key is the dotted path to a leaf (``queue.waiting``). Words in braces
are filled in where the text is shown: ``{n} 件``. What a command, a state or a step of a case is
called stands in its own row, so that a new one brings its words along: ``everything`` has them all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Protocol

from twin.catalogue import Catalogue
from twin.commands.table import TABLE

LANGUAGES = ("zh-CN", "en")
DEFAULT = LANGUAGES[0]


class _Named(Protocol):
    """A row with its words in both languages."""

    @property
    def label(self) -> str:
        """In Chinese."""

    @property
    def en(self) -> str:
        """In English."""


def language(wanted: str | None) -> str:
    """The supported language nearest to a tag such as ``en-GB``; Chinese for anything else.

    >>> language("en-GB"), language(None)
    ('en', 'zh-CN')
    """
    return "en" if (wanted or "").lower().split("-")[0] == "en" else DEFAULT


# The texts are the program's own words, shipped with it like its code and the same for whoever
# asks: nothing of a street's Catalogue, of which ``everything`` adds the words of its rows.
@cache
def catalogue(lang: str) -> MappingProxyType[str, str]:
    """All texts of one language, key to text. Raises FileNotFoundError for an unknown language."""
    source = resources.files("pages").joinpath("texts", f"{lang}.toml").read_text("utf-8")
    words = dict(_leaves(tomllib.loads(source), ""))
    rows = ((f"action.{name}", row) for name, row in TABLE.items())
    return MappingProxyType(words | {key: _word(row, lang) for key, row in rows})


def everything(rows: Catalogue, lang: str) -> dict[str, str]:
    """All texts of one language with the words of a catalogue's rows, key to text.

    Raises FileNotFoundError for an unknown language.
    """
    return {**catalogue(lang), **{key: _word(row, lang) for key, row in _rows(rows)}}


def text(lang: str, key: str, **words: object) -> str:
    """One text with its words filled in. Raises KeyError for an unknown key.

    >>> text("en", "queue.count", n=3)
    '3'
    """
    return catalogue(lang)[key].format(**words)


def _rows(rows: Catalogue) -> Iterator[tuple[str, _Named]]:
    """The rows that bring their own words, by the key of the text."""
    flow = rows.flow
    yield from ((f"state.{name}", row) for name, row in flow.states.items())
    yield from ((f"crew.{name}", row) for name, row in flow.steps.items())
    yield from ((f"log.{event}", row) for event, row in flow.moves.items())


def _word(row: _Named, lang: str) -> str:
    return row.label if lang == DEFAULT else row.en


def _leaves(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        found += _leaves(value, f"{key}.") if isinstance(value, dict) else [(key, str(value))]
    return found
