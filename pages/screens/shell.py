"""The skeleton every page shares: document head, landmarks, the parts more than one page shows.

Layouts are static. They carry ids, landmarks and texts (``data-i18n`` names the key, so that the
language changes without a reload); ``assets/main.mjs`` fills them from ``/live`` and ``/api``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, html
from dash.development.base_component import Component

from layers.style import palette
from pages.texts import DEFAULT, text

LEVELS = (1, 2, 3, 4)
Attributes = dict[str, Any]
"""Attributes with a hyphen in their names, which no argument of a component can have."""
NUMERALS = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}

ASSETS = "/assets"
STYLES = (
    "ui/base.css", "panels/header.css", "ui/dialogs.css", "panels/conditions.css",
    "pages/console/console.css", "panels/queue.css", "panels/map_area.css",
    "panels/camera/device.css", "panels/people/people.css", "panels/case/case.css",
    "panels/strip.css", "panels/replay.css", "pages/console/narrow.css",
    "panels/building/building.css", "map/map.css", "panels/camera/camera.css",
    "pages/wall/wall.css", "panels/wall/wall.css", "panels/case/ways.css",
)  # fmt: skip
"""Style sheets of the pages with a map, each beside what it styles. Their order decides: of two
rules that weigh the same the later one holds."""


def levels() -> str:
    """The colours of the levels as properties of the document, as the map has them."""
    rows = "".join(f"--level-{level}: {colour};" for level, colour in palette.LEVELS.items())
    return f"<style>:root {{ {rows} }}</style>"


def sheets(*names: str, base: str = ASSETS) -> str:
    """Links to style sheets, by their paths under ``assets``, in that order."""
    return "\n".join(f'<link rel="stylesheet" href="{base}/{name}">' for name in names)


_INDEX = f"""<!DOCTYPE html>
<html lang="{DEFAULT}" data-theme="dark">
<head>
{{%metas%}}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>{text(DEFAULT, "brand.title")}</title>
{{%favicon%}}
<script src="{{base}}/clientside.js"></script>
{{modules}}
{levels()}
{{sheets}}
{{%css%}}
</head>
<body>
{{%app_entry%}}
<div>
{{%config%}}
{{%scripts%}}
{{%renderer%}}
</div>
</body>
</html>
"""
"""Document around the pages; ``index`` puts in what they load."""
_ENTRANCES = ("main.mjs", "map/main.mjs")
_EARLY = ("ahead.mjs", "map/graphics.mjs")
_IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+\.mjs)";""", re.M)


def index(assets: Path, base: str = ASSETS) -> str:
    """The document for ``Dash(index_string=...)``: it names every module of a page at once.

    ``base`` is the address under which browsers find ``assets``; modules find each other from it.

    A browser would otherwise learn of them one import after the other, six deep. Those that do
    nothing before the skeleton stands let what draws it go first.
    """
    links = [
        f'<link rel="modulepreload" href="{base}/{one}"'
        + (">" if one in _EARLY else ' fetchpriority="low">')
        for one in modules(assets)
    ]
    parts = {"base": base, "sheets": sheets(*STYLES, base=base), "modules": "\n".join(links)}
    return reduce(lambda page, part: page.replace(f"{{{part}}}", parts[part]), parts, _INDEX)


def modules(assets: Path) -> list[str]:
    """Every module the pages' entrances import, by its path under ``assets``, entrances first."""
    root = assets.resolve()
    found = dict.fromkeys(_ENTRANCES)
    waiting = list(_ENTRANCES)
    while waiting:
        file = root / waiting.pop(0)
        for wanted in _IMPORT.findall(file.read_text("utf-8")) if file.exists() else ():
            one = (file.parent / wanted).resolve().relative_to(root).as_posix()
            if one not in found:
                found[one] = None
                waiting.append(one)
    return list(found)


def said(component: Callable[..., Component], key: str, **props: Any) -> Component:
    """A component whose whole content is one text of the catalogue."""
    return component(text(DEFAULT, key), **data(i18n=key), **props)


def named(key: str) -> Attributes:
    """Properties that give a component its accessible name from the catalogue."""
    return aria(label=text(DEFAULT, key)) | data(i18n_label=key)


def aria(**values: str) -> Attributes:
    """``aria-`` attributes: what a component is to those who do not see it."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> Attributes:
    """``data-`` attributes: what style sheets and scripts go by; ``_`` stands for a hyphen."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}


def button(key: str, *more: Component, **props: Any) -> Component:
    """A button with a text, and whatever stands beside it (a key hint, a mark)."""
    return html.Button([said(html.Span, key), *more], type="button", **props)


def mark(level: int) -> Component:
    """The shape of a level. Decoration: the word or numeral stands beside it."""
    return html.Span(className="mark", **data(level=str(level)), **aria(hidden="true"))


