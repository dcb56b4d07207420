"""The map's layers: one row each, in drawing order from the ground up.

A row names the layer, the key of its label in the text catalogue, what its count counts and the
device kinds it draws. ``sensors`` has a switch and a count for every kind, named
``sensors/<kind>``. The projections themselves live in the file named like the layer.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.catalogue import device_kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One map layer: ``counts`` is the thing its number in the legend counts."""

    name: str
    label: str
    counts: str
    kinds: tuple[str, ...] = ()
    far: bool = False
    near: bool = True


def _kinds(layer: str) -> tuple[str, ...]:
    return tuple(name for name, kind in device_kinds().items() if kind.layer == layer)


LAYERS: tuple[Layer, ...] = (
    Layer(name="grids", label="layer.grids", counts="grids"),
    Layer(name="buildings", label="layer.buildings", counts="buildings"),
    Layer(name="cameras", label="layer.cameras", counts="devices", kinds=_kinds("cameras")),
    Layer(name="sensors", label="layer.sensors", counts="devices", kinds=_kinds("sensors")),
    Layer(name="gates", label="layer.gates", counts="devices", kinds=_kinds("gates")),
    Layer(name="responders", label="layer.responders", counts="responders"),
    Layer(name="incidents", label="layer.incidents", counts="open incidents", far=True),
    Layer(name="rollups", label="layer.rollups", counts="compounds", far=True, near=False),
)


def switches(layer: Layer) -> tuple[str, ...]:
    """The switch names of a layer: its own, and one for every kind when it draws several."""
    if len(layer.kinds) < 2:
        return (layer.name,)
    return (layer.name, *(f"{layer.name}/{kind}" for kind in layer.kinds))


def kinds_shown(names: frozenset[str]) -> frozenset[str]:
    """The device kinds that a choice of switches shows; no choice at all shows every kind.

    >>> sorted(kinds_shown(frozenset({"gates", "sensors/lift"})))
    ['gate', 'lift']
    """
    if not names:
        return frozenset(device_kinds())
    whole = {kind for layer in LAYERS if layer.name in names for kind in layer.kinds}
    single = {kind for layer in LAYERS for kind in layer.kinds if f"{layer.name}/{kind}" in names}
    return frozenset(whole | single)
