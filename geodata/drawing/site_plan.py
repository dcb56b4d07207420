"""The drawing board: everything drawn of one compound in plane metres, and the ``Compound`` of it.

The demo draws on it by rule, an import what a survey found and what is proposed beside that;
``geodata.drawing.plane`` says how the plane lies on the ground.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.drawing.buildings import XY, DrawnBuilding
from geodata.drawing.free_ground import FreeGround, outward
from geodata.drawing.parts import DrawnArea, Gate, Way
from geodata.drawing.plane import Plane
from geodata.drawing.shapes import ROUND, without_holes
from twin.places.model import (
    Area,
    Building,
    Compound,
    DevicePlace,
    Entrance,
    Grid,
    LonLat,
    Path,
    Pipe,
    ResponderCard,
    Ring,
    Service,
    Wall,
)


@dataclass(frozen=True)
class Jurisdiction:
    """Where a compound belongs: the path and code of its community, and the names above it."""

    community: str
    code: str = ""
    community_name: str = ""
    street_name: str = ""
    district_name: str = ""


@dataclass
class SitePlan:
    """Everything drawn of one compound so far, in metres on ``plane``.

    ``origin_xy`` is where on the plane the compound's own metres begin, unless that is the middle
    of its outline. Of a ``proposal`` everything is proposed that no file gave. The stems stand
    before the numbers in the ids of ways and areas.
    """

    id: str
    outline: shapely.Polygon
    plane: Plane
    jurisdiction: Jurisdiction
    name: str = ""
    name_en: str = ""
    households: int = 0
    attribution: str = ""
    buildings: list[DrawnBuilding] = field(default_factory=list)
    surroundings: list[DrawnBuilding] = field(default_factory=list)
    grids: list[shapely.Polygon] = field(default_factory=list)
    grid_names: list[str] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    areas: list[DrawnArea] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    walls: list[shapely.LineString] = field(default_factory=list)
    places: list[tuple[XY, DevicePlace]] = field(default_factory=list)
    responders: list[ResponderCard] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    pipes: list[tuple[str, list[XY], float, float]] = field(default_factory=list)
    origin_xy: XY | None = None
    proposal: bool = False
    grids_proposed: bool = False
    way_stem: str = "path/"
    area_stem: str = "area/"
    _counts: dict[str, int] = field(default_factory=dict)
    _free: tuple[tuple[int, int, int], FreeGround] | None = None

    @classmethod
    def surveyed(
        cls,
        territory: str,
        origin: LonLat,
        outline: shapely.Polygon,
        buildings: Sequence[DrawnBuilding],
    ) -> SitePlan:
        """The board of a compound as it was surveyed, in metres about ``origin``.

        What is drawn beside that is a proposal.
        """
        community, _, label = territory.rpartition(".")
        plane, whose = Plane(origin), Jurisdiction(community)
        return cls(
            label, outline, plane, whose, buildings=list(buildings), origin_xy=(0.0, 0.0),
            proposal=True,
        )  # fmt: skip

    @property
    def territory(self) -> str:
        """The path of the compound in the street."""
        return f"{self.jurisdiction.community}.{self.id}"

    # --- what is taken and what is free -----------------------------------------------------------

    def solid(self, aside_m: float = 0.0) -> shapely.Geometry:
        """The union of all footprints, grown by some metres."""
        shapes = [building.outline for building in self.buildings]
        return shapely.union_all(shapely.buffer(shapes, aside_m, join_style="mitre"))

    def paved(self, aside_m: float = 0.0) -> shapely.Geometry:
        """The union of all ways at their width, grown by some metres."""
        return shapely.union_all(self.ways_widened(aside_m, quad_segs=2))

    def ways_widened(self, aside_m: float, **style: str | int) -> NDArray[np.object_]:
        """Every way at its width, grown by some metres to each side; styles as of a buffer."""
        lines = [way.line for way in self.ways]
        halves = [way.width_m / 2 + aside_m for way in self.ways]
        return np.asarray(shapely.buffer(lines, halves, **style))

    def free(self, xy: XY) -> bool:
        """Whether a post can stand at a point: in the outline, off buildings, ways and water."""
        return bool(self.free_at([xy])[0])

    def free_at(self, spots: Sequence[XY]) -> NDArray[np.bool_]:
        """``free`` for many points at once."""
        drawn = (len(self.buildings), len(self.ways), len(self.areas))
        if self._free is None or self._free[0] != drawn:
            self._free = (drawn, FreeGround(self.outline.buffer(-0.5), self._taken()))
        return self._free[1].at(spots)

    def _taken(self) -> list[shapely.Geometry]:
        """Buildings, ways and water, and half a metre from each."""
        solid = [building.outline for building in self.buildings]
        solid += [area.outline for area in self.areas if area.kind == "water"]
        return [
            *self.ways_widened(0.2, quad_segs=ROUND),
            *shapely.buffer(solid, 0.5, quad_segs=ROUND),
        ]

    def near(self, spots: Sequence[XY]) -> XY:
        """The first of some spots, or the spot nearest the first, where a post can stand.

        Raises ValueError when nothing is free within 30 m.
        """
        around = outward(spots[0], range(1, 30), lambda reach: 8 + int(reach))
        for xy in chain(spots, ((round(x, 1), round(y, 1)) for x, y in around)):
            if self.free(xy):
                return xy
        raise ValueError(f"{self.id}: no free ground near {spots[0]}")

    # --- grids ------------------------------------------------------------------------------------

    def grid_of(self, shape: shapely.Geometry) -> int:
        """The number of the grid a shape lies in, or the nearest to it; the first is 1."""
        return self.grids_of([shape])[0]

    def grids_of(self, shapes: Sequence[shapely.Geometry]) -> list[int]:
        """The number of the grid each shape lies in, or of the one nearest to it.

        On a border that is the first of its grids.
        """
        points = shapely.point_on_surface(list(shapes))
        row, grid = shapely.STRtree(self.grids).query_nearest(points)
        order = np.lexsort((grid, row))
        firsts = order[np.unique(row[order], return_index=True)[1]]
        return [1 + int(number) for number in grid[firsts]]

    def territories_of(self, shapes: Sequence[shapely.Geometry]) -> list[str]:
        """The territory of the grid of each shape; the compound's where there are no grids."""
        if not self.grids:
            return [self.territory] * len(shapes)
        return [f"{self.territory}.g{number}" for number in self.grids_of(shapes)]

    # --- drawing ----------------------------------------------------------------------------------

    def path(self, kind: str, points: Iterable[XY], width_m: float) -> None:
        """Draw a way of a kind: road, lane or foot."""
        self.ways.append(Way(kind, shapely.LineString(list(points)), width_m))

    def area(self, kind: str, shape: shapely.Geometry, name: str = "") -> None:
        """Draw ground of a kind; slivers are left out, parts become areas of their own."""
        for part in shapely.get_parts(shape):
            if isinstance(part, shapely.Polygon) and part.area > 6.0:
                self.areas += [DrawnArea(kind, solid, name) for solid in without_holes(part)]

    def device(
        self,
        kind: str,
        name: str,
        xy: XY,
        *,
        building: DrawnBuilding | None = None,
        digits: int = 2,
        **pose: Any,
    ) -> None:
        """Stand a device at a point; it takes the next number of its kind, ``#`` in its name.

        What stands in a ``building`` lies in the building's grid.
        """
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        place = DevicePlace(
            id=f"{self.id}/{kind}/{number}",
            kind=kind,
            name=name.replace("#", f"{number:0{digits}d}"),
            lonlat=self.plane.ground([xy])[0],
            territory=self.territories_of([building.outline if building else shapely.Point(xy)])[0],
            building=f"{self.id}/{building.label}" if building else "",
            **pose,
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
                lonlat=self.plane.ground([xy])[0],
                territory=self.territories_of([shapely.Point(xy)])[0],
                **more,  # type: ignore[arg-type]
            )
        )

    def responder(
        self, label: str, name: str, role: str, skills: tuple[str, ...], grid: int, xy: XY
    ) -> None:
        """Post a person at a point."""
        card = ResponderCard(
            id=f"{self.id}/responder/{label}",
            name=name,
            role=role,
            skills=skills,
            territory=f"{self.territory}.g{grid}",
            post=self.plane.ground([xy])[0],
        )
        self.responders.append(card)

    def settle(self) -> None:
        """Leave out what the rounding of degrees makes a point of, or a line without inside.

        Two crossings nearer than a centimetre are one place, and a lane between them is none.
        """
        lines = self.plane.lines([way.line for way in self.ways])
        self.ways = [way for way, line in zip(self.ways, lines, strict=True) if len(line) > 1]
        lines = self.plane.lines(self.walls)
        self.walls = [wall for wall, line in zip(self.walls, lines, strict=True) if len(line) > 1]
        rings = self.plane.rings([area.outline for area in self.areas])
        self.areas = [area for area, ring in zip(self.areas, rings, strict=True) if len(ring) > 3]

    # --- the finished compound --------------------------------------------------------------------

    def compound(self) -> Compound:
        """The compound that is drawn; its cameras are masked nowhere yet."""
        middle = self.outline.centroid
        whose = self.jurisdiction
        return Compound(
            id=self.id,
            name=self.name,
            name_en=self.name_en,
            territory=self.territory,
            origin=self.plane.ground([self.origin_xy or (middle.x, middle.y)])[0],
            outline=self.plane.ring(self.outline),
            buildings=self._inner_buildings(),
            surroundings=self._outer_buildings(),
            grids=self._grids(),
            paths=self._paths(),
            areas=self._areas(),
            walls=tuple(Wall(line=line) for line in self.plane.lines(self.walls)),
            devices=tuple(place for _, place in self.places),
            responders=tuple(self.responders),
            services=tuple(self.services),
            pipes=self._pipes(),
            street_name=whose.street_name,
            community_name=whose.community_name,
            district_name=whose.district_name,
            households=self.households,
            attribution=self.attribution,
            community_code=whose.code,
        )

    def _inner_buildings(self) -> tuple[Building, ...]:
        shapes = [building.outline for building in self.buildings]
        rows = zip(
            self.buildings, self.plane.rings(shapes), self.territories_of(shapes), strict=True
        )
        return tuple(self._building(*row, proposed=self.proposal) for row in rows)

    def _outer_buildings(self) -> tuple[Building, ...]:
        rings = self.plane.rings([building.outline for building in self.surroundings])
        rows = zip(self.surroundings, rings, strict=True)
        return tuple(self._building(building, ring, "", proposed=False) for building, ring in rows)

    def _building(
        self, building: DrawnBuilding, ring: Ring, territory: str, *, proposed: bool
    ) -> Building:
        """A building; of a survey its doors and floors are what is proposed."""
        return Building(
            id=f"{self.id}/{building.label}",
            name=building.name,
            outline=ring,
            height_m=building.height_m,
            floors=building.floors,
            use=building.use,
            entrances=tuple(
                Entrance(
                    unit=door.unit, lonlat=self.plane.ground([door.xy])[0], has_lift=door.has_lift
                )
                for door in building.doors
            ),
            territory=territory,
            proposed=proposed,
        )

    def _grids(self) -> tuple[Grid, ...]:
        names = self.grid_names or [f"第{n}网格" for n in range(1, len(self.grids) + 1)]
        rows = zip(names, self.plane.rings(self.grids), strict=True)
        return tuple(
            Grid(
                territory=f"{self.territory}.g{number}",
                name=name,
                outline=ring,
                proposed=self.grids_proposed,
            )
            for number, (name, ring) in enumerate(rows, start=1)
        )

    def _paths(self) -> tuple[Path, ...]:
        rows = zip(self.ways, self.plane.lines([way.line for way in self.ways]), strict=True)
        return tuple(
            Path(
                id=f"{self.id}/{self.way_stem}{number}",
                kind=way.kind,
                line=line,
                width_m=round(way.width_m, 1),
                proposed=self.proposal and not way.given,
            )
            for number, (way, line) in enumerate(rows, start=1)
        )

    def _areas(self) -> tuple[Area, ...]:
        rings = self.plane.rings([area.outline for area in self.areas])
        return tuple(
            Area(
                id=f"{self.id}/{self.area_stem}{number}",
                kind=area.kind,
                outline=ring,
                name=area.name,
                proposed=self.proposal and not area.given,
            )
            for number, (area, ring) in enumerate(zip(self.areas, rings, strict=True), start=1)
        )

    def _pipes(self) -> tuple[Pipe, ...]:
        lines = self.plane.lines([shapely.LineString(points) for _, points, _, _ in self.pipes])
        rows = zip(self.pipes, lines, strict=True)
        return tuple(
            Pipe(id=f"{self.id}/u{n}", kind=kind, line=line, depth_m=depth, diameter_mm=diameter)
            for n, ((kind, _, depth, diameter), line) in enumerate(rows, start=1)
        )
