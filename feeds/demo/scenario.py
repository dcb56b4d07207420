"""Stories: timelines in ``scenarios/*.toml`` that the simulator plays, on its own or on demand.

A story picks devices by seed, makes them say things at given seconds or when its case reaches a
state, and ends when everything it changed is as before. The same seed picks the same devices.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from itertools import islice

import msgspec

from feeds.demo.daily_profile import DailyProfile, Said
from twin.errors import InvalidSetting
from twin.events import Event
from twin.places.metres import distance_m
from twin.places.model import Compound, DevicePlace
from twin.state.records import Incident
from twin.state.twin import Twin

MOST_TRIED = 40
"""Devices looked at for one that suits."""
Suits = Callable[[DevicePlace], bool]
GIVE_UP_S = 30 * 60
"""A story whose case nobody finishes ends after this long, and its devices return to normal."""


class Pick(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which devices take part: the kinds, how many, near which other pick, in which compound."""

    kinds: tuple[str, ...]
    count: int = 1
    near: str = ""


class StoryStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make the devices of a pick say something, at a second or once the case reached a state.

    ``normal`` gives them back to the day's rhythm, ``mute`` makes them say nothing.
    """

    pick: str
    at_s: float | None = None
    when: str = ""
    state: str | None = None
    value: float | None = None
    mute: bool = False
    normal: bool = False


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A story as written: titles, where, who takes part, what happens.

    ``kind`` is the kind of case it opens. With ``role`` and ``walk_s`` the first device is one that
    somebody of this role would be sent to, so many seconds away, if there is any. ``hours`` are
    those of the local day in which the simulator plays it by itself (from, to; may cross
    midnight), ``handle_s`` how long the work on the spot takes. A story ends with its case; one
    that opens none ends after ``lasts_s``.
    """

    title: str
    en: str
    about: str
    compound: str = ""
    kind: str = ""
    role: str = ""
    walk_s: tuple[float, float] = (0.0, 0.0)
    hours: tuple[float, float] = (0.0, 24.0)
    lasts_s: float = 0.0
    handle_s: float = 22.0
    picks: dict[str, Pick]
    steps: tuple[StoryStep, ...]


# Stories are a part of the demo's program, told alike in every street; no product rule is in them.
@cache
def scripts() -> dict[str, Script]:
    """Every story by name. Raises msgspec.ValidationError when a file is wrong."""
    folder = resources.files(__package__).joinpath("scenarios")
    files = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name
    )
    return {
        one.name.removesuffix(".toml"): msgspec.convert(
            tomllib.loads(one.read_text("utf-8")), Script
        )
        for one in files
    }


def script(name: str) -> Script:
    """One story. Raises InvalidSetting naming those there are."""
    if name not in scripts():
        raise InvalidSetting("scenario", name, f"one of {', '.join(scripts())} is needed")
    return scripts()[name]


def stages(streets: Mapping[str, Sequence[Compound]]) -> list[str]:
    """The streets, of those given with their compounds, in which stories are told.

    Those that a story is set in; the first, when none is.
    """
    places = {told.compound for told in scripts().values()}
    found = [name for name in sorted(streets) if places & {one.id for one in streets[name]}]
    return found or sorted(streets)[:1]


class Story:
    """A script that is being played over a street's devices."""

    def __init__(
        self,
        script: Script,
        rhythm: DailyProfile,
        begun_at: datetime,
        seed: int,
        avoid: frozenset[str],
        suits: Suits | None = None,
    ) -> None:
        """``avoid`` are devices that others hold; one that ``suits`` is preferred as the first."""
        self.script = script
        self.begun_at = begun_at
        self.ended = False
        self._rhythm = rhythm
        self._done: set[int] = set()
        self._opened = ""
        self.picked = cast(script, rhythm.places, seed, avoid, suits)
        self.devices = frozenset(place.id for some in self.picked.values() for place in some)
        if not all(self.picked.values()):
            self.ended = True

    def advance(self, twin: Twin, now: datetime) -> list[Event]:
        """Take the steps that fall due; what the devices say at once because of them."""
        case = self._case(twin)
        told: list[Event] = []
        for number, step in enumerate(self.script.steps):
            if number not in self._done and self._due(step, case, now):
                self._done.add(number)
                told += self._take(step, now)
        lasts_s = self.script.lasts_s or GIVE_UP_S
        if now - self.begun_at > timedelta(seconds=lasts_s) or (case and not case.open):
            told += self._put_back(now)
        return told

    def _case(self, twin: Twin) -> Incident | None:
        """The case that the story opened, looked for while it is open."""
        if not self._opened:
            for case in twin.open_incidents.values():
                if case.device in self.devices and case.reported_at >= self.begun_at:
                    self._opened = case.id
        return twin.incidents.get(self._opened)

    def _due(self, step: StoryStep, case: Incident | None, now: datetime) -> bool:
        """A case that went on while nobody looked has been in the states between, too."""
        if step.at_s is not None:
            return now - self.begun_at >= timedelta(seconds=step.at_s)
        return case is not None and step.when in case.times

    def _take(self, step: StoryStep, now: datetime) -> list[Event]:
        told: list[Event] = []
        for place in self.picked[step.pick]:
            if step.normal:
                self._rhythm.instead.pop(place.id, None)
            else:
                said = Said(step.state, step.value, step.mute)
                self._rhythm.instead[place.id] = said
            told += self._rhythm.report(place, now)
        return told

    def _put_back(self, now: datetime) -> list[Event]:
        self.ended = True
        told: list[Event] = []
        for some in self.picked.values():
            for place in some:
                if self._rhythm.instead.pop(place.id, None) is not None:
                    told += self._rhythm.report(place, now)
        return told


def cast(
    script: Script,
    places: Sequence[DevicePlace],
    seed: int,
    avoid: frozenset[str],
    suits: Suits | None = None,
) -> Mapping[str, list[DevicePlace]]:
    """The devices for each pick, chosen by seed; ``near`` picks are the nearest to the first.

    The story plays in the compound it names, or in one by chance, if there are devices enough;
    else where there are most.
    """
    chance = random.Random(f"{seed}/{script.title}")
    free: dict[str, list[DevicePlace]] = {}
    for place in places:
        if place.id not in avoid:
            free.setdefault(place.id.partition("/")[0], []).append(place)
    homes = sorted(free)
    chance.shuffle(homes)
    homes.sort(key=lambda home: (_missing(script, free[home]), home != script.compound))
    return _cast(script, free[homes[0]] if homes else [], chance, suits)


def _missing(script: Script, places: Sequence[DevicePlace]) -> int:
    """How many devices a compound is short of for a story."""
    return sum(
        max(0, pick.count - sum(place.kind in pick.kinds for place in places))
        for pick in script.picks.values()
    )


def _cast(
    script: Script, places: Sequence[DevicePlace], chance: random.Random, suits: Suits | None
) -> dict[str, list[DevicePlace]]:
    picked: dict[str, list[DevicePlace]] = {}
    taken: set[str] = set()
    for name, pick in script.picks.items():
        could = [one for one in places if one.kind in pick.kinds and one.id not in taken]
        if near := picked.get(pick.near):
            spot = near[0].lonlat
            could.sort(key=lambda one: (distance_m(one.lonlat, spot), one.id))
        else:
            chance.shuffle(could)
            if suits is not None and not picked:
                tried = (one for one in could[:MOST_TRIED] if suits(one))
                could = [*islice(tried, 1), *could]
        picked[name] = could[: pick.count]
        taken |= {one.id for one in picked[name]}
    return picked
