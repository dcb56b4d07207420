"""The demo's world: devices with the rhythm of a day, people who walk and work, stories.

``Simulator`` is pure and seeded: given instants and what the twin holds, it says what the devices
send and which commands the demo's people give. ``run`` is the role: it sends both, through the
same doors as everybody else.
"""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from feeds.commands import Desk
from feeds.crew import Crews
from feeds.errors import Unavailable
from feeds.keys import key
from feeds.replica import Replica
from feeds.rhythm import Rhythm
from feeds.scenario import Story, script, scripts
from feeds.streams import Streams
from feeds.walkers import Walker, beat_of
from twin.errors import CommandRejected, InvalidSetting
from twin.events import Event, ResponderStatus, StatusData
from twin.model import Compound
from twin.paths import Network
from twin.requests import Command
from twin.state import Twin

log = logging.getLogger(__name__)

PERIOD_S = 0.25
FIRST_STORY_S = 8.0
FIRST_STORY = "one_key_call"
ROTATION = (
    "gate_fault", "manhole_rain", "waste_full", "one_key_call", "power_cut", "waste_full",
    "one_key_call", "gate_fault",
)  # fmt: skip
PAUSE_S = (45.0, 110.0)
MOST_OPEN = 6
WISHES = "stories"
TAKEN_WITHIN_S = 5.0


class Simulator:
    """A street's demo, driven from outside by ``step`` and ``commands``."""

    def __init__(
        self, compounds: Sequence[Compound], seed: int, rate: float, begins_at: datetime
    ) -> None:
        """``rate`` is how many device reports a second are sent, from 1 to 20,000."""
        self.rhythm = Rhythm(compounds, seed)
        self.network = Network(compounds)
        self.rate = rate
        self.stories: list[Story] = []
        beats = {card.id: beat_of(one) for one in compounds for card in one.responders}
        cards = [card for one in compounds for card in one.responders]
        self.walkers = {card.id: Walker(card, beats[card.id], seed) for card in cards}
        street = compounds[0].territory.rsplit(".", 2)[0] if compounds else ""
        self.crews = Crews(street, self.walkers, self.network)
        self._seed = seed
        self._chance = random.Random(seed)
        self._order = list(self.rhythm.places)
        self._chance.shuffle(self._order)
        self._next = 0
        self._owed = 0.0
        self._now = begins_at
        self._started = False
        self._told = 0
        self._story_at = begins_at + timedelta(seconds=FIRST_STORY_S)

    def step(self, twin: Twin, now: datetime) -> list[Event]:
        """What devices and people send in the time since the last step; at first, every device."""
        elapsed_s = max(0.0, (now - self._now).total_seconds())
        self._now = now
        self._plan(twin, now)
        events = [event for story in self.stories for event in story.advance(twin, now)]
        self.stories = [story for story in self.stories if not story.ended]
        # A device has one word an instant: what its story made it say counts, not the day's rhythm.
        spoken = {event.subject for event in events}
        events += [e for e in self._reports(now, elapsed_s) if e.subject not in spoken]
        for walker in self.walkers.values():
            walker.stroll(self.network, now)
            walker.step(elapsed_s)
            events += walker.said(now)
        return events

    def commands(self, twin: Twin, now: datetime) -> Iterator[Command]:
        """The commands that the demo's people give now."""
        self.crews.hold_s = {
            name: story.script.handle_s for story in self.stories for name in story.devices
        }
        return self.crews.commands(twin, now)

    def begin(self, name: str, now: datetime) -> None:
        """Begin a story. Raises InvalidSetting when there is none of that name."""
        script(name)
        self._told += 1
        held = frozenset(self.rhythm.instead)
        story = Story(name, self.rhythm, now, self._seed * 1009 + self._told, held)
        if not story.ended:
            self.stories.append(story)

    def _reports(self, now: datetime, elapsed_s: float) -> Iterator[Event]:
        if not self._started:
            self._started = True
            for place in self.rhythm.places:
                yield from self.rhythm.report(place, now)
            return
        self._owed += elapsed_s * self.rate
        while self._owed >= 1 and self._order:
            self._owed -= 1
            place = self._order[self._next]
            self._next = (self._next + 1) % len(self._order)
            yield from self.rhythm.report(place, now)

    def _plan(self, twin: Twin, now: datetime) -> None:
        if now < self._story_at:
            return
        pause_s = self._chance.uniform(*PAUSE_S)
        self._story_at = now + timedelta(seconds=pause_s)
        if len(twin.open_incidents) < MOST_OPEN:
            name = FIRST_STORY if self._told == 0 else ROTATION[(self._told - 1) % len(ROTATION)]
            self.begin(name, now)


async def run(
    streams: Streams,
    street: str,
    compounds: Sequence[Compound],
    *,
    seed: int = 1,
    rate: float = 20,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Play the demo in a street for ever."""
    twin = Twin(street, compounds)
    replica = Replica(streams, twin)
    desk = Desk(streams, {street: replica})
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(replica.run())
        await replica.current.wait()
        simulator = Simulator(compounds, seed, rate, clock())
        await _on_duty(streams, twin, clock())
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await _turn(streams, twin, desk, simulator, clock())
            except Unavailable as exc:
                log.warning("%s: nothing sent: %s", street, exc)
            spent_s = asyncio.get_running_loop().time() - began
            await asyncio.sleep(max(0.0, PERIOD_S - spent_s))


async def request(streams: Streams, street: str, name: str) -> None:
    """Ask the running simulator of a street for a story, and wait until it has begun.

    Raises InvalidSetting for an unknown story, or when no simulator takes the wish in time.
    """
    script(name)
    wishes = key(street, WISHES)
    await streams.link.call(wishes, ("RPUSH", wishes, name))
    for _ in range(int(TAKEN_WITHIN_S / 0.1)):
        (left,) = await streams.link.call(wishes, ("LLEN", wishes))
        if not left:
            return
        await asyncio.sleep(0.1)
    await streams.link.call(wishes, ("DEL", wishes))
    raise InvalidSetting("scenario", name, "no simulator runs here (start the demo first)")


async def _turn(
    streams: Streams, twin: Twin, desk: Desk, simulator: Simulator, now: datetime
) -> None:
    wishes = key(twin.street, WISHES)
    (wish,) = await streams.link.call(wishes, ("LPOP", wishes))
    if wish is not None and wish.decode() in scripts():
        simulator.begin(wish.decode(), now)
    if events := simulator.step(twin, now):
        await streams.append(twin.street, events)
    for command in list(simulator.commands(twin, now)):
        try:
            await desk.submit(command, now)
        except CommandRejected as refused:
            # Somebody real was faster, or the case moved on: look again in the next turn.
            log.debug("%s %s: %s", command.name, command.target, refused)


async def _on_duty(streams: Streams, twin: Twin, now: datetime) -> None:
    """The demo's people begin their shift, those who have not yet."""
    events = [
        ResponderStatus(
            id=f"duty-{uuid.uuid4().hex}",
            subject=one.id,
            time=now,
            by="演示值班",
            territory=one.card.territory,
            data=StatusData(status="available"),
        )
        for one in twin.responders.values()
        if one.duty == "off_duty"
    ]
    if events:
        await streams.append_operations(twin.street, events)
