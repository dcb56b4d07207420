"""What is said when entries were trimmed unread, or when the streams went back: in the log, on
every screen, and by the engine in the record.
"""

from __future__ import annotations

import logging
from datetime import datetime

from feeds.errors import RolledBack
from feeds.streams.ledger import Gap
from feeds.streams.streams import Streams
from twin.events import FeedGap, FeedRolledBack, GapData, RollbackData

log = logging.getLogger(__name__)


def say_gap(streams: Streams, street: str, gap: Gap) -> None:
    """Say that entries are missing from what this process knows of a street."""
    log.error(
        "%s: %s of %s between %s and %s trimmed before they were read",
        street, gap.lost or "some entries", gap.stream, gap.after, gap.first,
    )  # fmt: skip
    streams.conditions.raise_(
        "stream_gap", street, stream=gap.stream, after=gap.after, lost=gap.lost
    )


def say_rolled_back(streams: Streams, street: str, back: RolledBack) -> None:
    """Say that the streams of a street are no more those that this process had read."""
    log.error("%s: the streams went back, beginning anew: %s", street, back)
    streams.conditions.raise_(
        "stream_rolled_back", street, stream=back.stream, read=back.read, last=back.last
    )


def gap_event(street: str, gap: Gap, at: datetime) -> FeedGap:
    """The record that what happened in a gap was never followed. Its id is made of the gap."""
    return FeedGap(
        id=f"gap-{gap.stream}-{gap.after}-{gap.first}",
        subject=gap.stream,
        time=at,
        by="system",
        territory=street,
        data=GapData(after=gap.after, first=gap.first, lost=gap.lost),
    )


def rolled_back_event(street: str, back: RolledBack, at: datetime) -> FeedRolledBack:
    """The record that what stood between two entries is gone, though it had been acknowledged."""
    return FeedRolledBack(
        id=f"rolled-back-{back.stream}-{back.read}-{back.last}",
        subject=back.stream,
        time=at,
        by="system",
        territory=street,
        data=RollbackData(read=back.read, last=back.last),
    )
