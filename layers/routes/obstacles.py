"""What stands in the way, as screens get it: gates, lifts and closed ways that stop somebody.

They are things of the live frames, so a screen hears within a tick that one of them turned, draws
it, and asks anew for what depends on it.
"""

from __future__ import annotations

from typing import Any

from layers.live.columns import milliseconds
from twin.routing.obstacles import of_closure, of_device
from twin.routing.values import Obstacle
from twin.state.records import Closure, Device
from twin.state.twin import Twin


def thing(twin: Twin, name: str, *, masked: bool) -> dict[str, Any] | None:
    """An obstacle by the id of its device or closed way, or None where nothing stops anybody.

    ``masked`` drops the words that a person typed.
    """
    ways = twin.catalogue.ways
    if (device := twin.devices.get(name)) is not None:
        found = of_device(device, ways)
        return None if found is None else _head(found) | _device(device)
    closure = twin.closures.get(name)
    found = None if closure is None else of_closure(closure, ways)
    if closure is None or found is None:
        return None
    words = {"name": "", "reason": "", "by": ""} if masked else {}
    return _head(found) | _closure(twin, closure) | words


def _head(found: Obstacle) -> dict[str, Any]:
    return {
        "id": found.id,
        "code": found.code,
        "name": found.name,
        "stops": sorted(found.stops),
        "compound": found.id.partition("/")[0],
    }


def _device(device: Device) -> dict[str, Any]:
    return {
        "lonlat": device.place.lonlat,
        "building": device.place.building,
        "unit": device.place.unit,
        "at": milliseconds(device.changed_at),
    }


def _closure(twin: Twin, closure: Closure) -> dict[str, Any]:
    compound = twin.compounds.get(closure.id.partition("/")[0])
    paths = compound.paths if compound is not None else ()
    line = next((path.line for path in paths if path.id == closure.path), ())
    return {
        "reason": closure.reason,
        "by": closure.last_by,
        "at": milliseconds(closure.closed_at),
        "until": milliseconds(closure.until),
        "version": closure.version,
        "outline": closure.outline,
        "line": line,
    }
