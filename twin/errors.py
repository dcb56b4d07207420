"""Every error that Dayuan raises on purpose.

DayuanError
├── InvalidTerritory      a dotted path that is not one
├── EventRejected         a payload or event that cannot be accepted; names field, value and reason
│   └── EntrySetAside     an event that made the fold fail: left out everywhere, and looked into
├── CommandRejected       a command that the present state, the role or the territory does not allow
│   └── StaleVersion      somebody else was first; carries who and what is true now
├── InvalidPlace          a compound file that cannot be read as a place
├── InvalidSnapshot       bytes that are no snapshot of this street: fold all instead
└── InvalidSetting        an environment variable or option with a value we cannot use
"""

from __future__ import annotations


class DayuanError(Exception):
    """The root: anything this product raises on purpose."""


class InvalidTerritory(DayuanError):
    """A territory path with empty labels or characters outside ``a-z 0-9 -``."""


class EventRejected(DayuanError):
    """A payload or event that cannot be accepted.

    ``field`` is the dotted path of the offending field (``data.value``), ``value`` what stood
    there (shortened), ``reason`` a sentence in English.
    """

    def __init__(self, field: str, value: object, reason: str) -> None:
        self.field = field[:200]
        self.value = str(value)[:120]
        self.reason = reason
        super().__init__(f"{field}={self.value!r}: {reason}")


class EntrySetAside(EventRejected):
    """An event that nothing is wrong with as far as we know, yet it made us fail.

    ``field`` is where (``decode``, ``fold``), ``value`` the event's subject, ``reason`` the
    failure. Whoever folds the same entry fails in the same way, so all leave out the same ones.
    """

    def __init__(self, where: str, subject: str, failure: Exception) -> None:
        super().__init__(where, subject, f"set aside: {type(failure).__name__}: {failure}"[:200])


class CommandRejected(DayuanError):
    """A command that cannot be carried out.

    ``code`` is a stable word for programs (``illegal_state``, ``not_permitted``, ``unknown``,
    ``invalid``, ``stale``, ``replay``), ``detail`` holds what the caller needs to go on.
    """

    def __init__(self, code: str, reason: str, **detail: object) -> None:
        self.code = code
        self.reason = reason
        self.detail = detail
        super().__init__(f"{code}: {reason}")


class StaleVersion(CommandRejected):
    """The thing changed since the caller looked; ``detail`` says its version, state and by whom."""

    def __init__(self, reason: str, **detail: object) -> None:
        super().__init__("stale", reason, **detail)


class InvalidPlace(DayuanError):
    """A compound description that cannot become a place; ``faults`` lists every one found."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults[:5]))


class InvalidSnapshot(DayuanError):
    """Bytes that a twin cannot be restored from: damaged, foreign, or of a format not known."""


class InvalidSetting(DayuanError):
    """A setting with a value we cannot use; names the setting and the value."""

    def __init__(self, name: str, value: str, reason: str) -> None:
        super().__init__(f"{name}={value!r}: {reason}")
