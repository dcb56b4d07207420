"""Territory: a dotted path from district to grid, ``lusong.hejiatu.changtangwan.huodian.g2``.

District, street, community, compound, grid. Access, subscriptions, roll-ups and escalation are
all prefix tests on this one string, so this file is the only place that knows how.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from twin.errors import InvalidTerritory

LEVELS = ("district", "street", "community", "compound", "grid")
_LABEL = re.compile(r"[a-z0-9][a-z0-9-]*\Z")


def parse(path: str) -> tuple[str, ...]:
    """Split a path into its labels.

    >>> parse("lusong.hejiatu")
    ('lusong', 'hejiatu')

    Raises InvalidTerritory for an empty path, more than five labels, or a label that is not
    lower-case letters, digits and inner hyphens.
    """
    labels = tuple(path.split("."))
    if len(labels) > len(LEVELS) or not all(_LABEL.match(label) for label in labels):
        raise InvalidTerritory(f"{path!r} is not a territory path")
    return labels


def is_label(word: str) -> bool:
    """Whether a word can be one label of a path, and so the name of a compound's file.

    >>> is_label("huodian"), is_label("../evil"), is_label("lusong.hejiatu")
    (True, False, False)
    """
    return _LABEL.match(word) is not None


def contains(prefix: str, path: str) -> bool:
    """Whether ``path`` lies in ``prefix`` (a place contains itself).

    >>> contains("lusong.heji", "lusong.hejiatu"), contains("lusong", "lusong.hejiatu")
    (False, True)
    """
    return path == prefix or path.startswith(prefix + ".")


def covers(prefixes: Iterable[str], path: str) -> bool:
    """Whether any of an account's prefixes contains ``path``: the one filter for what leaves."""
    return any(contains(prefix, path) for prefix in prefixes)


def touches(prefixes: Iterable[str], path: str) -> bool:
    """Whether any prefix contains ``path`` or lies inside it: may a part of ``path`` be seen?"""
    return any(contains(prefix, path) or contains(path, prefix) for prefix in prefixes)


def district_of(path: str) -> str:
    """The district a path lies in: its first label.

    >>> district_of("lusong.hejiatu.changtangwan")
    'lusong'
    """
    return path.partition(".")[0]


def street_of(path: str) -> str:
    """The street a path lies in, which is also its Redis hash tag: the first two labels.

    >>> street_of("lusong.hejiatu.changtangwan.huodian.g2")
    'lusong.hejiatu'

    Raises InvalidTerritory for a path above street level.
    """
    labels = path.split(".", 2)
    if len(labels) < 2:
        raise InvalidTerritory(f"{path!r} is above street level")
    return f"{labels[0]}.{labels[1]}"


def compound_of(path: str) -> str | None:
    """The compound's label in a path, or None above compound level.

    >>> compound_of("lusong.hejiatu.changtangwan.huodian.g2")
    'huodian'
    """
    labels = path.split(".")
    return labels[3] if len(labels) > 3 else None
