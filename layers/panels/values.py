"""Panel values: what the queue heads, figures, legend and roll-ups say, for one account's scope.

Everything is computed from things the account may see. A figure that has nothing to be computed
from is null, never zero and never a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.live import frames
from layers.live.columns import milliseconds
from layers.live.frames import Bytes, Indices
from layers.rows.layer import kinds_of
from twin.catalogue import GRAVE, MAX_STATES, Catalogue
from twin.state.records import Incident

TOTALS = {"cameras": "camera", "lifts": "lift"}
"""Device kinds that the head of the wall counts; beside them the barriers for vehicles."""

CALL = "call"
"""The device kind that only carries a person's call; what others report, a device found."""

Counts = NDArray[np.int64]


class Fact(NamedTuple):
    """What panels need to know of one case; instants in milliseconds, None where not reached."""

    territory: str
    compound: str
    level: int
    open: bool
    unacked: bool
    waiting: bool
    proactive: bool
    reported_ms: float
    accepted_ms: float | None
    due_ms: float
    resolved_ms: float | None


def fact(incident: Incident, unacked: bool, devices: Collection[str]) -> Fact:
    """The fact of one case; ``devices`` are the device kinds that may have found it."""
    flow = incident.flow
    accepted, handled = incident.times.get(flow.responded), incident.times.get(flow.resolved)
    resolved = flow.states[incident.state].resolves
    return Fact(
        incident.territory,
        incident.compound,
        incident.level,
        incident.open,
        unacked,
        incident.state in flow.waiting,
        incident.source in devices and incident.source != CALL,
        milliseconds(incident.reported_at),
        milliseconds(accepted) if accepted else None,
        milliseconds(incident.resolve_due_at),
        milliseconds(handled) if handled is not None and resolved else None,
    )


def counts(facts: Iterable[Fact], day_ms: float) -> dict[str, Any]:
    """Open cases by level, unacknowledged, open, waiting for somebody, worked on; today's cases."""
    facts = list(facts)
    live = [one for one in facts if one.open]
    return {
        "levels": [sum(one.level == level for one in live) for level in (1, 2, 3, 4)],
        "unacked": sum(one.unacked for one in live),
        "open": len(live),
        "waiting": sum(one.waiting for one in live),
        "working": sum(not one.waiting for one in live),
        "today": sum(one.reported_ms >= day_ms for one in facts),
    }


def first_response_p90_s(facts: Iterable[Fact], day_ms: float) -> float | None:
    """Seconds from reported to first accepted that nine in ten of today's accepted cases kept.

    Nearest rank: the smallest time that at least 90 % of them did not exceed.
    """
    took = [
        (one.accepted_ms - one.reported_ms) / 1000
        for one in facts
        if one.accepted_ms is not None and one.reported_ms >= day_ms
    ]
    if not took:
        return None
    return float(np.percentile(took, 90, method="inverted_cdf"))


def on_time_share(facts: Iterable[Fact], now_ms: float, day_ms: float) -> float | None:
    """Share handled within the resolve deadline, of today's cases that are handled or overdue."""
    due = [
        one
        for one in facts
        if one.reported_ms >= day_ms
        and (one.resolved_ms is not None or (one.open and one.due_ms <= now_ms))
    ]
    kept = sum(one.resolved_ms is not None and one.resolved_ms <= one.due_ms for one in due)
    return share(kept, len(due))


def proactive_share(facts: Iterable[Fact], day_ms: float) -> float | None:
    """Share of today's cases that a device found before a person did."""
    today = [one.proactive for one in facts if one.reported_ms >= day_ms]
    return share(sum(today), len(today))


class DeviceCounts(NamedTuple):
    """Devices by kind: all, off (silent, never heard from, or saying so), at fault; and online."""

    total: Counts
    off: Counts
    fault: Counts
    online: NDArray[np.bool_]


