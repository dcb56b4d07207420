"""By which names this server may be asked for.

A page of a stranger can let its own name point at our address (DNS rebinding): to the browser we
are then part of that page's site, and every check of the origin compares the stranger with
himself. What gives it away is the ``Host`` header. An address written in figures cannot be made
to point elsewhere, so it needs no list.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::\d{1,5})?")


class Hosts:
    """The names we answer to: those of loopback, and the ``names`` given.

    Addresses in figures are answered, too, unless it is ``loopback_only``: then only this
    machine's own, and no ``names``.
    """

    def __init__(self, names: Iterable[str] = (), *, loopback_only: bool = False) -> None:
        self._loopback_only = loopback_only
        self._names = {"localhost"} | ({*map(str.lower, names)} if not loopback_only else set())

    def knows(self, host: str) -> bool:
        """Whether a ``Host`` header, with any port, names us.

        >>> hosts = Hosts(["twin.example"])
        >>> [hosts.knows(host) for host in ("Twin.Example:8443", "[::1]:8050", "evil.example")]
        [True, True, False]
        """
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = (found[1] or found[2]).lower()
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self._names
        return address.is_loopback or not self._loopback_only
