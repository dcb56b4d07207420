"""What must not be kept of a payload that was refused.

The schema is what may be known (``twin.events``). A refused payload that holds a field without a
place there, or of which nobody can tell, may carry a face or a person's score: of such a one the
names of its fields remain, never what stood in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from twin.events import BY_TYPE, UNREADABLE

MOST_NAMES = 32
MOST_NAME = 64
_DEEPEST = 3
"""Levels of names that are told; and of lists in lists, more than any field of ours has."""


def harmless(payload: bytes) -> bytes | None:
    """The payload written anew if every field of it has a place in the schema, else None.

    Written anew, because a name that stands twice in JSON hides what stood under it first.
    """
    raw = _decoded(payload)
    if not isinstance(raw, dict):
        return None
    event = BY_TYPE.get(raw["type"]) if isinstance(raw.get("type"), str) else None
    if event is None:
        return None
    data = raw.get("data", {})
    if not isinstance(data, dict):
        return None
    envelope = {name: value for name, value in raw.items() if name not in ("data", "type")}
    known = _fields(event)
    at_home = envelope.keys() <= known.keys() and data.keys() <= _fields(known["data"]).keys()
    plain = all(map(_plain, (*envelope.values(), *data.values())))
    return msgspec.json.encode(raw) if at_home and plain else None


def field_names(payload: bytes) -> tuple[str, ...]:
    """The dotted names of the fields in a payload, shortened; none when it is no JSON object.

    >>> field_names(b'{"id": "1", "data": {"face": {"left": 3}}}')
    ('id', 'data.face.left')
    """
    raw = _decoded(payload)
    names = _names(raw, "", 1) if isinstance(raw, dict) else iter(())
    return tuple(name for name, _ in zip(names, range(MOST_NAMES), strict=False))


def _decoded(payload: bytes) -> object:
    try:
        return msgspec.json.decode(payload)
    except UNREADABLE:
        return None


def _names(raw: Mapping[str, object], before: str, depth: int) -> Iterator[str]:
    for name, value in raw.items():
        whole = f"{before}{name[:MOST_NAME]}"
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _names(value, f"{whole}.", depth + 1)
        else:
            yield whole


def _plain(value: object, depth: int = 0) -> bool:
    """Whether a value holds no names of its own: no field of ours is an object."""
    if isinstance(value, list):
        return depth < _DEEPEST and all(_plain(each, depth + 1) for each in value)
    return not isinstance(value, dict)


def _fields(kind: Any) -> dict[str, Any]:
    """The fields of an event or data class with their types."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
