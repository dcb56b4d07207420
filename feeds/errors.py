"""What can go wrong between us and the streams, beyond what ``twin.errors`` names.

DayuanError
├── Away
│   └── Unavailable    the server did not answer for longer than we were told to be patient
├── RolledBack     the streams hold less than was read: the server went back to an earlier state
└── LostLease      somebody holds a newer fencing token: this process is active no more
"""

from __future__ import annotations

from twin.errors import Away, DayuanError


class Unavailable(Away):
    """The server did not answer, or refused, for longer than the caller's patience.

    ``word`` says which of the rows of ``feeds.streams.healing`` it was.
    """

    def __init__(self, reason: str, *, word: str = "AWAY") -> None:
        super().__init__(reason)
        self.word = word


class LostLease(DayuanError):
    """A newer fencing token exists, so nothing was written: another process is active now."""


class RolledBack(DayuanError):
    """A stream is no more the one we had read up to ``read``: its last entry is ``last``."""

    def __init__(self, stream: str, read: str, last: str) -> None:
        super().__init__(f"{stream} was read up to {read}, and now ends at {last}")
        self.stream = stream
        self.read = read
        self.last = last
