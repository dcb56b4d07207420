"""Closing a way and opening it again: the events that a dispatcher's word becomes."""

from __future__ import annotations

from datetime import datetime, timedelta

import shapely

from twin.catalogue.ways import ways
from twin.errors import CommandRejected
from twin.events import Event, WayClosed, WayClosedData, WayOpened, WayOpenedData
from twin.metres import xy_from_lonlat
from twin.model import Compound
from twin.requests import Args, Command
from twin.state import Twin
from twin.things import Closure

LARGEST_M2 = 40_000.0
"""An outline larger than this is no works area but a slip of the hand."""


def closed(twin: Twin, compound: Compound, args: Args, command: Command, at: datetime) -> Event:
    """The event that closes a way of a compound, for ``args.minutes`` or until it is opened.

    Raises CommandRejected ``invalid`` naming the field.
    """
    if fault := _fault(twin, compound, args):
        raise CommandRejected("invalid", fault[1], field=fault[0])
    number = int(at.timestamp() * 1000)
    return WayClosed(
        id=f"{compound.id}/way/{number}@1",
        subject=f"{compound.id}/way/{number}",
        time=at,
        by=command.by.account,
        territory=compound.territory,
        data=WayClosedData(
            version=1,
            kind=args.kind,
            reason=args.reason,
            path=args.path,
            outline=args.outline,
            until=at + timedelta(minutes=args.minutes) if args.minutes else None,
        ),
    )


def opened(closure: Closure, args: Args, command: Command, at: datetime) -> Event:
    """The event that opens a closed way.

    Raises CommandRejected ``illegal_state`` when it is open already.
    """
    if not closure.closed:
        raise CommandRejected("illegal_state", "cannot open_way when open", **detail(closure))
    version = closure.version + 1
    return WayOpened(
        id=f"{closure.id}@{version}",
        subject=closure.id,
        time=at,
        by=command.by.account,
        territory=closure.territory,
        data=WayOpenedData(version=version, reason=args.reason),
    )


def detail(closure: Closure) -> dict[str, object]:
    """What a refusal tells: state, version, and by whom and when (epoch ms) it last changed."""
    at = None if closure.last_at is None else int(closure.last_at.timestamp() * 1000)
    state = "closed" if closure.closed else "open"
    return {"state": state, "version": closure.version, "by": closure.last_by, "at": at}


def _fault(twin: Twin, compound: Compound, args: Args) -> tuple[str, str] | None:
    """The field that is wrong, and why; None when the way can be closed."""
    if args.kind not in ways().closures:
        return "kind", f"not one of {', '.join(ways().closures)}"
    if bool(args.path) == bool(args.outline):
        return "path", "name a path or draw an outline, not both"
    if args.path and args.path not in {path.id for path in compound.paths}:
        return "path", f"no path {args.path!r} here"
    if args.outline and (words := _outline_fault(twin, compound, args)):
        return "outline", words
    return None


def _outline_fault(twin: Twin, compound: Compound, args: Args) -> str:
    if len(args.outline) < 4 or args.outline[0] != args.outline[-1]:
        return "not a closed ring"
    if not all(twin.fences.near(spot) for spot in args.outline):
        return "outside the street"
    area = shapely.Polygon(xy_from_lonlat(args.outline, compound.origin))
    if not area.is_valid or not 0 < area.area <= LARGEST_M2:
        return f"crosses itself, or is larger than {LARGEST_M2:g} m²"
    return ""
