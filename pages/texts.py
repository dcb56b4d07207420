"""Every string a person reads, by key and language, from ``texts/<language>.toml``.

The files hold tables; a key is the dotted path to a leaf (``queue.waiting``). Words in braces
are filled in where the text is shown: ``{n} 件``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

LANGUAGES = ("zh-CN", "en")
DEFAULT = LANGUAGES[0]


def language(wanted: str | None) -> str:
    """The supported language nearest to a tag such as ``en-GB``; Chinese for anything else.

    >>> language("en-GB"), language(None)
    ('en', 'zh-CN')
    """
    return "en" if (wanted or "").lower().split("-")[0] == "en" else DEFAULT


@cache
def catalogue(lang: str) -> MappingProxyType[str, str]:
    """All texts of one language, key to text. Raises FileNotFoundError for an unknown language."""
    source = resources.files("pages").joinpath("texts", f"{lang}.toml").read_text("utf-8")
    return MappingProxyType(dict(_leaves(tomllib.loads(source), "")))


def text(lang: str, key: str, **words: object) -> str:
    """One text with its words filled in. Raises KeyError for an unknown key.

    >>> text("en", "queue.count", n=3)
    '3'
    """
    return catalogue(lang)[key].format(**words)


def _leaves(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        found += _leaves(value, f"{key}.") if isinstance(value, dict) else [(key, str(value))]
    return found
