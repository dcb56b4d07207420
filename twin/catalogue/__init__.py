"""Catalogues: rows of data the twin reasons with, read once from this package's TOML files."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec

MAX_STATES = 8


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
