import pytest

from tests.pages.conftest import Open
from tests.pages.stage import NOW, ROOT, Stage, detail, incident

pytestmark = pytest.mark.browser
SIZES = [(1280, 720), (1440, 900), (1920, 1080), (3840, 2160)]


BOXES = """(names) => names.map((name) => {
  const box = document.querySelector(name).getBoundingClientRect();
  return [name, box.left, box.top, box.right, box.bottom];
})"""


def boxes(one: Stage, *names: str) -> dict[str, tuple[float, ...]]:
    found = one.page.evaluate(BOXES, list(names))
    return {name: tuple(box) for name, *box in found}


def assert_apart(found: dict[str, tuple[float, ...]], size: tuple[int, int]) -> None:
    rows = list(found.items())
    for i, (name, (left, top, right, bottom)) in enumerate(rows):
        assert left >= -0.5 and top >= -0.5, name
        assert right <= size[0] + 0.5 and bottom <= size[1] + 0.5, name
        for other, (left2, top2, right2, bottom2) in rows[i + 1 :]:
            beside = right <= left2 + 0.5 or right2 <= left + 0.5
            above = bottom <= top2 + 0.5 or bottom2 <= top + 0.5
            assert beside or above, f"{name} overlaps {other}"


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_overlaps_on_the_console(stage: Open, size: tuple[int, int]) -> None:
    one = stage("console", size)
    one.answers["/api/incidents/INC-1121-0001"] = detail()
    one.show(*(incident(n, text="独居老人按下一键呼") for n in range(1, 20)))
    one.page.keyboard.press("j")
    one.page.wait_for_selector(".recommended li")
    assert_apart(boxes(one, "header", ".queue", "#map-area", "#incident", "footer.day"), size)
    names = ("#crumbs", "#live-chip", "#live-age", "#counts", "#search-open", "#language", "#me")
    assert_apart(boxes(one, *names), size)
    assert_apart(boxes(one, "#layers", "#legend"), size)


@pytest.mark.parametrize("size", SIZES[1:], ids=str)
@pytest.mark.parametrize("query", ["", "?width_mm=1200&viewer_m=6"])
def test_nothing_overlaps_on_the_wall(stage: Open, size: tuple[int, int], query: str) -> None:
    one = stage("wall", size, query)
    one.show(*(incident(n, unacked=True) for n in range(1, 20)))
    assert_apart(boxes(one, "header", ".figures-panel", "#banner", ".queue", "footer.day"), size)
    assert_apart(boxes(one, ".kpis", ".figures-panel h2", "#attention", ".lamps"), size)
    assert_apart(boxes(one, "header h1", "#live-chip", "#totals", ".clock"), size)
    cards, last = boxes(one, "#queue-list", "#queue-list li:last-child").values()
    assert last[3] <= cards[3] + 0.5


def test_no_letter_of_the_wall_is_smaller_than_its_root_size(stage: Open) -> None:
    one = stage("wall", (1920, 1080))
    one.show(incident(1, unacked=True))
    smallest = one.page.evaluate("""() => {
      const sizes = [];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const node = walk.currentNode.parentElement;
        const read = node.checkVisibility() && !node.closest(".unseen, .skip, script");
        if (read && walk.currentNode.data.trim())
          sizes.push(parseFloat(getComputedStyle(node).fontSize));
      }
      return Math.min(...sizes) / parseFloat(getComputedStyle(document.documentElement).fontSize);
    }""")
    assert smallest >= 0.999


def test_an_alarm_is_assigned_in_two_keys_and_sent_once(stage: Open) -> None:
    one = stage("console")
    one.answers["/api/incidents/INC-1121-0001"] = detail()
    one.answers["/api/commands"] = (200, {"accepted": True, "events": ["e"], "version": 2})
    one.show(incident(1))
    one.page.keyboard.press("j")
    one.page.wait_for_selector(".recommended li")
    one.page.keyboard.press("a")
    one.page.keyboard.press("a")
    one.page.wait_for_selector('.said [data-state="accepted"]')
    assert [order["command"] for order in one.posted] == ["assign"]
    assert one.posted[0]["version"] == 1
    assert one.posted[0]["args"] == {"responder": "huodian/responder/zhou"}
    crew = [{"id": "huodian/responder/zhou", "name": "周网格员", "state": "assigned", "since": NOW}]
    one.show(incident(1, version=2, state="assigned", crew=crew))
    one.page.wait_for_selector('.said [data-state="confirmed"]')
    assert "周网格员" in one.page.inner_text(".crew")


