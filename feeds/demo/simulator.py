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
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec

from feeds.demo.daily_profile import DailyProfile, local_hour
from feeds.demo.report_order import Rounds
from feeds.demo.responders import DISPATCHER, Crews
from feeds.demo.scenario import Script, Story, Suits, script, scripts, stages
from feeds.demo.walkers import Walker, beat_of
from feeds.errors import Unavailable
from feeds.host.seldom import Seldom
from feeds.intake.commands import Desk
from feeds.streams.keys import key
from feeds.streams.link import attempt_after, backoff_s
from feeds.streams.replica import Replica
from feeds.streams.streams import Streams
from twin.catalogue import Catalogue
from twin.catalogue.districts import Catalogues
from twin.commands.table import Command
from twin.dispatch.recommend import KNOWN_FOR
from twin.errors import CommandRejected, InvalidSetting
from twin.events import Event, ResponderStatus, StatusData
from twin.places.model import Compound, DevicePlace, District
from twin.places.territory import street_of
from twin.routing.network import Network
from twin.routing.roads import Surroundings
from twin.routing.search import Passage
from twin.state.twin import Twin

log = logging.getLogger(__name__)

PERIOD_S = 0.25
OPENING = ((8.0, "one_key_call"), (34.0, "waste_full"), (80.0, "gate_fault"))
"""The first stories by the second, so that a new wall has something to tell within its minute."""
PAUSE_S = (60.0, 150.0)
MOST_OPEN = 6
NIGHT_PAUSE = 2.0
"""By night so many times more quiet."""
WISHES = "stories"
TAKEN_WITHIN_S = 15.0
OBEY_AFTER = timedelta(seconds=1.5)
MOST_AT_ONCE = timedelta(seconds=5)


