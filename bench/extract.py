"""An OpenStreetMap extract of our own making: streets, houses, doors, gates, greens."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

from twin.places.metres import lonlat_from_xy
from twin.places.model import LonLat

ORIGIN: LonLat = (113.15, 27.83)
HOUSE_M, DEEP_M = 12.0, 9.0
STEP_M, ROW_M = 18.0, 24.0
ROADS_EVERY = 25
"""Houses between two cross streets."""


class Extract:
    """Nodes and ways about an origin in metres, written as one .osm file."""

    def __init__(self, origin: LonLat = ORIGIN) -> None:
        self.origin = origin
        self.nodes: list[str] = []
        self.ways: list[str] = []
        self._known: dict[tuple[float, float], int] = {}

    def node(self, x: float, y: float, **tags: str) -> int:
        """A node; the same place without tags is the same node."""
        number = len(self.nodes) + 1
        if not tags and (x, y) in self._known:
            return self._known[x, y]
        self._known[x, y] = number
        lon, lat = lonlat_from_xy((x, y), self.origin)
        head = f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"'
        self.nodes.append(f"{head}>{_tags(tags)}</node>" if tags else f"{head}/>")
        return number

    def way(self, points: list[tuple[float, float]], **tags: str) -> None:
        """A way through places."""
        refs = "".join(f'<nd ref="{self.node(x, y)}"/>' for x, y in points)
        number = len(self.ways) + 1
        self.ways.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')

    def box(self, west: float, south: float, east: float, north: float, **tags: str) -> None:
        """A rectangle."""
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        self.way(corners, **tags)

    def text(self) -> str:
        """The file."""
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="dayuan">'
        return "\n".join((head, *self.nodes, *self.ways, "</osm>\n"))


def _tags(tags: dict[str, str]) -> str:
    pairs = ((key.replace("__", ":"), quoteattr(value)) for key, value in tags.items())
    return "".join(f'<tag k="{key}" v={value}/>' for key, value in pairs)


def estate(houses: int, name: str = "大地块") -> Extract:
    """An estate of so many houses in rows, with a lane between every two rows, doors and gates."""
    extract = Extract()
    across = max(4, round((houses * 1.4) ** 0.5))
    rows = -(-houses // across)
    wide, deep = across * STEP_M, rows * ROW_M
    extract.box(-15, -15, wide + 15, deep + 15, landuse="residential", name=name)
    left = houses
    for row in range(rows):
        y = row * ROW_M
        for column in range(min(across, left)):
            x = column * STEP_M + 3
            number = row * across + column + 1
            tags = {"addr__housenumber": str(number), "building__levels": str(3 + number % 16)}
            extract.box(x, y, x + HOUSE_M, y + DEEP_M, building="apartments", **tags)
            extract.node(x + HOUSE_M / 2, y + DEEP_M, entrance="yes", ref="1")
        left -= across
        lane = y + DEEP_M + (ROW_M - DEEP_M) / 2
        xs = [-8.0, *(float(n) * STEP_M for n in range(0, across, ROADS_EVERY)), wide + 8]
        extract.way([(x, lane) for x in xs], highway="service")
    lanes = [row * ROW_M + DEEP_M + (ROW_M - DEEP_M) / 2 for row in range(rows)]
    for x in (-8.0, wide + 8):
        extract.way([(x, y) for y in (-40.0, *lanes)], highway="residential")
        extract.node(x, -15.0, barrier="lift_gate")
    extract.box(wide + 30, 0, wide + 60, 30, leisure="park", name="对面公园")
    return extract


def write(path: Path, houses: int, name: str = "大地块") -> Path:
    """Write an estate as .osm; gives the path."""
    path.write_text(estate(houses, name).text(), "utf-8")
    return path
