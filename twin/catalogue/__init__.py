"""Catalogues: rows of data the twin reasons with, read once from this package's TOML files."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

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


def read(name: str) -> dict[str, object]:
    """The parsed TOML of one catalogue file of this package, such as ``"devices"``."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


@cache
def device_kinds() -> dict[str, DeviceKind]:
    """Every device kind by name, in file order.

    Raises msgspec.ValidationError when a row is wrong, ValueError for more than eight states.
    """
    kinds = msgspec.convert(read("devices"), dict[str, DeviceKind])
    for name, kind in kinds.items():
        if len(kind.states) > MAX_STATES:
            raise ValueError(f"devices.toml: {name} has more than {MAX_STATES} states")
    return kinds


@cache
def rules() -> dict[str, Rule]:
    """Every alarm rule by id, in file order.

    Raises msgspec.ValidationError when a row is wrong, ValueError when a row names a device kind,
    state, quantity or incident kind that no catalogue has.
    """
    found = msgspec.convert(read("rules"), dict[str, Rule])
    for name, rule in found.items():
        if fault := _fault_of(rule):
            raise ValueError(f"rules.toml: {name}: {fault}")
    return found


def _fault_of(rule: Rule) -> str:
    """What is wrong with a rule's references to the other catalogues, or nothing."""
    rows = [device_kinds().get(kind) for kind in rule.kinds if kind != "*"]
    known = [row for row in rows if row is not None]
    cases = {rule.incident, rule.correlate} - {""}
    faults = {
        "unknown device kind": len(known) < len(rows),
        "a state that a kind lacks": any(set(rule.states) - set(row.states) for row in known),
        "a quantity that a kind lacks": bool(rule.quantity)
        and any(rule.quantity not in row.quantities for row in known),
        "unknown incident kind": bool(cases - set(incident_kinds())),
        "grave, but never raised again": rule.level <= GRAVE
        and bool(rule.incident)
        and rule.realarm_s <= 0,
        "not exactly one condition": [
            bool(rule.states), rule.silent, bool(rule.quantity)
        ].count(True) != 1,
    }  # fmt: skip
    return next((fault for fault, found in faults.items() if found), "")


@cache
def rules_of(kind: str) -> dict[str, Rule]:
    """The rules that watch one device kind, by rule id, in file order."""
    return {name: rule for name, rule in rules().items() if {kind, "*"} & set(rule.kinds)}


@cache
def incident_kinds() -> dict[str, IncidentKind]:
    """Every incident kind by name, in file order.

    Raises msgspec.ValidationError when a row is wrong.
    """
    return msgspec.convert(read("incidents"), dict[str, IncidentKind])


def incident_kind(name: str) -> IncidentKind:
    """The row of an incident kind; a kind that has no row is treated as ``other``."""
    kinds = incident_kinds()
    return kinds.get(name) or kinds["other"]