def page(name: str, *children: Component, looks: str = "") -> Component:
    """The root of a page: skip link, content, and the places where news is announced.

    ``looks`` names a further page whose style sheet rules apply.
    """
    return html.Div(
        [
            said(html.A, "skip", href="#main", className="skip"),
            *children,
            html.Div(id="dialogs"),
            html.Div(id="polite", className="unseen", **aria(live="polite")),
            html.Div(id="urgent", className="unseen", **aria(live="assertive")),
            html.Div(id="hint", className="hint", role="status"),
            html.Span(id="started", hidden=True),
        ],
        id="page",
        className=f"page {name} {looks}".strip(),
        **data(page=name),
    )


def brand() -> Component:
    """The product's name, the page's first heading."""
    return html.H1(["大院 ", html.Span("Dayuan", lang="en", className="latin")], className="brand")


def live_chip() -> Component:
    """Whether the picture is live, with the clock, and how old its newest fact is."""
    return html.Div(
        [
            html.Div(
                [
                    html.Span(className="dot", **aria(hidden="true")),
                    said(html.Span, "live.connecting", id="live-word"),
                    html.Time("--:--:--", id="live-clock", className="figures"),
                ],
                id="live-chip",
                className="chip",
                **data(state="connecting"),
            ),
            html.Span(id="live-age", className="dim figures"),
        ],
        className="live",
    )


def conditions() -> Component:
    """What the service says of itself, such as that alarms are not processed; empty when well.

    Silent: its counts change all the while. What is new goes to the regions of ``page``, which
    stand in the document from the beginning, as a region must that is to be heard.
    """
    return html.Ul(id="conditions", className="conditions", **named("condition.label"))


def level_counts() -> Component:
    """Open incidents by level: shape, numeral for ears, number."""
    return html.Ul(
        [
            html.Li(
                [
                    mark(level),
                    html.Span(NUMERALS[level], className="unseen"),
                    html.Span("–", id=f"count-{level}", className="figures"),
                ]
            )
            for level in LEVELS
        ]
        + [html.Li(id="count-unattended", className="unattended", hidden=True)],
        id="counts",
        className="counts",
        **named("counts.label"),
    )


def account_menu() -> Component:
    """Language, theme, other pages, administrator's lists and the way out."""
    return html.Details(
        [
            html.Summary(html.Span("…", id="me-name")),
            html.Div(
                [
                    html.P(id="me-role", className="dim"),
                    html.Div(id="me-duty", className="own", hidden=True),
                    said(html.A, "nav.console", href="/console", className="row"),
                    said(html.A, "nav.wall", href="/wall", className="row"),
                    said(html.A, "nav.replay", href="/replay", className="row"),
                    said(
                        html.A,
                        "nav.import",
                        href="/import",
                        className="row",
                        id="import-open",
                        hidden=True,
                    ),
                    button("people.open", html.Kbd("P"), id="people-open", className="row"),
                    button("theme.switch", id="theme", className="row"),
                    button("keys.show", html.Kbd("?"), id="keys-open", className="row"),
                    button("admin.open", id="admin-open", className="row", hidden=True),
                    button("me.logout", id="logout", className="row"),
                ],
                className="sheet",
            ),
        ],
        id="me",
        className="menu",
    )


def language_switch() -> Component:
    """Names the other language in that language."""
    return html.Button("EN", id="language", type="button", className="quiet", lang="en")


def search_button() -> Component:
    """Opens the search; the keys stand on it."""
    return button(
        "search.open", html.Kbd("Ctrl K"), id="search-open", className="quiet search-open"
    )


def map_area(*over: Component) -> Component:
    """The map with what floats over it. Its name stands on the map's canvas, a landmark itself.

    The notice comes and goes within a region that stays, and so is heard.
    """
    notice = html.Div(html.Div(id="map-notice", hidden=True), role="status")
    return html.Section(
        [html.Div(id="map", className="map"), notice, *over],
        id="map-area",
        className="map-area",
    )


def layer_switches() -> Component:
    """Switches for the map's layers, with counts."""
    return html.Details(
        [
            html.Summary(said(html.Span, "layers.title")),
            html.Div(
                id="layers-list", className="layers-list", role="group", **named("layers.title")
            ),
        ],
        id="layers",
        className="float layers",
        open=True,
    )


def legend() -> Component:
    """What shapes and colours mean."""
    levels = [
        html.Li([mark(level), f"{NUMERALS[level]} ", said(html.Span, f"level.{level}")])
        for level in LEVELS
    ]
    more = [
        html.Li(
            [
                html.Span(className=f"swatch {name}", **aria(hidden="true")),
                said(html.Span, f"legend.{name}"),
            ]
        )
        for name in ("sight", "route", "aged")
    ]
    return html.Ul([*levels, *more], id="legend", className="float legend", **named("legend.label"))


def strip() -> Component:
    """The day as a strip of ten-minute bins."""
    return html.Section(id="strip", className="strip", **named("strip.label"))


def install(app: Dash) -> None:
    """Let ``assets/clientside.js`` start the page once its skeleton is in the document."""
    # Without an output Dash would not run it for a page that arrives after the first layout.
    app.clientside_callback(
        ClientsideFunction("dayuan", "start"), Output("started", "title"), Input("page", "id")
    )
