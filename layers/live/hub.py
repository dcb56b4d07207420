"""The live hub: twins in, frames out, at most ten times a second, to any number of screens.

Whoever folds the streams calls ``mark_dirty``; a loop calls ``tick`` every 100 ms. Both are plain
functions on the event loop, so between two ticks the picture stands still: whoever joins then
gets exactly what the next frames build on. Every tenth tick beats and lets time pass for devices
that said nothing, every fifth computes panels if anything changed.

A live session and every replay session each have a hub of their own over their own twins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Protocol

from layers.live.clock import Clock
from layers.live.columns import instant, milliseconds
from layers.live.frames import encoder, fields
from layers.live.groups import Frame, Group, Key
from layers.live.messages import Hello, View
from layers.live.state_store import News, StateStore
from layers.live.subscription import Subscription
from layers.panels.conditions import Health, lasting
from layers.panels.incidents import Travel, no_travel
from layers.places.compound import PlacesView
from layers.rows.layer import all_switches
from twin.catalogue import Catalogue
from twin.catalogue.conditions import Condition
from twin.events import AlarmRaised
from twin.state.records import Change
from twin.state.twin import Twin

PERIOD_S = 0.1
PANEL_TURNS = 5
BEAT_TURNS = 10
IDLE_TURNS = 100
"""A group nobody looks at goes on this many ticks, for those who come back after a lost link."""

MAX_SCREENS = 5000


class Screen(Protocol):
    """A connected screen as the hub knows it."""

    name: str
    key: Key | None
    incident: str | None

    def enqueue(self, fresh: list[Frame]) -> None:
        """Take the group's next frames without waiting."""

    def renew(self) -> None:
        """Drop what waits to be sent and send a fresh snapshot."""

    def end(self, reason: str) -> None:
        """Say why there will be nothing more, and hang up."""


