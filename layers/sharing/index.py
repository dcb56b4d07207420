"""Finding features: rows by territory and place as arrays, by value one after the other.

What stands still is indexed once for the places it was built from, away from the event loop; what
moves is gathered anew each time. Boxes are an array and no tree: comparing 100,000 of them takes
a millisecond, and a tree would hold every geometry, 100 MB in a district of 700 compounds.

Rows come in one stable order, so pages neither repeat nor skip: places in theirs, what moves
sorted by id, where a page begins *after* the last id of the one before.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.sharing.catalogue import COLLECTIONS
from layers.sharing.collection import Asker, Collection, Scalar, Shape, SharedRow, World, feature
from layers.sharing.query import Box, Query

TURN_S = 0.004
"""How long reading what lives may hold the event loop before others get their turn."""

Numbers = NDArray[np.intp]
Thing = TypeVar("Thing")


class Page(NamedTuple):
    """One page: its rows, how many match in all, and whether there are more."""

    rows: list[SharedRow]
    matched: int
    more: bool


class Still:
    """Where the rows of a collection that stands still are: their territories, boxes and ids.

    Forty bytes and two numbers a row, and no row itself: a source holds what it has better than
    we could, so rows are made anew, a source at a time, when they are looked at.
    """

    def __init__(self, collection: Collection, world: World) -> None:
        self.collection = collection
        self._sources = list(world.sources())
        self._starts = [0]
        self._paths: dict[str, int] = {}
        codes, boxes, names = array("l"), [np.empty((0, 4))], array("q")
        for source in self._sources:
            rows = list(collection.of(source))
            codes.extend(self._paths.setdefault(row.territory, len(self._paths)) for row in rows)
            names.extend(hash(row.id) for row in rows)
            boxes.append(shapely.bounds(self._shapes(rows)).reshape(-1, 4))
            self._starts.append(self._starts[-1] + len(rows))
        self._codes: Numbers = np.array(codes, np.intp)
        self._boxes = np.concatenate(boxes)
        self._by_name: Numbers = np.argsort(np.array(names, np.int64), kind="stable")
        self._names = np.array(names, np.int64)[self._by_name]

    def visible(self, asker: Asker) -> Numbers:
        """Positions of the rows an asker may see, ascending."""
        shown = np.array([self.collection.shows(asker, path) for path in self._paths], bool)
        return np.flatnonzero(shown[self._codes]) if len(shown) else self._codes

    def walk(self, positions: Numbers) -> Iterator[tuple[int, SharedRow]]:
        """Some ascending positions with their rows."""
        owners = np.searchsorted(self._starts, positions, side="right") - 1
        pairs = zip(owners.tolist(), positions.tolist(), strict=True)
        for owner, group in groupby(pairs, key=itemgetter(0)):
            rows = list(self.collection.of(self._sources[owner]))
            for _, position in group:
                yield position, rows[position - self._starts[owner]]

    def position(self, name: str) -> tuple[int, SharedRow] | None:
        """The position and row of an id, or None."""
        key = np.int64(hash(name))
        first, last = np.searchsorted(self._names, key), np.searchsorted(self._names, key, "right")
        same = np.sort(self._by_name[first:last])
        return next((found for found in self.walk(same) if found[1].id == name), None)

    def within(self, positions: Numbers, boxes: Sequence[Box]) -> Numbers:
        """Those of some ascending positions whose geometry meets any of some boxes."""
        found = [self._meeting(positions, np.array(box)) for box in boxes]
        return np.unique(np.concatenate(found))

    def _meeting(self, positions: Numbers, box: NDArray[np.float64]) -> Numbers:
        """By the boxes of all, then exactly for those that only overlap the edge."""
        low, high = self._boxes[positions, :2], self._boxes[positions, 2:]
        touching = (low <= box[2:]).all(axis=1) & (high >= box[:2]).all(axis=1)
        positions, low, high = positions[touching], low[touching], high[touching]
        if self.collection.shape == "Point":
            return positions
        sure = (low >= box[:2]).all(axis=1) & (high <= box[2:]).all(axis=1)
        unsure = positions[~sure]
        shapes = self._shapes([row for _, row in self.walk(unsure)])
        exactly = shapely.intersects(shapes, shapely.box(*box))
        return np.union1d(positions[sure], unsure[exactly])

    def _shapes(self, rows: Sequence[SharedRow]) -> Geometries:
        everybody, one = Asker((), True, ""), self.collection
        return SHAPES[one.shape]([one.coordinates(one.seen(row, everybody)) for row in rows])


Geometries = NDArray[np.object_]


def _points(spots: list[Any]) -> Geometries:
    return _geometries(shapely.points(np.array(spots, float).reshape(-1, 2)))


def _lines(lines: list[Any]) -> Geometries:
    return _geometries(shapely.linestrings(**_joined(lines)) if lines else [])


def _areas(rings: list[Any]) -> Geometries:
    found = shapely.polygons(shapely.linearrings(**_joined(rings))) if rings else []
    return _geometries(found)


def _joined(lines: list[Any]) -> dict[str, Any]:
    """The corners of all lines in one array, and of which line each is: one call makes them all."""
    sizes = [len(line) for line in lines]
    corners = np.array([corner for line in lines for corner in line], float)
    return {"coords": corners, "indices": np.repeat(np.arange(len(lines)), sizes)}


def _geometries(found: Any) -> Geometries:
    return np.asarray(found, object)


SHAPES: dict[Shape, Callable[[list[Any]], Geometries]] = {
    "Point": _points,
    "LineString": _lines,
    "Polygon": _areas,
}


class CollectionCache:
    """Every collection over one world of places; each is indexed when it is first asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._still: dict[str, Still] = {}
        self._building = asyncio.Lock()

    async def page(self, collection: Collection, asker: Asker, query: Query) -> Page:
        """The features wanted, one page of them."""
        if collection.moving:
            return await self._moving_page(collection, asker, query)
        still = await self._indexed(collection)
        kept = await asyncio.to_thread(_candidates, still, asker, query)
        if query.wanted or (query.timed and collection.time):
            chosen = [position async for position in _matching(still, kept, asker, query)]
            kept = np.array(chosen, np.intp)
        return await asyncio.to_thread(_cut, still, kept, query)

    async def one(self, collection: Collection, asker: Asker, name: str) -> SharedRow | None:
        """The row of an id, or None where there is none or it may not be seen."""
        if collection.moving:
            rows = (row for row in collection.rows(self.world) if row.id == name)
            row = next(rows, None)
        else:
            found = (await self._indexed(collection)).position(name)
            row = found[1] if found else None
        return row if row is not None and collection.shows(asker, row.territory) else None

    async def bounds(self, asker: Asker) -> Box | None:
        """What encloses the compounds and districts an asker sees a part of; None for nothing."""
        corners = await asyncio.to_thread(lambda: list(self._corners(asker)))
        if not corners:
            return None
        west, south, east, north = zip(*corners, strict=True)
        return min(west), min(south), max(east), max(north)

    async def features(
        self, collection: Collection, asker: Asker, rows: Sequence[SharedRow]
    ) -> list[dict[str, Any]]:
        """Rows as GeoJSON features: those that stand still by a thread, live ones on the loop."""
        if not collection.live:
            return await asyncio.to_thread(lambda: [feature(collection, r, asker) for r in rows])
        return [feature(collection, row, asker) async for row in _in_turns(rows)]

    def _corners(self, asker: Asker) -> Iterator[Box]:
        for name in ("compounds", "divisions"):
            collection = COLLECTIONS[name]
            for row in collection.rows(self.world):
                if collection.shows(asker, row.territory):
                    lons, lats = zip(*row.thing.outline, strict=True)
                    yield min(lons), min(lats), max(lons), max(lats)

    async def _indexed(self, collection: Collection) -> Still:
        """The index of a collection, made by a thread when first asked for."""
        async with self._building:
            if collection.id not in self._still:
                self._still[collection.id] = await asyncio.to_thread(Still, collection, self.world)
        return self._still[collection.id]

    async def _moving_page(self, collection: Collection, asker: Asker, query: Query) -> Page:
        # Gathered in one go, so that nothing comes or goes meanwhile; there are some hundreds.
        rows = [
            row for row in collection.rows(self.world) if collection.shows(asker, row.territory)
        ]
        rows.sort(key=lambda row: row.id)
        kept = [
            row
            async for row in _in_turns(rows)
            if _selected(collection, row, asker, query) and _meets(collection, row, asker, query)
        ]
        left = [row for row in kept if row.id > query.after][query.offset :]
        return Page(left[: query.limit], len(kept), len(left) > query.limit)


