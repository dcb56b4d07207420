"""The graph that a mode moves on: on foot everywhere, riding where it may."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.routing.graph import Floats, Rows
from twin.routing.values import WALK_M_S


class ModeGraph:
    """Nodes on foot, then the same nodes riding, with places to park.

    ``indptr`` and ``indices`` as in a CSR matrix, from each node to those one step farther from the
    goal; ``edge`` (k,) is the edge of every entry, -1 where one parks.
    """

    def __init__(
        self, ends: Rows, nodes: int, lengths: Floats, speeds: Floats, park_s: float
    ) -> None:
        walked = np.arange(len(ends), dtype=np.int32)
        ridden = np.flatnonzero(speeds).astype(np.int32)
        parks = np.unique(ends[ridden])
        self.nodes, self.rides, self.speeds = nodes, len(ridden) > 0, speeds
        self.park_s, self.ends, self.lengths = park_s, ends, lengths
        self.size = nodes * (2 if self.rides else 1)
        rows = np.concatenate((ends[:, 0], ends[:, 1], *(ends[ridden] + nodes).T, parks))
        columns = np.concatenate((ends[:, 1], ends[:, 0], *(ends[ridden] + nodes).T[::-1],
                                  parks + nodes))  # fmt: skip
        edge = np.concatenate((walked, walked, ridden, ridden, np.full(len(parks), -1)))
        on = lengths[ridden] / speeds[ridden]
        foot = lengths / WALK_M_S
        seconds = np.concatenate((foot, foot, on, on, np.full(len(parks), park_s)))
        order = np.lexsort((columns, rows))
        self.edge: Rows = edge[order].astype(np.int32)
        self.seconds: Floats = seconds[order]
        self.indices: Rows = columns[order].astype(np.int32)
        self.indptr = np.searchsorted(rows[order], np.arange(self.size + 1)).astype(np.int32)
        self.ridden = rows[order] >= nodes
        self._keys = rows[order].astype(np.int64) * self.size + self.indices

    def between(self, nodes: Sequence[int], seconds: Floats) -> list[tuple[int, int]]:
        """Edge and first node of every step along some nodes, where to park left out."""
        one, other = np.array(nodes[:-1], np.int64), np.array(nodes[1:], np.int64)
        # The weights stand from the goal outwards, so a step is looked up backwards.
        keys = other * self.size + one
        low, high = (np.searchsorted(self._keys, keys, side) for side in ("left", "right"))
        for n in np.flatnonzero(high - low > 1):  # edges side by side: the quicker one
            low[n] += np.argmin(seconds[low[n] : high[n]])
        taken = zip(self.edge[low].tolist(), nodes[:-1], strict=True)
        return [(edge, node) for edge, node in taken if edge >= 0]
