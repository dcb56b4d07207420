"""The clock of a session: live, paused or replay ×n, as one explicit state machine.

A live session's clock is the wall clock and takes no orders. A replay session's clock is moved
by ``advance`` with the real time that passed; ``seeks`` counts jumps, after which whoever feeds
the session must build its twins anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.errors import CommandRejected

MIN_SPEED, MAX_SPEED = 1.0, 60.0

TRANSITIONS = {
    ("paused", "play"): "replay",
    ("replay", "play"): "replay",
    ("replay", "pause"): "paused",
    ("paused", "pause"): "paused",
    ("replay", "seek"): "replay",
    ("paused", "seek"): "paused",
    ("replay", "speed"): "replay",
    ("paused", "speed"): "paused",
    ("replay", "end"): "paused",
}
"""Mode and order to the next mode; anything else is refused, every order to a live clock too."""


@dataclass(slots=True, kw_only=True)
class Clock:
    """Where a session stands in time; instants in milliseconds since the epoch."""

    now_ms: float
    start_ms: float
    end_ms: float
    mode: str = "live"
    speed: float = 1.0
    seeks: int = 0

    def advance(self, real_ms: float) -> float:
        """Let real time pass; the session's time. At its end a replay pauses."""
        if self.mode == "live":
            self.now_ms += real_ms
            self.end_ms = self.now_ms
        elif self.mode == "replay":
            self.now_ms = min(self.now_ms + real_ms * self.speed, self.end_ms)
            if self.now_ms >= self.end_ms:
                self._order("end")
        return self.now_ms

    def follow(self, now_ms: float) -> None:
        """Set a live clock to the wall clock's time."""
        assert self.mode == "live", "only a live clock follows the wall clock"
        self.now_ms = self.end_ms = now_ms

    def obey(self, do: str, at_ms: float | None = None, speed: float | None = None) -> None:
        """Carry out play, pause, seek (to ``at_ms``, kept within the range) or speed.

        Playing on from the very end begins again at the start. Raises CommandRejected when the
        mode does not allow the order or its argument is missing.
        """
        if (self.mode, do) not in TRANSITIONS or do == "end":
            raise CommandRejected("illegal_state", f"a {self.mode} clock does not {do}")
        if do == "seek":
            self._seek(_given(at_ms, "at"))
        elif do == "speed":
            self.speed = min(max(_given(speed, "speed"), MIN_SPEED), MAX_SPEED)
        elif do == "play" and self.mode == "paused" and self.now_ms >= self.end_ms:
            self._seek(self.start_ms)
        self._order(do)

    def shown(self) -> dict[str, float | str]:
        """The clock as frames carry it."""
        return {
            "mode": self.mode,
            "now": self.now_ms,
            "speed": self.speed,
            "start": self.start_ms,
            "end": self.end_ms,
        }

    def _order(self, do: str) -> None:
        self.mode = TRANSITIONS[self.mode, do]

    def _seek(self, at_ms: float) -> None:
        self.now_ms = min(max(at_ms, self.start_ms), self.end_ms)
        self.seeks += 1


def _given(value: float | None, name: str) -> float:
    if value is None:
        raise CommandRejected("invalid", f"the order needs {name}")
    return value
