"""One open page of the product: its person, its desk, what it asked for and complained about."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

from tests.support.installation import House, credentials
from tests.support.profiles import Profiles

DESK = "dash_clientside.dayuan.desk"
_UNTIL = """(within) => new Promise((resolve, reject) => {
  const end = performance.now() + within;
  const ask = () => { try { return %s; } catch { return null; } };
  const look = () => {
    const found = ask();
    if (found) return resolve(found);
    if (performance.now() > end) return reject(new Error("not within " + within + " ms"));
    setTimeout(look, 15);
  };
  look();
})"""


class Screen:
    """A page in a browser profile of its own, as long as it is open.

    ``complaints`` are console errors, exceptions and refused answers, ``foreign`` the addresses
    asked for beyond our own server.
    """

    def __init__(
        self,
        chromium: Profiles,
        house: House,
        person: str = "",
        size: tuple[int, int] = (960, 600),
        before: str = "",
        graphics: bool = True,
        **context: Any,
    ) -> None:
        """``before`` is a script that runs before those of any page. Without ``graphics`` there is
        no map: pages whose map is not asked about are drawn in a third of the time.
        """
        self.house = house
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.asked: list[str] = []
        self.forgiven: tuple[str, ...] = ()
        self._chromium, self._unlike, self._graphics = chromium, bool(before), graphics
        self.context: BrowserContext = chromium.take(house.base, graphics, **context)
        self.page: Page = self.context.new_page()
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        if before:
            self.context.add_init_script(before)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"thrown: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        if person:
            self.enter(person)

    def enter(self, person: str) -> None:
        """Log in, by the form's own request."""
        answer = self.context.request.post(
            "/login", form={**credentials(person)}, headers={"origin": self.house.base}
        )
        assert answer.ok, answer.status

    def open(self, path: str) -> Screen:
        """Go to a page and wait until its map stands and its facts are there."""
        self.page.goto(path)
        self.settled()
        return self

    def settled(self) -> None:
        """Wait until the page has its facts and its map, if it can have one."""
        loaded = f"{DESK}.map()?.map.loaded()" if self._graphics else "true"
        self.until(f"{DESK}.ready() && {loaded}", 90)

    def until(self, condition: str, within_s: float = 15.0) -> Any:
        """The first true value of a JavaScript expression."""
        try:
            return self.page.evaluate(_UNTIL % condition, within_s * 1000)
        except Exception as exc:
            raise AssertionError(f"{condition}\n{exc}\n{self.complaints}") from exc

    def ask(self, expression: str, argument: Any = None) -> Any:
        """The value of an expression, or of a function of the argument."""
        return self.page.evaluate(expression, argument)

    def case(self, device: str) -> Any:
        """The open case of a device, once this screen has it."""
        return self.until(
            f"[...{DESK}.things().incidents.values()].find((row) => row.device === '{device}'"
            " && !['closed', 'rejected', 'cancelled'].includes(row.state))"
        )

    def close(self) -> None:
        """Leave, and hold the page to account for what it asked and said."""
        leave = self._chromium.throw_away if self._unlike else self._chromium.give_back
        leave(self.context)
        said = [words for words in self.complaints if not any(f in words for f in self.forgiven)]
        assert not said, said
        assert not self.foreign, self.foreign

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text} {message.location}")

    def _asked(self, request: Request) -> None:
        self.asked.append(urlsplit(request.url).path)
        own = request.url.startswith((self.house.base, "data:", "blob:"))
        if not own:
            self.foreign.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")
