"""The replay: the console on another clock; nothing can be commanded in the past."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from pages.screens import console, shell

SPEEDS = (1, 5, 20, 60)


def layout() -> Component:
    """The skeleton of ``/replay``."""
    return shell.page(
        "replay",
        console.header(),
        shell.conditions(),
        html.Main(console.desk(), id="main"),
        html.Footer([_transport(), shell.strip()], className="day"),
        looks="console",
    )


def _transport() -> Component:
    speeds = [
        html.Button(
            f"×{speed}",
            type="button",
            className="speed",
            **shell.data(speed=str(speed)),
            **shell.aria(pressed=str(speed == 1).lower()),
        )
        for speed in SPEEDS
    ]
    return html.Section(
        [
            html.P(id="replay-banner", className="replay-banner", **shell.data(state="paused")),
            shell.button("replay.play", id="replay-play", className="primary"),
            html.Div(speeds, className="speeds", role="group", **shell.named("replay.speed")),
            html.Div(id="replay-range", className="replay-range"),
            html.Div(id="replay-time", className="replay-time"),
            shell.said(html.A, "replay.back", href="/console", className="button"),
        ],
        id="transport",
        className="transport",
        **shell.named("replay.label"),
    )
