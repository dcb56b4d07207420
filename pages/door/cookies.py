"""Cookies read by hand, at a cost that grows with their length and no faster.

Cookies are shared by all ports of a host, so those of any neighbour come along, in any shape. The
standard library's reader gives up at the first odd one, and before Python 3.11.10 and 3.12.6 some
kilobytes of backslashes keep it busy for seconds (CVE-2024-7592). Ours are plain words.
"""

from __future__ import annotations

from starlette.datastructures import Headers

MOST_BYTES = 8192
"""More than this of cookies is answered 431 and looked at no further."""
MOST_ALIKE = 4
"""Cookies of one name that are read: each may cost a look into the database."""


def too_many(headers: Headers) -> bool:
    """Whether the cookies of a request are longer than we read."""
    return sum(map(len, headers.getlist("cookie"))) > MOST_BYTES


def values(headers: Headers, name: str) -> list[str]:
    """What the cookies of a name say, each once, in the order the browser sent them.

    >>> odd = 'prefs={"theme":"dark"}; _ga[x]=1; flag; session=a; session=b; session=a'
    >>> values(Headers({"cookie": odd}), "session")
    ['a', 'b']
    """
    if too_many(headers):
        return []
    pairs = ";".join(headers.getlist("cookie")).split(";")
    named = (pair.partition("=") for pair in pairs)
    found = dict.fromkeys(value.strip() for key, _, value in named if key.strip() == name)
    return [value for value in found if value][:MOST_ALIKE]


def value(headers: Headers, name: str) -> str:
    """What the first cookie of a name says, or an empty string."""
    return next(iter(values(headers, name)), "")