def _candidates(still: Still, asker: Asker, query: Query) -> Numbers:
    """Positions of what the asker may see inside the boxes."""
    visible = still.visible(asker)
    return still.within(visible, query.boxes) if query.boxes else visible


def _cut(still: Still, kept: Numbers, query: Query) -> Page:
    """One page of some positions."""
    start = query.offset
    if query.after:
        behind = still.position(query.after)
        start += int(np.searchsorted(kept, behind[0], side="right")) if behind else len(kept)
    rows = [row for _, row in still.walk(kept[start : start + query.limit])]
    return Page(rows, len(kept), start + len(rows) < len(kept))


async def _matching(still: Still, found: Numbers, asker: Asker, query: Query) -> AsyncIterator[int]:
    async for position, row in _in_turns(still.walk(found)):
        if _selected(still.collection, row, asker, query):
            yield position


async def _in_turns(things: Iterable[Thing]) -> AsyncIterator[Thing]:
    """Things one by one, with a pause for others whenever a turn has passed."""
    clock = asyncio.get_running_loop().time
    until = clock() + TURN_S
    for thing in things:
        yield thing
        if clock() > until:
            await asyncio.sleep(0)
            until = clock() + TURN_S


def _selected(collection: Collection, row: SharedRow, asker: Asker, query: Query) -> bool:
    """Whether a row has the values and the time asked for."""
    seen = collection.seen(row, asker)
    if any(field.read(seen) != value for field, value in query.wanted):
        return False
    timing = collection.field(collection.time) if query.timed else None
    return timing is None or _in_time(timing.read(seen), query)


def _in_time(instant: Scalar, query: Query) -> bool:
    """Whether an instant is wanted; what has none matches always (17-069r4, 7.15.4 C)."""
    if not isinstance(instant, datetime):
        return True
    if query.start is not None and instant < query.start:
        return False
    return query.end is None or instant <= query.end


def _meets(collection: Collection, row: SharedRow, asker: Asker, query: Query) -> bool:
    """Whether something that moves, always a point, is inside; nowhere counts as everywhere."""
    where = collection.coordinates(collection.seen(row, asker)) if query.boxes else None
    if where is None:
        return True
    lon, lat = where
    return any(w <= lon <= e and s <= lat <= n for w, s, e, n in query.boxes)
