"""Conditions: what the service must say of itself, such as that nobody derives alarms at present.

A code is a row of ``catalogue/conditions.toml``. A *state* stands until it is cleared; a *fact*
happened, is counted, and stands for a while after it last happened.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from twin.catalogue import read

Figure = int | float | str


class ConditionKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``conditions.toml``; the file's head explains each field."""

    tone: Literal["bad", "warn"]
    stands_s: int
    replay: bool

    @property
    def is_fact(self) -> bool:
        """Whether it happened, rather than lasts."""
        return self.stands_s > 0


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that stands: where (a street, or "" for the whole service), since when, how often.

    ``since_ms`` and ``last_ms`` are milliseconds since the epoch; ``figures`` are small values
    that say more.
    """

    code: str
    street: str
    since_ms: int
    last_ms: int
    count: int
    figures: dict[str, Figure] = {}


@cache
def condition_kinds() -> dict[str, ConditionKind]:
    """Every kind of condition by code, worst first.

    Raises msgspec.ValidationError when a row is wrong.
    """
    return msgspec.convert(read("conditions"), dict[str, ConditionKind])


def merged(earlier: Condition, later: Condition, *, same: bool = False) -> Condition:
    """One condition of two with the same code and street: since the earlier, as the later says.

    Counts of facts add up, but where the ``same`` was noticed by two processes, as a gap is by
    each that reads; then, and of a state, the greater one holds.
    """
    fact = condition_kinds()[later.code].is_fact and not same
    counts = (earlier.count, later.count)
    return msgspec.structs.replace(
        later,
        since_ms=min(earlier.since_ms, later.since_ms),
        last_ms=max(earlier.last_ms, later.last_ms),
        count=sum(counts) if fact else max(counts),
    )
