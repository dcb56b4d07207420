"""What the lists say when they are empty, and what stands in them beside the cases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pages.conftest import Open
from tests.pages.stage import NOW, detail, incident, panels, unattended

pytestmark = pytest.mark.browser
QUIET = panels()["standing"]
ABSENT = {"code": "engine_absent", "tone": "bad", "street": "lusong.hejiatu", "since": NOW,
          "count": 1, "figures": {}}  # fmt: skip
EMPTY = {"wall": "#queue-more", "console": "#queue-empty", "replay": "#queue-empty"}
SAID = [
    ({}, "一切正常", "calm"),
    ({"counts": {"waiting": 0, "working": 3}}, "处理中 3 件", "open"),
    ({"standing": QUIET | {"alarms": 2}}, "2 条告警无人处置", "open"),
    ({"standing": QUIET | {"unjudged": 1}}, "1 台设备报警待研判", "open"),
    ({"standing": QUIET | {"silent": 22}}, "22 台设备失联", "open"),
    ({"standing": QUIET | {"unheard": 438}}, "还没有设备上报数据", "unknown"),
    ({"conditions": [ABSENT]}, "告警未在处理", "unknown"),
]


@pytest.mark.parametrize("name", EMPTY)
@pytest.mark.parametrize(("told", "words", "state"), SAID, ids=[words for _, words, _ in SAID])
def test_an_empty_list_says_that_all_is_normal_only_when_it_is(
    stage: Open, name: str, told: dict[str, Any], words: str, state: str
) -> None:
    one = stage(name)
    one.show(told=told)
    said = one.page.inner_text(EMPTY[name])
    assert words in said and ("一切正常" in said) == (state == "calm")
    assert one.page.get_attribute(EMPTY[name], "data-state") == state
    assert ("一切正常" in one.page.inner_text("body")) == (state == "calm")


@pytest.mark.parametrize("name", EMPTY)
@pytest.mark.parametrize("link", ["lost", "stale"])
def test_a_screen_without_its_link_never_says_that_all_is_normal(
    stage: Open, name: str, link: str
) -> None:
    one = stage(name)
    one.show()
    assert "一切正常" in one.page.inner_text("body")
    one.page.evaluate("([state, since]) => stage.emit('status', { state, since })", [link, NOW])
    one.until("document.documentElement.dataset.link !== undefined")
    one.until("!document.body.innerText.includes('一切正常')")
    assert "现况不明" in one.page.inner_text(EMPTY[name])


def test_before_the_first_facts_a_screen_says_that_it_waits(stage: Open) -> None:
    for name, node in EMPTY.items():
        one = stage(name)
        one.until(f"document.querySelector('{node}').innerText.includes('正在取得')")
        assert "一切正常" not in one.page.inner_text("body")


def test_a_grave_alarm_without_a_case_is_a_row_and_a_count_and_leads_to_its_device(
    stage: Open,
) -> None:
    one = stage("console")
    alarm = unattended()
    told = {"standing": QUIET | {"alarms": 1, "grave": [1, 0]}}
    one.show(incident(1, level=2), alarms={alarm["id"]: alarm}, told=told)
    rows = one.page.locator("#queue-list li")
    assert rows.count() == 2 and rows.first.get_attribute("data-id") == alarm["id"]
    words = rows.first.inner_text()
    assert all(part in words for part in ("烟感报警", "25幢5单元502", "无人处置", "04:12"))
    assert one.page.inner_text("#tab-count-waiting") == "2"
    assert one.page.inner_text("#count-unattended") == "无人处置 1"
    one.page.keyboard.press("j")
    one.page.wait_for_selector("#device:not([hidden])")
    asked = one.page.evaluate("window.asked")
    assert ["select", {"type": "device", "id": alarm["device"]}] in asked
    assert rows.first.locator("button").get_attribute("aria-current") == "true"
    one.page.keyboard.press("j")
    one.until("window.asked.some(([n, w]) => n === 'select' && w?.id === 'INC-1121-0001')")


def test_a_grave_alarm_without_a_case_is_the_banner_of_a_wall(stage: Open) -> None:
    one = stage("wall", (1920, 1080))
    alarm = unattended()
    told = {"standing": QUIET | {"alarms": 1, "grave": [1, 0]}}
    one.show(alarms={alarm["id"]: alarm}, told=told)
    words = one.page.inner_text("#banner")
    assert all(part in words for part in ("烟感报警", "火电小区", "25幢5单元502", "无人处置"))
    assert one.page.locator("#queue-list li").count() == 1
    assert "一切正常" not in one.page.inner_text("body")
    one.show(alarms={alarm["id"]: alarm | {"incident": None}})  # its case is about to be opened
    one.until("document.getElementById('banner').innerText.includes('尚未生成事件')")
    assert "无人处置" not in one.page.inner_text("body")
    one.show(alarms={alarm["id"]: None})
    one.until("document.getElementById('banner').hidden")


def test_check_and_close_say_which_alarm_holds_and_ask_for_the_reason(stage: Open) -> None:
    one = stage("console")
    alarm = unattended(unattended=False, incident="INC-1121-0001")
    one.answers["/api/commands"] = (200, {"accepted": True, "events": ["e"], "version": 2})
    for state, key, command in (("handled", "t", "check"), ("checked", "c", "close")):
        one.answers["/api/incidents/INC-1121-0001"] = detail(possible=[command])
        row = incident(1, state=state, holding=True, version=len(one.posted) + 1)
        one.show(row, alarms={alarm["id"]: alarm})
        one.page.keyboard.press("2")
        one.page.keyboard.press("j")
        word = {"t": "复核", "c": "结案"}[key]
        one.page.wait_for_selector(f'.actions button:has-text("{word}")')
        held = one.page.inner_text(".case .holding")
        assert "告警仍未恢复" in held and "烟感报警" in held and "自 " in held
        one.page.keyboard.press(key)
        assert "烟感报警" in one.page.inner_text("dialog[open] .holding")
        one.page.click("dialog[open] button[value=yes]")
        assert one.page.locator("dialog[open] textarea:invalid").count() == 1
        one.page.fill("dialog[open] textarea", "现场无火情，探头待更换")
        one.page.click("dialog[open] button[value=yes]")
        one.until("!document.querySelector('dialog[open]')")
        one.page.wait_for_selector('.said [data-state="accepted"]')
        assert one.posted[-1]["command"] == command
        assert one.posted[-1]["args"]["text"] == "现场无火情，探头待更换"


def test_a_case_whose_alarm_cleared_is_closed_without_a_question(stage: Open) -> None:
    one = stage("console")
    one.answers["/api/incidents/INC-1121-0001"] = detail(possible=["close"])
    one.answers["/api/commands"] = (200, {"accepted": True, "events": ["e"], "version": 2})
    one.show(incident(1, state="checked", holding=False))
    one.page.keyboard.press("2")
    one.page.keyboard.press("j")
    one.page.wait_for_selector('.actions button:has-text("结案")')
    assert not one.page.is_visible(".case .holding")
    one.page.keyboard.press("c")
    one.page.wait_for_selector('.said [data-state="accepted"]')
    assert one.posted[-1]["args"] == {}
