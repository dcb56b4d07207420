"""Wherever a case, device or person is on a screen, the compound is named, in both languages."""

from __future__ import annotations

import json

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.support.installation import House, state
from twin.places.model import Compound

pytestmark = pytest.mark.browser
ELSEWHERE = "xiangyuan"
"""Not the compound that a console begins with."""
WORDS = "document.querySelector({selector})?.textContent"


@pytest.fixture(params=["zh-CN", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def there(house: House) -> Compound:
    return next(one for one in house.compounds if one.id == ELSEWHERE)


def name_of(compound: Compound, lang: str) -> str:
    return compound.name_en if lang == "en" else compound.name


def speak(screen: Screen, lang: str) -> None:
    if screen.ask("() => document.documentElement.lang") != lang:
        screen.ask("() => document.getElementById('language').click()")
    screen.until(f"document.documentElement.lang === '{lang}'")


def named(screen: Screen, name: str, *selectors: str) -> None:
    """Wait until each of these names the compound."""
    for selector in selectors:
        words = WORDS.format(selector=json.dumps(selector))
        screen.until(f"{words}?.includes({json.dumps(name)})")


def found(screen: Screen, words: str, name: str) -> None:
    """Wait until all that a search finds names the compound."""
    screen.page.keyboard.press("Control+k")
    screen.page.keyboard.type(words)
    rows = "[...document.querySelectorAll('#search-found li')]"
    named = f"row.textContent.includes({json.dumps(name)})"
    screen.until(f"{rows}.length && {rows}.every((row) => {named})")
    screen.ask("() => document.querySelector('dialog[open]').close()")


def test_console_names_the_compound_of_case_device_and_person(
    visit: Visit, house: House, lang: str
) -> None:
    place = there(house)
    name, gate = name_of(place, lang), f"{ELSEWHERE}/gate/1"
    person = place.responders[0]
    screen = visit("chenmin", "/console")
    speak(screen, lang)
    house.tell(state(gate, "forced_open"))
    case = screen.case(gate)["id"]
    named(screen, name, f"#queue-list [data-id='{case}'] .where")

    screen.ask(f"(id) => {DESK}.select(id, {{ go: true }})", case)
    named(screen, name, "#incident .case > p.dim")
    screen.until("document.querySelectorAll('.recommended .why').length")
    people = {one.id: one for compound in house.compounds for one in compound.responders}
    homes = {name_of(one, lang) for one in house.compounds}
    whys = screen.ask(
        "() => [...document.querySelectorAll('.recommended .why')].map((one) => one.textContent)"
    )
    assert people and all(any(why.startswith(home) for home in homes) for why in whys), whys

    screen.page.keyboard.press("x")  # the dialog that asks why
    named(screen, name, "dialog[open] #dialog-about")
    screen.page.keyboard.press("Escape")

    screen.ask(f"(id) => {DESK}.pick(id)", gate)
    named(screen, name, "#device > p")
    for target in ({"type": "device", "id": gate}, {"type": "responder", "id": person.id}):
        screen.until(f"{DESK}.map().map.loaded()", 60)
        screen.ask(f"(target) => {DESK}.map().select(target)", target)
        named(screen, name, ".map-popup")

    for words in (case, person.name, gate):
        found(screen, words, name)


def test_map_names_the_compounds_that_it_draws(visit: Visit, house: House, lang: str) -> None:
    screen = visit("chenmin", "/console")
    speak(screen, lang)
    drawn = f"""(({{ map }}) => map.getSource("placenames").serialize().data.features
      .map((one) => one.properties.name))({DESK}.map())"""
    for compound in house.compounds:
        screen.ask(f"(id) => {DESK}.visit(id)", compound.id)
        screen.until(f"{drawn}.includes({json.dumps(name_of(compound, lang))})", 30)
        screen.until(f"{DESK}.map().map.loaded()", 60)
        rendered = f"{DESK}.map().map.queryRenderedFeatures({{ layers: ['placenames'] }})"
        screen.until(f"{rendered}.some((one) => one.properties.id === '{compound.id}#name')", 30)


def test_wall_names_the_compound_of_the_banner_and_of_the_map(
    visit: Visit, house: House, lang: str
) -> None:
    place = there(house)
    screen = visit("wall", "/wall", size=(1280, 720), graphics=False)
    speak(screen, lang)
    house.tell(state(f"{ELSEWHERE}/gate/1", "forced_open"))
    case = screen.case(f"{ELSEWHERE}/gate/1")["id"]
    card = f"#queue-list [data-id='{case}'] .where"
    named(screen, name_of(place, lang), "#banner strong", card, "#map-caption")
    assert screen.ask("() => document.getElementById('map-caption').textContent").endswith("/4")
