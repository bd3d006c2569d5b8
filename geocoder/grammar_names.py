"""Names that nobody listed: read by how they end (``reference/suffixes.csv``) and how long they are.

A suffix speaks for the name it ends (``strength``) and against a longer name that runs across it
(``breaks``): 中山路人民广场 is hardly one name, for 路 usually ends one; 阳光花园小区 may be.
"""

import csv
import re
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import NamedTuple

from geocoder.elements import Kind
from geocoder.grammar_order import KINDS
from geocoder.numerals import CHINESE

SUFFIXES = Path(__file__).parent / "reference" / "suffixes.csv"
LONGEST = 22
Segment = tuple[int, int, float, object]  # end, index of the kind, score, what is known of it

# How usual a stem of 0, 1, 2 … characters is before the suffix.
_STEMS = {
    Kind.CITY: (-9.0, -2.0, 0.3, 0.0, -1.5, -3.0),
    Kind.DISTRICT: (-9.0, -0.3, 0.3, 0.0, -1.5, -3.0),
    Kind.ZONE: (-0.3, -1.0, 0.4, 0.3, 0.2, 0.0, -0.2, -0.4, -1.0, -1.5),
    Kind.STREET: (-9.0, -0.6, 0.5, 0.2, -0.6, -1.6, -2.6),
    Kind.COMMUNITY: (-9.0, -0.5, 0.4, 0.3, -0.4, -1.0, -1.6, -2.2),
    Kind.ROAD: (-9.0, -0.5, 0.5, 0.3, -0.4, -0.9, -1.4, -1.8, -2.2),
    Kind.LANE: (-9.0, -0.2, 0.4, 0.2, -0.4, -0.9, -1.4),
    Kind.ESTATE: (-9.0, -0.8, 0.3, 0.2, 0.2, 0.0, -0.2, -0.5, -0.9, -1.3),
    Kind.POI: (-9.0, -0.8, 0.1, 0.2, 0.3, 0.3, 0.2, 0.2, 0.1, 0.0, -0.2, -0.4, -0.7, -1.0),
    Kind.SUB_POI: (0.2, -0.8, 0.0, -0.1, -0.3, -0.7, -1.1, -1.5),
    Kind.PHASE: (0.2, -1.6, -1.6, -1.9, -2.5),
    Kind.GROUP: (-9.0, -0.8, 0.2, 0.0, -0.8, -1.6),
}
_LONGER = -0.35  # for each further character
_COMPASS = frozenset("东西南北中前后上下新老大小")
_BAD_START = dict.fromkeys("口内外边和在到从对户单门元近", -0.7) | dict.fromkeys(
    "号室幢栋弄座楼层与至的旁及跟处侧附路街镇乡区县市省村", -2.0
)
_BAD_BEFORE = {  # after this suffix these characters go on with another word
    "市": "场政府委民立中心区内人医第一二三四五六七八九十实",
    "区": "域间政委块人",
    "县": "城医政府委道中一第人实",
    "镇": "政人中卫江",
    "乡": "政道中村",
    "村": "委民口道",
    "路": "桥",
    "街": "道",
    "城": "市关区",
    "园": "林艺区",
    "院": "子士校",
    "店": "铺面",
    "道": "路",
    "厂": "房区",
    "里": "程",
    "中心": "小幼路学",
    "学": "院校府",
    "线": "路",
    "桥": "头",
    "所": "有",
    "社": "区",
    "中": "学心医国山华",
    "小区": "域",
    "大楼": "梯",
    "公园": "路里",
    "家": "园庭",
    "台": "州",
    "楼": "上下",
    "门": "口",
    "国际": "交商金会社贸广中大购城花公酒企博展",
}


def goes_on(text: str, end: int) -> bool:
    """Whether the character at ``end`` makes another word of what ends there: 杭州市 goes on as 市场."""
    return end < len(text) and text[end] in _BAD_BEFORE.get(text[end - 1], "")


class Suffix(NamedTuple):
    """An occurrence in a text: ``text[start:end]``, with the kinds of names it may end."""

    start: int
    end: int
    kinds: tuple[tuple[int, float], ...]
    breaks: float


