"""What the demo's people do about cases: the same commands that real ones give, a little later.

Whoever acts from a screen is faster or wins the compare-and-set; then these people find their
step already taken and go on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from feeds.walkers import Walker
from twin.catalogue import incident_kind
from twin.dispatch import recommend
from twin.paths import Network
from twin.people import Actor
from twin.requests import Command
from twin.state import Twin
from twin.things import Incident

DISPATCHER = "演示值班"
REVIEWER = "演示复核"
ENGINE = frozenset({"", "engine", "system"})

ASSIGN_AFTER_S = {1: 12.0, 2: 18.0, 3: 25.0, 4: 35.0}
"""Seconds a case waits for a person at a console before the demo's own dispatcher takes it."""
HANDS_OFF_S = 90.0
"""Longer while a person is at work, so that visitors can do it themselves."""
HUMAN_FOR = timedelta(minutes=3)
STEP_S = {"accept": 6.0, "start": 4.0, "handle": 22.0, "check": 12.0, "close": 6.0}
WORDS = {
    "one_key_call": "老人头晕,已扶稳并测血压,家属已到。",
    "manhole_open": "井盖复位并加固,周边积水已清。",
    "power_outage": "配电箱跳闸,排查后恢复供电。",
    "gate_fault": "道闸机芯复位,起落正常。",
    "waste_full": "已清运,站点冲洗完毕。",
    "noise": "已劝导,声音降下来了。",
}
DONE = "现场处理完毕,情况正常。"


class Crews:
    """Looks at the open cases and says which commands fall due."""

    def __init__(self, street: str, walkers: Mapping[str, Walker], network: Network) -> None:
        self.walkers = walkers
        self.network = network
        self.hold_s: dict[str, float] = {}
        self._dispatcher = Actor(account=DISPATCHER, role="dispatcher", prefixes=(street,))
        self._reviewer = Actor(account=REVIEWER, role="reviewer", prefixes=(street,))
        self._simulated = ENGINE | {DISPATCHER, REVIEWER} | set(walkers)
        self._human_at: datetime | None = None

    def commands(self, twin: Twin, now: datetime) -> Iterator[Command]:
        """The commands that the demo's people give now, at most one for each case."""
        self._look_for_people(twin)
        for incident in list(twin.open_incidents.values()):
            command = self._next(twin, incident, now)
            if command is not None:
                yield command
        self._release(twin)

    def _look_for_people(self, twin: Twin) -> None:
        for incident in twin.open_incidents.values():
            seen = incident.last_at
            if incident.last_by not in self._simulated and seen is not None:
                if self._human_at is None or seen > self._human_at:
                    self._human_at = seen

    def _next(self, twin: Twin, incident: Incident, now: datetime) -> Command | None:
        since = incident.last_at or incident.reported_at
        waited_s = (now - since).total_seconds()
        if incident.state in ("reported", "verified"):
            return self._dispatch(twin, incident, now, waited_s)
        if incident.state == "handled" and waited_s >= STEP_S["check"]:
            return self._ask("check", incident, self._reviewer, passed=True, text="回访满意。")
        if incident.state == "checked" and waited_s >= STEP_S["close"]:
            return self._ask("close", incident, self._reviewer)
        return self._crew(incident, now)

    def _dispatch(
        self, twin: Twin, incident: Incident, now: datetime, waited_s: float
    ) -> Command | None:
        human = self._human_at is not None and now - self._human_at < HUMAN_FOR
        if waited_s < (HANDS_OFF_S if human else ASSIGN_AFTER_S[incident.level]):
            return None
        if incident.state == "reported" and incident_kind(incident.kind).verify_first:
            return self._ask("verify", incident, self._dispatcher)
        found = recommend(twin, incident, self.network, now)
        free = [one.responder for one in found if one.responder in self.walkers]
        if not free:
            return None
        return self._ask("assign", incident, self._dispatcher, responder=free[0])

    def _crew(self, incident: Incident, now: datetime) -> Command | None:
        for who in incident.working:
            walker = self.walkers.get(who)
            if walker is None:
                continue
            step = incident.crew[who]
            waited_s = (now - step.since).total_seconds()
            name = self._step(step.state, incident, walker, waited_s)
            if name is not None:
                card = walker.card
                actor = Actor(
                    account=who, role="responder", prefixes=(card.territory,), responder=who
                )
                words = WORDS.get(incident.kind, DONE) if name == "handle" else ""
                return self._ask(name, incident, actor, responder=who, text=words)
        return None

    def _step(
        self, state: str, incident: Incident, walker: Walker, waited_s: float
    ) -> str | None:
        if state == "assigned":
            return "accept" if waited_s >= STEP_S["accept"] else None
        if state == "accepted":
            return "start" if waited_s >= STEP_S["start"] else None
        if state == "en_route":
            if walker.case != incident.id:
                walker.send(self.network, incident.lonlat, incident.id)
            return "arrive" if walker.arrived else None
        hold_s = self.hold_s.get(incident.device, STEP_S["handle"])
        return "handle" if waited_s >= hold_s else None

    def _release(self, twin: Twin) -> None:
        for who, walker in self.walkers.items():
            incident = twin.incidents.get(walker.case or "")
            if walker.case and (incident is None or who not in incident.working):
                walker.release()

    def _ask(self, name: str, incident: Incident, by: Actor, **args: object) -> Command:
        given = {word: value for word, value in args.items() if value != ""}
        return Command(
            name=name, target=incident.id, version=incident.version, by=by, args=given
        )
