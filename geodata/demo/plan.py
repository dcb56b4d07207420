"""A drawing board for one compound: shapes in plane metres in, a ``Compound`` out.

``geodata.demo.plane`` says how the plane lies on the ground.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.demo.plane import STREET, Plane
from geodata.drawing.buildings import XY, DrawnBuilding
from twin.places.model import (
    Area,
    Building,
    Compound,
    DevicePlace,
    Entrance,
    Grid,
    Path,
    Pipe,
    ResponderCard,
    Service,
    Wall,
)
from twin.visibility.window_privacy import with_masks

ROUND = 4
"""Segments a quarter of a circle where it is only asked what is free."""


@dataclass(frozen=True)
class Lies:
    """Where a compound belongs: the path and code of its community, and the names above it."""

    community: str = "lusong.hejiatu.changtangwan"
    code: str = "430203001001"
    community_name: str = "长塘湾社区"
    street_name: str = "贺家土街道"
    district_name: str = "芦淞区"


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle on the plane."""
    return shapely.box(west, south, east, north)


def without_holes(shape: shapely.Polygon) -> list[shapely.Polygon]:
    """A polygon cut through its holes, since an area has an outer ring alone."""
    if not shape.interiors:
        return [shape]
    west, south, east, north = shape.bounds
    cut = shapely.Polygon(shape.interiors[0]).centroid.x
    halves = [box(west, south, cut, north), box(cut, south, east, north)]
    return [
        solid
        for half in halves
        for part in shapely.get_parts(shape.intersection(half))
        if isinstance(part, shapely.Polygon) and part.area > 1.0
        for solid in without_holes(part)
    ]


