"""The login page: plain HTML that works before any script does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from pages.screens.login_picture import picture
from pages.texts import LANGUAGES, language, text

ERRORS = ("wrong", "locked", "busy", "expired", "origin")
"""Words ``render`` takes as ``error``; each has a text ``login.error.<word>``."""


def render(
    lang: str,
    demo_identities: Sequence[Mapping[str, str]] = (),
    error: str = "",
    next: str = "",
    name: str = "",
) -> str:
    """The whole page.

    ``demo_identities`` holds rows with ``name``, ``display``, ``role`` and optionally ``about``;
    each becomes a button that posts ``demo=<name>``. ``error`` is one of ERRORS or empty, ``next``
    the path to go to afterwards, ``name`` the account name to keep in the field.
    """
    lang = language(lang)
    parts = {
        "lang": lang,
        "title": _t(lang, "login.title"),
        "brand": _t(lang, "brand.title"),
        "slogan": _t(lang, "login.slogan"),
        "promise": _t(lang, "login.promise"),
        "picture": picture(),
        "error": _error(lang, error),
        "demo": _demo(lang, demo_identities, next),
        "form": _form(lang, next, name, error),
        "language": _language(lang, next),
    }
    return _PAGE.format_map(parts)


def _t(lang: str, key: str) -> str:
    return escape(text(lang, key))


def _error(lang: str, error: str) -> str:
    if not error:
        return ""
    word = error if error in ERRORS else "wrong"
    return f'<p class="alert" role="alert" id="login-error">{_t(lang, f"login.error.{word}")}</p>'


def _next(next: str) -> str:
    return f'<input type="hidden" name="next" value="{escape(next)}">' if next else ""


def _demo(lang: str, identities: Sequence[Mapping[str, str]], next: str) -> str:
    if not identities:
        return ""
    buttons = "".join(_identity(lang, row) for row in identities)
    return (
        f'<form method="post" action="/login" class="demo" aria-labelledby="demo-title">'
        f'<h2 id="demo-title">{_t(lang, "login.demo")}</h2>'
        f'<p class="dim">{_t(lang, "login.demo_about")}</p>{_next(next)}'
        f'<input type="hidden" name="lang" value="{lang}">'
        f'<div class="identities">{buttons}</div></form>'
        f'<p class="or"><span>{_t(lang, "login.or")}</span></p>'
    )


def _identity(lang: str, row: Mapping[str, str]) -> str:
    role = row.get("role", "viewer")
    about = row.get("about") or text(lang, f"role_about.{role}")
    return (
        f'<button type="submit" name="demo" value="{escape(row["name"])}" class="identity">'
        f'<span class="face" data-role="{escape(role)}" aria-hidden="true">'
        f"{escape(row['display'][:1])}</span>"
        f'<span class="who"><strong>{escape(row["display"])}</strong> '
        f"<em>{_t(lang, f'role.{role}')}</em><small>{escape(about)}</small></span></button>"
    )


def _form(lang: str, next: str, name: str, error: str) -> str:
    described = ' aria-describedby="login-error" aria-invalid="true"' if error else ""
    return (
        f'<form method="post" action="/login" class="account">{_next(next)}'
        f'<input type="hidden" name="lang" value="{lang}">'
        f'<label for="name">{_t(lang, "login.name")}</label>'
        f'<input id="name" name="name" value="{escape(name)}" autocomplete="username" required'
        f' maxlength="64" autocapitalize="none" spellcheck="false"{described}>'
        f'<label for="password">{_t(lang, "login.password")}</label>'
        f'<input id="password" name="password" type="password" autocomplete="current-password"'
        f' required maxlength="256"{described}>'
        f'<button type="submit" class="primary">{_t(lang, "login.enter")}</button></form>'
    )


def _language(lang: str, next: str) -> str:
    other = next_language(lang)
    query = urlencode({"lang": other} | ({"next": next} if next else {}))
    words = escape(text(other, "language.own"))
    return f'<a href="/login?{escape(query)}" lang="{other}" class="quiet button">{words}</a>'


def next_language(lang: str) -> str:
    """The language that the switch offers."""
    return LANGUAGES[(LANGUAGES.index(lang) + 1) % len(LANGUAGES)]


_PAGE = """<!DOCTYPE html>
<html lang="{lang}" data-theme="dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>{title}</title>
<link rel="icon" href="/assets/favicon.ico">
<link rel="stylesheet" href="/assets/dayuan.css">
<link rel="stylesheet" href="/assets/dayuan_login.css">
</head>
<body class="login">
{picture}
<main class="door">
<header><h1 class="brand">大院 <span class="latin" lang="en">Dayuan</span></h1>{language}</header>
<p class="slogan">{slogan}</p>
<p class="dim">{promise}</p>
{error}{demo}{form}
</main>
</body>
</html>
"""
