"""Server-side scripts, kept beside the code as Lua files and sent by their digest."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha1
from importlib import resources
from typing import Any

from redis.exceptions import NoScriptError

from feeds.streams.link import Command, Link


class LuaScript:
    """One Lua file of ``feeds/streams/scripts``; all keys of a call belong to one street.

    ``text`` is the script itself, ``digest`` what the server knows it by once it has seen it.
    """

    def __init__(self, name: str) -> None:
        # Read at once: later there may be no descriptor left to read it with.
        file = resources.files(__package__).joinpath("scripts", f"{name}.lua")
        self.text = file.read_text("utf-8")
        self.digest = sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    async def run(
        self,
        link: Link,
        keys: Sequence[str],
        arguments: Sequence[str | bytes | int],
        *then: Command,
    ) -> list[Any]:
        """Run the script, and ``then`` on the same connection; gives the script's reply first.

        Raises what ``Link.call`` raises.
        """
        rest = (len(keys), *keys, *arguments)
        try:
            return await link.call(keys[0], ("EVALSHA", self.digest, *rest), *then)
        except NoScriptError:
            # A new or restarted server does not know it. Sent whole, it is known from then on.
            return await link.call(keys[0], ("EVAL", self.text, *rest), *then)