@dataclass
class Plan:
    """Everything drawn of one compound so far."""

    id: str
    name: str
    name_en: str
    outline: shapely.Polygon
    households: int = 0
    blocks: list[DrawnBuilding] = field(default_factory=list)
    around: list[DrawnBuilding] = field(default_factory=list)
    grids: list[shapely.Polygon] = field(default_factory=list)
    lines: list[tuple[str, list[XY], float]] = field(default_factory=list)
    areas: list[tuple[str, shapely.Polygon, str]] = field(default_factory=list)
    walls: list[list[XY]] = field(default_factory=list)
    gaps: list[tuple[shapely.Point, float]] = field(default_factory=list)
    places: list[tuple[XY, DevicePlace]] = field(default_factory=list)
    cards: list[tuple[XY, ResponderCard]] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    pipes: list[tuple[str, list[XY], float, float]] = field(default_factory=list)
    frame: Plane = STREET
    lies: Lies = field(default_factory=Lies)
    _counts: dict[str, int] = field(default_factory=dict)
    _ground: tuple[tuple[int, int, int], shapely.Polygon, shapely.STRtree] | None = None

    @property
    def territory(self) -> str:
        """The path of the compound in the street."""
        return f"{self.lies.community}.{self.id}"

    def grid_of(self, xy: XY) -> str:
        """The territory of the grid a point lies in; the compound's where it lies in none."""
        for number, shape in enumerate(self.grids, start=1):
            if shapely.intersects_xy(shape, *xy):
                return f"{self.territory}.g{number}"
        return self.territory

    def free(self, xy: XY) -> bool:
        """Whether a post can stand at a point: in the outline, off buildings, ways and water."""
        return bool(self.free_at([xy])[0])

    def free_at(self, spots: Sequence[XY]) -> NDArray[np.bool_]:
        """``free`` for many points at once."""
        drawn = (len(self.blocks), len(self.lines), len(self.areas))
        if self._ground is None or self._ground[0] != drawn:
            inside = self.outline.buffer(-0.5)
            shapely.prepare(inside)
            self._ground = (drawn, inside, self._taken())
        _, inside, taken = self._ground
        points = shapely.points(np.asarray(spots, dtype=np.float64))
        free = shapely.contains(inside, points)
        free[taken.query(points, predicate="intersects")[0]] = False
        return np.asarray(free)

    def _taken(self) -> shapely.STRtree:
        """Buildings, ways and water, and half a metre from each."""
        lines = [shapely.LineString(points) for _, points, _ in self.lines]
        halves = [width / 2 + 0.2 for _, _, width in self.lines]
        solid = [block.outline for block in self.blocks]
        solid += [shape for kind, shape, _ in self.areas if kind == "water"]
        return shapely.STRtree(
            [
                *shapely.buffer(lines, halves, quad_segs=ROUND),
                *shapely.buffer(solid, 0.5, quad_segs=ROUND),
            ]
        )

    def near(self, spots: Sequence[XY]) -> XY:
        """The first of some spots, or the spot nearest the first, where a post can stand."""
        for xy in spots:
            if self.free(xy):
                return xy
        for reach in range(1, 30):
            for n in range(8 + reach):
                turn = math.tau * n / (8 + reach)
                x = spots[0][0] + reach * math.cos(turn)
                y = spots[0][1] + reach * math.sin(turn)
                if self.free((round(x, 1), round(y, 1))):
                    return (round(x, 1), round(y, 1))
        raise ValueError(f"{self.id}: no free ground near {spots[0]}")

    def path(self, kind: str, points: Iterable[XY], width_m: float) -> None:
        """Draw a way of a kind: road, lane or foot."""
        self.lines.append((kind, list(points), width_m))

    def area(self, kind: str, shape: shapely.Geometry, name: str = "") -> None:
        """Draw ground of a kind; slivers are left out, parts become areas of their own."""
        for part in shapely.get_parts(shape):
            if isinstance(part, shapely.Polygon) and part.area > 6.0:
                self.areas.extend((kind, solid, name) for solid in without_holes(part))

    def device(self, kind: str, name: str, xy: XY, **pose: object) -> None:
        """Stand a device at a point; it takes the next number of its kind."""
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        place = DevicePlace(
            id=f"{self.id}/{kind}/{number}",
            kind=kind,
            name=name.replace("#", f"{number:02d}").replace("@", f"{number:03d}"),
            lonlat=self.frame.ground([xy])[0],
            territory=self.grid_of(xy),
            **pose,  # type: ignore[arg-type]
        )
        self.places.append((xy, place))

    def service(self, kind: str, name: str, xy: XY, **more: object) -> None:
        """Open a service at a point; it takes the next number of its kind."""
        number = 1 + sum(one.kind == kind for one in self.services)
        self.services.append(
            Service(
                id=f"{self.id}/{kind}/{number}",
                kind=kind,
                name=name.replace("#", f"{number:02d}"),
                lonlat=self.frame.ground([xy])[0],
                territory=self.grid_of(xy),
                **more,  # type: ignore[arg-type]
            )
        )

    def responder(
        self, pinyin: str, name: str, role: str, skills: tuple[str, ...], grid: int, xy: XY
    ) -> None:
        """Post a person at a point."""
        card = ResponderCard(
            id=f"{self.id}/responder/{pinyin}",
            name=name,
            role=role,
            skills=skills,
            territory=f"{self.territory}.g{grid}",
            post=self.frame.ground([xy])[0],
        )
        self.cards.append((xy, card))

    def compound(self) -> Compound:
        """The finished compound, its cameras masked where they would look into homes."""
        return with_masks(self._drawn())

    def _drawn(self) -> Compound:
        ring = self.frame.ring
        centre = self.outline.centroid
        return Compound(
            id=self.id,
            name=self.name,
            name_en=self.name_en,
            territory=self.territory,
            origin=self.frame.ground([(centre.x, centre.y)])[0],
            outline=self.frame.ring(self.outline),
            buildings=tuple(self._building(block) for block in self.blocks),
            surroundings=tuple(self._building(block) for block in self.around),
            grids=tuple(
                Grid(territory=f"{self.territory}.g{n}", name=f"第{n}网格", outline=ring(shape))
                for n, shape in enumerate(self.grids, start=1)
            ),
            paths=tuple(
                Path(id=f"{self.id}/p{n}", kind=kind, line=self.frame.along(points), width_m=width)
                for n, (kind, points, width) in enumerate(self.lines, start=1)
            ),
            areas=tuple(
                Area(id=f"{self.id}/a{n}", kind=kind, outline=self.frame.ring(shape), name=name)
                for n, (kind, shape, name) in enumerate(self.areas, start=1)
            ),
            walls=tuple(Wall(line=self.frame.along(points)) for points in self.walls),
            devices=tuple(place for _, place in self.places),
            responders=tuple(card for _, card in self.cards),
            services=tuple(self.services),
            pipes=tuple(
                Pipe(
                    id=f"{self.id}/u{n}",
                    kind=kind,
                    line=self.frame.along(points),
                    depth_m=depth,
                    diameter_mm=diameter,
                )
                for n, (kind, points, depth, diameter) in enumerate(self.pipes, start=1)
            ),
            street_name=self.lies.street_name,
            community_name=self.lies.community_name,
            district_name=self.lies.district_name,
            households=self.households,
            attribution="示范数据",
            community_code=self.lies.code,
        )

    def _building(self, block: DrawnBuilding) -> Building:
        centre, ground = block.outline.representative_point(), self.frame.ground
        inside = shapely.contains_xy(self.outline, centre.x, centre.y)
        return Building(
            id=f"{self.id}/{block.label}",
            name=block.name,
            outline=self.frame.ring(block.outline),
            height_m=block.height_m,
            floors=block.floors,
            use=block.use,
            entrances=tuple(
                Entrance(unit=door.unit, lonlat=ground([door.xy])[0], has_lift=door.has_lift)
                for door in block.doors
            ),
            territory=self.grid_of((centre.x, centre.y)) if inside else "",
        )
