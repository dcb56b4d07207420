"""What one set of territory prefixes and one screen class may see of the state store.

The one filter between the store and every screen: things, panels, presence and device rows all
come out of here. Groups that differ only in what part of the map they look at share a scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from layers.live.columns import milliseconds
from layers.live.frames import Indices, encoder
from layers.live.state_store import SORTS, StateStore, Thing, Turned
from layers.panels import conditions
from layers.panels import values as panels
from layers.panels.standing import Lone, standing
from layers.panels.values import Fact
from twin.catalogue.conditions import Condition
from twin.places import territory
from twin.places.model import Compound

Presence = Mapping[str, Iterable[str]]
"""Incident id to the names of the people who have it open."""

Things = dict[str, dict[str, bytes]]


class Newest(NamedTuple):
    """The newest event of a scope's streets, in milliseconds since the epoch; None before any.

    ``at_ms`` is when it happened, ``shown_ms`` the time of the first frames that can show it: a
    browser that remembers when it painted those frames knows how long the event took to its glass.
    """

    at_ms: float | None
    shown_ms: float | None


class Subscription:
    """What an account with ``prefixes`` may see; ``panels`` holds each panel's JSON."""

    def __init__(self, prefixes: tuple[str, ...], masked: bool, picture: StateStore) -> None:
        self.prefixes = prefixes
        self.masked = masked
        self.panels: dict[str, bytes] = {}
        self._picture = picture
        self._seen: dict[str, bool] = {}
        columns = picture.columns
        self.rows: Indices = np.flatnonzero(columns.seen(prefixes))
        self._kind = columns.kind[self.rows]
        self.compounds: list[Compound] = [
            compound
            for twin in picture.twins.values()
            for compound in twin.compounds.values()
            if territory.touches(prefixes, compound.territory)
        ]
        self._barriers = sum(
            place.kind == "gate" and place.use != "pedestrian" and self.sees(place.territory)
            for compound in self.compounds
            for place in compound.devices
        )
        starts = [columns.span[compound.id] for compound in self.compounds]
        self._spans = [np.searchsorted(self.rows, span) for span in starts]
        self._streets = [
            twin for twin in picture.twins.values() if territory.touches(prefixes, twin.street)
        ]
        self.newest = Newest(None, None)
        self.folded_ms: float | None = None

    def sees(self, path: str) -> bool:
        """Whether the account may see what belongs to a territory path."""
        seen = self._seen.get(path)
        if seen is None:
            seen = self._seen[path] = territory.covers(self.prefixes, path)
        return seen

    @property
    def streets(self) -> list[str]:
        """The streets of which the account may see something."""
        return [twin.street for twin in self._streets]

    def look(self, now_ms: float, folded_ms: float | None = None) -> None:
        """Note in ``newest`` which event is the newest now, at the tick that first shows it.

        ``folded_ms`` is when the streams were last folded to their ends, None if unknown.
        """
        self.folded_ms = folded_ms
        known = [twin.newest_at for twin in self._streets if twin.newest_at is not None]
        newest_ms = milliseconds(max(known)) if known else None
        if newest_ms != self.newest.at_ms:
            self.newest = Newest(newest_ms, now_ms)

    def things(self) -> Things:
        """Every thing in scope as JSON, by sort and id."""
        return {
            sort: {
                name: self._words(thing)
                for name, thing in self._picture.things[sort].items()
                if self.sees(thing.territory)
            }
            for sort in SORTS
        }

    def turned(self, changes: Iterable[Turned]) -> Things:
        """Of what changed, the things in scope; ``null`` for what left it."""
        found: Things = {}
        for sort, name, before, after in changes:
            if after is not None and self.sees(after.territory):
                found.setdefault(sort, {})[name] = self._words(after)
            elif before is not None and self.sees(before.territory):
                found.setdefault(sort, {})[name] = b"null"
        return found

    def refresh(
        self, now_ms: float, presence: Presence, standing: Iterable[Condition] = ()
    ) -> dict[str, bytes]:
        """Compute the panels anew; gives those that differ from before."""
        values = self._values(now_ms, presence)
        values["conditions"] = conditions.shown(standing, self.prefixes, self.streets)
        fresh = {name: encoder.encode(value) for name, value in values.items()}
        changed = {name: part for name, part in fresh.items() if self.panels.get(name) != part}
        self.panels = fresh
        return changed

    def _words(self, thing: Thing) -> bytes:
        if all(map(self.sees, thing.needs)):
            return thing.masked if self.masked else thing.plain
        return thing.narrow_masked if self.masked else thing.narrow_plain

    def _values(self, now_ms: float, presence: Presence) -> dict[str, Any]:
        facts = {
            name: fact for name, fact in self._picture.facts.items() if self.sees(fact.territory)
        }
        lones = [one for one in self._picture.lones.values() if self.sees(one.territory)]
        columns, counting = self._picture.columns, self._picture.counting
        state, heard = columns.state[self.rows], columns.heard[self.rows]
        devices = counting.devices(self._kind, state)
        day_ms = self._picture.strip.start_ms
        rollups = self._rollups(list(facts.values()), devices, lones)
        cases = panels.counts(facts.values(), day_ms)
        return {
            "counts": cases,
            "standing": standing(lones, state, heard, counting.unjudged(self._kind, state)),
            "kpi": {
                "open": cases["open"],
                "first_response_p90_s": panels.first_response_p90_s(facts.values(), day_ms),
                "on_time_share": panels.on_time_share(facts.values(), now_ms, day_ms),
                "proactive_share": panels.proactive_share(facts.values(), day_ms),
                "online_share": panels.share(int(devices.online.sum()), len(self.rows)),
            },
            "rollups": rollups,
            "attention": panels.attention(rollups),
            "layers": self._legend(devices, cases["open"]),
            "strip": self._picture.strip.value(self.sees),
            "presence": self._presence(presence),
            "totals": self._totals(devices),
            "feeds": self._feeds(),
        }

    def _rollups(
        self, facts: list[Fact], devices: panels.DeviceCounts, lones: list[Lone]
    ) -> dict[str, dict[str, Any]]:
        by_compound: dict[str, list[Fact]] = {compound.id: [] for compound in self.compounds}
        for fact in facts:
            by_compound.get(fact.compound, []).append(fact)
        alone: dict[str, list[int]] = {}
        for one in lones:
            if not one.shelved:
                alone.setdefault(one.compound, []).append(one.level)
        online = np.concatenate(([0], np.cumsum(devices.online)))
        return {
            compound.id: panels.rollup(
                by_compound[compound.id],
                int(online[stop] - online[start]),
                int(stop - start),
                alone.get(compound.id, ()),
            )
            for compound, (start, stop) in zip(self.compounds, self._spans, strict=True)
        }

    def _legend(self, devices: panels.DeviceCounts, open_cases: int) -> dict[str, dict[str, int]]:
        duty = [status for path, status in self._picture.duty.values() if self.sees(path)]
        return self._picture.counting.layers(devices) | {
            "grids": {"total": sum(self._grids(compound) for compound in self.compounds)},
            "buildings": {"total": sum(len(compound.buildings) for compound in self.compounds)},
            "responders": panels.duty_layer(duty),
            "incidents": {"total": open_cases},
        }

    def _grids(self, compound: Compound) -> int:
        return sum(self.sees(grid.territory) for grid in compound.grids)

    def _totals(self, devices: panels.DeviceCounts) -> dict[str, int]:
        """What the head of the wall counts; households only where the whole compound is seen."""
        whole = [compound for compound in self.compounds if self.sees(compound.territory)]
        return {
            "compounds": len(self.compounds),
            "devices": len(self.rows),
            "households": sum(compound.households for compound in whole),
            "gates": self._barriers,
            **self._picture.counting.totals(devices),
        }

    def _presence(self, presence: Presence) -> dict[str, list[str]]:
        """Who has which case open; masked screens are not told."""
        if self.masked:
            return {}
        shown = self._picture.things["incidents"]
        return {
            incident: sorted(names)
            for incident, names in sorted(presence.items())
            if incident in shown and self.sees(shown[incident].territory)
        }

    def _feeds(self) -> dict[str, dict[str, Any]]:
        """State of the outside sources; the reason only for who sees the whole street."""
        return {
            feed.id: {
                "up": feed.up,
                "since": milliseconds(feed.since),
                "reason": feed.reason if self.sees(twin.street) else "",
            }
            for twin in self._streets
            for feed in twin.feeds.values()
        }
