"""The demo's world without servers: simulator, rules and people in one loop, on a made-up clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from feeds.simulator import Simulator
from twin.alarms import follow
from twin.commands import decide
from twin.errors import CommandRejected
from twin.events import Event
from twin.model import Compound
from twin.state import Twin
from twin.territory import street_of

MORNING = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # ten in the morning in China


class World:
    """A street that lives: ``run`` lets time pass, ``told`` is everything that was written."""

    def __init__(
        self,
        compounds: Sequence[Compound],
        *,
        seed: int = 1,
        rate: float = 20,
        at: datetime = MORNING,
        stories: bool = True,
    ) -> None:
        self.twin = Twin(street_of(compounds[0].territory), compounds)
        self.sim = Simulator(compounds, seed, rate, at)
        if not stories:
            self.sim._story_at = at + timedelta(days=99)
        self.now = at
        self.told: list[Event] = []
        for responder in self.twin.responders.values():
            responder.duty = "available"

    def run(self, seconds: float, step_s: float = 1.0) -> None:
        for _ in range(round(seconds / step_s)):
            self.now += timedelta(seconds=step_s)
            for event in self.sim.step(self.twin, self.now):
                self._apply(event)
            for event in self.twin.due(self.now):
                self._apply(event)
            for command in list(self.sim.commands(self.twin, self.now)):
                try:
                    events = decide(self.twin, command, self.now)
                except CommandRejected:
                    continue
                for event in events:
                    self._apply(event)

    def _apply(self, event: Event) -> None:
        todo = [event]
        while todo:
            one = todo.pop(0)
            self.told.append(one)
            for change in self.twin.apply(one):
                todo += follow(self.twin, change)
