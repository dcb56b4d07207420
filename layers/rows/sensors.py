"""Sensors of every kind, each kind with its own switch and count."""

from __future__ import annotations

from layers.rows.layer_row import Layer, kinds_of

LAYER = Layer(
    name="sensors",
    label="layers.sensors",
    counts="devices",
    kinds=kinds_of("sensors"),
    fault=frozenset({"fault"}),
)
