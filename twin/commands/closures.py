"""Closing a way and opening it again: the events that a dispatcher's word becomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import shapely

from twin.commands.table import TABLE, Args, Command
from twin.errors import CommandRejected
from twin.events import Event, WayClosed, WayClosedData, WayOpened, WayOpenedData
from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, Ring
from twin.places.territory import covers
from twin.state.records import Closure
from twin.state.twin import Twin

SMALLEST_M2, LARGEST_M2 = 1.0, 40_000.0
"""A smaller or larger outline is no works area but a slip of the hand."""
BESIDE_M = 300.0
"""How far from the compound an outline may reach: to the street before it and the next crossing."""


class ClosureFault(NamedTuple):
    """Why a way cannot be closed: the field, what stands in it, a word for programs, a sentence."""

    field: str
    value: str
    code: str
    words: str


def closed(twin: Twin, compound: Compound, args: Args, command: Command, at: datetime) -> Event:
    """The event that closes a way of a compound, for ``args.minutes`` or until it is opened.

    Raises CommandRejected ``invalid``; its detail has ``field``, ``value`` and ``fault``, a word.
    """
    if fault := _fault(twin, compound, args, command.by.prefixes):
        raise CommandRejected(
            "invalid", f"{fault.field}={fault.value!r}: {fault.words}",
            field=fault.field, value=fault.value, fault=fault.code,
        )  # fmt: skip
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
    if not TABLE["open_way"].fits(closure):
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


def _fault(
    twin: Twin, compound: Compound, args: Args, prefixes: Sequence[str]
) -> ClosureFault | None:
    """What is wrong with the way that is to be closed; None when it can be closed."""
    kinds = twin.catalogue.ways.closures
    if args.kind not in kinds:
        return ClosureFault("kind", args.kind, "unknown", f"not one of {', '.join(kinds)}")
    if bool(args.path) == bool(args.outline):
        return ClosureFault(
            "path", args.path, "unclear", "name a path or draw an outline, not both"
        )
    if not args.path:
        return _outline_fault(twin, compound, args.outline, prefixes)
    if args.path not in {path.id for path in compound.paths}:
        return ClosureFault("path", args.path, "unknown", "no such path here")
    return None


def _outline_fault(
    twin: Twin, compound: Compound, ring: Ring, prefixes: Sequence[str]
) -> ClosureFault | None:
    """What is wrong with an outline: its shape, its size, where it lies, whose ground it takes."""
    if len(ring) < 4 or ring[0] != ring[-1]:
        return _wrong(f"{len(ring)} corners", "open", "not a closed ring of three corners or more")
    if (beside_m := _farthest_m(compound, ring)) is None:
        return _wrong(ring[0], "beyond", "no positions on the ground")
    if beside_m > BESIDE_M:
        words = f"reaches farther than {BESIDE_M:g} m from {compound.id}"
        return _wrong(f"{beside_m:.0f} m", "beyond", words)
    area = shapely.Polygon(xy_from_lonlat(ring, compound.origin))
    if not area.is_valid:
        return _wrong(shapely.is_valid_reason(shapely.Polygon(ring)), "crossed", "crosses itself")
    if not SMALLEST_M2 <= area.area <= LARGEST_M2:
        words = f"encloses less than {SMALLEST_M2:g} or more than {LARGEST_M2:g} m²"
        return _wrong(f"{area.area:.0f} m²", "size", words)
    foreign = [one for one in twin.fences.under(ring) if not covers(prefixes, one)]
    return _wrong(foreign[0], "foreign", "takes ground that is not yours") if foreign else None


def _wrong(value: object, code: str, words: str) -> ClosureFault:
    return ClosureFault("outline", str(value), code, words)


def _farthest_m(compound: Compound, ring: Ring) -> float | None:
    """How far the farthest corner lies from a compound, in metres; None for no place on earth."""
    if not all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in ring):
        return None
    home = shapely.Polygon(xy_from_lonlat(compound.outline, compound.origin))
    corners = shapely.points(xy_from_lonlat(ring, compound.origin))
    return float(shapely.distance(home, corners).max())
