"""Who asks, as an argument of a route: the person that the guard let in.

A route that takes an ``Asker`` is given the person behind the session; one that takes an
``Administrator`` is never reached by anybody else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from layers.live.connection import Viewer
from pages.answers import Refusal
from pages.door.guard import Person
from twin.commands.roles import Actor
from twin.commands.table import TABLE, may


async def asker(request: Request) -> Person:
    """The person behind a request."""
    person: Person = request.scope["person"]
    return person


Asker = Annotated[Person, Depends(asker)]
"""The person behind a request, whoever it is."""


async def administrator(who: Asker) -> Person:
    """The person behind a request. Raises Refusal (403) for one of another role."""
    if who.role != "administrator":
        raise Refusal(403, "not_permitted", "for administrators")
    return who


Administrator = Annotated[Person, Depends(administrator)]


def who_may(command: str) -> Callable[[Person], Awaitable[Person]]:
    """For ``Depends``: the person behind a request, whose role may give a command; else 403."""

    async def allowed(who: Asker) -> Person:
        if not may(who.role, command):
            reason = f"for {' and '.join(sorted(f'{role}s' for role in TABLE[command].roles))}"
            raise Refusal(403, "not_permitted", reason)
        return who

    return allowed


def masked(person: Person) -> bool:
    """Whether a person gets the redacted screen class: viewers do.

    That a wall is public, whoever stands at it, the live socket says: ``layers.live.connection``.
    """
    return person.role == "viewer"


def viewer_of(person: Person) -> Viewer:
    """How the live socket knows a person."""
    return Viewer(
        person.display, person.prefixes, masked(person), person.role != "viewer", person.name
    )


def actor_of(person: Person) -> Actor:
    """How the twin knows a person who asks for something."""
    return Actor(
        account=person.name,
        role=person.role,
        prefixes=person.prefixes,
        responder=person.responder,
    )
