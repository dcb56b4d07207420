"""An administrator places a camera on the console; every screen has it, and it can be undone."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from geodata.store import load
from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.browser.test_accessible import in_both_languages
from tests.support.installation import House
from tests.support.waiting import until

pytestmark = pytest.mark.browser
CAMERA, NUMBER = "huodian/camera/4", 4
DRAFT = f"{DESK}.map().map.getSource('draft').serialize().data.features"
SAID = "document.querySelector('.placing .warn').textContent"
FACTS = "document.querySelector('.camera-card > .figures').textContent"
AZIMUTH = "Number(document.querySelectorAll('.placing input')[3].value)"
VERSION = f"{DESK}.version('huodian')"
AGAIN = ("ERR_CONNECTION", "WebSocket", "Unexpected response", "422", "503", "ERR_EMPTY")


def saved(house: House) -> Any:
    """The camera as its place on disk has it."""
    (place,) = (one for one in load(house.folder / "places") if one.id == "huodian")
    (found,) = (one for one in place.devices if one.id == CAMERA)
    return found


def field(screen: Screen, name: str) -> Any:
    """One of the form's fields by its words."""
    return screen.page.locator(".placing label", has_text=name).locator("input")


def changed(screen: Screen) -> Any:
    """The field of view drawn for what the form says, once it is another."""
    was = screen.ask(f"() => JSON.stringify({DRAFT})")
    screen.ask("(was) => { globalThis.was = was; }", was)
    return lambda: screen.until(f"JSON.stringify({DRAFT}) !== globalThis.was")


def drag(screen: Screen, grip: str, east: int, south: int) -> None:
    """Drag a mark on the map by pixels."""
    box = screen.page.locator(f".map-grip.{grip}").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    screen.page.mouse.move(x, y)
    screen.page.mouse.down()
    screen.page.mouse.move(x + east / 2, y + south / 2)
    screen.page.mouse.move(x + east, y + south)
    screen.page.mouse.up()


def hush(house: House, before: int | None) -> None:
    """A changed place starts every role anew: stop the new simulator, too."""
    found = until(lambda: (pid := house.pid("simulator")) != before and pid)
    os.kill(found, signal.SIGSTOP)


def test_a_camera_is_placed_by_figures_and_by_hand(visit: Visit, house: House) -> None:
    other = visit("chenmin", "/console")
    screen = visit("admin", "/console", size=(1440, 900))
    other.forgiven = screen.forgiven = AGAIN
    file = house.folder / "places" / "huodian.json"
    bytes_before, version, pid = file.read_bytes(), other.ask(VERSION), house.pid("simulator")

    other.ask(f"(id) => {DESK}.pick(id)", CAMERA)
    screen.ask(f"(id) => {DESK}.goTo({{ type: 'device', id }})", CAMERA)
    screen.page.click("text=校准安装参数")
    screen.until(f"{DRAFT}.length === 1 && document.activeElement.closest('.placing')")
    assert other.ask("() => document.body.innerText.includes('校准安装参数')") is False

    field(screen, "高度").fill("5.5")
    screen.until(f"{FACTS}.includes('5.5 m')")
    step = changed(screen)
    field(screen, "方位角").press("ArrowUp")
    step()
    turned = screen.ask(f"() => {AZIMUTH}")
    step = changed(screen)
    drag(screen, "arm", 40, 30)
    step()
    screen.until(f"{AZIMUTH} !== {turned}")
    step = changed(screen)
    drag(screen, "mast", 6, 4)
    step()
    field(screen, "焦距").fill("6")
    screen.until("document.querySelectorAll('.placing input')[6].value === ''")
    field(screen, "高度").fill("500")
    assert "0 到 200" in screen.until(SAID)
    field(screen, "高度").fill("5.5")
    found = in_both_languages(screen, "console, placing a camera")
    screen.page.locator("#language").click()
    assert not found, "\n".join(found)

    # Sharp enough to know a face in a window: refused, and saved once that is masked.
    field(screen, "横向像素").fill("20000")
    screen.page.locator(".placing button[type=submit]").click()
    assert "未保存" in screen.until(f"{SAID}.includes('未保存') && {SAID}")
    assert file.read_bytes() == bytes_before
    screen.page.click("text=加上建议的遮蔽")
    screen.until("document.querySelectorAll('.camera-card .masks polygon').length > 0")
    screen.until(f"!{SAID}")
    field(screen, "横向像素").press("Enter")
    screen.until("document.querySelector('.placing').hidden")
    hush(house, pid)
    now = saved(house)
    assert (now.height_m, now.lens.focal_mm, now.hfov_deg) == (5.5, 6.0, None)
    assert now.lens.masks and now.azimuth_deg not in (None, turned)

    for one in (screen, other):
        one.until(f"{VERSION} && {VERSION} !== '{version}'", 40)
        one.until(f"{FACTS}.includes('5.5 m')", 20)
    screen.until(f"!{DRAFT}.length")

    pid = house.pid("simulator")
    with house.person("admin") as admin:
        (newest, *_) = admin.get("/api/imports").json()
        assert (newest["type"], newest["by"]) == ("place.edited", "admin")
        where = {"territory": newest["data"]["territory"]}
        assert admin.post("/api/imports/undo", json=where).status_code == 200
    assert file.read_bytes() == bytes_before
    hush(house, pid)
    other.until(f"{VERSION} === '{version}'", 40)
