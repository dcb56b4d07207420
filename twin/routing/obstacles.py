"""What stands in the way now: gates shut or out of order, lifts that carry nobody, closed ways.

``Live`` follows one twin over one network. Asked for the passage of this moment, it looks at the
gates and closed ways, and only where one of them turned makes a new one: the network stays, the
places of gates on it are known, and a way that was closed is laid on it once.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import ref

import numpy as np
import shapely

from twin.catalogue import WayRows
from twin.routing.network import Network
from twin.routing.search import Passage
from twin.routing.values import Obstacle, Placed
from twin.state.records import Closure, Device
from twin.state.twin import Twin

KINDS = ("gate", "lift")
"""Device kinds that can stand in the way."""


def of_device(device: Device, ways: WayRows) -> Obstacle | None:
    """What a gate or a lift stops now; nothing as long as it has not said or been told so.

    A gate that was ordered shut stays so, whatever it reports, until it is ordered open.
    """
    if device.kind not in KINDS:
        return None
    rows = ways.gates if device.kind == "gate" else ways.lifts
    state = "ordered_shut" if _ordered_shut(device) else device.state
    row = rows.get(state or "")
    if row is None or not row.stops:
        return None
    return Obstacle(device.id, f"{device.kind}.{state}", device.place.name, row.stops)


def _ordered_shut(device: Device) -> bool:
    return device.kind == "gate" and device.desired == "closed"


def of_closure(closure: Closure, ways: WayRows) -> Obstacle | None:
    """What a closed way stops, as long as it is closed."""
    row = ways.closures.get(closure.kind)
    if row is None or not closure.closed:
        return None
    return Obstacle(closure.id, f"closure.{closure.kind}", closure.reason, row.stops)


class Live:
    """A twin's obstacles on a network, kept up to date whenever it is asked."""

    def __init__(self, network: Network, twin: Twin) -> None:
        self.network = network
        self.ways = twin.catalogue.ways
        # Held by name only: whoever keeps a Live by its twin must not keep the twin alive with it.
        self._twin = ref(twin)
        self._gates = [name for name in network.gates if name in twin.devices]
        self._seen: list[object] = []
        self.free = self._passage = Passage(network)
        self._laid: dict[str, list[tuple[int, float, float]]] = {}
        self._lifts: dict[tuple[str, str], list[str]] = {}
        for device in twin.devices.values():
            if device.kind == "lift":
                key = (device.place.building, device.place.unit)
                self._lifts.setdefault(key, []).append(device.id)

    @property
    def twin(self) -> Twin:
        """The twin whose obstacles these are; it must be alive."""
        twin = self._twin()
        assert twin is not None, "the twin is gone"
        return twin

    def passage(self) -> Passage:
        """The ways of this moment; the same value until something in the way turns."""
        devices, closures = self.twin.devices, self.twin.closures
        seen: list[object] = [
            (device.code, device.desired) for device in map(devices.__getitem__, self._gates)
        ]
        seen += [(closure.id, closure.version) for closure in closures.values()]
        if seen != self._seen:
            self._seen = seen
            placed = [one for obstacle in self.standing() for one in self._placed(obstacle)]
            self._passage = Passage(self.network, placed, self.free) if placed else self.free
        return self._passage

    def standing(self) -> list[Obstacle]:
        """Every gate and closed way that stops somebody now."""
        twin, ways = self.twin, self.ways
        gates = (of_device(twin.devices[name], ways) for name in self._gates)
        closures = (of_closure(closure, ways) for closure in twin.closures.values())
        return [one for one in (*gates, *closures) if one is not None]

    def lifts(self, building: str, unit: str) -> list[Device]:
        """The lifts of a unit, in the order of the place file."""
        found = self._lifts.get((building, unit), ())
        return [self.twin.devices[name] for name in found]

    def _placed(self, obstacle: Obstacle) -> Iterable[Placed]:
        gate = self.network.gates.get(obstacle.id)
        if gate is not None:
            return [Placed(obstacle, edge, at_m, at_m) for edge, at_m in gate.spots]
        if obstacle.id not in self._laid:
            self._laid[obstacle.id] = laid(self.network, self.twin.closures[obstacle.id])
        return [Placed(obstacle, *spot) for spot in self._laid[obstacle.id]]


def laid(network: Network, closure: Closure) -> list[tuple[int, float, float]]:
    """The edges that a closed way covers, each from which metre to which."""
    if closure.path:
        return [(int(e), 0.0, float(network.lengths[e])) for e in network.edges_of(closure.path)]
    if not closure.outline:
        return []
    area = shapely.Polygon(network.xy(closure.outline))
    found = []
    for edge in np.sort(network.tree.query(area, "intersects")).tolist():
        line = network.tree.geometries[edge]
        inside = shapely.points(shapely.get_coordinates(shapely.intersection(line, area)))
        along = shapely.line_locate_point(line, inside)
        found.append((edge, float(along.min()), float(along.max())))
    return found
