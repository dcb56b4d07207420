"""What the demo's people do about cases: the same commands that real ones give, a little later.

Whoever acts from a screen is faster, or wins the compare-and-set; then these people find their
step already taken and go on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from feeds.demo.walkers import Walker
from twin.cases.workflow import is_believed
from twin.commands.roles import Actor
from twin.commands.table import CASES, Command, next_step
from twin.dispatch.recommend import recommend
from twin.routing.network import Network
from twin.routing.obstacles import Live
from twin.rules.standing import holding
from twin.state.records import Alarm, Incident
from twin.state.twin import Twin

DISPATCHER = "演示值班"
REVIEWER = "演示复核"
SYSTEM = frozenset({"", "engine", "system"})

LOOK_EVERY = timedelta(seconds=1)
DISPATCH_AFTER_S = {1: 10.0, 2: 18.0, 3: 25.0, 4: 35.0}
"""Seconds a case waits for a person at a console before the demo's own dispatcher takes it."""
HANDS_OFF_S = 90.0
"""Longer while a person is at work, so that visitors can do it themselves."""
HUMAN_FOR = timedelta(minutes=3)
SEE_AFTER_S = 40.0
"""Seconds after which the demo's dispatcher has seen an alarm that is no case."""
STEP_S = {"accept": 4.0, "start": 2.0, "handle": 22.0, "check": 12.0, "close": 6.0}
"""Seconds between the step before and this one."""
WORDS = {
    "one_key_call": "老人头晕，已扶稳并测血压，家属已到。",
    "manhole_open": "井盖复位并加固，周边积水已清。",
    "power_outage": "配电箱跳闸，排查后恢复供电。",
    "gate_fault": "道闸机芯复位，起落正常。",
    "waste_full": "已清运，站点冲洗完毕。",
    "noise": "已劝导，声音降下来了。",
    "lamp_fault": "灯头已更换，恢复照明。",
    "lift_fault": "已复位试运行，正常使用。",
    "charger_hot": "已断电降温，更换插座。",
}
DONE = "现场处理完毕，情况正常。"
REVIEW = {"check": "回访满意。", "close": ""}
"""What the reviewer does with a case that is dealt with, in turn, and says."""
HELD_FOR_S = 60.0
"""Seconds that the reviewer waits for an alarm to clear."""
HELD = "已到现场处置，设备告警尚未恢复，持续关注。"


