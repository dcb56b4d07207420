"""The demo's world without servers: simulator, rules and people in one loop, on a made-up clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from feeds.demo.simulator import Simulator
from tests.support.builders.places import a_gate, a_helper, a_place, at
from tests.support.builders.twin import HUODIAN
from tests.support.catalogues import CATALOGUE
from twin.commands.decide import decide
from twin.commands.roles import Actor
from twin.commands.table import Command
from twin.errors import CommandRejected
from twin.events import Event, type_of
from twin.places.model import Compound, DevicePlace
from twin.places.territory import street_of
from twin.rules.derivation import follow
from twin.state.records import Incident
from twin.state.twin import Twin

MORNING = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # ten in the morning in China
NIGHT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)  # eleven at night in China
CHEN = Actor(account="chenmin", role="dispatcher", prefixes=("lusong.hejiatu",))
COUNTS = {
    "camera": 16, "lift": 2, "lamp": 8, "manhole": 6, "smoke": 10, "water": 1, "noise": 3,
    "call": 4, "power": 2, "waste": 2, "charger": 4,
}  # fmt: skip


def a_compound() -> Compound:
    """A block behind a wall with every kind of device, and four people."""
    devices = [
        DevicePlace(
            id=f"huodian/{kind}/{n}",
            kind=kind,
            name=f"{kind} {n}",
            lonlat=at(3.0 + 6 * n, 12.0 + 3 * row),
            territory=f"{HUODIAN}.g1",
            building="b1" if kind in ("lift", "call", "smoke") else "",
        )
        for row, (kind, count) in enumerate(COUNTS.items())
        for n in range(1, count + 1)
    ]
    gates = (a_gate("1", 60, 90), a_gate("2", 0, 60))
    cards = (
        a_helper("zhou", 5, 60, "first_aid", role="grid_officer"),
        a_helper("li", 62, 85, "security"),
        a_helper("wang", 95, 12, "repair", "electric"),
        a_helper("he", 10, 10, "mediation"),
    )
    return a_place(devices=(*gates, *devices), responders=cards)


class World:
    """A street that lives: ``run`` lets time pass, ``told`` is everything that was written."""

    def __init__(
        self,
        compounds: Sequence[Compound] = (),
        *,
        seed: int = 1,
        rate: float = 20,
        start: datetime = MORNING,
        plays: bool = False,
    ) -> None:
        compounds = compounds or [a_compound()]
        self.twin = Twin(street_of(compounds[0].territory), compounds, CATALOGUE)
        self.sim = Simulator(compounds, CATALOGUE, seed, rate, start, plays=plays)
        self.now = start
        self.told: list[Event] = []
        for responder in self.twin.responders.values():
            responder.duty = "available"

    def run(self, seconds: float, step_s: float = 1.0) -> None:
        for _ in range(round(seconds / step_s)):
            self.now += timedelta(seconds=step_s)
            self.write(self.sim.step(self.twin, self.now))
            self.write(self.twin.due(self.now))
            for command in list(self.sim.commands(self.twin, self.now)):
                try:
                    self.write(decide(self.twin, command, self.now))
                except CommandRejected:
                    continue

    def give(self, name: str, target: str, by: Actor = CHEN, **args: object) -> None:
        """A person at a console gives a command."""
        self.write(decide(self.twin, Command(name=name, target=target, by=by, args=args), self.now))

    def write(self, events: Iterable[Event]) -> None:
        """What was written counts, and what follows from it."""
        todo = list(events)
        while todo:
            one = todo.pop(0)
            self.told.append(one)
            followed: list[Event] = []
            for change in self.twin.apply(one):
                followed += follow(self.twin, change)
            todo = followed + todo

    def begin(self, story: str) -> None:
        self.sim.begin(story, self.twin, self.now)

    def case(self) -> Incident:
        """The one case there is."""
        (found,) = self.twin.incidents.values()
        return found

    def types(self, prefix: str = "") -> list[str]:
        """The types of everything written, in order."""
        return [name for name in map(type_of, self.told) if name.startswith(prefix)]
