"""People on the screens: one's own duty in the menu, a card of somebody, the list of everybody."""

from typing import Any

import pytest

from tests.pages.conftest import Open
from tests.pages.stage import NOW, Stage, detail, incident

pytestmark = pytest.mark.browser
DUTY = ["duty_on", "duty_off"]


def person(name: str, **more: Any) -> dict[str, Any]:
    """A responder as the socket brings it."""
    return {
        "id": f"huodian/responder/{name}", "name": name, "role": "guard", "status": "off_duty",
        "lonlat": None, "incident": None, "compound": "huodian", "at": None, "since": None,
        "version": 3, "takes": ["duty_on"],
    } | more  # fmt: skip


@pytest.fixture
def stage(stage: Open) -> Stage:
    """A console."""
    return stage("console")


def seat(stage: Stage, role: str, responder: str | None, of_oneself: list[str]) -> None:
    """Sit down as somebody; the page is loaded anew."""
    stage.answers["/api/me"] = 200, {
        "name": "me", "display": "我", "role": role, "prefixes": ["lusong"], "may": DUTY,
        "responder": responder, "of_oneself": of_oneself,
    }  # fmt: skip
    stage.page.reload()
    stage.until("Boolean(window.stage && window.asked)")


def show(stage: Stage, *people: dict[str, Any], **more: Any) -> None:
    stage.show(*more.pop("cases", ()), responders={one["id"]: one for one in people})


def test_a_responder_begins_and_ends_their_shift_in_the_menu(stage: Stage) -> None:
    zhou = person("zhou")
    seat(stage, "responder", zhou["id"], DUTY)
    stage.answers["/api/commands"] = 200, {"accepted": True, "version": 4}
    show(stage, zhou, person("li"))
    stage.page.locator("#me summary").focus()
    stage.page.keyboard.press("Enter")
    stage.page.keyboard.press("Tab")
    assert stage.page.evaluate("document.activeElement.dataset.command") == "duty_on"
    stage.page.keyboard.press("Enter")
    stage.page.wait_for_selector('#me-duty .outcome [data-state="accepted"]')
    wish = {"command": "duty_on", "target": zhou["id"], "version": 3, "args": {}}
    assert stage.posted[-1] == wish
    on = zhou | {"status": "available", "version": 4, "takes": ["duty_off"], "since": NOW}
    show(stage, on | {"lonlat": [113.1, 27.8]}, person("li"))
    words = stage.page.inner_text("#me-duty")
    assert "空闲" in words and "位置不详" in words and "已生效" in words
    assert stage.page.locator("#me-duty button:visible").inner_text() == "下班"


def test_a_responder_changes_nobody_elses_duty(stage: Stage) -> None:
    zhou, li = person("zhou"), person("li")
    seat(stage, "responder", zhou["id"], DUTY)
    show(stage, zhou, li)
    stage.page.keyboard.press("p")
    rows = stage.page.locator(".people li")
    found = {
        row.locator("strong").inner_text(): row.locator("[data-command]").count()
        for row in rows.all()
    }
    assert found == {"zhou": 1, "li": 0}


def test_an_account_without_a_card_is_told_why_it_cannot_begin_a_shift(stage: Stage) -> None:
    seat(stage, "responder", None, DUTY)
    show(stage, person("zhou"))
    stage.page.click("#me summary")
    assert "未关联处置人员" in stage.page.inner_text("#me-duty")
    seat(stage, "responder", "huodian/responder/gone", DUTY)
    show(stage, person("zhou"))
    stage.page.click("#me summary")
    assert "huodian/responder/gone" in stage.page.inner_text("#me-duty")
    seat(stage, "dispatcher", None, [])
    show(stage, person("zhou"))
    stage.page.click("#me summary")
    assert not stage.page.is_visible("#me-duty"), "a dispatcher needs none"


def test_a_dispatcher_puts_people_on_duty_from_the_list_without_a_mouse(stage: Stage) -> None:
    seat(stage, "dispatcher", None, [])
    stage.answers["/api/commands"] = 200, {"accepted": True, "version": 4}
    show(stage, person("zhou"), person("li"), person("far", compound="jinyuan"))
    stage.page.keyboard.press("p")
    assert "共 3 人，在岗 0 人" in stage.page.inner_text("dialog[open]")
    stage.page.keyboard.type("zhou")
    stage.page.keyboard.press("Tab")
    stage.page.keyboard.press("Enter")
    stage.page.wait_for_selector('dialog[open] .outcome [data-state="accepted"]')
    assert (stage.posted[-1]["command"], stage.posted[-1]["target"]) == (
        "duty_on", "huodian/responder/zhou",
    )  # fmt: skip
    stage.page.keyboard.press("Escape")
    assert stage.page.locator("dialog[open]").count() == 0


