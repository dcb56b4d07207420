"""A log that says each kind of thing once a minute at most: a server that is away for an hour must
not fill the disk with lines that all say so.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

EVERY_S = 60.0
MOST_KINDS = 1000


class Seldom:
    """Warnings of one logger, each kind no more than once a minute, with how many were left out."""

    def __init__(
        self, log: logging.Logger, *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._monotonic_s = monotonic_s
        self._said: dict[str, tuple[float, int]] = {}

    def warning(self, kind: str, text: str, *words: object, failure: bool = False) -> None:
        """Say something of a kind; with ``failure``, and the traceback of what is being handled."""
        now_s = self._monotonic_s()
        last_s, left_out = self._said.get(kind, (now_s - EVERY_S, 0))
        if now_s - last_s < EVERY_S:
            self._said[kind] = (last_s, left_out + 1)
            return
        if len(self._said) >= MOST_KINDS:
            self._said.clear()
        self._said[kind] = (now_s, 0)
        more = f" (and {left_out} times more since)" if left_out else ""
        self._log.warning(text + more, *words, exc_info=failure)
