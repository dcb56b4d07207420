"""The clock of the place: what the hour is in China, whatever the machine thinks."""

from __future__ import annotations

from datetime import timedelta, timezone

CHINA = timezone(timedelta(hours=8))
"""China has one zone and no summer time, so local time needs no zone data."""
