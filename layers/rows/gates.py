"""Gates and barriers on the boundary."""

from __future__ import annotations

from layers.rows.layer_row import Layer, kinds_of

LAYER = Layer(
    name="gates",
    label="layers.gates",
    counts="devices",
    kinds=kinds_of("gates"),
    fault=frozenset({"fault"}),
)
