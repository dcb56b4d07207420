"""Alarms as screens get them: everything that is not back to normal."""

from __future__ import annotations

from typing import Any

from layers.live.columns import milliseconds
from layers.live.redaction import device_words
from twin.commands.table import taken
from twin.rules.standing import unattended
from twin.state.records import Alarm, Device
from twin.state.twin import Twin


def thing(twin: Twin, alarm: Alarm, compound: str, *, masked: bool) -> dict[str, Any] | None:
    """An alarm as screens get it, or None when it is back to normal and acknowledged.

    ``at`` is when people were told last, ``since`` when the condition began. Where it is stands in
    one that should have a case and has none; ``masked`` drops the room. ``takes`` are the commands
    that its flags allow, whoever gives them.
    """
    if alarm.label == "normal":
        return None
    alone, device = unattended(twin, alarm), twin.devices.get(alarm.device)
    where = _where(twin, device if alone else None, masked)
    return where | {
        "id": alarm.id,
        "device": alarm.device,
        "rule": alarm.rule,
        "level": alarm.level,
        "label": alarm.label,
        "active": alarm.active,
        "at": milliseconds(alarm.raised_at),
        "since": milliseconds(alarm.began_at or alarm.raised_at),
        "compound": compound,
        "incident": alarm.incident,
        "unattended": alone,
        "value": alarm.value,
        "version": alarm.version,
        "shelved_until": milliseconds(alarm.shelved_until),
        "takes": taken("alarm", alarm),
    }


def _where(twin: Twin, device: Device | None, masked: bool) -> dict[str, Any]:
    if device is None:
        return {"place": "", "grid": "", "lonlat": None}
    grid = device.place.territory.rpartition(".")[2]
    words = device_words(twin, device, masked)
    return {"place": words, "grid": grid, "lonlat": device.place.lonlat}