def test_nobody_is_sent_home_from_a_task_and_the_task_is_a_click_away(stage: Stage) -> None:
    case = incident(1, state="assigned")
    busy = person("zhou", status="busy", takes=[], incident=case["id"], lonlat=[113.1, 27.8])
    seat(stage, "dispatcher", None, [])
    stage.answers[f"/api/incidents/{case['id']}"] = detail()
    show(stage, busy, cases=[case])
    stage.page.keyboard.press("p")
    row = stage.page.locator(".people li")
    assert "在办：一键呼求助 · 火电小区 · 93幢2单元302" in row.inner_text()
    assert "办结或改派后可下班" in row.inner_text()
    assert row.locator("[data-command]").count() == 0
    row.locator(".task").click()
    stage.page.locator("#incident h2").wait_for()
    assert stage.page.locator("dialog[open]").count() == 0


def test_who_was_slower_reads_who_was_first_in_words_of_duty(stage: Stage) -> None:
    seat(stage, "dispatcher", None, [])
    at = NOW - 9000
    stage.answers["/api/commands"] = 409, {"error": "stale", "reason": "", "detail": {
        "state": "available", "version": 4, "by": "李娟", "at": at}}  # fmt: skip
    show(stage, person("zhou"))
    stage.page.keyboard.press("p")
    stage.page.locator(".people [data-command]").click()
    lost = stage.page.wait_for_selector('.people .outcome [data-state="lost"]')
    assert lost is not None
    said = lost.inner_text()
    assert "李娟" in said and "空闲" in said
    stage.answers["/api/commands"] = 409, {"error": "illegal_state", "reason": "", "detail": {
        "state": "busy", "version": 4, "by": "李娟", "at": at, "incidents": ["INC-1"]}}  # fmt: skip
    stage.page.locator(".people [data-command]").click()
    stage.until("document.querySelector('.people .outcome').innerText.includes('办结或改派')")


def test_the_card_of_somebody_found_opens_beside_the_map_and_escape_puts_it_away(
    stage: Stage,
) -> None:
    zhou = person("zhou")
    seat(stage, "dispatcher", None, [])
    stage.answers["/api/search"] = 200, [
        {"type": "responder", "id": zhou["id"], "name": "zhou", "duty": "off_duty",
         "compound": "huodian", "lonlat": None, "detail": "guard"}
    ]  # fmt: skip
    show(stage, zhou)
    stage.page.keyboard.press("/")
    stage.page.keyboard.type("zhou")
    stage.page.wait_for_selector("#search-found li")
    stage.page.keyboard.press("Enter")
    stage.page.wait_for_selector("#person:visible")
    assert "下班" in stage.page.inner_text("#person .duty")
    assert stage.page.locator('#person [data-command="duty_on"]').is_visible()
    assert not [words for words in stage.page.evaluate("window.asked") if words[0] == "goTo"]
    stage.page.keyboard.press("Escape")
    assert not stage.page.is_visible("#person")


def test_where_nobody_knows_no_time_of_arrival_is_invented(stage: Stage) -> None:
    case = incident(1)
    seat(stage, "dispatcher", None, [])
    row = {"responder": "huodian/responder/zhou", "name": "zhou", "role": "guard",
           "seconds": 80.0, "located": False, "distance_m": 104.0, "via": "", "load": 0,
           "skilled": True}  # fmt: skip
    stage.answers[f"/api/incidents/{case['id']}"] = detail(recommendations=[row])
    show(stage, person("zhou", status="available", takes=["duty_off"]), cases=[case])
    stage.page.keyboard.press("j")
    stage.page.wait_for_selector(".recommended .travel")
    assert stage.page.inner_text(".recommended .travel") == "位置不详"
    assert "自岗位 1′20″" in stage.page.inner_text(".recommended .why")
    assert stage.page.locator(".recommended .send").is_enabled()


def test_where_nobody_is_on_duty_the_case_leads_to_the_list_of_people(stage: Stage) -> None:
    case = incident(1)
    seat(stage, "dispatcher", None, [])
    stage.answers[f"/api/incidents/{case['id']}"] = detail(recommendations=[])
    show(stage, person("zhou"), cases=[case])
    stage.page.keyboard.press("j")
    stage.page.wait_for_selector(".nobody:visible")
    stage.page.click(".nobody button")
    assert stage.page.locator("dialog[open] .people li").count() == 1
    stage.page.keyboard.press("Escape")
    renewed = detail()
    stage.answers[f"/api/incidents/{case['id']}"] = renewed
    on = person("zhou", status="available", takes=["duty_off"], version=4)
    show(stage, on, cases=[case])
    stage.page.evaluate("(row) => stage.emit('things', { things: { responders: [row] } })", on)
    stage.page.wait_for_selector(".recommended .send:visible")


def test_a_case_whose_crew_has_gone_off_duty_meanwhile_says_so(stage: Stage) -> None:
    crew = [{"id": "huodian/responder/zhou", "name": "zhou", "state": "assigned", "since": NOW}]
    case = incident(1, state="assigned", crew=crew)
    seat(stage, "dispatcher", None, [])
    stage.answers[f"/api/incidents/{case['id']}"] = detail()
    show(stage, person("zhou", incident=case["id"]), cases=[case])
    stage.page.evaluate(f"dash_clientside.dayuan.desk.select('{case['id']}')")
    stage.page.wait_for_selector(".crew .state")
    assert "下班" in stage.page.inner_text(".crew .state")
