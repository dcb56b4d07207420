"""The records that move: devices, responders, alarms and incidents as the twin believes them now.

Only ``twin.state.twin.Twin`` changes them, by applying events. What can be told from other fields
is a property, so no fact is stored twice. Times are aware datetimes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from twin.catalogue import DeviceKind
from twin.catalogue.workflows import Workflow
from twin.events import TELEMETRY, DeviceState, Event, type_of
from twin.places.model import DevicePlace, LonLat, ResponderCard

UNKNOWN = -1
"""The state code of a device that has not reported a state yet."""


class Traits(msgspec.Struct, frozen=True, gc=False):
    """A row of ``devices.toml`` as the twin needs it on every event; shared by its devices.

    ``unit`` is that of the primary quantity.
    """

    name: str
    states: tuple[str, ...]
    codes: dict[str, int]
    primary: str
    unit: str
    quantities: frozenset[str]
    desired: tuple[str, ...]
    patience: timedelta


def traits_of(name: str, kind: DeviceKind) -> Traits:
    """The traits of a catalogue row; the first quantity is the primary one."""
    return Traits(
        name=name,
        states=kind.states,
        codes={state: code for code, state in enumerate(kind.states)},
        primary=next(iter(kind.quantities), ""),
        unit=next(iter(kind.quantities.values()), ""),
        quantities=frozenset(kind.quantities),
        desired=kind.desired,
        patience=timedelta(seconds=kind.patience_s),
    )


KIND_OF_STATE: dict[type[Event], str] = {
    cls: type_of(cls).partition(".")[0] for cls in TELEMETRY if issubclass(cls, DeviceState)
}
"""The device kind that a state event belongs to: ``gate.state`` to ``gate``."""


class Alarm(msgspec.Struct, gc=False, eq=False, kw_only=True):
    """One rule at one device, as orthogonal flags after ISA-18.2 / OPC UA Part 9.

    ``occurrence`` counts activations, ``version`` every event; ``id`` is ``<device>#<rule>``.
    ``raised_at`` is when people were told last, ``began_at`` when the condition began that holds
    still: a re-alarm moves the first only. ``reopens`` says that it was raised again after its case
    had ended: by the order of events, for clocks of those who end a case may be behind.
    """

    id: str
    device: str
    rule: str
    level: int = 4
    active: bool = False
    acked: bool = True
    shelved_until: datetime | None = None
    shelf_reason: str = ""
    shelved_by: str = ""
    occurrence: int = 0
    value: float | None = None
    cause: str = ""
    raised_at: datetime | None = None
    began_at: datetime | None = None
    cleared_at: datetime | None = None
    acked_at: datetime | None = None
    acked_by: str = ""
    incident: str | None = None
    version: int = 0
    last_by: str = ""
    last_at: datetime | None = None
    reopens: bool = False

    @property
    def calling(self) -> bool:
        """Whether it holds and nobody silenced it."""
        return self.active and self.shelved_until is None

    @property
    def unseen(self) -> bool:
        """Whether nobody has acknowledged it yet, and nobody silenced it."""
        return not self.acked and self.shelved_until is None

    @property
    def label(self) -> str:
        """normal, unacknowledged, acknowledged, returned_unacknowledged or shelved."""
        if self.shelved_until is not None:
            return "shelved"
        if self.active:
            return "acknowledged" if self.acked else "unacknowledged"
        return "normal" if self.acked else "returned_unacknowledged"


class Device(msgspec.Struct, gc=False, eq=False, kw_only=True):
    """What a device said, what was asked of it, and when.

    ``code`` is the position of the state in the kind's list (-1 unknown), ``value`` the last
    reading of the kind's first quantity, ``readings`` the others as (value, time). A state and
    readings of one moment may carry one timestamp, so each has its own newest time
    (``state_at``, ``value_at``). ``reported_at`` >= ``updated_at`` (anything differed) >=
    ``changed_at`` (the state differed). ``told`` is the id, or the last few ids, of what it said
    at ``reported_at`` if that is a whole second: of two events of one such second the one received
    later counts, and the same one again does not. ``heard_at`` is when the last thing came that
    it dated long before. ``silences`` counts how often it fell silent, the last time
    ``silent_since``. ``alarms`` are all it ever had; the twin derives them.
    """

    # What every report touches stands together: a device then costs two cache lines, not four.
    traits: Traits
    reported_at: datetime | None = None
    state_at: datetime | None = None
    code: int = UNKNOWN
    value_at: datetime | None = None
    value: float | None = None
    told: str | tuple[str, ...] = ()
    updated_at: datetime | None = None
    changed_at: datetime | None = None
    id: str
    place: DevicePlace
    index: int
    kind: str
    readings: dict[str, tuple[float, datetime]] | None = None
    desired: str | None = None
    desired_at: datetime | None = None
    silent_at: datetime | None = None
    silent_since: datetime | None = None
    silences: int = 0
    heard_at: datetime | None = None
    alarms: tuple[Alarm, ...] = ()

    @property
    def level(self) -> int:
        """The worst level (1 to 4) of its active alarms that are not shelved; 0 when none."""
        levels = [alarm.level for alarm in self.alarms if alarm.active and not alarm.shelved_until]
        return min(levels, default=0)

    @property
    def state(self) -> str | None:
        """The reported state's name, or None when it never reported one."""
        return self.traits.states[self.code] if self.code >= 0 else None

    @property
    def silent(self) -> bool:
        """Whether the device said nothing since its patience ended.

        A word older than the one that the silence began with was said since, too: by a clock that
        was set back.
        """
        if self.silent_at is None:
            return False
        heard = self.heard
        if heard is None:
            return True
        return (self.silent_since is None or self.silent_since <= heard) and heard <= self.silent_at

    @property
    def heard(self) -> datetime | None:
        """When it last said something; by its receipt, where its own clock is far behind."""
        if self.heard_at is None or self.reported_at is None:
            return self.heard_at or self.reported_at
        return max(self.heard_at, self.reported_at)

    @property
    def pending(self) -> bool:
        """Whether a person asked for a state that the device has not reported since."""
        if self.desired is None or self.desired_at is None:
            return False
        answered = self.state_at is not None and self.state_at >= self.desired_at
        return not (answered and self.state == self.desired)

    def reading(self, quantity: str) -> float | None:
        """The newest value of a quantity in the catalogue's unit, or None."""
        if quantity == self.traits.primary:
            return self.value
        found = (self.readings or {}).get(quantity)
        return found[0] if found else None

    def read_at(self, quantity: str) -> datetime | None:
        """When the newest value of a quantity was measured, or None."""
        if quantity == self.traits.primary:
            return self.value_at
        found = (self.readings or {}).get(quantity)
        return found[1] if found else None


