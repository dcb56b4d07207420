"""What a browser may say on the live socket: five kinds of message, small and typed."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(max_length=100)]
Names = Annotated[tuple[Name, ...], Meta(max_length=64)]

MAX_BYTES = 4096


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Something a browser said."""


class View(Message, frozen=True, kw_only=True, tag="view"):
    """Look at something else. ``layers`` are switches; None keeps those that were chosen."""

    band: Literal["far", "near"] = "near"
    compounds: Names = ()
    layers: Names | None = None


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """Begin, or begin again after a gap: with ``seq`` and ``epoch`` to get only what is missing."""

    session: Name = "live"
    screen: Literal["wall", "console", "replay"] = "console"
    band: Literal["far", "near"] = "near"
    compounds: Names = ()
    layers: Names = ()
    seq: int | None = None
    epoch: Name | None = None


class Open(Message, frozen=True, kw_only=True, tag="open"):
    """Which case the person has open now, for the others to see."""

    incident: Name | None = None


class Order(Message, frozen=True, kw_only=True, tag="clock"):
    """An order to the clock of a replay."""

    do: Literal["play", "pause", "seek", "speed"]
    at: float | None = None
    speed: float | None = None


class Ping(Message, frozen=True, kw_only=True, tag="ping"):
    """What time is it? ``sent`` is the browser's own clock, given back as it came."""

    sent: float


Said = Hello | View | Open | Order | Ping

_decoder: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def decode(text: str) -> Said:
    """One message.

    Raises ValueError when it is too long, not JSON or not one of the five kinds.
    """
    if len(text) > MAX_BYTES:
        raise ValueError("too long")
    return _decoder.decode(text)
