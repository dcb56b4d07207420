"""Between what bounds times and values lie that a twin can reckon with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

AHEAD = timedelta(minutes=5)
"""Clocks that are kept right at all agree within this."""

LATE = timedelta(hours=24)
"""An event older than this is refused, unless it goes on from what its device said last."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""No fact is dated outside of these: near the ends of the calendar a deadline cannot be reckoned,
and what is kept for thirty days has no day to end."""

LARGEST = 1.7976931348623157e308
"""The largest finite float: beyond it lie the infinities, and NaN compares with nothing."""