class Hub:
    """Everything that looks at one session, live or replay."""

    def __init__(
        self,
        twins: Mapping[str, Twin],
        catalogue: Catalogue,
        *,
        now: datetime,
        epoch: str,
        clock: Clock | None = None,
        travel: Travel = no_travel,
        places: PlacesView | None = None,
        health: Health | None = None,
    ) -> None:
        """``epoch`` must differ between any two hubs; ``clock`` is None for the live session.

        ``catalogue`` is the one that screens show: kinds are numbered by it, and every kind of the
        twins must be in it.
        ``places`` are those of another hub over the same compounds and maybe more, to share.
        ``health`` is what the service says of itself, the same on every screen.
        """
        self.owner = ""  # the account whose replay this is
        self.twins = dict(twins)
        self.places = places or PlacesView(
            (compound for twin in twins.values() for compound in twin.compounds.values()),
            catalogue.devices,
        )
        self.catalogue = catalogue
        self._switches = all_switches(catalogue)
        self.now_ms = milliseconds(now)
        self.clock = clock or Clock(
            now_ms=self.now_ms, start_ms=self.now_ms, end_ms=self.now_ms, mode="live"
        )
        self._epochs = (f"{epoch}.{number}" for number in count(1))
        self._travel = travel
        self._health = health or Health()
        self._picture = StateStore(twins.values(), catalogue, self.now_ms, travel, self._health)
        self._groups: dict[Key, Group] = {}
        self._scopes: dict[tuple[tuple[str, ...], bool], Subscription] = {}
        self._screens: dict[Screen, None] = {}
        self._waiting: dict[Screen, Key] = {}
        self._turn = 0
        self._stirred = False
        self.ticked_s = 0.0  # by the event loop's clock
        self._conditions: tuple[Condition, ...] = ()
        self._face = (self.clock.mode, self.clock.speed, self.clock.seeks)

    # --- facts in -----------------------------------------------------------------------------

    def mark_dirty(self, street: str, changes: Iterable[Change]) -> None:
        """Note what a street's twin said has changed; costs a set entry for each."""
        self._picture.mark_dirty(street, changes)

    def recall(self, raised: Iterable[AlarmRaised]) -> None:
        """Count earlier alarms of today for the day's strip, after a start from a snapshot."""
        self._picture.recall(raised)
        self._stirred = True

    def reload(self, now: datetime) -> None:
        """The twins were rebuilt (a replay jumped): every screen gets a new snapshot."""
        self.now_ms = milliseconds(now)
        self._picture = StateStore(
            self.twins.values(), self.catalogue, self.now_ms, self._travel, self._health
        )
        self._groups.clear()
        self._scopes.clear()
        for screen in tuple(self._screens):
            if screen.key is not None:
                self._put(screen, screen.key)
                screen.renew()

    # --- screens ------------------------------------------------------------------------------

    def key(
        self, prefixes: Sequence[str], masked: bool, view: Hello | View, *, public: bool = False
    ) -> Key:
        """What a screen may look at of what it asked for; what it may not see is left out.

        ``masked`` says that the account gets no rooms anywhere, ``public`` that this screen shows
        none.
        """
        public = masked or public
        scope = self._scope(tuple(sorted(set(prefixes))), public)
        seen = {compound.id for compound in scope.compounds}
        wanted = dict.fromkeys(name for name in view.compounds if name in seen)
        compounds = tuple(wanted) if view.band == "near" else ()
        switches = frozenset(view.layers or ()) & self._switches
        return Key(scope.prefixes, masked, public, view.band, compounds, switches)

    def join(self, screen: Screen, key: Key, seq: int | None, epoch: str | None) -> bool:
        """Let a screen in, or in again; False when the house is full.

        It gets the frames it misses when it left this very group a moment ago, else a snapshot.
        """
        if screen not in self._screens and len(self._screens) >= MAX_SCREENS:
            return False
        self._screens[screen] = None
        group = self._put(screen, key)
        missing = group.after(seq) if seq is not None and epoch == group.epoch else None
        if missing is None:
            screen.renew()
        elif missing:
            screen.enqueue(missing)
        return True

    def move(self, screen: Screen, key: Key) -> None:
        """Look at something else from the next tick on; asked twice before it, the last counts."""
        self._waiting[screen] = key

    def open(self, screen: Screen, incident: str | None) -> None:
        """Note which case a screen has open; one it may not see counts as none."""
        scope = self._groups[screen.key].scope if screen.key is not None else None
        thing = self._picture.things["incidents"].get(incident or "")
        seen = scope is not None and thing is not None and scope.sees(thing.territory)
        screen.incident = incident if seen else None
        self._stirred = True

    def leave(self, screen: Screen) -> None:
        """A screen is gone."""
        self._take_out(screen)
        self._screens.pop(screen, None)
        self._waiting.pop(screen, None)
        self._stirred |= screen.incident is not None

    def end(self, reason: str) -> None:
        """The session is over: every screen is told and its link closed."""
        for screen in tuple(self._screens):
            screen.end(reason)

    def snapshot(self, screen: Screen) -> list[Frame]:
        """The frames that show a screen everything it looks at, as of the last tick."""
        if screen.key is None:
            return []
        return self._groups[screen.key].snapshot(self.now_ms, self.clock.shown())

    @property
    def screens(self) -> int:
        """How many screens are connected."""
        return len(self._screens)

    def instant(self) -> datetime:
        """The session's time, as of the last tick."""
        return instant(self.now_ms)

    # --- frames out ---------------------------------------------------------------------------

    def tick(self, now: datetime) -> None:
        """Publish what changed and hand every group its frames. ``now`` is the session's time."""
        self._turn += 1
        self.now_ms = milliseconds(now)
        if self.clock.mode == "live":
            self.clock.follow(self.now_ms)
        beats = self._turn % BEAT_TURNS == 0
        if beats:
            self._feel()
        news = self._picture.publish(self.now_ms, every=beats)
        self._stirred = self._stirred or bool(news.things) or len(news.rows) > 0
        words = self._words(news)
        for scope in self._scopes.values():
            scope.look(self.now_ms, self._folded_ms(scope))
        for group in self._groups.values():
            group.enqueue(group.encode(self.now_ms, words[id(group.scope)], news))
            if beats:
                group.beat(self.now_ms, self._beat_words())
        self._move_the_waiting()
        self._drop_the_idle()

    def _feel(self) -> None:
        """Notice what the service says of itself; a screen's panels tell it at the next turn."""
        live = self.clock.mode == "live"
        standing = lasting(self._health.standing(live=live))
        self._stirred |= standing != self._conditions
        self._conditions = standing

    def _folded_ms(self, scope: Subscription) -> float | None:
        return self._health.folded_ms(scope.streets) if self.clock.mode == "live" else None

    def _words(self, news: News) -> dict[int, dict[str, bytes]]:
        """For each scope, by identity, what has words in this tick's frames."""
        computing = self._turn % PANEL_TURNS == 0 and (self._stirred or self._turn % 50 == 0)
        presence = self._presence() if computing else {}
        steady = self._clock_steady()
        words: dict[int, dict[str, bytes]] = {}
        for scope in self._scopes.values():
            found: dict[str, bytes] = {}
            if things := scope.turned(news.things):
                sorts = {sort: fields(some) for sort, some in things.items()}
                found["things"] = fields(sorts)
            if computing and (panels := scope.refresh(self.now_ms, presence, self._conditions)):
                found["panels"] = fields(panels)
            if not steady:
                found["clock"] = encoder.encode(self.clock.shown())
            words[id(scope)] = found
        if computing:
            self._stirred = False
        return words

    def _clock_steady(self) -> bool:
        """Whether screens know mode and speed already; the hand they move by themselves."""
        face = (self.clock.mode, self.clock.speed, self.clock.seeks)
        steady, self._face = face == self._face, face
        return steady

    def _beat_words(self) -> dict[str, bytes]:
        """A replay's beat carries the clock's hand; a live one needs none."""
        if self.clock.mode == "live":
            return {}
        return {"clock": encoder.encode(self.clock.shown())}

    def _presence(self) -> dict[str, set[str]]:
        who: dict[str, set[str]] = {}
        for screen in self._screens:
            if screen.incident is not None:
                who.setdefault(screen.incident, set()).add(screen.name)
        return who

    def _scope(self, prefixes: tuple[str, ...], masked: bool) -> Subscription:
        scope = self._scopes.get((prefixes, masked))
        if scope is None:
            scope = Subscription(prefixes, masked, self._picture)
            scope.refresh(self.now_ms, self._presence(), self._conditions)
            scope.look(self.now_ms, self._folded_ms(scope))
            self._scopes[prefixes, masked] = scope
        return scope

    def _put(self, screen: Screen, key: Key) -> Group:
        self._take_out(screen)
        group = self._groups.get(key)
        if group is None:
            scope = self._scope(key.prefixes, key.public)
            group = Group(key, next(self._epochs), scope, self._picture, self.places)
            self._groups[key] = group
        group.members[screen] = None
        group.idle_turns = 0
        screen.key = key
        return group

    def _take_out(self, screen: Screen) -> None:
        group = self._groups.get(screen.key) if screen.key is not None else None
        if group is not None:
            group.members.pop(screen, None)
        screen.key = None

    def _move_the_waiting(self) -> None:
        moves, self._waiting = self._waiting, {}
        for screen, key in moves.items():
            self._put(screen, key)
            screen.renew()

    def _drop_the_idle(self) -> None:
        for key, group in tuple(self._groups.items()):
            group.idle_turns = 0 if group.members else group.idle_turns + 1
            if group.idle_turns > IDLE_TURNS:
                del self._groups[key]
        used = {id(group.scope) for group in self._groups.values()}
        if self._turn % IDLE_TURNS == 0:
            self._scopes = {
                name: scope for name, scope in self._scopes.items() if id(scope) in used
            }


async def run(hub: Hub, now: Callable[[], datetime]) -> None:
    """Tick for ever, ten times a second, without drifting; a late tick is not made up for."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        hub.tick(now())
        hub.ticked_s = loop.time()
        due = max(due + PERIOD_S, loop.time())
        await asyncio.sleep(due - loop.time())
