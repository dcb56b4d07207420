"""The console: queue, map, incident, the day; alarm to assigned in two actions or fewer."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from pages.screens import shell

TABS = ("waiting", "working", "today")


def layout() -> Component:
    """The skeleton of ``/console``."""
    return shell.page(
        "console",
        header(),
        shell.conditions(),
        html.Main(desk(), id="main"),
        html.Footer(shell.strip(), className="day"),
    )


def header() -> Component:
    """Brand, where we are, whether the picture is live, what is open, and the person."""
    return html.Header(
        [
            shell.brand(),
            html.Nav(id="crumbs", className="crumbs", **shell.named("crumbs.label")),
            shell.live_chip(),
            html.Span(className="gap"),
            shell.level_counts(),
            shell.search_button(),
            shell.language_switch(),
            shell.account_menu(),
        ],
        className="bar",
    )


def desk() -> list[Component]:
    """Queue, map and incident side by side."""
    return [
        queue(),
        shell.map_area(
            html.Div(
                [
                    shell.layer_switches(),
                    html.Div(id="coverage", hidden=True),
                    html.Section(id="building", hidden=True, **shell.named("inside.label")),
                    html.Div(id="device", hidden=True),
                    html.Div(id="person", hidden=True),
                ],
                className="corner",
            ),
            shell.legend(),
        ),
        incident(),
    ]


def queue() -> Component:
    """Tabs with counts over the list of cards."""
    return html.Section(
        [
            html.Div(
                [
                    html.Button(
                        [
                            shell.said(html.Span, f"queue.{tab}"),
                            html.Span("–", id=f"tab-count-{tab}", className="figures"),
                        ],
                        id=f"tab-{tab}",
                        type="button",
                        role="tab",
                        **shell.aria(
                            selected=str(tab == "waiting").lower(), controls="queue-panel"
                        ),
                    )
                    for tab in TABS
                ],
                className="tabs",
                role="tablist",
                **shell.named("queue.label"),
            ),
            html.Div(
                [
                    html.Ul(id="queue-list", className="cards"),
                    html.Div(id="queue-empty", className="empty", hidden=True),
                ],
                id="queue-panel",
                role="tabpanel",
                **shell.named("queue.label"),
            ),
        ],
        className="queue",
        **shell.named("queue.label"),
    )


def incident() -> Component:
    """The selected incident: what is known and what can be done."""
    return html.Aside(id="incident", className="incident", **shell.named("incident.label"))
