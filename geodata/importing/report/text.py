"""Texts of files on their way into a report: nothing of them is ever read as markup."""

from __future__ import annotations

from html import escape

from geodata.importing.readers.encodings import printable


def text(value: object) -> str:
    """A value as text of HTML and SVG, between tags or in an attribute's quotes.

    >>> text('x"><img src=y>')
    'x&quot;&gt;&lt;img src=y&gt;'
    """
    return escape(printable(str(value)))