class Counting:
    """How devices are counted by kind and by map layer, as one catalogue has both."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.kinds = tuple(catalogue.devices)
        self._layers = {name: kinds_of(catalogue, name) for name in catalogue.layers}
        shape = (len(self.kinds), MAX_STATES)
        self._off, self._fault = np.zeros(shape, bool), np.zeros(shape, bool)
        self._alarming = np.zeros(shape, bool)
        for number, (name, kind) in enumerate(catalogue.devices.items()):
            self._alarming[number, list(catalogue.watch(name).codes)] = True
            layer = catalogue.layers[kind.layer]
            for code, state in enumerate(kind.states):
                self._off[number, code] = state in layer.off
                self._fault[number, code] = state in layer.fault

    def devices(self, kind: Bytes, state: Bytes) -> DeviceCounts:
        """Count devices by kind from their kind numbers and state bytes, in one pass."""
        code = state & frames.UNKNOWN_CODE
        gone = (state >> 3 & frames.GONE) == frames.GONE
        off = gone | self._off[kind, code]
        fault = ~off & self._fault[kind, code]
        count = len(self.kinds)
        return DeviceCounts(
            np.bincount(kind, minlength=count),
            np.bincount(kind[off], minlength=count),
            np.bincount(kind[fault], minlength=count),
            ~off,
        )

    def unjudged(self, kind: Bytes, state: Bytes) -> int:
        """How many devices are in a state that a rule calls an alarm, and have none: the engine
        has not come to it, in the moment after a report or because it hangs.
        """
        code, level = state & frames.UNKNOWN_CODE, state >> 5
        return int((self._alarming[kind, code] & (level == 0)).sum())

    def layers(self, devices: DeviceCounts) -> dict[str, dict[str, int]]:
        """The legend's numbers for device layers, and for each kind of a layer of several."""
        shown = {}
        for layer, kinds in self._layers.items():
            if kinds:
                shown[layer] = self._sum(devices, kinds)
            if len(kinds) > 1:
                for name in kinds:
                    shown[f"{layer}/{name}"] = self._sum(devices, (name,))
        return shown

    def totals(self, devices: DeviceCounts) -> dict[str, int]:
        """How many there are of the kinds that the head of the wall counts."""
        return {name: self._sum(devices, (kind,))["total"] for name, kind in TOTALS.items()}

    def _sum(self, devices: DeviceCounts, kinds: Sequence[str]) -> dict[str, int]:
        rows: Indices = np.array([self.kinds.index(name) for name in kinds])
        return {
            "total": int(devices.total[rows].sum()),
            "off": int(devices.off[rows].sum()),
            "fault": int(devices.fault[rows].sum()),
        }


def duty_layer(statuses: Iterable[str]) -> dict[str, int]:
    """Responders in the legend: all, off duty, unavailable (as fault), and free to be sent."""
    statuses = list(statuses)
    return {
        "total": len(statuses),
        "off": statuses.count("off_duty"),
        "fault": statuses.count("unavailable"),
        "free": statuses.count("available"),
    }


def rollup(
    facts: Sequence[Fact], online: int, total: int, alone: Sequence[int] = ()
) -> dict[str, Any]:
    """One compound from afar: worst unacknowledged level, worst open level, counts, online.

    ``alone`` are the levels of alarms that no case is about; nobody has answered those. All of them
    count, as they do in the panel ``standing``; the compound stands out for the grave ones.
    """
    live = [one for one in facts if one.open]
    grave = [level for level in alone if level <= GRAVE]
    return {
        "level": min((*grave, *(one.level for one in live if one.unacked)), default=None),
        "worst": min((*grave, *(one.level for one in live)), default=None),
        "open": len(live),
        "alarms": len(alone),
        "unacked": sum(one.unacked for one in live),
        "online": online,
        "total": total,
    }


def attention(rollups: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Compounds by need: worst open level first, then most cases, most alarms without one, name."""

    def need(name: str) -> tuple[int, int, int]:
        row = rollups[name]
        return row["worst"] or 9, -row["open"], -row["alarms"]

    ranked = sorted(rollups, key=need)
    return [
        {
            "compound": name,
            "level": rollups[name]["worst"],
            "open": rollups[name]["open"],
            "alarms": rollups[name]["alarms"],
        }
        for name in ranked
    ]


def share(part: int, whole: int) -> float | None:
    """``part / whole``, or None of nothing."""
    return part / whole if whole else None
