"""Everything screens may show, as it was published last.

``mark_dirty`` collects what changed in the twins, cheaply and as often as it likes; ``publish``
turns it into rows and encoded things, each encoded once however many screens show it. Nothing here
knows who is looking: ``layers.live.subscription`` filters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple

from layers.live.columns import Columns, instant, milliseconds
from layers.live.frames import Indices, encoder
from layers.panels import alarms, incidents, values
from layers.panels.conditions import Health
from layers.panels.incidents import Travel
from layers.panels.standing import Lone, lone
from layers.panels.strip import Strip
from layers.panels.values import Fact
from layers.routes import obstacles
from layers.rows import responders
from twin.catalogue import Catalogue
from twin.dispatch.recommend import KNOWN_FOR
from twin.errors import EntrySetAside
from twin.events import AlarmRaised
from twin.routing.obstacles import KINDS
from twin.state.records import Alarm, Change, Closure, Device, Incident, Responder
from twin.state.twin import Twin

SORTS = ("incidents", "alarms", "responders", "ways")


class Thing(NamedTuple):
    """One encoded thing and where it belongs.

    ``needs`` are the territories of the other things it names. Whoever does not see all of them
    gets the narrow words, which leave those names out.
    """

    territory: str
    needs: frozenset[str]
    plain: bytes
    masked: bytes
    narrow_plain: bytes
    narrow_masked: bytes


class Turned(NamedTuple):
    """A thing that looks different: what it was and what it is, None where it was or is not."""

    sort: str
    id: str
    before: Thing | None
    after: Thing | None


class News(NamedTuple):
    """What one publishing changed: device rows, sorted, and things."""

    rows: Indices
    things: list[Turned]


class StateStore:
    """Devices as columns, things as JSON, and the facts that panels are computed from."""

    def __init__(
        self,
        twins: Iterable[Twin],
        catalogue: Catalogue,
        now_ms: float,
        travel: Travel,
        health: Health | None = None,
    ) -> None:
        """``catalogue`` is the one that screens show; ``health`` hears of what cannot be shown."""
        self.twins = {twin.street: twin for twin in twins}
        self.catalogue = catalogue
        self.columns = Columns(self.twins.values(), catalogue)
        self.counting = values.Counting(catalogue)
        self.things: dict[str, dict[str, Thing]] = {sort: {} for sort in SORTS}
        self.facts: dict[str, Fact] = {}
        self.lones: dict[str, Lone] = {}
        self.duty: dict[str, tuple[str, str]] = {}
        self.strip = Strip(now_ms)
        self._home = {
            name: twin
            for twin in self.twins.values()
            for name in (*twin.compounds, *(card for card in twin.responders))
        }
        self._travel = travel
        self._health = health or Health()
        self._now_ms = now_ms
        self._dirty: dict[str, set[str]] = {sort: set() for sort in SORTS}
        self._moving: set[str] = set()
        self._finished: set[str] = set()
        self._foretold: dict[str, datetime] = {}  # case to when a position it counts on grows old
        self._naming: dict[str, set[str]] = {}
        self._street_of_incident: dict[str, Twin] = {}
        for twin in self.twins.values():
            standing = [one.id for one in twin.devices.values() if one.kind in KINDS]
            self._dirty["ways"].update(standing)
            everything = (twin.responders, twin.alarms, twin.incidents, twin.closures)
            for things in everything:
                self.mark_dirty(twin.street, things.values())
        self.publish(now_ms, every=True)

    def mark_dirty(self, street: str, changes: Iterable[Change]) -> None:
        """Note what changed in a street; what it looks like is read at the next publishing."""
        twin = self.twins[street]
        for change in changes:
            if isinstance(change, Device):
                self.columns.mark_dirty(change)
                if change.kind in KINDS:
                    self._dirty["ways"].add(change.id)
            elif isinstance(change, Responder):
                self._dirty["responders"].add(change.id)
                self._moving.update(change.assignments)
            elif isinstance(change, Incident):
                self._street_of_incident[change.id] = twin
                self._dirty["incidents"].add(change.id)
                self._dirty["alarms"].update(change.alarms)  # a case that ends leaves them alone
            elif isinstance(change, Alarm):
                self._mark_alarm(change)
            elif isinstance(change, Closure):
                self._dirty["ways"].add(change.id)

    def _mark_alarm(self, alarm: Alarm) -> None:
        self.columns.mark_alarm(alarm)
        self._dirty["alarms"].add(alarm.id)
        self._dirty["incidents"] |= self._naming.get(alarm.id, set())
        row = self.columns.row.get(alarm.device)
        if row is not None and alarm.raised_at is not None:
            where = self.columns.territories[self.columns.territory[row]]
            at_ms = milliseconds(alarm.raised_at)
            self.strip.add(f"{alarm.id}@{alarm.occurrence}", where, at_ms, alarm.level)

    def recall(self, raised: Iterable[AlarmRaised]) -> None:
        """Count alarms of earlier today that the twin itself has forgotten since."""
        for event in raised:
            row = self.columns.row.get(event.subject.partition("#")[0])
            if row is not None:
                where = self.columns.territories[self.columns.territory[row]]
                occurrence = f"{event.subject}@{event.data.occurrence}"
                self.strip.add(occurrence, where, milliseconds(event.time), event.data.level)

    def publish(self, now_ms: float, *, every: bool) -> News:
        """Make what was taken visible. ``every`` lets time pass for what said nothing (1 Hz)."""
        self._now_ms = now_ms
        if every:
            self._pass_time(now_ms)
        makers: dict[str, Callable[[str], Thing | None]] = {
            "incidents": self._incident,
            "alarms": self._alarm,
            "responders": self._responder,
            "ways": self._way,
        }
        turned = []
        for sort, names in self._dirty.items():
            for name in sorted(names):
                before = self.things[sort].get(name)
                try:
                    after = makers[sort](name)
                except Exception as failure:  # one thing must not keep all others from being shown
                    self._tell(name, failure)
                    continue  # as it looked last: what people know of must not vanish
                if before == after:
                    continue
                turned.append(Turned(sort, name, before, after))
                if after is None:
                    del self.things[sort][name]
                else:
                    self.things[sort][name] = after
            names.clear()
        return News(self.columns.publish(now_ms, every=every), turned)

    def _tell(self, name: str, failure: Exception) -> None:
        home = self._street_of_incident.get(name) or self._home.get(name)
        twin = home or self._home.get(name.partition("/")[0])
        why = EntrySetAside("show", name, failure)
        why.__cause__ = failure
        self._health.set_aside(twin.street if twin is not None else "", why)

    def _pass_time(self, now_ms: float) -> None:
        """Arrival times move with people, finished cases leave, a new day begins."""
        incidents_due = self._dirty["incidents"]
        incidents_due |= self._moving
        self._moving.clear()
        incidents_due |= self._finished
        now = instant(now_ms)
        incidents_due |= {name for name, until in self._foretold.items() if until < now}
        if self.strip.turn(now_ms):
            self.facts = {
                name: fact
                for name, fact in self.facts.items()
                if fact.open or fact.reported_ms >= self.strip.start_ms
            }

    def _incident(self, name: str) -> Thing | None:
        twin = self._street_of_incident.get(name)
        incident = twin.incidents.get(name) if twin is not None else None
        if twin is None or incident is None:
            return None
        fact = values.fact(incident, incidents.unacked(twin, incident), twin.catalogue.devices)
        if fact.open or fact.reported_ms >= self.strip.start_ms:
            self.facts[name] = fact
        else:
            self.facts.pop(name, None)
        self._finished.discard(name)
        if not incident.open:
            ended_ms = milliseconds(incident.last_at or incident.reported_at)
            if self._now_ms - ended_ms > incidents.KEPT_S * 1000:
                for alarm in incident.alarms:
                    self._naming.get(alarm, set()).discard(name)
                return None
            self._finished.add(name)
        for alarm in incident.alarms:
            self._naming.setdefault(alarm, set()).add(name)
        travel = cache(self._travel)  # asked once for each of the crew, not once for each wording
        now = instant(self._now_ms)
        self._note_foretold(twin, incident, now)
        wide, narrow = (
            partial(incidents.thing, twin, incident, travel, now=now, alarms=named)
            for named in (incident.alarms, self._own_alarms(twin, incident))
        )
        needs = frozenset(twin.territory_of(alarm) for alarm in incident.alarms)
        return Thing(
            incident.territory,
            needs - {incident.territory},
            encoder.encode(wide(masked=False)),
            encoder.encode(wide(masked=True)),
            encoder.encode(narrow(masked=False)),
            encoder.encode(narrow(masked=True)),
        )

    def _note_foretold(self, twin: Twin, incident: Incident, now: datetime) -> None:
        """Note until when the arrival times told hold if nobody's phone says any more."""
        crew = [twin.responders[who] for who in incident.crew if who in twin.responders]
        known = [one.lonlat_at + KNOWN_FOR for one in crew if one.lonlat_at is not None]
        until = min((one for one in known if one >= now), default=None)
        self._foretold.pop(incident.id, None)
        if incident.open and until is not None:
            self._foretold[incident.id] = until

    def _own_alarms(self, twin: Twin, incident: Incident) -> list[str]:
        return [name for name in incident.alarms if twin.territory_of(name) == incident.territory]

    def _alarm(self, name: str) -> Thing | None:
        device = name.partition("#")[0]
        row = self.columns.row.get(device)
        twin = self._home.get(device.partition("/")[0])
        if row is None or twin is None or name not in twin.alarms:
            return None
        where = self.columns.territories[self.columns.territory[row]]
        alarm, compound = twin.alarms[name], device.partition("/")[0]
        if (alone := lone(twin, alarm, where)) is not None:
            self.lones[name] = alone
        else:
            self.lones.pop(name, None)
        shown, masked = (alarms.thing(twin, alarm, compound, masked=how) for how in (False, True))
        return None if shown is None or masked is None else _linked(twin, where, shown, masked)

    def _responder(self, name: str) -> Thing | None:
        twin = self._home.get(name)
        if twin is None or name not in twin.responders:
            return None
        responder = twin.responders[name]
        self.duty[name] = (responder.card.territory, responder.status)
        shown, masked = (responders.thing(responder, masked=how) for how in (False, True))
        return _linked(twin, responder.card.territory, shown, masked)

    def _way(self, name: str) -> Thing | None:
        twin = self._home.get(name.partition("/")[0])
        plain = obstacles.thing(twin, name, masked=False) if twin is not None else None
        if twin is None or plain is None:
            return None
        words = encoder.encode(plain)
        masked = encoder.encode(obstacles.thing(twin, name, masked=True))
        return Thing(twin.territory_of(name), frozenset(), words, masked, words, masked)


def _linked(twin: Twin, where: str, shown: dict[str, Any], masked: dict[str, Any]) -> Thing:
    """A thing that names at most a case, which not everybody who sees the thing may see."""
    words = narrow = (encoder.encode(shown), encoder.encode(masked))
    case = twin.incidents.get(shown["incident"] or "")
    if case is not None and case.territory != where:
        nameless = {"incident": None}
        narrow = (encoder.encode(shown | nameless), encoder.encode(masked | nameless))
    needs = frozenset((case.territory,)) if case is not None else frozenset[str]()
    return Thing(where, needs - {where}, *words, *narrow)