class Responder(msgspec.Struct, gc=False, eq=False, kw_only=True):
    """A person or team: duty status from operations, whereabouts from positions.

    ``version`` counts the changes of duty that were asked for; ``duty_by`` made the last one.

    ``assignments`` are the incidents the responder works on, oldest first; the twin derives
    them from the incidents' crews.
    """

    id: str
    card: ResponderCard
    duty: str = "off_duty"
    duty_at: datetime | None = None
    duty_by: str = ""
    version: int = 0
    reason: str = ""
    located: LonLat | None = None
    located_at: datetime | None = None
    heading_deg: float | None = None
    assignments: tuple[str, ...] = ()

    @property
    def incident(self) -> str | None:
        """The incident the responder works on first, or None."""
        return self.assignments[0] if self.assignments else None

    @property
    def status(self) -> str:
        """off_duty, available, busy or unavailable; an assignment makes an available one busy."""
        return "busy" if self.assignments and self.duty == "available" else self.duty

    @property
    def lonlat(self) -> LonLat | None:
        """The last position of this spell of duty; nobody is followed after work.

        None off duty, and on duty until the first position: where somebody was before the shift
        is nobody's business, and says nothing of where they are.
        """
        return None if self.lonlat_at is None else self.located

    @property
    def lonlat_at(self) -> datetime | None:
        """When the responder was at ``lonlat``."""
        if self.duty == "off_duty" or self.located_at is None:
            return None
        # A phone with a clock of whole seconds dates what it says now before what just began.
        began = self.duty_at.replace(microsecond=0) if self.duty_at is not None else None
        return None if began is not None and self.located_at < began else self.located_at


