"""Conditions: what the service must say of itself, such as that nobody derives alarms at present.

A code is a row of ``CONDITION_KINDS``. A *state* stands until it is cleared; a *fact* happened, is
counted, and stands for a while after it last happened. The rows are part of the program, not of a
``Catalogue``: the code raises each by its name, and what they say is of the service, which is one
for all districts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

Figure = int | float | str

_HOUR_S, _DAY_S = 3600, 86400


class ConditionKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``CONDITION_KINDS``.

    ``tone`` is bad where help may not come, warn where something is missing, late or to be looked
    into. ``stands_s`` is 0 for a state; a fact stands so many seconds after it last happened.
    ``replay``: whether it is said on a replay, too, as what its records lack is; how the live
    service fares is not.
    """

    tone: Literal["bad", "warn"]
    stands_s: int = 0
    replay: bool = False

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


CONDITION_KINDS: Mapping[str, ConditionKind] = MappingProxyType(
    {
        "engine_absent": ConditionKind(tone="bad"),
        "engine_late": ConditionKind(tone="bad"),
        "fold_late": ConditionKind(tone="bad"),
        "server_refuses": ConditionKind(tone="bad"),
        "server_evicts": ConditionKind(tone="bad"),
        "stream_rolled_back": ConditionKind(tone="bad", stands_s=_HOUR_S, replay=True),
        "stream_gap": ConditionKind(tone="bad", stands_s=_HOUR_S, replay=True),
        "entry_set_aside": ConditionKind(tone="warn", stands_s=_DAY_S, replay=True),
        "clock_set_back": ConditionKind(tone="warn"),
        "clock_ahead": ConditionKind(tone="warn"),
        "place_left_out": ConditionKind(tone="warn", replay=True),
    }
)
"""Every kind of condition by code, worst first; texts stand under ``condition`` in pages/texts."""


def merged(earlier: Condition, later: Condition, *, same: bool = False) -> Condition:
    """One condition of two with the same code and street: since the earlier, as the later says.

    Counts of facts add up, but where the ``same`` was noticed by two processes, as a gap is by
    each that reads; then, and of a state, the greater one holds.
    """
    fact = CONDITION_KINDS[later.code].is_fact and not same
    counts = (earlier.count, later.count)
    return msgspec.structs.replace(
        later,
        since_ms=min(earlier.since_ms, later.since_ms),
        last_ms=max(earlier.last_ms, later.last_ms),
        count=sum(counts) if fact else max(counts),
    )
