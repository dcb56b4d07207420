"""Hypothesis strategies: what may happen in the street, as an engine would have it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from tests.support.builders.twin import (
    ACTORS,
    CALL,
    CAMERAS,
    GATE,
    LAMP,
    LI,
    LIFT,
    MANHOLE,
    NOISE,
    POWER,
    SMOKE,
    WANG,
    ZHOU,
    a_position,
    a_reading,
    a_state,
    a_twin,
    after,
    on_duty,
    settle,
    silence,
)  # fmt: skip
from tests.support.catalogues import CATALOGUE
from twin.commands.decide import Command, decide
from twin.commands.table import CASES, DUTY, at_target
from twin.errors import CommandRejected
from twin.events import Event, FeedChanged, FeedData
from twin.state.twin import Twin

SUBJECTS = (CALL, GATE, LIFT, POWER, NOISE, MANHOLE, SMOKE, LAMP, *CAMERAS, "huodian/gate/99")
RESPONDERS = (ZHOU, LI, WANG)

seconds = st.integers(0, 900)


@st.composite
def reports(draw: st.DrawFn) -> Event:
    """Something a device, a responder or a feed might say, in any order and any number of times."""
    at = after(draw(seconds))
    what = draw(st.integers(0, 9))
    if what < 5:
        subject = draw(st.sampled_from(SUBJECTS))
        states = CATALOGUE.devices[subject.split("/")[1]].states
        return a_state(subject, draw(st.sampled_from(states)), at)
    if what < 7:
        subject = draw(st.sampled_from((GATE, MANHOLE, NOISE, "huodian/noise/99")))
        quantities = list(CATALOGUE.devices[subject.split("/")[1]].quantities)
        value = draw(st.sampled_from((0.0, 0.75, 1.0, 50.0, 60.0)))
        return a_reading(subject, draw(st.sampled_from(quantities)), value, at)
    if what == 7:
        return a_position(draw(st.sampled_from(RESPONDERS)), at=at)
    if what == 8:
        return on_duty(draw(st.sampled_from(RESPONDERS)), draw(st.sampled_from(("available",))), at)
    up = draw(st.booleans())
    return FeedChanged(id=f"feed-{at}-{up}", subject="gates", time=at, data=FeedData(up=up))


@st.composite
def commands(draw: st.DrawFn, twin: Twin) -> Command:
    """A command that somebody might give now: often sensible, often not."""
    name = draw(st.sampled_from((*CASES, *at_target("alarm"), *DUTY)))
    things = twin.incidents if name in CASES else twin.responders if name in DUTY else twin.alarms
    targets = list(things) or ["INC-0000-0000"]
    text = draw(st.sampled_from(("", "电话核实")))
    args: dict[str, Any] = {
        "responder": draw(st.sampled_from(("", *RESPONDERS))),
        "text": text,
        "passed": draw(st.booleans()),
        "minutes": draw(st.sampled_from((0, 15))),
        "reason": text,
    }
    return Command(
        name=name,
        target=draw(st.sampled_from(targets)),
        by=draw(st.sampled_from(ACTORS)),
        args=args,
    )


def try_command(twin: Twin, command: Command, at: datetime) -> list[Event]:
    """The events of a command, applied; none when it was refused."""
    try:
        events = decide(twin, command, at)
    except CommandRejected:
        return []
    for event in events:
        twin.apply(event)
    return events


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """A consistent log: reports, what followed from them, silences, commands that were accepted."""
    twin, log = a_twin(), []
    for n in range(draw(st.integers(0, 14))):
        what = draw(st.integers(0, 9))
        if what < 5:
            event = draw(reports())
            log += [event, *settle(twin, [event])]
        elif what == 5:
            event = silence(draw(st.sampled_from(SUBJECTS)), after(draw(seconds)))
            log += [event, *settle(twin, [event])]
        elif what == 6:
            for event in twin.due(after(draw(seconds) + 600)):
                log += [event, *settle(twin, [event])]
        else:
            log += try_command(twin, draw(commands(twin)), after(n * 30))
    return log
