"""The map's layers as the catalogue has them: which kinds each draws, and its switches.

A layer is a row of ``twin/catalogue/layers.toml``, in drawing order from the ground up; what it
draws stands in a file of its own beside this one. ``sensors`` has a switch and a count for every
kind, named ``sensors/<kind>``, beside the one for all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from twin.catalogue import Catalogue


def kinds_of(catalogue: Catalogue, layer: str) -> tuple[str, ...]:
    """The device kinds that the catalogue gives to a layer, in catalogue order."""
    return tuple(name for name, kind in catalogue.devices.items() if kind.layer == layer)


def switches(catalogue: Catalogue, layer: str) -> tuple[str, ...]:
    """The switch names of a layer: its own, and one for every kind when it draws several."""
    kinds = kinds_of(catalogue, layer)
    return (layer, *(f"{layer}/{kind}" for kind in kinds)) if len(kinds) > 1 else (layer,)


def listed(catalogue: Catalogue) -> list[Mapping[str, str | bool]]:
    """The panel's list of switches from the top: name, whether on at first, whether counted."""
    rows = [(row.switch, name) for name, row in catalogue.layers.items() if row.switch]
    return [
        {
            "name": name,
            "starts_on": catalogue.layers[name].starts_on,
            "counted": bool(catalogue.layers[name].counts),
        }
        for _, name in sorted(rows)
    ]


def all_switches(catalogue: Catalogue) -> frozenset[str]:
    """The switch names of all layers."""
    return frozenset(name for layer in catalogue.layers for name in switches(catalogue, layer))


def kinds_shown(catalogue: Catalogue, names: Collection[str]) -> frozenset[str]:
    """The device kinds that a choice of switches shows; no choice at all shows every kind."""
    if not names:
        return frozenset(catalogue.devices)
    return frozenset(
        kind
        for kind, row in catalogue.devices.items()
        if row.layer in names or f"{row.layer}/{kind}" in names
    )