def test_whoever_comes_second_is_told_who_was_first(stage: Open) -> None:
    one = stage("console")
    one.answers["/api/incidents/INC-1121-0001"] = detail()
    lost = {"error": "stale", "detail": {"state": "assigned", "by": "李敏", "at": NOW}}
    one.answers["/api/commands"] = (409, lost)
    one.show(incident(1))
    one.page.keyboard.press("j")
    one.page.click(".recommended .send")
    one.page.wait_for_selector('.said [data-state="lost"]')
    assert "李敏" in one.page.inner_text(".said")
    assert "10:42:07" in one.page.inner_text(".said")


def test_a_command_the_network_lost_can_be_tried_again(stage: Open) -> None:
    one = stage("console")
    one.answers["/api/incidents/INC-1121-0001"] = detail()
    one.show(incident(1))
    one.page.keyboard.press("j")
    one.page.wait_for_selector(".recommended li")
    one.page.context.set_offline(True)
    one.page.route("**/api/commands", lambda route: route.abort())
    one.page.keyboard.press("a")
    one.page.wait_for_selector('.said [data-state="failed"]')
    one.page.context.set_offline(False)
    one.page.unroute("**/api/commands")
    one.answers["/api/commands"] = (200, {"accepted": True, "version": 2})
    one.page.click(".retry")
    one.page.wait_for_selector('.said [data-state="accepted"]')
    assert len(one.posted) == 1


def test_focus_and_scroll_survive_what_arrives(stage: Open) -> None:
    one = stage("console", (1280, 720))
    one.show(*(incident(n, level=3, at=NOW - n * 1000) for n in range(1, 40)))
    card = one.page.locator('[data-id="INC-1121-0010"] .card')
    card.focus()
    one.page.evaluate("document.querySelector('#queue-panel').scrollTop = 300")
    one.show(incident(50, level=1), incident(39, level=2), incident(20, level=3, state="closed"))
    focused = "document.activeElement.parentElement.dataset.id"
    assert one.page.evaluate(focused) == "INC-1121-0010"
    assert abs(one.page.evaluate("document.querySelector('#queue-panel').scrollTop") - 300) < 120
    order = (
        "[...document.querySelectorAll('#queue-list li')].slice(0, 2).map((li) => li.dataset.id)"
    )
    assert one.page.evaluate(order) == ["INC-1121-0050", "INC-1121-0039"]


def test_an_open_menu_stays_open_and_escape_closes_it(stage: Open) -> None:
    one = stage("console")
    one.show(incident(1))
    one.page.click("#me summary")
    one.show(incident(2))
    assert one.page.locator("#theme").is_visible()
    one.page.keyboard.press("Escape")
    assert not one.page.locator("#theme").is_visible()


def test_the_language_changes_without_a_reload(stage: Open) -> None:
    one = stage("console")
    one.show(incident(1))
    one.page.evaluate("window.kept = true")
    one.page.click("#language")
    one.page.wait_for_selector("text=Call for help")
    assert one.page.evaluate("window.kept") is True
    assert one.page.evaluate("document.documentElement.lang") == "en"
    left = one.page.evaluate("""() => [...document.querySelectorAll("[data-i18n]")]
        .map((node) => node.textContent).filter((words) => /[\\u4e00-\\u9fff]/.test(words))""")
    assert left == []


def test_in_a_replay_nothing_can_be_ordered(stage: Open) -> None:
    one = stage("replay")
    one.answers["/api/incidents/INC-1121-0001"] = detail()
    one.show(incident(1), mode="paused")
    one.page.keyboard.press("j")
    one.page.wait_for_selector(".cameras li")
    one.page.keyboard.press("a")
    assert one.page.locator(".actions button:visible, .recommended button:visible").count() == 0
    assert one.page.inner_text("#hint")
    one.page.click("#replay-play")
    one.page.click('[data-speed="20"]')
    orders = [said for said in one.page.evaluate("stage.model.said") if said["kind"] == "clock"]
    assert orders == [
        {"kind": "clock", "do": "play"},
        {"kind": "clock", "do": "speed", "speed": 20},
    ]
    assert [order for order in one.posted if "command" in order] == []


