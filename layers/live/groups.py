"""A group: all connections that look at the same thing, so that each frame is encoded once.

Text and binary frames of a group share one sequence; every frame after a snapshot carries exactly
the last number plus one. A snapshot is two frames, text then binary, numbered so that the binary
one carries the number of the last frame it covers. The last frames are kept for connections that
come back; the epoch says whether they are the same group's.
"""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from layers.live import frames
from layers.live.frames import Indices
from layers.live.state_store import News, StateStore
from layers.live.subscription import Subscription
from layers.places.compound import PlacesView
from layers.rows.layer import kinds_shown

RING_FRAMES = 64
RING_BYTES = 1 << 20


class Key(NamedTuple):
    """What a connection looks at. ``compounds`` in the order that device indices count.

    ``masked`` is the account's class, which chooses the description of places it was given;
    ``public`` the screen's, which chooses the words: a wall is public whoever logged in on it.
    """

    prefixes: tuple[str, ...]
    masked: bool
    public: bool
    band: str
    compounds: tuple[str, ...]
    switches: frozenset[str]


class Frame(NamedTuple):
    """An encoded frame as the ASGI message that sends it."""

    seq: int
    message: dict[str, Any]
    size: int


class Member(Protocol):
    """Somebody frames are handed to."""

    def enqueue(self, fresh: list[Frame]) -> None:
        """Take the group's next frames without waiting."""


class Group:
    """One key's sequence of frames, its recent frames and its members."""

    def __init__(
        self, key: Key, epoch: str, scope: Subscription, picture: StateStore, places: PlacesView
    ) -> None:
        self.key = key
        self.epoch = epoch
        self.scope = scope
        self.members: dict[Member, None] = {}
        self.idle_turns = 0
        self.seq = 1
        self._columns = picture.columns
        self._catalogue = picture.catalogue
        self._ring: deque[Frame] = deque(maxlen=RING_FRAMES)
        self._ring_bytes = 0
        self._snapshot: list[Frame] = []
        self._snapshot_ms = 0.0
        self._compounds: list[dict[str, Any]] = []
        size = len(self._columns) if key.compounds else 0
        self._index: NDArray[np.int32] = np.full(size, -1, np.int32)
        self._choose_rows(places)

    def _choose_rows(self, places: PlacesView) -> None:
        """Number the devices in view; -1 stands at a row that is out of sight or switched off."""
        prefixes, masked, _, _, compounds, switches = self.key
        shown = kinds_shown(self._catalogue, switches)
        shown_kinds = np.array([kind in shown for kind in self._columns.kinds])
        offset = 0
        for name in compounds:
            compound = places.compounds[name]
            start, stop = self._columns.span[name]
            low, high = np.searchsorted(self.scope.rows, (start, stop))
            rows = self.scope.rows[low:high]
            index = np.arange(offset, offset + len(rows))
            self._index[rows] = np.where(shown_kinds[self._columns.kind[rows]], index, -1)
            offset += len(rows)
            version = places.version(compound, prefixes, masked)
            self._compounds.append({"id": name, "version": version, "count": len(rows)})

    def encode(self, at_ms: float, words: dict[str, bytes], news: News) -> list[Frame]:
        """What is new, once for all members: a text frame if words, a binary one if rows."""
        fresh = []
        if words:
            head = self._head("delta", at_ms)
            fresh.append(self._text(frames.text(head, **words)))
        if self._compounds:
            index = self._index[news.rows]
            rows = news.rows[index >= 0]
            if len(rows):
                fresh.append(self._binary(at_ms, rows))
        return fresh

    def beat(self, at_ms: float, words: dict[str, bytes]) -> None:
        """The heartbeat: server time and time of the newest event, nothing else new."""
        self.enqueue([self._text(frames.text(self._head("beat", at_ms), **words))])

    def snapshot(self, at_ms: float, clock: dict[str, Any]) -> list[Frame]:
        """Text and binary frame with everything in view, encoded once per sequence and instant."""
        stands = self._snapshot and self._snapshot[-1].seq == self.seq
        if not stands or self._snapshot_ms != at_ms:
            head = {
                "kind": "snapshot",
                "epoch": self.epoch,
                "seq": self.seq - 1,
                **self._times(at_ms),
                "clock": clock,
                "compounds": self._compounds,
            }
            things = {sort: frames.fields(found) for sort, found in self.scope.things().items()}
            text = frames.text(
                head, things=frames.fields(things), panels=frames.fields(self.scope.panels)
            )
            rows = np.flatnonzero(self._index >= 0)
            packed = self._pack(self.seq, at_ms, rows)
            self._snapshot_ms = at_ms
            self._snapshot = [_text_frame(self.seq - 1, text), _binary_frame(self.seq, packed)]
        return self._snapshot

    def after(self, seq: int) -> list[Frame] | None:
        """The frames that follow a sequence number, or None when some are no longer kept."""
        if seq == self.seq:
            return []
        kept = [frame for frame in self._ring if frame.seq > seq]
        return kept if kept and kept[0].seq == seq + 1 else None

    def _head(self, kind: str, at_ms: float) -> dict[str, Any]:
        self.seq += 1
        return {"kind": kind, "seq": self.seq, **self._times(at_ms)}

    def _times(self, at_ms: float) -> dict[str, float | None]:
        """When a frame was made, when its newest event happened, which frames showed it first,
        and when the streams behind it were last folded to their ends.
        """
        newest, folded_ms = self.scope.newest, self.scope.folded_ms
        return {
            "at": at_ms, "newest": newest.at_ms, "shown": newest.shown_ms, "folded": folded_ms
        }  # fmt: skip

    def _text(self, text: str) -> Frame:
        return _text_frame(self.seq, text)

    def _binary(self, at_ms: float, rows: Indices) -> Frame:
        self.seq += 1
        return _binary_frame(self.seq, self._pack(self.seq, at_ms, rows))

    def _pack(self, seq: int, at_ms: float, rows: Indices) -> bytes:
        """Rows in the order of their index: compounds in view may stand in another order."""
        rows = rows[np.argsort(self._index[rows], kind="stable")]
        columns = self._columns
        return frames.pack(seq, at_ms, self._index[rows], columns.value[rows], columns.state[rows])

    def enqueue(self, fresh: list[Frame]) -> None:
        """Put frames into the queue of every member, and keep them for those who come back."""
        if not fresh:
            return
        for frame in fresh:
            self._keep(frame)
        for member in tuple(self.members):
            member.enqueue(fresh)

    def _keep(self, frame: Frame) -> None:
        """Keep a frame for those who come back; the oldest make room, by number and by bytes."""
        if len(self._ring) == RING_FRAMES:
            self._ring_bytes -= self._ring.popleft().size
        self._ring.append(frame)
        self._ring_bytes += frame.size
        while self._ring_bytes > RING_BYTES:
            self._ring_bytes -= self._ring.popleft().size


def _text_frame(seq: int, text: str) -> Frame:
    return Frame(seq, {"type": "websocket.send", "text": text}, len(text))


def _binary_frame(seq: int, packed: bytes) -> Frame:
    return Frame(seq, {"type": "websocket.send", "bytes": packed}, len(packed))
