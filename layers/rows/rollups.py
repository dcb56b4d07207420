"""Roll-ups: a compound seen from far away is one mark with its worst level and its counts."""

from __future__ import annotations

from layers.rows.layer_row import Layer

LAYER = Layer(name="rollups", label="layers.rollups", counts="compounds", far=True, near=False)
