"""One thing that makes us fail must not take the others with it: ask for all but that one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from twin.errors import EntrySetAside
from twin.events import Event
from twin.state.records import Alarm, Closure, Device

_Thing = TypeVar("_Thing", Device, Alarm, Closure)


def apart(
    asked: Callable[[Sequence[_Thing]], Iterable[Event]],
    things: Sequence[_Thing],
    failed: list[EntrySetAside],
) -> list[Event]:
    """What follows from things; those for which ``asked`` raises are added to ``failed``.

    Where all together fail, either half is asked for itself, down to the single things.
    """
    try:
        return list(asked(things))
    except Exception as failure:
        if len(things) == 1:
            failed.append(EntrySetAside("due", things[0].id, failure))
            return []
        half = len(things) // 2
        return apart(asked, things[:half], failed) + apart(asked, things[half:], failed)
