"""What must be answered for: who came in, what was seen and taken away, what was lost."""

from __future__ import annotations

from twin.events.envelope import Data, Event, Words


class AccountData(Data):
    """The outcome of something an account did outside a case: never a password, never a token."""

    outcome: str
    detail: Words = ""


class AccountLogin(Event, tag="account.login"):
    """A login succeeded, failed or was locked out; ``subject`` is the account name tried."""

    data: AccountData


class AccountLogout(Event, tag="account.logout"):
    """An account logged out."""

    data: AccountData


class AccountGranted(Event, tag="account.granted"):
    """An account was made or changed; ``outcome`` is its role, ``detail`` its territories."""

    data: AccountData


class AccountRevoked(Event, tag="account.revoked"):
    """An account was removed, and its sessions with it."""

    data: AccountData


class KioskGranted(Event, tag="kiosk.granted"):
    """A link was made that lets a wall in without a password; ``detail`` says for how long."""

    data: AccountData


class SourceGranted(Event, tag="source.granted"):
    """A program may send events; ``detail`` says of which territory and types."""

    data: AccountData


class SourceRevoked(Event, tag="source.revoked"):
    """A program may send no more events."""

    data: AccountData


class TokenGranted(Event, tag="token.granted"):
    """An access token was made; ``outcome`` is its role, ``detail`` its territories and end."""

    data: AccountData


class TokenRevoked(Event, tag="token.revoked"):
    """An access token was ended."""

    data: AccountData


class DataExported(Event, tag="data.exported"):
    """Somebody took away what they may see; ``detail`` says what, where and what for."""

    data: AccountData


class CommandRefused(Event, tag="command.refused"):
    """A command was refused; ``subject`` is what it was aimed at."""

    data: AccountData


class ViewedData(Data):
    """Why somebody looked at a camera's real picture, and for which case, if for one."""

    purpose: str
    incident: str = ""
    stream_kind: str = ""


class CameraViewed(Event, tag="camera.viewed"):
    """A person was shown a camera's real picture; ``subject`` is the camera."""

    data: ViewedData


class PlacedData(Data):
    """Which fields of a camera's place somebody changed; the place itself is in its file."""

    changed: tuple[str, ...]


class CameraPlaced(Event, tag="camera.placed"):
    """An administrator changed where a camera stands, how it looks, or what it masks."""

    data: PlacedData


class FeedData(Data):
    """State of an outside source."""

    up: bool
    reason: Words = ""


class FeedChanged(Event, tag="feed.changed"):
    """A feed came up or went down."""

    data: FeedData


class GapData(Data):
    """The last entry that was read before the gap, the first that is left behind it (``0-0``: none
    is), and how many were lost; 0 when nobody counted them.
    """

    after: str
    first: str
    lost: int = 0


class FeedGap(Event, tag="feed.gap"):
    """Entries were trimmed before the engine had read them; ``subject`` is the stream."""

    data: GapData


class RollbackData(Data):
    """The last entry that the engine had read, and the last one that the stream has."""

    read: str
    last: str


class FeedRolledBack(Event, tag="feed.rolled_back"):
    """The server went back to an earlier state of a stream; ``subject`` is the stream."""

    data: RollbackData