def test_a_wall_that_lost_its_link_greys_and_says_since_when(stage: Open) -> None:
    one = stage("wall", (1920, 1080))
    one.show(incident(1))
    one.page.evaluate(f"stage.emit('status', {{ state: 'lost', since: {NOW} }})")
    one.page.wait_for_selector("#lost:visible")
    assert "10:42:07" in one.page.inner_text("#lost")
    filtered = "getComputedStyle(document.querySelector('#map')).filter"
    assert "grayscale" in one.page.evaluate(filtered)
    assert "一键呼求助" in one.page.inner_text("#banner")
    one.page.evaluate(f"stage.emit('status', {{ state: 'live', since: {NOW} }})")
    one.until("document.querySelector('#lost').hidden")


def test_the_wall_turns_to_the_emergency_and_draws_the_way(stage: Open) -> None:
    one = stage("wall", (1920, 1080))
    one.answers["/api/incidents/INC-1121-0001"] = detail()
    one.show(incident(1, unacked=True, compound="jinyuan"))
    one.until("window.asked.some(([name, id]) => name === 'fit' && id === 'jinyuan')")
    one.until("window.asked.some(([name, way]) => name === 'drawRoute' && way)")
    assert "周网格员 1′20″" in one.page.inner_text("#banner")


@pytest.mark.parametrize("name", ["console", "wall", "replay"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(stage: Open, name: str, theme: str) -> None:
    one = stage(name)
    one.answers["/api/incidents/INC-1121-0001"] = detail(possible=["verify", "reject", "note"])
    one.show(incident(1, unacked=True), mode="replay" if name == "replay" else "live")
    one.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    if name != "wall":
        one.page.keyboard.press("j")
        one.page.wait_for_selector(".cameras li")
    one.page.add_script_tag(path=ROOT / "node_modules" / "axe-core" / "axe.min.js")
    found = one.page.evaluate("axe.run(document)")["violations"]
    assert [(row["id"], [node["html"] for node in row["nodes"]]) for row in found] == []


def test_without_a_map_the_queue_still_works(stage: Open) -> None:
    one = stage("console")
    one.page.route("**/assets/map/main.mjs", lambda route: route.abort())
    one.page.evaluate("delete window.stage")
    one.page.reload()
    one.until("Boolean(window.stage)")
    one.show(incident(1))
    one.page.wait_for_selector("#map-notice:visible")
    assert "一键呼求助" in one.page.inner_text("#queue-list")


def test_an_address_is_chosen_by_keys_and_marked_and_its_reasons_are_read(stage: Open) -> None:
    one = stage("console")
    note = {"code": "compound_read_as", "written": "金源", "name": "金元大厦"}
    rows = [
        {"type": "address", "id": f"{place}/b3#1", "name": "3幢1单元", "detail": "", "place": "x",
         "compound": place, "lonlat": [113.1, 27.8], "building": f"{place}/b3", "unit": "1",
         "floor": 3, "fits": True, "exact": place == "huodian", "notes": [note]}
        for place in ("huodian", "jinyuan")
    ]  # fmt: skip
    one.answers["/api/search"] = (200, rows)
    one.show()
    one.page.keyboard.press("Control+k")
    one.page.keyboard.type("三栋一单元")
    one.page.wait_for_selector("#search-found li + li")
    words = one.page.inner_text("dialog.search")
    assert "有 2 处相符" in words and "“金源”按“金元大厦”理解" in words
    one.page.keyboard.press("ArrowDown")
    one.page.keyboard.press("Enter")
    asked = one.page.evaluate("asked.filter(([name]) => ['goTo', 'mark'].includes(name))")
    assert [(name, target["id"]) for name, target in asked] == [
        ("goTo", "jinyuan/b3#1"), ("mark", "jinyuan/b3#1"),
    ]  # fmt: skip
    assert one.page.evaluate("document.querySelector('dialog[open]') === null")
