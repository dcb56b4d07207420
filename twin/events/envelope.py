"""What every event has: an envelope with CloudEvents names, and data of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Words = Annotated[str, Meta(max_length=500)]
Name = Annotated[str, Meta(max_length=200)]
Word = Annotated[str, Meta(max_length=64)]
Instant = Annotated[datetime, Meta(tz=True)]
Level = Annotated[int, Meta(ge=1, le=4)]
"""Ⅰ critical 1, Ⅱ major 2, Ⅲ moderate 3, Ⅳ minor 4."""
Floor = Annotated[int, Meta(ge=-1000, le=1000)]


class Data(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """What an event says beyond who, what and when."""


class Event(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
):
    """A fact. Every concrete event type is a subclass with its own ``type`` and ``data``."""

    id: Id
    subject: Id
    time: Instant
    by: Name = ""
    territory: Name = ""
    source: Name = ""
    specversion: Word = ""
    datacontenttype: Word = ""


class Nothing(Data):
    """No data beyond the envelope."""