class Crews:
    """Looks at what is open and says which commands fall due."""

    def __init__(self, street: str, walkers: Mapping[str, Walker], network: Network) -> None:
        self.walkers = walkers
        self.network = network
        self.hold_s: dict[str, float] = {}
        self._dispatcher = Actor(account=DISPATCHER, role="dispatcher", prefixes=(street,))
        self._reviewer = Actor(account=REVIEWER, role="reviewer", prefixes=(street,))
        names = {walker.card.name for walker in walkers.values()}
        self._simulated = SYSTEM | {DISPATCHER, REVIEWER} | names
        self._live: Live | None = None
        self._human_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._sent: set[str] = set()

    def commands(self, twin: Twin, now: datetime) -> Iterator[Command]:
        """The commands that the demo's people give now, at most one for each case and alarm."""
        self._release(twin)
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        self._sent.clear()
        self._look_for_people(twin)
        for incident in list(twin.open_incidents.values()):
            command = self._next(twin, incident, now)
            if command is not None:
                yield command
        for alarm in list(twin.alarms.values()):
            if not alarm.acked and self._is_seen(twin, alarm, now):
                yield Command(
                    name="acknowledge", target=alarm.id, version=alarm.version, by=self._dispatcher
                )

    def _follow(self, twin: Twin) -> Live:
        """The ways of this moment in the twin."""
        if self._live is None or self._live.twin is not twin:
            self._live = Live(self.network, twin)
        return self._live

    def _look_for_people(self, twin: Twin) -> None:
        for incident in twin.open_incidents.values():
            if incident.last_by not in self._simulated:
                seen = self._human_at or incident.last_at
                self._human_at = max(seen, incident.last_at)

    def _human(self, now: datetime) -> bool:
        """Whether a person at a console did something lately."""
        return self._human_at is not None and now - self._human_at < HUMAN_FOR

    def _is_seen(self, twin: Twin, alarm: Alarm, now: datetime) -> bool:
        """Alarms of a case are seen by whoever takes it; what joins it later, like the others."""
        case = twin.open_incidents.get(alarm.incident or "")
        if case is not None and case.stage == "waiting":
            return False
        waits_s = HANDS_OFF_S if self._human(now) else SEE_AFTER_S
        return alarm.last_at is not None and (now - alarm.last_at).total_seconds() >= waits_s

    def _next(self, twin: Twin, incident: Incident, now: datetime) -> Command | None:
        waited_s = (now - incident.last_at).total_seconds()
        if incident.stage == "waiting":
            return self._dispatch(twin, incident, now, waited_s)
        patience_s = HANDS_OFF_S if self._human(now) else 0.0
        if incident.stage == "settled":
            return self._review(twin, incident, waited_s, patience_s)
        return self._work(twin, incident, now)

    def _review(
        self, twin: Twin, incident: Incident, waited_s: float, patience_s: float
    ) -> Command | None:
        """Check and close; while an alarm of the case holds only after a time, and saying so."""
        name = next(name for name in REVIEW if incident.state in CASES[name].out_of(incident.flow))
        held = bool(holding(twin, incident))
        if waited_s < max(patience_s, HELD_FOR_S if held else STEP_S[name]):
            return None
        args: dict[str, object] = {"passed": True} if name == "check" else {}
        return self._ask(
            name, incident, self._reviewer, **args, text=HELD if held else REVIEW[name]
        )

    def _dispatch(
        self, twin: Twin, incident: Incident, now: datetime, waited_s: float
    ) -> Command | None:
        waits_s = HANDS_OFF_S if self._human(now) else DISPATCH_AFTER_S[incident.level]
        if incident.flow.states[incident.state].believed:
            waits_s /= 2
        if waited_s < waits_s:
            return None
        if not is_believed(incident, twin.catalogue.incident(incident.kind)):
            return self._ask("verify", incident, self._dispatcher)
        found = recommend(twin, incident, self._follow(twin), now)
        could = [one for one in found if one.responder in self.walkers.keys() - self._sent]
        # Who is free comes before who knows it best: the demo should not queue behind one person.
        could.sort(key=lambda one: (one.load > 0, not one.skilled))
        if not could:
            return None
        self._sent.add(could[0].responder)  # the twin hears of it only when it has been written
        return self._ask("assign", incident, self._dispatcher, responder=could[0].responder)

    def _work(self, twin: Twin, incident: Incident, now: datetime) -> Command | None:
        for who in incident.working:
            walker = self.walkers.get(who)
            if walker is None:
                continue
            step = incident.crew[who]
            waited_s = (now - step.since).total_seconds()
            name = self._step(twin, step.state, incident, walker, waited_s)
            if name is not None:
                words = WORDS.get(incident.kind, DONE) if name == "handle" else ""
                return self._ask(name, incident, _self(walker), responder=who, text=words)
        return None

    def _step(
        self, twin: Twin, step: str, incident: Incident, walker: Walker, waited_s: float
    ) -> str | None:
        """The next step of somebody on a case; they go to one case after the other."""
        name = next_step(step, incident.flow)
        if name == "accept":
            return name if waited_s >= STEP_S[name] else None
        if walker.case not in (None, incident.id):
            return None
        if name == "start":
            return name if waited_s >= STEP_S[name] else None
        if walker.case is None:
            walker.send(self._follow(twin).passage(), incident.lonlat, incident.id)
        if name == "arrive":
            return name if walker.arrived else None
        hold_s = self.hold_s.get(incident.device, STEP_S["handle"])
        return name if waited_s >= hold_s else None

    def _release(self, twin: Twin) -> None:
        for who, walker in self.walkers.items():
            if walker.case is None:
                continue
            incident = twin.open_incidents.get(walker.case)
            if incident is None or who not in incident.working:
                walker.release()

    def _ask(self, name: str, incident: Incident, by: Actor, **args: object) -> Command:
        given = {word: value for word, value in args.items() if value != ""}
        return Command(name=name, target=incident.id, version=incident.version, by=by, args=given)


def _self(walker: Walker) -> Actor:
    card = walker.card
    return Actor(account=card.name, role="responder", prefixes=(card.territory,), responder=card.id)
