"""The rows of devices, rules, incidents and layers as values; each file's head explains them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

MAX_STATES = 8

GRAVE = 2
"""Levels Ⅰ and Ⅱ: an alarm of these needs a case for as long as it holds."""


class DeviceKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``devices.toml``; the file's head explains each field."""

    layer: str
    label: str
    en: str
    glyph: str
    states: tuple[str, ...]
    patience_s: int
    quantities: dict[str, str] = {}
    desired: tuple[str, ...] = ()


DeviceKinds = Mapping[str, DeviceKind]
"""Device kinds by name, in the order of the wire."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``rules.toml``; the file's head explains each field."""

    kinds: tuple[str, ...]
    label: str
    en: str
    level: int
    states: tuple[str, ...] = ()
    silent: bool = False
    quantity: str = ""
    above: float | None = None
    below: float | None = None
    dead_band: float = 0.0
    hours: tuple[int, int] | None = None
    incident: str = ""
    correlate: str = ""
    realarm_s: int = 0
    never_late: bool = False
    source: str = ""


class IncidentKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``incidents.toml``; the file's head explains each field."""

    label: str
    en: str
    level: int
    skills: tuple[str, ...]
    verify_first: bool
    response_s: int
    resolve_s: int
    advice: str
    advice_en: str
    source: str


class LayerRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``layers.toml``; the file's head explains each field."""

    label: str
    counts: str = ""
    switch: int = 0
    starts_on: bool = True
    off: frozenset[str] = frozenset()
    fault: frozenset[str] = frozenset()
    far: bool = False
    near: bool = True
