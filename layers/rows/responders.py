"""Responders: who they are, where, on what."""

from __future__ import annotations

from typing import Any

from layers.live.columns import milliseconds
from twin.commands.duty import takes
from twin.places import territory
from twin.state.records import Responder


def thing(responder: Responder, *, masked: bool) -> dict[str, Any]:
    """A responder as every screen gets it; ``lonlat`` is the post until a position is known.

    ``at`` says when it was known, null when it never was. Off duty there is no position at all:
    nobody is followed after work. ``since``, when the shift or its end began, and ``takes``, the
    duty commands that the state allows, are for those who work on cases: ``masked`` has neither.
    """
    card = responder.card
    on_duty = responder.status != "off_duty"
    shift = {"since": milliseconds(responder.duty_at), "takes": takes(responder)}
    return {
        "id": responder.id,
        "name": card.name,
        "role": card.role,
        "skills": card.skills,
        "status": responder.status,
        "lonlat": (responder.lonlat or card.post) if on_duty else None,
        "heading": responder.heading_deg if responder.lonlat else None,
        "incident": responder.incident,
        "compound": territory.compound_of(card.territory),
        "territory": card.territory,
        "at": milliseconds(responder.lonlat_at),
        "version": responder.version,
    } | ({} if masked else shift)
