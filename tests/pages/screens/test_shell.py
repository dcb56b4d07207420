import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from dash.development.base_component import Component

from layers.style import palette
from pages.screens import console, login, replay, shell, wall
from pages.texts import DEFAULT, catalogue

LAYOUTS = {"wall": wall.layout, "console": console.layout, "replay": replay.layout}
ASSETS = Path(__file__).parents[3] / "assets"
DOCUMENT = shell.index(ASSETS)
PAGES = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
Layout = Callable[[], Component]


def parts(component: Component) -> Iterator[Component]:
    """A component and everything in it."""
    yield component
    children: Any = getattr(component, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        if isinstance(child, Component):
            yield from parts(child)


def kind(component: Component) -> str:
    return type(component).__name__


@PAGES
def test_every_id_stands_once(layout: Layout) -> None:
    ids = [name for part in parts(layout()) if (name := getattr(part, "id", None))]
    assert len(ids) == len(set(ids))


@PAGES
def test_every_text_of_a_skeleton_is_in_the_catalogue(layout: Layout) -> None:
    known = catalogue(DEFAULT)
    for part in parts(layout()):
        props = part.to_plotly_json()["props"]
        key = props.get("data-i18n")
        assert key is None or props["children"] == known[key]
        label = props.get("data-i18n-label")
        assert label is None or props["aria-label"] == known[label]


@PAGES
def test_no_style_stands_in_a_skeleton(layout: Layout) -> None:
    assert not any("style" in part.to_plotly_json()["props"] for part in parts(layout()))


@PAGES
def test_a_page_has_one_heading_one_main_and_places_for_news(layout: Layout) -> None:
    kinds = [kind(part) for part in parts(layout())]
    assert (kinds.count("H1"), kinds.count("Main"), kinds.count("Header")) == (1, 1, 1)
    ids = {getattr(part, "id", None) for part in parts(layout())}
    assert {"polite", "urgent", "dialogs", "map", "strip", "page", "main"} <= ids


@PAGES
def test_only_regions_for_news_are_read_out_unasked(layout: Layout) -> None:
    props = [part.to_plotly_json()["props"] for part in parts(layout())]
    assert {one["id"] for one in props if "aria-live" in one} == {"polite", "urgent"}


@PAGES
def test_what_is_said_over_the_map_comes_and_goes_in_a_region_that_stays(layout: Layout) -> None:
    (region,) = [
        part
        for part in parts(layout())
        if getattr(getattr(part, "children", 0), "id", "") == "map-notice"
    ]
    assert region.to_plotly_json()["props"].get("role") == "status"
    assert not getattr(region, "hidden", False)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_root_names_its_page_for_the_browser(name: str) -> None:
    root = LAYOUTS[name]()
    assert root.to_plotly_json()["props"]["data-page"] == name


def test_a_replay_has_its_speeds_and_a_way_back() -> None:
    found = list(parts(replay.layout()))
    speeds = [part.to_plotly_json()["props"].get("data-speed") for part in found]
    assert [int(speed) for speed in speeds if speed] == list(replay.SPEEDS)
    assert any(getattr(part, "href", None) == "/console" for part in found)


def test_the_document_says_its_language_before_any_script() -> None:
    assert f'<html lang="{DEFAULT}"' in DOCUMENT
    for mark in (
        "{%metas%}",
        "{%css%}",
        "{%app_entry%}",
        "{%config%}",
        "{%scripts%}",
        "{%renderer%}",
    ):
        assert mark in DOCUMENT


def test_the_page_is_started_once_its_skeleton_is_there() -> None:
    app = Dash(__name__, suppress_callback_exceptions=True)
    app.layout = console.layout
    shell.install(app)
    (callback,) = app._callback_list
    assert callback["inputs"] == [{"id": "page", "property": "id"}]
    assert callback["clientside_function"] == {"namespace": "dayuan", "function_name": "start"}


def test_the_document_names_every_module_its_pages_import(tmp_path: Path) -> None:
    (tmp_path / "map").mkdir()
    files = {
        "main.mjs": 'import { a } from "./one.mjs";\nexport { b } from "./map/two.mjs";\n',
        "one.mjs": 'import {\n  c,\n} from "./map/two.mjs";\nimport x from "node:fs";\n',
        "map/main.mjs": 'import * as all from "../vendor/absent.mjs";\n',
        "map/two.mjs": 'import { a } from "../one.mjs";\nconst later = import("./three.mjs");\n',
    }
    for name, words in files.items():
        (tmp_path / name).write_text(words, "utf-8")
    named = ["main.mjs", "map/main.mjs", "one.mjs", "map/two.mjs", "vendor/absent.mjs"]
    assert shell.modules(tmp_path) == named
    document = shell.index(tmp_path, "/assets/@7")
    assert document.count('rel="modulepreload"') == len(named)
    assert "{modules}" not in document and 'src="/assets/@7/clientside.js"' in document
    own = re.findall(r'(?:src|href)="(/assets/[^"]+)"', document)
    assert own and all(address.startswith("/assets/@7/") for address in own)


def test_every_style_sheet_is_of_a_page_and_there() -> None:
    there = {
        path.relative_to(ASSETS).as_posix()
        for path in ASSETS.rglob("*.css")
        if "vendor" not in path.parts
    }
    plain = [path.read_text("utf-8") for path in (ASSETS.parent / "pages/templates").glob("*.html")]
    of_plain = re.findall(r'rel="stylesheet" href="/assets/([^"]+)"', "".join(plain))
    assert {*shell.STYLES, *of_plain} == there
    assert len(set(shell.STYLES)) == len(shell.STYLES)


def test_a_page_loads_its_style_sheets_in_their_order() -> None:
    links = [f'href="/assets/{name}"' for name in shell.STYLES]
    places = [DOCUMENT.index(link) for link in links]
    assert places == sorted(places)


def test_every_document_has_the_colours_of_the_levels_from_the_map_s_table() -> None:
    for document in (DOCUMENT, login.render(DEFAULT)):
        for level, colour in palette.LEVELS.items():
            assert f"--level-{level}: {colour};" in document
    base = (ASSETS / "ui/base.css").read_text("utf-8")
    assert "--level-1:" not in base
