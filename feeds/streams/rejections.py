"""What is kept of a payload that could not be accepted.

Always the field, the reason, the names of the fields, a digest and the size; the payload itself
only where each of its fields has a place in the schema. Whatever else it held is not kept: not
here, and not in the stream it was added to (``reject.lua`` deletes the entry).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from feeds.streams.batches import TELEMETRY
from feeds.streams.keys import key
from feeds.streams.link import Link
from feeds.streams.reading import DELETED
from twin.errors import EventRejected
from twin.state.privacy import field_names, harmless

log = logging.getLogger(__name__)

MOST_PAYLOAD = 4096
"""Bytes of a payload that is kept; a longer one is not, for half of one is of no use."""
MOST_REASON = 300
PAGE = 200


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """A payload that could not be accepted: why, from whom, and which entry held it, if one did."""

    payload: bytes
    rejected: EventRejected
    source: str
    stream: str = TELEMETRY
    entry_id: str = ""

    def words(self) -> tuple[str | bytes | int, ...]:
        """What ``reject.lua`` takes for it.

        The last word is ``delete`` for an entry of telemetry, where anybody writes, that must go;
        operations are the record: there it stays, and who may write them is known.
        """
        why, kept = self.rejected, harmless(self.payload)
        value = "" if kept is None else why.value
        gone = kept is None and self.stream == TELEMETRY and self.entry_id
        return (
            self.stream, self.entry_id, self.source,
            why.field, _utf8(value), _utf8(why.reason[:MOST_REASON]),
            kept if kept is not None and len(kept) <= MOST_PAYLOAD else b"",
            _utf8(" ".join(field_names(self.payload))),
            sha256(self.payload).hexdigest(), len(self.payload), "delete" if gone else "",
        )  # fmt: skip


async def scrub(link: Link, street: str) -> int:
    """Delete what an earlier version kept of refused payloads and should not have; how many.

    Entries of before know no digest. Those whose payload has no place go, and so does the entry
    of telemetry that held it, if it is still there; the counts by source remain.
    """
    stream, gone = key(street, "rejected"), 0
    after = "-"
    while True:
        (entries,) = await link.call(stream, ("XRANGE", stream, after, "+", "COUNT", PAGE))
        old = [(entry_id, _fields(words)) for entry_id, words in entries]
        old = [(entry_id, row) for entry_id, row in old if b"digest" not in row]
        bad = [(id_, row) for id_, row in old if harmless(row.get(b"payload", b"")) is None]
        for entry_id, row in bad:
            await _delete_source(link, street, row)
            await link.call(stream, ("XDEL", stream, entry_id))
        gone += len(bad)
        if len(old) < PAGE:
            break
        after = f"({entries[-1][0].decode()}"
    if gone:
        log.info("%s: %d refused payloads of an earlier version deleted", street, gone)
    return gone


async def _delete_source(link: Link, street: str, row: dict[bytes, bytes]) -> None:
    """Delete the entry of telemetry that a refused payload stood in: the same, by its bytes."""
    entry_id, kept = row.get(b"entry", b""), row.get(b"payload", b"")
    if not entry_id:
        return
    telemetry = key(street, TELEMETRY)
    (found,) = await link.call(telemetry, ("XRANGE", telemetry, entry_id, entry_id))
    if found and any(kept and word.startswith(kept) for word in found[0][1]):
        (gone,) = await link.call(telemetry, ("XDEL", telemetry, entry_id))
        if gone:  # counted, so that a reader who comes later does not miss it
            until = key(street, "rejected_until")
            await link.call(until, ("HINCRBY", until, DELETED, gone))


def _fields(words: Sequence[bytes]) -> dict[bytes, bytes]:
    return dict(zip(words[::2], words[1::2], strict=True))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