class Simulator:
    """A street's demo, driven from outside by ``step`` and ``commands``."""

    def __init__(
        self,
        compounds: Sequence[Compound],
        catalogue: Catalogue,
        seed: int,
        rate: float,
        begins_at: datetime,
        *,
        plays: bool = True,
        districts: Sequence[District] = (),
    ) -> None:
        """``rate`` is how many device events a second are sent, from 1 to 20,000; more if the
        devices' patience asks for more. ``plays`` tells stories of its own accord, and has people
        patrol; elsewhere they wait at their posts. They also walk the roads of the ``districts``.
        """
        street = street_of(compounds[0].territory) if compounds else ""
        self.rhythm = DailyProfile(compounds, catalogue.devices, seed)
        self.rounds = Rounds(self.rhythm, rate)
        roads = Surroundings(street, compounds, districts).roads()
        network = Network(compounds, catalogue.ways.modes, roads)
        self.passage = Passage(network)
        self.stories: list[Story] = []
        self.walkers = {
            card.id: Walker(card, beat_of(one) if plays else (), seed)
            for one in compounds
            for card in one.responders
        }
        self.crews = Crews(street, self.walkers, network)
        self._seed = seed
        self._chance = random.Random(seed)
        self._catalogue = catalogue
        kinds = catalogue.devices
        self._askable = [one.id for one in self.rhythm.places if kinds[one.kind].desired]
        for walker in self.walkers.values():
            walker.set_out(self._chance)
        self._now = begins_at
        self._started = False
        self._told = 0
        self._waiting: list[str] = []
        opening = OPENING if plays else ()
        self._opening = deque((begins_at + timedelta(seconds=at_s), name) for at_s, name in opening)
        self._story_at = begins_at + timedelta(seconds=OPENING[-1][0]) + self._pause(begins_at)
        self._plays = plays

    def step(self, twin: Twin, now: datetime) -> list[Event]:
        """What devices and people send in the time since the last step; at first, every device."""
        # What was missed while the streams were away, or as a clock was set, is not made up for.
        began, self._now = min(max(self._now, now - MOST_AT_ONCE), now), now
        self._plan(twin, now)
        events = self._obey(twin, now)
        events += [event for story in self.stories for event in story.advance(twin, now)]
        self.stories = [story for story in self.stories if not story.ended]
        # A device has one word an instant: what its story made it say counts, not the day's rhythm.
        spoken = {event.subject for event in events}
        events += [event for event in self._reports(began, now) if event.subject not in spoken]
        for walker in self.walkers.values():
            walker.stroll(self.passage, now)
            walker.step((now - began).total_seconds())
            events += walker.said(now)
        return events

    def commands(self, twin: Twin, now: datetime) -> Iterator[Command]:
        """The commands that the demo's people give now."""
        self.crews.hold_s = {
            name: story.script.handle_s for story in self.stories for name in story.devices
        }
        return self.crews.commands(twin, now)

    def begin(self, name: str, twin: Twin, now: datetime, *, anywhere: bool = False) -> None:
        """Begin a story, where it is set or anywhere.

        Raises InvalidSetting when there is none of that name.
        """
        told = script(name)
        if anywhere:
            told = msgspec.structs.replace(told, compound="")
        self._told += 1
        held = {case.device for case in twin.open_incidents.values()}
        held.update(self.rhythm.standing, *(story.devices for story in self.stories))
        seed, suits = self._seed * 1009 + self._told, self._suits(told)
        story = Story(told, self.rhythm, now, seed, frozenset(held), suits)
        if not story.ended:
            self.stories.append(story)

    def settle(self, twin: Twin) -> None:
        """Take people from where they were seen last, for a simulator that starts again."""
        for walker in self.walkers.values():
            seen = twin.responders[walker.card.id]
            if seen.located_at is not None and self._now - seen.located_at <= KNOWN_FOR:
                walker.here = seen.located or walker.here

    def _suits(self, told: Script) -> Suits | None:
        """Whether the person who would be sent to a device is of the story's role and distance."""
        if not told.role:
            return None
        people = list(self.walkers.values())
        skills = set(self._catalogue.incident(told.kind).skills)
        last = [(one.case is not None, skills.isdisjoint(one.card.skills)) for one in people]
        starts, (least_s, most_s) = [one.here for one in people], told.walk_s

        def suits(place: DevicePlace) -> bool:
            seconds = self.passage.costs_to(place.lonlat, starts)
            row = min(range(len(people)), key=lambda n: (*last[n], seconds[n]))
            return people[row].card.role == told.role and least_s <= seconds[row] <= most_s

        return suits if people else None

    def _reports(self, began: datetime, now: datetime) -> Iterator[Event]:
        """The devices whose turn it is, spread over the time since the last step."""
        if not self._started:
            self._started = True
            for place in self.rhythm.places:
                yield from self.rhythm.report(place, now)
            return
        turns = self.rounds.next((now - began).total_seconds())
        each = (now - began) / max(1, len(turns))
        for number, place in enumerate(turns, start=1):
            yield from self.rhythm.report(place, began + each * number)

    def _obey(self, twin: Twin, now: datetime) -> list[Event]:
        """What devices say to people who asked them for a state; what is out of order says no."""
        told: list[Event] = []
        for name in self._askable:
            device = twin.devices[name]
            asked, at = device.desired, device.desired_at
            if asked is None or at is None or self.rhythm.asked.get(name) == asked:
                continue
            if now - at >= OBEY_AFTER:
                self.rhythm.asked[name] = asked
                told += self.rhythm.report(device.place, now)
        return told

    def _plan(self, twin: Twin, now: datetime) -> None:
        """Begin what is due: first the opening, then one story after the other."""
        while self._opening and now >= self._opening[0][0]:
            self.begin(self._opening.popleft()[1], twin, now)
        if self._plays and now >= self._story_at:
            self._story_at = now + self._pause(now)
            if len(twin.open_incidents) < MOST_OPEN:
                self.begin(self._draw(now), twin, now, anywhere=True)

    def _draw(self, now: datetime) -> str:
        """The next story by chance, each once before any comes again, out of those of the hour."""
        fitting = self._fitting(now)
        if not fitting:
            self._waiting = sorted(scripts())
            self._chance.shuffle(self._waiting)
            fitting = self._fitting(now)
        self._waiting.remove(fitting[0])
        return fitting[0]

    def _fitting(self, now: datetime) -> list[str]:
        """The stories still to be told that fit the hour; some fit every hour."""
        hour = local_hour(now.timestamp())
        return [name for name in self._waiting if _in_hours(hour, *script(name).hours)]

    def _pause(self, now: datetime) -> timedelta:
        night = NIGHT_PAUSE if not _in_hours(local_hour(now.timestamp()), 6, 23) else 1.0
        return timedelta(seconds=self._chance.uniform(*PAUSE_S) * night)


