"""Lines noded into a graph: split where they meet, ends that miss by half a metre joined.

All in local metres. The graph is held in arrays: a street of 100,000 devices takes a few megabytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Rows = NDArray[np.int32]

SNAP_M = 0.5
"""Ends that miss a line, or each other, by no more are meant to meet it."""
SAME_M = 0.05
"""What lies this close together on a line is one place."""
SMOOTH_M = 0.02
"""Vertices that change a line by less are left out: what is left stays under any survey's error."""
ROUNDING_M = 1e-6
"""A leg that is split at a crossing moves by less, and may then miss the corner that it touched."""


class Graph(NamedTuple):
    """Junctions and the lines between them.

    ``nodes`` (n, 2) metres; ``ends`` (m, 2) the two nodes of every edge; ``line`` (m,) which of the
    given lines it is a part of. Its own line is ``points[first[e] : last[e] + 1]``.
    """

    nodes: Floats
    ends: Rows
    line: Rows
    points: Floats
    first: Rows
    last: Rows


class _Cuts(NamedTuple):
    """Places on lines: the line, and metres along it. ``meets`` are pairs of them that meet."""

    line: Ints
    along: Floats
    meets: Ints


def noded(lines: Sequence[shapely.LineString]) -> Graph:
    """The graph of some lines; lines shorter than ``SAME_M`` are left out."""
    parts, owner, split = _simple(np.array(lines, dtype=object))
    if not len(parts):
        none = np.zeros(0, np.int32)
        spot = np.empty((0, 2))
        return Graph(spot, np.empty((0, 2), np.int32), none, spot, none, none)
    cuts = _cuts(parts, split)
    spots = shapely.get_coordinates(shapely.line_interpolate_point(parts[cuts.line], cuts.along))
    near = _gap(spots[cuts.meets[:, 0]], spots[cuts.meets[:, 1]]) <= SAME_M
    order = np.lexsort((cuts.along, cuts.line))
    node, chosen = _nodes(cuts, order, cuts.meets[near])
    graph = _edges(parts, cuts, order, node, spots[chosen])
    return _joined(graph, node[cuts.meets[~near]], cuts.line[cuts.meets[~near, 0]], owner)


def _simple(lines: NDArray[np.object_]) -> tuple[NDArray[np.object_], Rows, Ints]:
    """The lines without needless vertices, those that cross themselves in parts; whose each is,
    and which are such parts.
    """
    if not len(lines):
        return lines, np.zeros(0, np.int32), np.zeros(0, np.intp)
    smooth = shapely.simplify(lines, SMOOTH_M, preserve_topology=False)
    tangled = ~shapely.is_simple(smooth)
    smooth[tangled] = [shapely.node(line) for line in smooth[tangled]]
    parts, owner = shapely.get_parts(smooth, return_index=True)
    kept = shapely.length(parts) > SAME_M
    parts, owner = parts[kept], owner[kept]
    return parts, owner.astype(np.int32), np.flatnonzero(tangled[owner])


def _cuts(lines: NDArray[np.object_], split: Ints) -> _Cuts:
    """Where lines begin, end, cross, touch and nearly touch."""
    count, lengths = len(lines), shapely.length(lines)
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, "intersects")
    one, other = one[one < other], other[one < other]
    spots, row = shapely.get_coordinates(
        shapely.intersection(lines[one], lines[other]), return_index=True
    )
    corner_of, touched, corners = _corners_on(lines, split)
    points = np.concatenate((shapely.points(spots), corners))
    one, other = np.append(one[row], corner_of), np.append(other[row], touched)
    tips = shapely.get_point(np.concatenate((lines, lines)), np.repeat((0, -1), count))
    tip, beside = tree.query(tips, "dwithin", SNAP_M)
    tip, beside = tip[tip % count != beside], beside[tip % count != beside]
    line = np.concatenate((np.tile(np.arange(count), 2), one, other, beside))
    along = np.concatenate(
        (
            np.zeros(count),
            lengths,
            shapely.line_locate_point(lines[one], points),
            shapely.line_locate_point(lines[other], points),
            shapely.line_locate_point(lines[beside], tips[tip]),
        )
    )
    crossings = 2 * count + np.arange(len(one))
    touches = 2 * count + 2 * len(one) + np.arange(len(tip))
    rings = np.flatnonzero(shapely.is_closed(lines))
    meets = np.concatenate(
        (
            np.column_stack((crossings, crossings + len(one))),
            np.column_stack((tip, touches)),
            np.column_stack((rings, rings + count)),
        )
    )
    return _Cuts(line, along, meets)


