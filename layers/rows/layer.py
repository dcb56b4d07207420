"""The registry of map layers, in drawing order from the ground up.

Each layer is a file of its own that holds its row and its projections. Adding a layer is adding a
file and naming it here. ``sensors`` has a switch and a count for every kind, named
``sensors/<kind>``, beside the one for all.
"""

from __future__ import annotations

from layers.cameras import field_of_view
from layers.panels import incidents
from layers.rows import buildings, cameras, gates, grids, ground, responders, rollups, sensors
from layers.rows.layer_row import Layer
from twin.catalogue import device_kinds

LAYERS: tuple[Layer, ...] = (
    ground.LAYER,
    grids.LAYER,
    buildings.LAYER,
    cameras.LAYER,
    field_of_view.LAYER,
    sensors.LAYER,
    gates.LAYER,
    responders.LAYER,
    incidents.LAYER,
    rollups.LAYER,
)


def switches(layer: Layer) -> tuple[str, ...]:
    """The switch names of a layer: its own, and one for every kind when it draws several.

    >>> switches(gates.LAYER)
    ('gates',)
    """
    if len(layer.kinds) < 2:
        return (layer.name,)
    return (layer.name, *(f"{layer.name}/{kind}" for kind in layer.kinds))


SWITCHES = frozenset(name for layer in LAYERS for name in switches(layer))


def kinds_shown(names: frozenset[str]) -> frozenset[str]:
    """The device kinds that a choice of switches shows; no choice at all shows every kind.

    >>> sorted(kinds_shown(frozenset({"gates", "sensors/lift"})))
    ['gate', 'lift']
    """
    if not names:
        return frozenset(device_kinds())
    whole = {kind for layer in LAYERS for kind in layer.kinds if layer.name in names}
    single = {kind for layer in LAYERS for kind in layer.kinds if f"{layer.name}/{kind}" in names}
    return frozenset(whole | single)
