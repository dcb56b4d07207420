"""What the web role takes from this room: streams folded, commands, intake, replay, logins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from feeds.access.accounts import Accounts, LoginRefused
from feeds.access.authorization import Programs
from feeds.access.logins import Logins
from feeds.access.sources import Sources
from feeds.access.tokens import Tokens
from feeds.errors import Unavailable
from feeds.health.vitals import Vitals
from feeds.host.export_child import pack
from feeds.intake.commands import Desk, answer
from feeds.intake.http import Intake
from feeds.replay import Sessions
from feeds.streams.replica import Replica, all_current, follow_all, raised_since
from feeds.streams.streams import Streams
from twin.catalogue import Catalogue
from twin.places.model import Compound
from twin.state.twin import Twin


def backing(
    streams: Streams,
    streets: Mapping[str, Sequence[Compound]],
    catalogue: Catalogue,
    accounts: Accounts,
    sources: Sources,
    tokens: Tokens,
    clock: Callable[[], datetime],
) -> dict[str, Any]:
    """The arguments of ``pages.web.Parts``: a replica of every street, and all that uses them.

    The two rooms do not know each other; ``app.py`` hands the one to the other.
    """
    twins = {street: Twin(street, compounds, catalogue) for street, compounds in streets.items()}
    replicas = {street: Replica(streams, twin) for street, twin in twins.items()}
    desk = Desk(streams, replicas)
    logins = Logins(accounts, streams, list(streets), clock)
    return {
        "twins": twins,
        "catalogue": catalogue,
        "follow": partial(follow_all, replicas.values()),
        "current": partial(all_current, replicas.values()),
        "record": streams.append_operations,
        "command": lambda body, actor, at: answer(body, actor, desk, at),
        "rejected": streams.rejected,
        "recordings": partial(Sessions, streams, streets, catalogue),
        "doors": logins,
        "programs": Programs(tokens, logins, clock).admit,
        "exported": logins.exported,
        "pack": pack,
        "refused": LoginRefused,
        "away": Unavailable,
        "raised": partial(raised_since, replicas.values()),
        "vitals": Vitals(streams, replicas),
        "intake": Intake(streams, sources.lookup, twins).router(),
    }