def _corners_on(lines: NDArray[np.object_], split: Ints) -> tuple[Ints, Ints, NDArray[np.object_]]:
    """Corners that split lines touch but for rounding: whose each is, which line touches it."""
    if not len(split):
        return split, split, np.empty(0, dtype=object)
    spots, owner = shapely.get_coordinates(lines, return_index=True)
    corners = shapely.points(spots)
    row, near = shapely.STRtree(lines[split]).query(corners, "dwithin", ROUNDING_M)
    others = owner[row] != split[near]
    row, near = row[others], near[others]
    return owner[row], split[near], corners[row]


def _nodes(cuts: _Cuts, order: Ints, meets: Ints) -> tuple[Ints, Ints]:
    """The node of every cut, and of every node one of its cuts: those that meet are one."""
    line, along = cuts.line[order], cuts.along[order]
    close = (line[1:] == line[:-1]) & (np.diff(along) < SAME_M)
    pairs = np.concatenate((meets, np.column_stack((order[:-1], order[1:]))[close]))
    size = len(order)
    links = coo_array((np.ones(len(pairs), np.int8), tuple(pairs.T)), shape=(size, size))
    _, node = connected_components(links, directed=False)
    _, chosen = np.unique(node, return_index=True)
    return node, chosen


def _edges(
    lines: NDArray[np.object_], cuts: _Cuts, order: Ints, node: Ints, nodes: Floats
) -> Graph:
    """The lines' pieces between cuts, with the vertices in between."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    line = np.concatenate((cuts.line[order], owner))
    along = np.concatenate((cuts.along[order], _along(xy, owner)))
    cut = np.concatenate((node[order], np.full(len(xy), -1)))
    spot = np.concatenate((nodes[node[order]], xy))
    row = np.lexsort((cut < 0, along, line))
    line, along, cut, spot = line[row], along[row], cut[row], spot[row]
    kept = _kept(line, along, cut)
    line, cut, spot = line[kept], cut[kept], spot[kept]
    at = np.flatnonzero(cut >= 0)
    whole = line[at[1:]] == line[at[:-1]]
    # A spike that meets itself before it has a corner of its own leads nowhere.
    whole &= (cut[at[1:]] != cut[at[:-1]]) | (np.diff(at) > 1)
    first, last = at[:-1][whole], at[1:][whole]
    return Graph(
        nodes,
        np.column_stack((cut[first], cut[last])).astype(np.int32),
        line[first].astype(np.int32),
        np.ascontiguousarray(spot),
        first.astype(np.int32),
        last.astype(np.int32),
    )


def _along(xy: Floats, owner: Ints) -> Floats:
    """Metres along its line of every vertex."""
    steps = np.append(0.0, np.hypot(*np.diff(xy, axis=0).T))
    begins = np.append(True, owner[1:] != owner[:-1])
    steps[begins] = 0.0
    total = np.cumsum(steps)
    return np.asarray(total - total[begins][np.cumsum(begins) - 1])


def _kept(line: Ints, along: Floats, cut: Ints) -> NDArray[np.bool_]:
    """Rows that stay: vertices off every cut, and of cuts in one place the first.

    Every line begins and ends with a cut, so each row has one before and one after it.
    """
    rows = np.arange(len(line))
    is_cut = cut >= 0
    before = np.maximum.accumulate(np.where(is_cut, rows, 0))
    after = np.minimum.accumulate(np.where(is_cut, rows, len(rows) - 1)[::-1])[::-1]
    vertex = ~is_cut & (along - along[before] > SAME_M) & (along[after] - along > SAME_M)
    earlier = np.append(0, before[:-1])
    again = (line[earlier] == line) & (cut[earlier] == cut) & (along - along[earlier] < SAME_M)
    again[0] = False
    return np.asarray(vertex | (is_cut & ~again))


def _joined(graph: Graph, pairs: Ints, line: Ints, owner: Rows) -> Graph:
    """The graph with short edges between nodes that nearly meet; lines as they were given."""
    apart = pairs[:, 0] != pairs[:, 1]
    pairs, line = pairs[apart], line[apart]
    start = len(graph.points) + 2 * np.arange(len(pairs), dtype=np.int32)
    return Graph(
        graph.nodes,
        np.concatenate((graph.ends, pairs.astype(np.int32))),
        owner[np.concatenate((graph.line, line))],
        np.concatenate((graph.points, graph.nodes[pairs].reshape(-1, 2))),
        np.concatenate((graph.first, start)).astype(np.int32),
        np.concatenate((graph.last, start + 1)).astype(np.int32),
    )


def _gap(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.hypot(*(a - b).T))