class Crew(msgspec.Struct, gc=False):
    """A responder's part in a case: a step of ``workflows.toml``, since when."""

    state: str
    since: datetime


class LogEntry(msgspec.Struct, frozen=True, gc=False):
    """One line of a case's record: when, by whom, event type, words, about which responder."""

    at: datetime
    by: str
    type: str
    text: str = ""
    responder: str = ""


class Incident(msgspec.Struct, eq=False, kw_only=True, dict=True):
    """A case with its life so far; ``flow`` says what may happen to it.

    ``times`` holds when each state was reached: for the working states the first time, for those
    that finish a case the last. ``crew`` keeps released responders, for the record.
    """

    id: str
    kind: str
    level: int
    state: str
    version: int
    territory: str
    compound: str
    place: str
    lonlat: LonLat
    source: str
    reported_at: datetime
    response_due_at: datetime
    resolve_due_at: datetime
    last_at: datetime
    device: str = ""
    building: str = ""
    floor: int = 0
    text: str = ""
    alarms: list[str] = []
    times: dict[str, datetime] = {}
    crew: dict[str, Crew] = {}
    log: list[LogEntry] = []
    handled_by: str = ""
    handled_recorder: str = ""
    checked_by: str = ""
    reworks: int = 0
    last_by: str = ""

    @property
    def flow(self) -> Workflow:
        """The workflow of its twin's catalogue, which ``follow`` gave it; no snapshot keeps it."""
        flow: Workflow = self.__dict__["flow"]
        return flow

    def follow(self, flow: Workflow) -> Incident:
        """Go by this workflow from now on; itself."""
        self.__dict__["flow"] = flow
        return self

    @property
    def open(self) -> bool:
        """Whether somebody still has something to do about it."""
        return self.state not in self.flow.finished

    @property
    def stage(self) -> str:
        """waiting, working, settled or finished: what the state means to people."""
        return self.flow.stage(self.state)

    @property
    def working(self) -> tuple[str, ...]:
        """The responders who are on it now, in the order they were assigned."""
        busy = self.flow.busy
        return tuple(who for who, crew in self.crew.items() if crew.state in busy)

    @property
    def due_at(self) -> datetime | None:
        """The deadline that runs now: to assign somebody, then to have it handled, then none."""
        if self.stage == "waiting":
            return self.response_due_at
        return self.resolve_due_at if self.stage == "working" else None


class Closure(msgspec.Struct, gc=False, eq=False, kw_only=True):
    """A way that somebody closed: a path or an outline; ``kind`` is a row of ``ways.toml``."""

    id: str
    kind: str
    territory: str
    reason: str
    closed_at: datetime
    closed_by: str
    path: str = ""
    outline: tuple[LonLat, ...] = ()
    until: datetime | None = None
    opened_at: datetime | None = None
    version: int = 1
    last_by: str = ""
    last_at: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether it is closed still."""
        return self.opened_at is None


class Unregistered(msgspec.Struct, gc=False, eq=False):
    """Something that sends telemetry but stands in no place file; shown to administrators."""

    id: str
    type: str
    first_at: datetime
    last_at: datetime
    count: int = 1
    source: str = ""


class FeedStatus(msgspec.Struct, gc=False, eq=False):
    """An outside source: whether it is up, since when, and why not."""

    id: str
    up: bool
    since: datetime
    reason: str = ""


Change = Device | Responder | Alarm | Incident | Closure | Unregistered