def _in_hours(hour: float, start: float, end: float) -> bool:
    return start <= hour < end if start <= end else hour >= start or hour < end


async def run(
    streams: Streams,
    street: str,
    compounds: Sequence[Compound],
    catalogue: Catalogue,
    *,
    seed: int = 1,
    rate: float = 20,
    plays: bool = True,
    districts: Sequence[District] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Play the demo in a street for ever; ``plays`` and ``districts`` as for ``Simulator``."""
    twin = Twin(street, compounds, catalogue)
    replica = Replica(streams, twin)
    desk = Desk(streams, {street: replica})
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(replica.run_on())
        await replica.current.wait()
        # Seconds of work for a large street; meanwhile the others' calls must not go stale.
        simulator = await asyncio.to_thread(
            Simulator, compounds, catalogue, seed, rate, clock(), plays=plays, districts=districts
        )
        simulator.settle(twin)
        await _until_on_duty(streams, twin, clock)
        seldom = Seldom(log)
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await turn(streams, twin, desk, simulator, clock())
            except Unavailable as exc:
                seldom.warning(exc.word, "%s: nothing sent: %s", street, exc)
                await asyncio.sleep(backoff_s(4))
            spent_s = asyncio.get_running_loop().time() - began
            await asyncio.sleep(max(0.0, PERIOD_S - spent_s))


async def run_streets(
    streams: Streams,
    streets: Mapping[str, Sequence[Compound]],
    districts: Sequence[District],
    catalogues: Catalogues,
    *,
    seed: int,
    rate: float,
) -> None:
    """Play the demo in some streets for ever, with ``rate`` events a second in all.

    Stories are told, and patrols walk, where they are set; elsewhere only devices speak.
    """
    told, share = stages(streets), max(1.0, rate / max(1, len(streets)))
    async with asyncio.TaskGroup() as tasks:
        for name, compounds in streets.items():
            playing = partial(
                run, streams, name, compounds, catalogues.of(name), seed=seed, rate=share,
                plays=name in told, districts=districts,
            )  # fmt: skip
            tasks.create_task(_keep_playing(name, playing))


async def _keep_playing(street: str, play: Callable[[], Awaitable[None]]) -> None:
    """Play for ever, whatever ends it: a street's fault stays in that street."""
    seldom, attempt, loop = Seldom(log), 0, asyncio.get_running_loop()
    while True:
        began_s = loop.time()
        try:
            await play()
        except Exception as exc:
            seldom.warning(type(exc).__name__, "%s: plays anew: %r", street, exc, failure=True)
        attempt = attempt_after(attempt, loop.time() - began_s)
        await asyncio.sleep(backoff_s(attempt))


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


async def turn(
    streams: Streams, twin: Twin, desk: Desk, simulator: Simulator, now: datetime
) -> None:
    """Let the time until now pass: begin what was wished for, send events, give commands."""
    wishes = key(twin.street, WISHES)
    (wish,) = await streams.link.call(wishes, ("LPOP", wishes))
    if wish is not None and wish.decode() in scripts():
        simulator.begin(wish.decode(), twin, now)
    if events := simulator.step(twin, now):
        await streams.append(twin.street, events)
    for command in list(simulator.commands(twin, now)):
        try:
            await desk.submit(command, now)
        except CommandRejected as refused:
            # Somebody real was faster, or the case moved on: look again in the next turn.
            log.debug("%s %s: %s", command.name, command.target, refused)


async def _until_on_duty(streams: Streams, twin: Twin, clock: Callable[[], datetime]) -> None:
    seldom = Seldom(log)
    while True:
        try:
            return await put_on_duty(streams, twin, clock())
        except Unavailable as exc:
            seldom.warning(exc.word, "%s: nobody on duty yet: %s", twin.street, exc)
            await asyncio.sleep(backoff_s(4))


async def put_on_duty(streams: Streams, twin: Twin, now: datetime) -> None:
    """The demo's people begin their shift, those of whom nobody said anything yet."""
    events = [
        ResponderStatus(
            id=f"duty-{uuid.uuid4().hex}",
            subject=one.id,
            time=now,
            by=DISPATCHER,
            territory=one.card.territory,
            data=StatusData(status="available"),
        )
        for one in twin.responders.values()
        if one.duty_at is None  # who was sent home stays there
    ]
    if events:
        await streams.append_operations(twin.street, events)
