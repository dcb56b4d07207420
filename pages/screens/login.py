"""The login page: plain HTML that works before any script does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from pages.screens.login_picture import picture
from pages.templating import page
from pages.texts import LANGUAGES, language, text

ERRORS = ("wrong", "locked", "busy", "expired", "origin")
"""Words ``render`` takes as ``error``; each has a text ``login.error.<word>``."""


class Identity(NamedTuple):
    """One of the demo's identities, as a button that posts ``demo=<name>``.

    Without ``about`` it says what its role does.
    """

    name: str
    display: str
    role: str = "viewer"
    about: str = ""


def render(
    lang: str,
    identities: Sequence[Identity] = (),
    error: str = "",
    next: str = "",
    name: str = "",
) -> str:
    """The whole page.

    ``error`` is one of ERRORS, any other says no more than that it went wrong; ``next`` the path to
    go to afterwards, ``name`` the account name to keep in the field.
    """
    lang = language(lang)
    other = next_language(lang)
    return page(
        "login.html",
        lang,
        picture=picture(),
        identities=identities,
        error=error if error in ERRORS else "wrong" if error else "",
        next=next,
        name=name,
        other=other,
        other_name=text(other, "language.own"),
        switch=urlencode({"lang": other} | ({"next": next} if next else {})),
    )


def next_language(lang: str) -> str:
    """The language that the switch offers."""
    return LANGUAGES[(LANGUAGES.index(lang) + 1) % len(LANGUAGES)]
