"""How a setting is read: its variable, what it is unless given, and what it may be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_HOST_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, what it is unless given, how it is read, what for."""

    variable: str
    default: str
    parse: Callable[[str], Any]
    words: str


def whole(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers in a range; it raises ValueError with the reason."""

    def parse(value: str) -> int:
        # Longer than any number we take: int() itself refuses beyond 4,300 digits.
        if not value.isdecimal() or len(value) > 12 or not least <= int(value) <= most:
            raise ValueError(f"a whole number from {least} to {most} is needed")
        return int(value)

    return parse


def choice(**words: Any) -> Callable[[str], Any]:
    """A parser of some words, in any case; it raises ValueError with the reason."""

    def parse(value: str) -> Any:
        if value.lower() not in words:
            raise ValueError(f"one of {', '.join(words)} is needed")
        return words[value.lower()]

    return parse


def host_names(value: str) -> tuple[str, ...]:
    """Names of hosts with spaces between, without ports.

    >>> host_names("twin.example twin")
    ('twin.example', 'twin')

    Raises ValueError naming the one that is none.
    """
    names = tuple(value.split())
    for name in names:
        if not _HOST_NAME.fullmatch(name):
            raise ValueError(f"{name} is no name of a host such as twin.example")
    return names


def web_address(value: str) -> str:
    """An address that links can begin with, or nothing.

    >>> web_address("https://twin.example/dayuan/")
    'https://twin.example/dayuan'

    Raises ValueError with the reason.
    """
    parts = urlsplit(value)
    plain = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    if value and (not plain or parts.query or parts.fragment or not value.isprintable()):
        raise ValueError("an http or https address without query is needed")
    return value.rstrip("/")
