"""Catalogues: rows of data the twin reasons with, as one value that whoever starts it hands on.

``load`` reads the rows of this package once, where a role begins (``app.py``); nothing else reads
them. Two twins of one process may have different catalogues: every answer comes from the one that
its twin was given, and ``Catalogue.version`` says which that was.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import resources
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from twin.catalogue.address_words import AddressWords, Sound, read_sounds
from twin.catalogue.rows import (
    GRAVE,
    MAX_STATES,
    DeviceKind,
    DeviceKinds,
    IncidentKind,
    LayerRow,
    Rule,
)
from twin.catalogue.ways import WayRows
from twin.catalogue.workflows import Workflow, workflow_of

__all__ = [
    "GRAVE",
    "MAX_STATES",
    "AddressWords",
    "Catalogue",
    "DeviceKind",
    "DeviceKinds",
    "IncidentKind",
    "LayerRow",
    "Rule",
    "Sound",
    "Watch",
    "WayRows",
    "Workflow",
    "load",
]


class Watch(NamedTuple):
    """What is looked for in every report of a device kind: state codes, and limits of readings."""

    codes: frozenset[int]
    limits: tuple[Rule, ...]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Every row by its name, in file order: the order is that of the wire and of the legend.

    ``dataclasses.replace`` makes another one with some rows changed. Raises ValueError, naming
    file and row, for rows that do not fit each other.
    """

    devices: DeviceKinds
    rules: Mapping[str, Rule]
    incidents: Mapping[str, IncidentKind]
    workflows: Mapping[str, Workflow]
    ways: WayRows
    layers: Mapping[str, LayerRow]
    address_words: AddressWords
    sounds: tuple[Sound, ...]

    def __post_init__(self) -> None:
        for name in ("devices", "rules", "incidents", "workflows", "layers"):
            # The only door into a frozen value, before anybody has it.
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if fault := next(self._faults(), ""):
            raise ValueError(fault)

    @cached_property
    def version(self) -> str:
        """Sixteen hexadecimal digits made of all rows and their order: the same for the same."""
        rows = [[part.name, _in_order(getattr(self, part.name))] for part in fields(self)]
        return hashlib.sha256(msgspec.json.encode(rows)).hexdigest()[:16]

    @cached_property
    def longest_patience_s(self) -> int:
        """Whoever was silent for longer has gone silent, whatever they are."""
        return max((kind.patience_s for kind in self.devices.values()), default=0)

    @cached_property
    def correlating(self) -> frozenset[str]:
        """The kinds of case that take in alarms of other rules."""
        return frozenset(rule.correlate for rule in self.rules.values()) - {""}

    @property
    def flow(self) -> Workflow:
        """The workflow that every case follows."""
        return self.workflows["case"]

    def incident(self, kind: str) -> IncidentKind:
        """The row of an incident kind; a kind that has no row is treated as ``other``."""
        return self.incidents.get(kind) or self.incidents["other"]

    def rules_of(self, kind: str) -> Mapping[str, Rule]:
        """The rules that watch one device kind, by rule id, in file order."""
        return self._rules_of[kind]

    def watch(self, kind: str) -> Watch:
        """What to look for in a report of one device kind, asked for on every report."""
        return self._watches[kind]

    @cached_property
    def _rules_of(self) -> dict[str, dict[str, Rule]]:
        return {
            kind: {name: rule for name, rule in self.rules.items() if {kind, "*"} & set(rule.kinds)}
            for kind in self.devices
        }

    @cached_property
    def _watches(self) -> dict[str, Watch]:
        return {kind: self._watch(kind) for kind in self.devices}

    def _watch(self, kind: str) -> Watch:
        rows = self._rules_of[kind].values()
        asked = {state for rule in rows for state in rule.states}
        states = enumerate(self.devices[kind].states)
        codes = frozenset(code for code, state in states if state in asked)
        return Watch(codes, tuple(rule for rule in rows if rule.quantity))

    def _faults(self) -> Iterator[str]:
        """What is wrong with rows, file and row first."""
        for name, kind in self.devices.items():
            if len(kind.states) > MAX_STATES:
                yield f"devices.toml: {name} has more than {MAX_STATES} states"
            if kind.layer not in self.layers:
                yield f"devices.toml: {name}: no layer {kind.layer}"
        if "other" not in self.incidents:
            yield "incidents.toml: no row for other"
        if "case" not in self.workflows:
            yield "workflows.toml: no workflow for a case"
        for name, rule in self.rules.items():
            if fault := self._fault_of(rule):
                yield f"rules.toml: {name}: {fault}"
        yield from (f"ways.toml: {fault}" for fault in self._faults_of_ways())

    def _fault_of(self, rule: Rule) -> str:
        """What is wrong with a rule's references to the other rows, or nothing."""
        rows = [self.devices.get(kind) for kind in rule.kinds if kind != "*"]
        known = [row for row in rows if row is not None]
        cases = {rule.incident, rule.correlate} - {""}
        faults = {
            "unknown device kind": len(known) < len(rows),
            "a state that a kind lacks": any(set(rule.states) - set(row.states) for row in known),
            "a quantity that a kind lacks": bool(rule.quantity)
            and any(rule.quantity not in row.quantities for row in known),
            "unknown incident kind": bool(cases - set(self.incidents)),
            "grave, but never raised again": rule.level <= GRAVE
            and bool(rule.incident)
            and rule.realarm_s <= 0,
            "not exactly one condition": [
                bool(rule.states), rule.silent, bool(rule.quantity)
            ].count(True) != 1,
        }  # fmt: skip
        return next((fault for fault, found in faults.items() if found), "")

    def _faults_of_ways(self) -> Iterator[str]:
        ways = self.ways
        rows = [*ways.gates.values(), *ways.lifts.values(), *ways.closures.values()]
        if strange := {mode for row in rows for mode in row.stops} - set(ways.modes):
            yield f"no mode {', '.join(sorted(strange))}"
        for name, states in (("gate", ways.gates), ("lift", ways.lifts)):
            kind = self.devices.get(name)
            if kind is not None and set(states) - {"ordered_shut"} != set(kind.states):
                yield f"not the states of a {name}"


def _in_order(value: Any) -> Any:
    """Rows as lists of names and values in their order; what has no order, sorted."""
    if isinstance(value, msgspec.Struct):
        return [[name, _in_order(getattr(value, name))] for name in value.__struct_fields__]
    if isinstance(value, Mapping):
        return [[name, _in_order(row)] for name, row in value.items()]
    return sorted(value) if isinstance(value, frozenset) else value


def load() -> Catalogue:
    """The catalogue of this package's files, read now: for where a process begins.

    Raises msgspec.ValidationError when a row is wrong, ValueError when rows do not fit each other.
    """
    return Catalogue(
        devices=msgspec.convert(read("devices"), dict[str, DeviceKind]),
        rules=msgspec.convert(read("rules"), dict[str, Rule]),
        incidents=msgspec.convert(read("incidents"), dict[str, IncidentKind]),
        workflows={name: workflow_of(rows) for name, rows in read("workflows").items()},
        ways=msgspec.convert(read("ways"), WayRows),
        layers=msgspec.convert(read("layers"), dict[str, LayerRow]),
        address_words=msgspec.convert(read("address"), AddressWords),
        sounds=read_sounds(),
    )


def read(name: str) -> dict[str, object]:
    """The parsed TOML of one catalogue file of this package, such as ``"devices"``."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
