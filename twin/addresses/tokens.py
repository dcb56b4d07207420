"""What addresses are made of: numbers, tokens, words of the catalogue. For ``addresses.parser``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from string import ascii_uppercase, digits

from twin.catalogue import AddressWords, DeviceKinds

CHINESE: dict[str, str] = {
    char: str(digit)
    for digit, chars in enumerate("零〇 一壹 二两贰 三叁 四肆 五伍 六陆 七柒 八捌 九玖".split())
    for char in chars
}
"""Chinese digits."""

_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100}
_VARIANTS = (
    "棟幢 栋幢 樓楼 號号 單单 層层 門门 園园 區区 東东 廈厦 燈灯 桿杆 蓋盖 電电 廣广 場场 "
    "‐- ‑- ‒- –- —- ―- −- ~- 〜-"
)
_SAME = str.maketrans({pair[0]: pair[1] for pair in _VARIANTS.split()})
"""One way of writing for what is written in several; traditional characters of the tokens too."""

# Pieces of the pattern. Digits are spelled out, for \d takes those of every script.
_DIGITS = "".join(CHINESE)
_CN = _DIGITS + "".join(_TENS)
_NUM = f"(?:[0-9]{{1,4}}|[{_CN}]{{1,7}})"
_NAME = f"(?:(?<![A-Z0-9])[A-Z])?[0-9]{{1,4}}[A-Z]?|[{_CN}]{{1,7}}|(?<![A-Z0-9])[A-Z]"
_QUARTER = "东北|西北|东南|西南|[东南西北]"
_ENDS = r"(?=[ ,，。;；:!?！？]|$)"
_STANDS = "门幢楼元室层湖池场杆盖机站桩亭塔侧边"
"""What a single character of relation (里, 前) must stand behind; names end in them, too."""

_TOKENS = {
    "code": "(?<![0-9])[0-9]{12}(?![0-9])",
    "device": (
        rf"(?:第?({_NUM})(?:号|(?=号梯)))?({{devices}})(?:[ :]*(?:编号)?"
        r"((?:[A-Z]{1,4}-?)?[0-9]{1,5})号?(?![0-9]*(?:幢|单|号楼|#|室|层|楼|座|-)))?"
    ),
    "range": (f"第?({_NAME})(?:号楼|号|幢|#)?[-至到]第?({_NAME})(?:号楼|号幢|#楼|#幢|幢|座|楼)"),
    "dashed": (
        "(?<![0-9A-Z])[A-Z]?[0-9]{1,3}[A-Z]?"
        "(?:(?:[-/.][0-9]{1,4}[A-Z]?){1,3}| [0-9]{1,2} [0-9]{3,4}[A-Z]?)(?![0-9-])[室户]?"
    ),
    "building": (f"第?({_NAME})(?:号楼|号幢|#楼|#幢|[幢座](?:楼(?![下上前后顶旁道梯]))?|#)"),
    "unit": f"第?({_NUM}|(?<![A-Z0-9])[A-Z])(?:单元|单|号?门洞)",
    "room": f"([0-9]{{1,4}}[A-Z]?|[{_CN}]{{3,5}})(?:号房|号室|室|房间|房|户)",
    "basement": f"(?:负|地下|-)({_NUM})(?:层|楼)|(?<![A-Z0-9])B([1-9])(?:层|楼|F)?(?![0-9A-Z-])",
    "floor": f"第?({_NUM})(?:层|F(?![A-Z0-9]))",
    "top": "顶层|顶楼|楼顶|天台|屋顶",
    "door": f"({_NUM})号?门(?![牌卫岗禁口诊])",
    "gate": (
        f"(?:{_QUARTER}|[中正大小侧后前主边偏])[大小侧边]?门"
        "(?![诊牌禁洞])(?!小区|社区|街|路|村|新村|花园|里)"
    ),
    "side": f"({_QUARTER})[侧边面头角端]",
    "relation": f"{{relations}}|[外旁边]{_ENDS}|(?<=[{_STANDS}])[{{at_end}}]{_ENDS}",
    "noise": "{noise}",
    "storeys": f"({_NUM})楼(?![道梯下上前后顶旁])",
    "plate": f"({_NAME})号(?![线令召称])",
    "sign": "(?<![A-Z0-9])[A-Z]{1,4}-?[0-9]{1,5}(?!幢|单|号楼|#|座|层|[0-9])",
    "plain": (f"(?<![A-Z0-9])([0-9]{{1,4}}[A-Z]?)(?![0-9A-Z])|([{_DIGITS}]{{3,4}})(?=[ ,]|$|一键)"),
}
"""Tokeniser in the order they are tried; each has a function of its name in ``addresses.parser``"""

_HEAD = re.compile(
    "(?:.{2,7}?(?:省|自治区))?(?:.{2,5}?市)?"
    "(?P<district>.{1,5}?(?<![小社])[区县])?"
    "(?P<street>.{1,6}?(?:街道|[镇乡]))?"
    "(?P<community>.{1,8}?(?:社区|村委会|居委会))?"
    "(?P<compound>.*)",
    re.DOTALL,
)
_LEADING = "在到去从于是的住"
_LEVELS = re.compile("[省市区县镇乡道会]")
_LOOSE = re.compile("(?<=[0-9A-Z]) +(?=[一-龥])|(?<=[一-龥]) +(?=[0-9])")
_SPACE = re.compile(r"\s+")


class Tokeniser:
    """The words of a catalogue as patterns, made once and used from any thread.

    ``kinds`` are the device kinds of which the labels count as words.
    """

    def __init__(self, words: AddressWords, kinds: DeviceKinds) -> None:
        self._words = words
        labels = {row.label.upper(): kind for kind, row in kinds.items()}
        self._kind_of_word = labels | {
            word: kind for kind, some in words.devices.items() for word in some
        }
        behind = _any_of(words.typos_behind_number)
        self._slips = re.compile(
            f"(?P<word>{_any_of(words.typos)})|(?<=[0-9{_CN}])(?:{behind})(?=[0-9{_CN} ]|$)"
        )
        self._meant = words.typos | words.typos_behind_number

    def device_kind(self, word: str) -> str:
        """The kind of device that people mean by a word. Raises KeyError for none of ours.

        >>> language.tokens.device_kind("探头"), language.tokens.device_kind("灯杆")
        ('camera', 'lamp')
        """
        return self._kind_of_word[word]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """One pattern for all tokens; ``lastgroup`` of a match is the token's name."""
        filled = {
            "devices": _any_of(self._kind_of_word),
            "relations": _any_of(self._words.relations),
            "noise": _any_of(self._words.noise),
            "at_end": "".join(self._words.at_end),
        }
        tokens = []
        for name, token in _TOKENS.items():
            for hole, some in filled.items():
                token = token.replace(f"{{{hole}}}", some)
            tokens.append(f"(?P<{name}>{token})")
        return re.compile(f"(?=[{_first(filled)}])(?:{'|'.join(tokens)})")

    def canonical(self, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """A text in one way of writing, and which slips were put right (as written, as read).

        >>> language.tokens.canonical("３栋 １单圆")
        ('3幢1单元', (('单圆', '单元'),))
        """
        plain = unicodedata.normalize("NFKC", text).upper().translate(_SAME)
        if not plain.isprintable() or " " in plain:
            plain = _LOOSE.sub("", _SPACE.sub(" ", plain).strip())
        if self._slips.search(plain) is None:
            return plain, ()
        slips = tuple((slip[0], self._meant[slip[0]]) for slip in self._slips.finditer(plain))
        return self._slips.sub(lambda slip: self._meant[slip[0]], plain), slips


def _first(filled: dict[str, str]) -> str:
    """The characters a token can begin with: at any other nothing is tried, twice as fast."""
    begins = {*digits, *ascii_uppercase, *_CN, *"第负地东南西北中正大小侧后前主边偏顶楼天屋外旁"}
    begins |= set(filled["at_end"])
    begins |= {word[0] for some in filled.values() for word in some.split("|")}
    return "".join(sorted(begins - {"\\"})) + "-"


def _any_of(some: Iterable[str]) -> str:
    """Any of the words, the longest first: 路灯杆 before 路灯."""
    return "|".join(map(re.escape, sorted(some, key=lambda word: (-len(word), word))))


@lru_cache(maxsize=4096)
def number(word: str) -> str:
    """A number in digits, up to 999 from Chinese; letters stay, leading zeros go.

    >>> [number(word) for word in ("三", "十", "二十一", "一百零五", "一百二", "三零二", "03", "A")]
    ['3', '10', '21', '105', '120', '302', '3', 'A']
    """
    if word[0] not in CHINESE and word[0] not in _TENS:
        return word.lstrip("0") or "0"
    if not set(word) & set(_TENS):
        return "".join(CHINESE[char] for char in word).lstrip("0") or "0"
    total, digit, step = 0, 0, 1
    for char in word:
        if char in _TENS:
            step = _TENS[char]
            total += (digit or 1) * step
            digit, step = 0, step // 10
        else:
            digit = int(CHINESE[char])
            step = 1 if not digit else step
    return str(total + digit * max(step, 1))


def head_parts(before: Sequence[str]) -> tuple[str, str, str, str]:
    """District, street, community and compound from the words before a building.

    >>> head_parts(["芦淞区贺家土街道长塘湾社区火电小区"])
    ('芦淞区', '贺家土街道', '长塘湾社区', '火电小区')
    >>> head_parts(["军门社区"])
    ('', '', '', '军门社区')
    """
    if not before:
        return "", "", "", ""
    head = " ".join(before).lstrip(_LEADING)
    if not _LEVELS.search(head):
        return "", "", "", head
    found = _HEAD.fullmatch(head)
    assert found is not None, "every text is at least a compound"
    district, street, community, compound = (part or "" for part in found.groups())
    if not compound.strip():
        community, compound = "", community
    return district, street, community, compound.strip()
