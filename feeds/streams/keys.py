"""The names of a street's keys.

The street stands in braces: it is the Redis Cluster hash tag, so all keys of one street live on
one node and one script may touch several of them.
"""

from __future__ import annotations

NOWHERE = "nowhere"
"""Stands for the street of a payload whose street cannot be told."""


def key(street: str | None, name: str) -> str:
    """The key ``name`` of a street.

    >>> key("lusong.hejiatu", "telemetry"), key(None, "rejected")
    ('dayuan:{lusong.hejiatu}:telemetry', 'dayuan:{nowhere}:rejected')
    """
    return f"dayuan:{{{street or NOWHERE}}}:{name}"
