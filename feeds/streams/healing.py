"""What may be wrong with a server, in one table: what time heals, and what is worth waiting for.

Whatever stands here is answered with 503 and ends nobody: roles pause and ask again. What does not
stand here is a fault of ours, or a server that is not one of those we know.
"""

from __future__ import annotations

import ssl
from typing import NamedTuple

from redis.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterError,
    InvalidResponse,
    RedisClusterException,
    TryAgainError,
)
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import TimeoutError as LateReply


class Trouble(NamedTuple):
    """What is wrong: a word for people and logs, and whether to ask again within the patience."""

    word: str
    passes: bool


AWAY = "AWAY"
"""Our word for a server that cannot be reached, hangs, or hangs up."""
_REPLIES = {
    # Over in a moment: a fail-over, a start, a script of somebody else's.
    "LOADING": True,
    "BUSY": True,
    "TRYAGAIN": True,
    "UNBLOCKED": True,
    "MASTERDOWN": True,
    "CLUSTERDOWN": True,
    "READONLY": True,
    "NOREPLICAS": True,
    "MISCONF": True,
    # Over when somebody has done something about it: asking again at once only adds to it.
    "OOM": False,
    "NOPERM": False,
    "NOAUTH": False,
    "WRONGPASS": False,
    "DENIED": False,
    "EXHAUSTED": False,
}
_BY_TEXT = (
    ("ACL failure in script", "NOPERM"),
    ("The user executing the script", "NOPERM"),
    ("Protocol error: unauthenticated", "NOAUTH"),
    ("exhausted the last possible ID", "EXHAUSTED"),
)
"""What servers say of some troubles without the word for it: of rights that a script lacks, of a
long request by somebody who has not logged in, of a stream whose last id is the last there is."""
_HOPELESS = (AuthenticationError, ssl.SSLCertVerificationError)
_PASSING = (LostConnection, LateReply, OSError, AskError, TryAgainError, ClusterError,
            RedisClusterException, InvalidResponse)  # fmt: skip


def trouble(error: BaseException) -> Trouble | None:
    """What is wrong with the server when a call ends with an error; None for any other error."""
    if isinstance(error, _HOPELESS):
        return Trouble(_word(error) if isinstance(error, AuthenticationError) else "TLS", False)
    word = _word(error)
    if word in _REPLIES:
        return Trouble(word, _REPLIES[word])
    if isinstance(error, BusyLoadingError):
        return Trouble("LOADING", True)
    return Trouble(AWAY, True) if isinstance(error, _PASSING) else None


def _word(error: BaseException) -> str:
    """The first word of an error reply; redis-py takes it off those that it knows."""
    text = str(error)
    for part, word in _BY_TEXT:
        if part in text:
            return word
    if code := getattr(error, "status_code", None):
        return str(code)
    if isinstance(error, AuthenticationError):
        return "NOAUTH"
    return text.partition(" ")[0]
