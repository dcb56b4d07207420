"""Write the table of readings: ``python -m geodata.pinyin`` fills ``twin/catalogue/pinyin.tsv``.

Which readings a character has is taken from pypinyin, and which of them are in use from its
dictionary of phrases. The table is made here, once: in a running process the dictionaries would
take 59 MB, the table takes a fifth of one (``docs/dependencies.md``).
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

TABLE = Path(__file__).parent.parent / "twin" / "catalogue" / "pinyin.tsv"
FIRST, LAST = 0x4E00, 0x9FA5
"""The characters of GBK, which is what names of places and people are written in."""

IN_USE = 0.03
"""A further reading is kept when at least this share of a character's phrases has it."""

NAMES = {
    "六": "lu", "堡": "pu bu", "厦": "xia", "单": "shan", "区": "ou", "盖": "ge", "仇": "qiu",
    "任": "ren", "解": "xie", "查": "zha", "曾": "zeng", "圩": "wei xu", "埔": "bu pu", "番": "pan",
    "台": "tai", "涡": "guo", "蚌": "beng", "荥": "ying", "浚": "xun", "铅": "yan", "枞": "zong",
    "歙": "she", "丽": "li", "洞": "tong", "莞": "guan", "泌": "bi", "筠": "jun", "繁": "po",
    "尉": "yu", "车": "ju", "宿": "su", "朴": "piao", "翟": "zhai", "燕": "yan", "华": "hua",
    "祭": "zhai", "員": "yun", "员": "yun", "万": "mo", "尹": "yin", "乐": "yue", "覃": "qin tan",
    "缪": "miao", "瞿": "qu", "冼": "xian", "召": "shao", "折": "she", "晟": "sheng cheng",
}  # fmt: skip
"""Readings that characters have in names of places and people, however rare elsewhere."""

BUILDING = {"幢": ["zhuang"]}
"""What counts buildings is read otherwise than the Buddhist pillar in the phrases."""


def plain(syllable: str) -> str:
    """A syllable as people type it: no tone, ü as v."""
    parts = unicodedata.normalize("NFD", syllable.replace("ü", "v").replace("ê", "e"))
    bare = "".join(c for c in parts if c == "\u0308" or not unicodedata.combining(c))
    return bare.replace("u\u0308", "v").lower()


def in_phrases() -> dict[str, Counter[str]]:
    """How many phrases have each reading of each character."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, syllables in PHRASES_DICT.items():
        if len(phrase) == len(syllables):
            for char, options in zip(phrase, syllables, strict=True):
                found[char][plain(options[0])] += 1
    return found


def readings(char: str, used: Counter[str]) -> list[str]:
    """The readings of a character that are in use, the usual one first."""
    if char in BUILDING:
        return BUILDING[char]
    known = list(dict.fromkeys(plain(one) for one in PINYIN_DICT[ord(char)].split(",")))
    known = [one for one in known if one.isascii() and one.isalpha()]
    total = sum(used.values())
    usual = max(known, key=lambda one: used[one]) if total else known[0]
    kept = [one for one in known if one != usual and total and used[one] / total >= IN_USE]
    named = NAMES.get(char, "").split()
    return list(dict.fromkeys([usual, *kept, *named]))


def lines() -> Iterable[str]:
    """One line a syllable: it, the characters usually read so, those read so at times."""
    used = in_phrases()
    usual: dict[str, str] = defaultdict(str)
    further: dict[str, str] = defaultdict(str)
    for code in range(FIRST, LAST + 1):
        if code in PINYIN_DICT:
            first, *rest = readings(chr(code), used.get(chr(code), Counter()))
            usual[first] += chr(code)
            for one in rest:
                further[one] += chr(code)
    for syllable in sorted(usual | further):
        yield f"{syllable}\t{usual[syllable]}\t{further[syllable]}\n"


if __name__ == "__main__":
    TABLE.write_text("".join(lines()), "utf-8")
