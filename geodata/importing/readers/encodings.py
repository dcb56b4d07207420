"""Which letters bytes stand for: UTF-8, else GBK or Latin-1, found out and said."""

from __future__ import annotations

import re

MARK = b"\xef\xbb\xbf"
_HAN = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")
_WRONG = re.compile("[\u0080-\u00ff]{2,}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
SAMPLE_BYTES = 4096
GBK = "GB18030"
"""GB18030 holds GBK and GB 2312: what is one of them is read by it."""


def detected(content: bytes) -> str:
    """The encoding of some bytes; GBK when that makes mostly Chinese of what is no UTF-8.

    >>> detected("三栋".encode()), detected("三栋".encode("gbk"))
    ('UTF-8', 'GB18030')
    >>> detected("café".encode("latin-1"))
    'ISO-8859-1'
    """
    if _read(content, "utf-8") is not None:
        return "UTF-8"
    strange = [letter for letter in _read(content, "gb18030") or "" if ord(letter) > 127]
    han = sum(1 for letter in strange if _HAN.match(letter))
    return GBK if strange and han * 2 >= len(strange) else "ISO-8859-1"


def _read(content: bytes, encoding: str) -> str | None:
    """The text, or None. A long sample may end within a letter."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as exc:
        cut = len(content) >= SAMPLE_BYTES and exc.start >= len(content) - 4
        return content[: exc.start].decode(encoding) if cut else None


def decoded(content: bytes) -> tuple[str, str]:
    """The text of some bytes and the encoding it was in."""
    if content.startswith(MARK):
        return content.decode("utf-8-sig", "replace"), "UTF-8"
    encoding = detected(content)
    return content.decode(encoding, "replace"), encoding


def mended(text: str) -> str:
    """A text that a program read by the wrong letters, as it was meant; else itself.

    >>> mended("1´±"), mended("1幢"), mended("café")
    ('1幢', '1幢', 'café')
    """
    if not _WRONG.search(text):
        return text
    try:
        content = text.encode("latin-1")
    except UnicodeEncodeError:
        try:
            content = text.encode("cp1252")
        except UnicodeEncodeError:
            return text
    meant = content.decode(detected(content), "replace")
    return meant if _HAN.search(meant) else text


def printable(text: str) -> str:
    """A text that any file and screen can hold: halves of letters and controls are marked.

    >>> printable("1幢"), printable("1\\ud800\\x00") == "1\\ufffd\\ufffd"
    ('1幢', True)
    """
    return _UNPRINTABLE.sub("\ufffd", text)
