"""Every error that Dayuan raises on purpose.

DayuanError
├── InvalidTerritory      a dotted path that is not one
├── EventRejected         a payload or event that cannot be accepted; names field, value and reason
│   └── EntrySetAside     an event that made the fold fail: left out everywhere, and looked into
├── Refused               something asked for is not done: a word, a reason, what is true now
│   ├── CommandRejected   a command that the present state, role or territory does not allow
│   │   └── StaleVersion  somebody else was first; carries who and what is true now
│   └── LoginRefused      a way in that did not open
├── Away                  what is needed to answer does not answer: to be asked again in a moment
├── InvalidPlace          a compound file that cannot be read as a place
├── InvalidSnapshot       bytes that are no snapshot of this street: fold all instead
├── InvalidCatalogue      a district's file of rows that cannot be used: file, row and field
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


class Refused(DayuanError):
    """Something that was asked for is not done.

    ``code`` is a stable word for programs, ``reason`` a sentence in English, ``detail`` what the
    caller needs to go on.
    """

    def __init__(self, code: str, reason: str, **detail: object) -> None:
        self.code = code
        self.reason = reason
        self.detail = detail
        super().__init__(f"{code}: {reason}")

    @property
    def envelope(self) -> dict[str, object]:
        """What a program is told of it, the same whatever was refused and wherever."""
        return {"error": self.code, "reason": self.reason, "detail": self.detail}


class CommandRejected(Refused):
    """A command that cannot be carried out: ``illegal_state``, ``not_permitted``, ``unknown``,
    ``invalid``, ``stale``, ``replay``.
    """


class StaleVersion(CommandRejected):
    """The thing changed since the caller looked; ``detail`` says its version, state and by whom."""

    def __init__(self, reason: str, **detail: object) -> None:
        super().__init__("stale", reason, **detail)


class LoginRefused(Refused):
    """A login that failed. ``kind`` is what may be said: ``wrong``, ``locked`` or ``busy``.

    It never says which part was wrong. ``retry_after_s`` tells, when locked or busy, how long to
    wait. ``outcome`` is what the record says, an empty string for nothing: to an address that
    tries name after name everything is ``busy``, whatever it was.
    """

    def __init__(self, kind: str, retry_after_s: int = 0, outcome: str | None = None) -> None:
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.outcome = kind if outcome is None else outcome
        super().__init__(kind, "the way in did not open")


class Away(DayuanError):
    """What is needed to answer does not answer; whoever asked may ask again in a moment."""


class InvalidPlace(DayuanError):
    """A compound description that cannot become a place; ``faults`` lists every one found."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults[:5]))


class InvalidSnapshot(DayuanError):
    """Bytes that a twin cannot be restored from: damaged, foreign, or of a format not known."""


class InvalidCatalogue(DayuanError):
    """A district's rows that cannot be used.

    ``file`` is the path below the folder of catalogues (``lusong/rules.toml``), ``row`` and
    ``field`` what the sentence ``reason`` is about; empty where the whole is meant.
    """

    def __init__(self, file: str, row: str, field: str, reason: str) -> None:
        self.file, self.row, self.field, self.reason = file, row, field, reason
        where = " ".join(filter(None, (f"[{row}]" if row else "", field)))
        super().__init__(": ".join(filter(None, (f"catalogue/{file}", where, reason))))


class InvalidSetting(DayuanError):
    """A setting with a value we cannot use; names the setting and the value."""

    def __init__(self, name: str, value: str, reason: str) -> None:
        super().__init__(f"{name}={value!r}: {reason}")
