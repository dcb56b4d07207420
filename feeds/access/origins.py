"""Origins of others that a page may fetch from, as an administrator writes them down."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# It goes into a header: nothing but a host and a port may stand in it.
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")


def origins(text: str) -> tuple[str, ...]:
    """Origins with spaces between.

    >>> origins("https://video.example:8443 http://10.0.0.7")
    ('https://video.example:8443', 'http://10.0.0.7')

    Raises ValueError naming the one that is none.
    """
    found = tuple(text.split())
    for origin in found:
        parts = urlsplit(origin)
        whole = origin == f"{parts.scheme}://{parts.netloc}" and _HOST.fullmatch(parts.netloc)
        if parts.scheme not in ("http", "https") or not whole:
            raise ValueError(f"{origin} is no origin such as https://video.example:8443")
    return found
