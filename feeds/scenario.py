"""Stories: timelines in ``scenarios/*.toml`` that the simulator plays, on its own or on demand.

A story picks devices by seed, makes them say things at given seconds or when its case reaches a
state, and ends when everything it changed is as before. The same seed picks the same devices.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources

import msgspec

from feeds.rhythm import Rhythm, Said
from twin.errors import InvalidSetting
from twin.events import Event
from twin.metres import distance_m
from twin.model import DevicePlace
from twin.state import Twin
from twin.things import FINISHED, Incident

GIVE_UP_S = 30 * 60
"""A story whose case nobody finishes ends after this long, and its devices return to normal."""
DONE_STATES = frozenset({"handled", "checked", *FINISHED})


class Pick(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which devices take part: the kinds, how many, near which other pick, in which compound."""

    kinds: tuple[str, ...]
    count: int = 1
    near: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make the devices of a pick say something, at a second or when the case is in a state.

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
    """A story as written: titles, where, who takes part, what happens, how long the work takes."""

    title: str
    en: str
    about: str
    compound: str = ""
    handle_s: float = 22.0
    picks: dict[str, Pick]
    steps: tuple[Step, ...]


@cache
def scripts() -> dict[str, Script]:
    """Every story by name. Raises msgspec.ValidationError when a file is wrong."""
    folder = resources.files("feeds").joinpath("scenarios")
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


class Story:
    """A script that is being played over a street's devices."""

    def __init__(
        self, name: str, rhythm: Rhythm, begun_at: datetime, seed: int, avoid: frozenset[str]
    ) -> None:
        """``avoid`` are devices that other stories hold."""
        self.name = name
        self.script = script(name)
        self.begun_at = begun_at
        self.ended = False
        self._rhythm = rhythm
        self._done: set[int] = set()
        self.picked = cast(self.script, rhythm.places, seed, avoid)
        if not all(self.picked.values()):
            self.ended = True

    @property
    def devices(self) -> frozenset[str]:
        """The ids of every device that takes part."""
        return frozenset(place.id for some in self.picked.values() for place in some)

    def advance(self, twin: Twin, now: datetime) -> list[Event]:
        """Take the steps that fall due; what the devices say at once because of them."""
        case = self.case(twin)
        told: list[Event] = []
        for number, step in enumerate(self.script.steps):
            if number not in self._done and self._due(step, case, now):
                self._done.add(number)
                told += self._take(step, now)
        over = now - self.begun_at > timedelta(seconds=GIVE_UP_S)
        finished = case is not None and not case.open
        if over or (finished and len(self._done) == len(self.script.steps)):
            told += self._put_back(now)
        return told

    def case(self, twin: Twin) -> Incident | None:
        """The newest case at one of the story's devices since it began."""
        found = [
            one
            for one in twin.incidents.values()
            if one.device in self.devices and one.reported_at >= self.begun_at
        ]
        return found[-1] if found else None

    def _due(self, step: Step, case: Incident | None, now: datetime) -> bool:
        if step.at_s is not None:
            return now - self.begun_at >= timedelta(seconds=step.at_s)
        if case is None:
            return False
        return case.state == step.when or (step.when == "handled" and case.state in DONE_STATES)

    def _take(self, step: Step, now: datetime) -> list[Event]:
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
    script: Script, places: Sequence[DevicePlace], seed: int, avoid: frozenset[str]
) -> Mapping[str, list[DevicePlace]]:
    """The devices for each pick, chosen by seed; ``near`` picks are the nearest to the first."""
    chance = random.Random(f"{seed}/{script.title}")
    compounds = sorted({place.id.partition("/")[0] for place in places})
    home = script.compound if script.compound in compounds else chance.choice(compounds or [""])
    picked: dict[str, list[DevicePlace]] = {}
    taken = set(avoid)
    for name, pick in script.picks.items():
        could = [
            place
            for place in places
            if place.kind in pick.kinds
            and place.id.startswith(f"{home}/")
            and place.id not in taken
        ]
        anchor = next(iter(picked.get(pick.near, ())), None)
        if anchor is not None:
            could.sort(key=lambda place: (distance_m(place.lonlat, anchor.lonlat), place.id))
        else:
            chance.shuffle(could)
        picked[name] = could[: pick.count]
        taken |= {place.id for place in picked[name]}
    return picked
