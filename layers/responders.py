"""Responders: who they are, where, on what."""

from __future__ import annotations

from typing import Any

from layers.columns import milliseconds
from layers.switch import Layer
from twin import territory
from twin.duty import takes
from twin.things import Responder

LAYER = Layer(name="responders", label="layers.responders", counts="responders")


def thing(responder: Responder) -> dict[str, Any]:
    """A responder as every screen gets it; ``lonlat`` is the post until a position is known.

    ``at`` says when it was known, null when it never was. Off duty there is no position at all:
    nobody is followed after work. ``takes`` names the duty commands that the state allows.
    """
    card = responder.card
    on_duty = responder.status != "off_duty"
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
        "since": milliseconds(responder.duty_at),
        "version": responder.version,
        "takes": takes(responder),
    }
