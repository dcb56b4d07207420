"""What the service says of itself, as screens show it: a badge for each condition that stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from twin.catalogue.conditions import CONDITION_KINDS, Condition
from twin.errors import EntrySetAside
from twin.places import territory


class Health:
    """What a hub asks about the service; this one says that all is well and nothing is known."""

    def conditions(self) -> Sequence[Condition]:
        """All that stands at present, worst first."""
        return ()

    def folded_ms(self, streets: Iterable[str]) -> float | None:
        """When the streams of all these streets were last folded to their ends; None if unknown."""
        return None

    def set_aside(self, street: str, why: EntrySetAside) -> None:
        """Hear of something that cannot be shown, for it makes us fail; all else is."""

    def standing(self, *, live: bool) -> list[Condition]:
        """The conditions that concern a live screen, or a replay."""
        kinds = CONDITION_KINDS
        return [one for one in self.conditions() if live or kinds[one.code].replay]


def lasting(standing: Iterable[Condition]) -> tuple[Condition, ...]:
    """What screens may show of them: without when they were last said, which moves each second."""
    return tuple(msgspec.structs.replace(one, last_ms=one.since_ms) for one in standing)


def shown(
    standing: Iterable[Condition], prefixes: Sequence[str], streets: Sequence[str]
) -> list[dict[str, Any]]:
    """The conditions that somebody with these prefixes gets to see, in the order given.

    A street's condition is for those who see something of it. Texts among the figures, such as
    the name of a file, are for those who see the whole of what the condition is about: a street,
    or for a condition of the whole service some whole street.
    """
    return [
        {
            "code": one.code,
            "tone": CONDITION_KINDS[one.code].tone,
            "street": one.street,
            "since": one.since_ms,
            "count": one.count,
            "figures": _figures(one, prefixes, streets),
        }
        for one in standing
        if not one.street or one.street in streets
    ]


def _figures(one: Condition, prefixes: Sequence[str], streets: Sequence[str]) -> dict[str, Any]:
    about = [one.street] if one.street else streets
    whole = any(territory.covers(prefixes, street) for street in about)
    return {
        name: value for name, value in one.figures.items() if whole or not isinstance(value, str)
    }
