"""Real pictures of every kind: shown for a purpose, gone when nobody looks, kept nowhere."""

from __future__ import annotations

from functools import partial

import pytest

from tests.browser.conftest import STREAMED, Visit
from tests.browser.screen import DESK, Screen
from tests.browser.streams import PATHS, Source
from tests.support.installation import House
from tests.support.waiting import until

pytestmark = pytest.mark.browser
CARD = "document.querySelector('.camera-card %s')"
REAL = f"{CARD % '.frame'}.dataset.real === 'yes'"
SAID = f"{CARD % '> p[role=status]'}.textContent"
MOVING = {
    "hls": f"{CARD % 'video'}.currentTime > 0.3 && {CARD % 'video'}.videoWidth === 160",
    "mjpeg": f"{CARD % '.real img'}.naturalWidth === 8",
    "still": f"{CARD % '.real img'}.naturalWidth === 8",
    "webrtc": CARD % "iframe",
}
LASTING = {"mjpeg": PATHS["mjpeg"], "webrtc": "/heard"}


def look(screen: Screen, kind: str) -> None:
    """Pick a camera with a stream of a kind, and ask for its picture."""
    screen.ask(f"(id) => {DESK}.pick(id)", STREAMED[kind])
    name = STREAMED[kind].rpartition("/")[2]
    screen.until(f"document.querySelector('#device h2').textContent.endsWith('{name}')")
    screen.until(f"{CARD % '.watch select'}.checkVisibility() && {CARD % '.sim canvas'}")
    screen.page.select_option(".camera-card .watch select", "patrol")
    screen.page.click(".camera-card .watch button")


def leave(screen: Screen) -> None:
    """Close the card."""
    screen.ask(f"() => {DESK}.pick(null)")
    screen.until(f"!{CARD % '.real'}.childElementCount")


def forgive(screen: Screen, source: Source, *words: str) -> None:
    """Pictures come from elsewhere, and may fail where that is what is tried."""
    screen.foreign = [one for one in screen.foreign if not one.startswith(source.origin)]
    screen.forgiven = words


def test_every_kind_takes_the_simulated_views_place_until_nobody_looks(
    visit: Visit, house: House, source: Source
) -> None:
    screen = visit("chenmin", "/console", size=(1440, 900))
    for kind in PATHS:
        assert any("/vendor/hls.mjs" in path for path in screen.asked) == (kind == "webrtc")
        look(screen, kind)
        screen.until(REAL, 30)
        screen.until(MOVING[kind])
        screen.until(f"{CARD % '.badge'}.textContent === '实时画面'")
        assert "不存储" in screen.until(SAID)
        if kind in LASTING:
            until(partial(is_open, source, kind))
        leave(screen)
        if kind in LASTING:
            until(partial(is_left, source, kind))
    taken = source.fragments(), source.asked[PATHS["hls"]]

    look(screen, "mjpeg")
    screen.until(REAL)
    screen.ask(
        "() => { document.getElementById('device').style.transform = 'translateX(-9999px)'; }"
    )
    assert "离开视野" in screen.until(f"{SAID}.includes('停止') && {SAID}")
    until(lambda: not source.open[PATHS["mjpeg"]])
    screen.ask("() => { document.getElementById('device').style.transform = ''; }")
    screen.until(f"{CARD % '.badge'}.textContent === '模拟视角'")
    assert (source.fragments(), source.asked[PATHS["hls"]]) == taken

    viewed = [row for row in house.log() if row["type"] == "camera.viewed"]
    told = [(row["by"], row["data"]["purpose"], row["data"]["stream_kind"]) for row in viewed]
    assert told == [("chenmin", "patrol", kind) for kind in (*PATHS, "mjpeg")]
    nothing_is_kept(screen, source)
    forgive(screen, source)


def is_open(source: Source, kind: str) -> bool:
    return bool(source.open[LASTING[kind]])


def is_left(source: Source, kind: str) -> bool:
    return not source.open[LASTING[kind]]


def is_asked_again(source: Source, path: str, before: int) -> bool:
    return source.asked[path] > before


def nothing_is_kept(screen: Screen, source: Source) -> None:
    """Whoever asks again, from whatever is in the browser, gets it from the source."""
    kept = "async () => [await caches.keys(), await indexedDB.databases()].flat()"
    assert screen.ask(kept) == []
    fragment = next(path for path in source.asked if path.endswith(".m4s"))
    for path in (PATHS["still"], PATHS["mjpeg"], PATHS["hls"], fragment):
        before = source.asked[path]
        screen.ask(
            "(address) => { fetch(address, { cache: 'force-cache', mode: 'no-cors',"
            " signal: AbortSignal.timeout(3000) }).catch(() => null); }",
            source.origin + path,
        )
        assert until(partial(is_asked_again, source, path, before)), path


def test_a_stream_that_fails_gives_way_to_the_simulated_view_with_a_word(
    visit: Visit, source: Source
) -> None:
    screen = visit("chenmin", "/console", size=(1440, 900))
    source.broken = True
    screen.page.route(source.address("webrtc"), lambda route: route.abort())
    for kind in PATHS:
        look(screen, kind)
        assert "打不开" in screen.until(f"{SAID}.includes('打不开') && {SAID}", 30)
        assert screen.ask(f"() => {CARD % '.badge'}.textContent") == "模拟视角"
        assert not screen.ask(f"() => {CARD % '.real'}.childElementCount")
        leave(screen)
    source.broken = False
    look(screen, "mjpeg")
    screen.until(REAL)
    source.broken = True
    assert "中断" in screen.until(f"{SAID}.includes('打不开') && {SAID}")
    assert screen.ask(f"() => {CARD % '.badge'}.textContent") == "模拟视角"
    source.broken = False

    # A source that lets nobody read its answers: pictures are shown all the same.
    source.readable = False
    for kind in ("mjpeg", "still"):
        look(screen, kind)
        screen.until(REAL)
        screen.until(MOVING[kind])
        leave(screen)
        until(lambda: not source.open[PATHS["mjpeg"]])
    source.readable = True
    forgive(screen, source, source.origin, "ERR_FAILED", "503", "CORS")