class Names:
    """The open names of one text."""

    def __init__(self, text: str, walls: list[int], begin: int = 0) -> None:
        """``walls[i]``: the first position from i on that no name crosses (punctuation, the end).

        Names before ``begin`` are not asked for.
        """
        self._text = text
        self._walls = walls
        self.suffixes = find_suffixes(text, begin)
        self._ends = [suffix.end for suffix in self.suffixes]
        self._name_ends = {suffix.end for suffix in self.suffixes if _may_be_place(suffix)}
        self._breaks = self._add_breaks(begin)

    def _add_breaks(self, begin: int) -> list[float]:
        """``breaks[j] - breaks[i]``: how much speaks against one name over i … j."""
        text = self._text
        at_end = [0.0] * (len(text) + 1)
        own: dict[int, tuple[int, float]] = {}
        for suffix in self.suffixes:
            at_end[suffix.end] += suffix.breaks
            own[suffix.start] = (suffix.end, suffix.breaks)
        for found in _NUMBERED.finditer(text, begin):
            at_end[found.start() + 1] += 1.0 if found[1] else 0.0
            if found[2]:
                at_end[found.end()] += 1.2
        self._own = own
        total, sums = 0.0, []
        for value in at_end:
            total += value
            sums.append(total)
        return sums

    def from_here(self, start: int) -> list[Segment]:
        """Segments of the names that begin at ``start``."""
        text, breaks = self._text, self._breaks
        wall = min(self._walls[start], start + LONGEST)
        first = _BAD_START.get(text[start], 0.0)
        own_end, own = self._own.get(start, (0, 0.0))
        after_name = start in self._name_ends
        before = breaks[start]
        found: list[Segment] = []
        for at in range(bisect_right(self._ends, start + 1), len(self._ends)):
            begin, end, kinds, _ = self.suffixes[at]
            if end > wall:
                break
            stem = begin - start
            if stem < 0:
                continue
            against = first - (breaks[begin] - before)
            if own_end <= begin:
                against += own
            if stem == 1 and text[start] in _COMPASS:
                against -= 1.2
            elif text[begin - 1] in "0123456789":
                against -= 1.5
            for kind, strength in kinds:
                usual = _LENGTHS[kind][stem] if stem else _alone(kind, text[begin:end])
                if after_name and not stem and kind in _PLACES:
                    usual -= 2.0  # 梅林中心广场 is one name
                score = strength + against + usual
                if score > -2.5:
                    found.append((end, kind, score, None))
        return found

    def wall(self, start: int) -> int:
        """The first position from ``start`` on that no name crosses."""
        return self._walls[start]

    def unmarked(self, start: int, end: int) -> float:
        """What speaks against one name without a known suffix over ``start`` … ``end``."""
        against = self._breaks[end - 1] - self._breaks[start] if end - 1 > start else 0.0
        return -against + _BAD_START.get(self._text[start], 0.0)


def _alone(kind: int, suffix: str) -> float:
    """How usual a suffix without a stem is: 人民医院 and 西大街 are names, 店 is none."""
    length = len(suffix)
    if kind in _PLACES:
        return -9.0 if length == 1 else -4.2 if length == 2 else -0.6
    if kind == _ZONE:
        return -0.3 if length > 2 else -4.0
    if kind == _ROAD:
        return (-0.2 if length > 2 else -0.8) if suffix[0] in _COMPASS and suffix[-1] == "街" else -9.0
    return _LENGTHS[kind][0]


def _may_be_place(suffix: Suffix) -> bool:
    return any(kind in _PLACES for kind, _ in suffix.kinds)


_NUMBERED = re.compile(
    rf"([0-9]{{1,8}})(号|弄|幢|栋|单元|室|楼|层|座|期|米)?|[{CHINESE}]{{1,8}}(号楼|单元|楼|层|幢|栋|座|室|米|弄|号)"
)


def find_suffixes(text: str, begin: int = 0) -> list[Suffix]:
    """The longest known suffix at each position of ``text`` where one ends, in order."""
    known, lasts = _table()
    found: list[Suffix] = []
    sections = False
    for at in range(begin, len(text)):
        for length in lasts.get(text[at], ()):
            entry = known.get(text[at + 1 - length : at + 1]) if length <= at + 1 - begin else None
            if entry is not None:
                kinds, breaks, not_before = entry
                if not_before and text[at + 1 : at + 2] and text[at + 1] in not_before:
                    kinds = tuple([(kind, strength - 2.0) for kind, strength in kinds])
                    breaks *= 0.3
                found.append(Suffix(at + 1 - length, at + 1, kinds, breaks))
                if kinds[0][0] == _ROAD and (section := _SECTION.match(text, at)) is not None:
                    found.append(Suffix(at + 1 - length, section.end(), kinds, breaks))
                    sections = True
                break
    if sections:
        found.sort(key=lambda suffix: suffix.end)
    return found


_SECTION = re.compile(  # of a road, another road by name: 人民路东段, 一环路南二段, 容奇大道中
    r"[路街道](?:[东西南北中]?[一二三四五六七八]?段|[东西南北]?延(?:伸段|长段|长线|段)?|[东西南北]延|(?<=大道)[东西南北中](?=[0-9]))"
)

_Entry = tuple[tuple[tuple[int, float], ...], float, str]


@cache
def _table() -> tuple[dict[str, _Entry], dict[str, tuple[int, ...]]]:
    """Suffix → kinds with strength, breaks, what is not after it; last character → lengths, longest first."""
    kinds: dict[str, dict[int, float]] = {}
    breaks: dict[str, float] = {}
    with SUFFIXES.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for suffix in row["suffixes"].split():
                kinds.setdefault(suffix, {})[KINDS.index(Kind(row["kind"]))] = float(row["strength"])
                breaks[suffix] = max(breaks.get(suffix, 0.0), float(row["breaks"]))
    lengths: dict[str, set[int]] = {}
    for suffix in kinds:
        lengths.setdefault(suffix[-1], set()).add(len(suffix))
    entries = {
        suffix: (tuple(found.items()), breaks[suffix], _BAD_BEFORE.get(suffix, ""))
        for suffix, found in kinds.items()
    }
    return entries, {last: tuple(sorted(found, reverse=True)) for last, found in lengths.items()}


def _lengths(kind: Kind) -> tuple[float, ...]:
    usual = _STEMS.get(kind, (0.0,))
    return usual + tuple(usual[-1] + _LONGER * (n + 1) for n in range(LONGEST + 2 - len(usual)))


_LENGTHS = [_lengths(kind) for kind in KINDS]
_PLACES = (KINDS.index(Kind.POI), KINDS.index(Kind.ESTATE))
_ROAD, _ZONE = KINDS.index(Kind.ROAD), KINDS.index(Kind.ZONE)
