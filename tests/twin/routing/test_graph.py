from __future__ import annotations

from itertools import combinations

import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from twin.routing.graph import SAME_M, SNAP_M, Graph, noded

SPOTS = st.tuples(st.integers(0, 20), st.integers(0, 20))
LINES = st.lists(st.lists(SPOTS, min_size=2, max_size=4, unique=True), min_size=1, max_size=8)


def lines(*corners: list[tuple[float, float]]) -> list[shapely.LineString]:
    return [shapely.LineString(points) for points in corners]


def drawn(graph: Graph) -> list[shapely.LineString]:
    rows = zip(graph.first, graph.last, strict=True)
    return [shapely.LineString(graph.points[first : last + 1]) for first, last in rows]


def test_lines_that_cross_are_split_where_they_cross() -> None:
    graph = noded(lines([(0, 0), (10, 0)], [(4, -5), (4, 5)]))
    assert (4, 0) in {tuple(xy) for xy in graph.nodes.round(6).tolist()}
    assert sorted(graph.line.tolist()) == [0, 0, 1, 1]


def test_lines_on_one_another_stay_beside_each_other_joined_at_their_ends() -> None:
    graph = noded(lines([(0, 0), (10, 0)], [(2, 0), (6, 0)]))
    assert sorted(graph.line.tolist()) == [0, 0, 0, 1]
    assert len(graph.nodes) == 4


def test_a_line_that_crosses_itself_and_a_ring_are_walked_as_drawn() -> None:
    eight = noded(lines([(0, 0), (10, 10), (10, 0), (0, 10)]))
    assert len(eight.nodes) == 3 and len(eight.ends) == 3
    ring = noded(lines([(0, 0), (10, 0), (10, 10), (0, 0)]))
    assert len(ring.nodes) == 1 and ring.ends.tolist() == [[0, 0]]


@pytest.mark.parametrize(("gap_m", "edges"), [(0.02, 3), (0.4, 4), (SNAP_M + 0.1, 2)])
def test_an_end_that_nearly_meets_a_line_is_joined_to_it(gap_m: float, edges: int) -> None:
    assert len(noded(lines([(0, 0), (10, 0)], [(4, gap_m), (4, 5)])).ends) == edges


def test_no_lines_and_lines_of_no_length_make_an_empty_graph() -> None:
    assert len(noded([]).nodes) == len(noded(lines([(0, 0), (0.01, 0)])).nodes) == 0


@given(LINES)
@example([[(15, 17), (11, 0), (20, 20), (2, 9)]])  # the last leg passes the corner of the first
@example(  # a leg that is split at a crossing touches the corner of another line
    [[(0, 0), (14, 11), (0, 1)], [(4, 6), (18, 13), (0, 0), (15, 13)]]
)
def test_nothing_is_lost_nothing_is_added_and_every_edge_begins_and_ends_at_its_nodes(
    corners: list[list[tuple[float, float]]],
) -> None:
    given_lines = lines(*corners)
    graph = noded(given_lines)
    pieces = drawn(graph)
    assert shapely.union_all(pieces).hausdorff_distance(shapely.union_all(given_lines)) < SNAP_M
    assert (graph.points[graph.first] == graph.nodes[graph.ends[:, 0]]).all()
    assert (graph.points[graph.last] == graph.nodes[graph.ends[:, 1]]).all()
    assert min(piece.length for piece in pieces) > 0
    for number, line in enumerate(given_lines):
        own = [piece for piece, of in zip(pieces, graph.line, strict=True) if of == number]
        # Legs of one line that leave a corner side by side may become one.
        assert shapely.difference(line, shapely.union_all(own).buffer(SNAP_M)).is_empty
    # A vertex in the middle of a straight leg is no place to meet.
    straight = shapely.simplify(given_lines, 0.0)
    met = shapely.get_coordinates(
        [shapely.intersection(a, b) for a, b in combinations(straight, 2)]
    )
    near = shapely.distance(shapely.points(met), shapely.MultiPoint(graph.nodes))
    assert (near <= 2 * SAME_M).all()
