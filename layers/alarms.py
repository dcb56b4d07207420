"""Alarms as screens get them: everything that is not back to normal."""

from __future__ import annotations

from typing import Any

from layers.columns import milliseconds
from twin.things import Alarm


def thing(alarm: Alarm, compound: str) -> dict[str, Any] | None:
    """An alarm as every screen gets it, or None when it is back to normal and acknowledged."""
    if alarm.label == "normal":
        return None
    return {
        "id": alarm.id,
        "device": alarm.device,
        "rule": alarm.rule,
        "level": alarm.level,
        "label": alarm.label,
        "at": milliseconds(alarm.raised_at),
        "compound": compound,
        "incident": alarm.incident,
        "value": alarm.value,
        "version": alarm.version,
        "shelved_until": milliseconds(alarm.shelved_until),
    }
