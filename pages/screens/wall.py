"""The wall: the map fills the screen, panels float over its dark edge. Nobody touches it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from pages.screens import shell

KPIS = ("open", "first_response", "on_time", "proactive", "online")


def layout() -> Component:
    """The skeleton of ``/wall``."""
    return shell.page(
        "wall",
        shell.map_area(),
        _header(),
        html.Main(
            [
                shell.conditions(),
                _banner(),
                html.P(id="map-caption", className="caption", hidden=True),
                _figures(),
                _queue(),
            ],
            id="main",
        ),
        html.Footer(shell.strip(), className="panel day"),
        html.Div(id="lost", className="lost", role="status", hidden=True),
    )


def _header() -> Component:
    return html.Header(
        [
            html.H1(
                [
                    html.Span("", id="wall-place"),
                    shell.said(html.Span, "wall.title"),
                    shell.said(html.Span, "wall.subtitle", className="accent"),
                ],
                className="brand",
            ),
            shell.live_chip(),
            html.P(id="totals", className="dim figures"),
            html.Div(
                [
                    html.Time("--:--:--", id="wall-clock"),
                    html.Span(id="wall-date", className="dim"),
                ],
                className="clock figures",
            ),
        ],
        className="panel bar",
    )


def _banner() -> Component:
    return html.Section(id="banner", className="banner", hidden=True, **shell.named("wall.banner"))


def _figures() -> Component:
    return html.Section(
        [
            html.Dl(
                [
                    html.Div(
                        [
                            shell.said(html.Dt, f"kpi.{name}"),
                            html.Dd("–", id=f"kpi-{name}", className="figures"),
                        ],
                        className=f"kpi {name}",
                    )
                    for name in KPIS
                ],
                className="kpis",
            ),
            shell.said(html.H2, "wall.attention", className="dim"),
            html.Ul(id="attention", className="attention"),
            _lamps(),
        ],
        className="panel figures-panel",
        **shell.named("wall.figures"),
    )


def _lamps() -> Component:
    """Whether the wall turns by itself and whether sound is armed; both can be switched here."""
    return html.Div(
        [
            shell.button(
                "wall.pause", id="rotation", className="lamp", **shell.aria(pressed="false")
            ),
            shell.button("sound.off", id="sound", className="lamp", **shell.data(state="off")),
            shell.language_switch(),
        ],
        className="lamps",
    )


def _queue() -> Component:
    return html.Section(
        [
            html.Ul(id="queue-list", className="cards"),
            html.P(id="queue-more", className="dim more"),
        ],
        className="panel queue",
        **shell.named("queue.label"),
    )
