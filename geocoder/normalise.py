"""Bring what people write into one form, keeping the way back to the original.

One form means: half-width letters and digits, upper-case Latin, simplified characters, one kind of dash,
bracket and space, nothing invisible. Numerals stay as written, for many are parts of names (三里屯, 五一路);
only the values of numbers are converted (``numbers``).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SIMPLIFIED = Path(__file__).parent / "reference" / "simplified.txt"
# Nothing of these is seen, or is part of an address: controls, joiners, variation selectors, emoji.
_DROPPED = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2600-\u27bf\ufe00-\ufe0f\ufeff\ufffc-\ufffd\ud800-\udfff\U0001f000-\U0001faff\U000e0000-\U000fffff"
    "\u2190-\u21ff\u2b00-\u2bff]"
)
_LONGER = {chr(0x2460 + n): str(n + 1) for n in range(9, 20)} | {"㎡": "平方米", "㎞": "KM", "㏕": "路"}
_CHANGES_LENGTH = re.compile(_DROPPED.pattern[:-1] + "".join(_LONGER) + "]")


@dataclass(frozen=True, slots=True)
class Normalised:
    """``text`` in normal form; character i of it was written at ``origin[i]`` of ``original``."""

    original: str
    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` (not empty) stands in the original."""
        return self.origin[start], self.origin[end - 1] + 1


def normalise(text: str) -> Normalised:
    """Any text in normal form. Total: nothing is refused."""
    if _CHANGES_LENGTH.search(text) is None:
        return Normalised(text, text.translate(_table()), range(len(text)))
    characters: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(text):
        if _DROPPED.match(character):
            continue
        longer = _LONGER.get(character, character)
        characters.append(longer)
        origin.extend([at] * len(longer))
    return Normalised(text, "".join(characters).translate(_table()), origin)


def key(text: str) -> str:
    """``text`` as names are compared: normal form without spaces and separators."""
    return _SEPARATORS.sub("", normalise(text).text)


_SEPARATORS = re.compile(r"[\s·.,;:'\"_()\[\]-]+")


@cache
def _table() -> dict[int, str]:
    """One character for one, so that positions stay."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    lines = [line for line in SIMPLIFIED.read_text("utf-8").splitlines() if not line.startswith("#")]
    for old, new in zip(lines[::2], lines[1::2], strict=True):
        table |= {ord(a): b for a, b in zip(old, new, strict=True)}
    table |= {0x2460 + n: str(n + 1) for n in range(9)}  # ①
    table |= {0x2160 + n: str(n + 1) for n in range(9)}  # Ⅰ
    for same, many in _SAME.items():
        table |= dict.fromkeys(map(ord, many), same)
    # After the pairs above, so that full-width letters end in capitals too.
    for code in (*range(0x61, 0x7B), *range(0xFF41, 0xFF5B)):
        table[code] = chr((code - 0xFEE0 if code > 0xFF00 else code) - 32)
    # Compatibility forms of one character: ㈤, ｶ, 豈 …
    for code in (*range(0xF900, 0xFAFF), *range(0x3220, 0x32FF)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1:
            table.setdefault(code, plain)
    return table


_SAME = {
    " ": "\t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000",
    "-": "－—–‐‑‒―─━ｰ−﹣_＿",
    "~": "～〜∼˜",
    "(": "（〔【［[{｛「『《〈＜<",
    ")": "）〕】］]}｝」』》〉＞>",
    ",": "，﹐｡。؛;；!！?？|｜\u3003",
    "、": "､﹑",
    ":": "：﹕∶",
    "·": "・•‧∙⋅",
    "#": "＃♯№",
    "+": "＋",
    "/": "／\\＼",
    ".": "．",
    "零": "〇○",
    "'": "’‘`´＇",
    '"': "”“＂",
}
