"""What stands open beside the cases: alarms that none is about, devices that say nothing.

A screen says that all is normal only when these are nothing, too. Counted over everything an
account may see, whatever part of the map it looks at.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.live import frames
from layers.live.frames import Bytes
from twin.catalogue import GRAVE
from twin.places.territory import compound_of
from twin.state.records import Alarm
from twin.state.twin import Twin


class Lone(NamedTuple):
    """An alarm that holds and that no open case is about: where, how grave, whether shelved."""

    territory: str
    compound: str
    level: int
    shelved: bool

    @property
    def grave(self) -> bool:
        """Whether somebody should be on it: level Ⅰ or Ⅱ, and not shelved."""
        return self.level <= GRAVE and not self.shelved


def lone(twin: Twin, alarm: Alarm, territory: str) -> Lone | None:
    """An alarm as one without a case, or None; silence counts by devices, not by alarms."""
    rule = twin.catalogue.rules.get(alarm.rule)
    silence = rule is not None and rule.silent
    if silence or not alarm.active or alarm.incident in twin.open_incidents:
        return None
    shelved = alarm.shelved_until is not None
    return Lone(territory, compound_of(territory) or "", alarm.level, shelved)


def standing(
    lones: Collection[Lone], state: Bytes, heard: NDArray[np.bool_], unjudged: int
) -> dict[str, int | list[int]]:
    """The panel: alarms without a case, the grave ones by level, shelved; devices all in all, in
    an alarm's state without an alarm (``unjudged``), silent (heard once, and not within their
    kind's patience) and never heard from.
    """
    gone = (state >> 3 & frames.GONE) == frames.GONE
    return {
        "alarms": sum(not one.shelved for one in lones),
        "grave": [sum(one.grave and one.level == level for one in lones) for level in (1, 2)],
        "shelved": sum(one.shelved for one in lones),
        "devices": len(state),
        "unjudged": unjudged,
        "silent": int((gone & heard).sum()),
        "unheard": int((~heard).sum()),
    }
