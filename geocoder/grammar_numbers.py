"""Numbered parts (101号附3, 628弄, 3号楼, 501室), and bare numbers that only their place explains."""

import csv
import re
from functools import cache
from pathlib import Path

from geocoder.elements import Kind
from geocoder.grammar_names import Segment, goes_on
from geocoder.grammar_order import KINDS
from geocoder.numerals import CHINESE

UNITS = Path(__file__).parent / "reference" / "units.csv"
_N = rf"(?:[0-9]{{1,8}}|[{CHINESE}]{{1,8}})"
_ONE = rf"(?:[A-Z]{{1,3}}-?)?{_N}(?:[A-Z]{{1,2}}(?![A-Z0-9]))?[甲乙丙丁]?"
_CORE = re.compile(
    rf"(?:第|附|新|老|临|自编)?(?:[东西南北新]?[甲乙丙丁戊](?=[0-9]))?"
    rf"(?:{_ONE}(?: ?(?:号?[-~/]|[、,&](?=[0-9A-Z])|号?至|号?到) ?{_ONE}(?!米)){{0,3}}"
    r"|[A-Z]{1,2}(?![A-Z])|[甲乙丙丁戊东西南北])"
)
_AFTER_NUMBER = re.compile(  # what belongs to a plate after its 号
    rf"(?:[甲乙丙丁](?![座栋幢楼单0-9]))?(?:(?:附|之|新|临){_N}(?:[-~]{_N})?号?|-[0-9]{{1,2}}(?![0-9-])号?)?"
)
_BARE = re.compile(r"[A-Z]{0,2}[0-9]{1,6}[A-Z]?(?![0-9A-Z.])(?:[甲乙丙丁](?![座栋幢楼单]))?")
_BARE_JOINED = re.compile(
    r"[A-Z]{0,2}[0-9]{1,5}[A-Z]?(?:[-~/、][A-Z]{0,2}[0-9]{1,5}[A-Z]?){1,4}(?![0-9A-Z.])"
)
_FLOORS = re.compile(
    rf"(?:负|地下|B)(?:[0-9](?![0-9])|[{CHINESE}])(?:楼层|层|楼|F)?|-[1-5](?:层|楼|F)"
    r"|首层|底层|顶层|夹层|架空层|底楼"
)
_BUILDINGS = re.compile(
    r"(?:东北|西北|东南|西南|[东西南北中前后主裙塔附副老新])(?:楼|座|塔楼|侧楼|栋|幢|配楼)(?![梯盘])|裙房|塔楼"
)
_UNITS = re.compile(r"[东西南北中左右](?:单元|门洞)")
_ROOMS = re.compile(r"(?:东|西|南|北|中|左|右|东南|西南|东北|西北|中东|中西)(?:户|室|间)")
_EXITS = re.compile(r"[A-Z][0-9]?号?(?:出入口|出口|入口|口)")
_STAKES = re.compile(r"K[0-9]{1,4}\+[0-9]{1,3}米?")
_LETTERS = re.compile(r"[A-Z]{1,2}(?![A-Z])")
STARTS = frozenset(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
    + CHINESE
    + "甲乙丙丁戊东西南北中左右第附新老临自负地首底顶夹架前后主裙塔副"
)
_PHASES = re.compile(rf"[东西南北中](?:[0-9]|[{CHINESE}])(?:区|组团)(?!域)")
_FIXED = tuple(
    (pattern, KINDS.index(kind), score)
    for pattern, kind, score in (
        (_PHASES, Kind.PHASE, 2.2),
        (_FLOORS, Kind.FLOOR, 1.9),
        (_BUILDINGS, Kind.BUILDING, 1.0),
        (_UNITS, Kind.UNIT, 2.0),
        (_EXITS, Kind.SUB_POI, 2.2),
        (_STAKES, Kind.ROAD_NUMBER, 2.2),
        (_ROOMS, Kind.ROOM, 1.6),
    )
)
_FIXED_STARTS = frozenset("负地B-首底顶夹架东西南北中左右前后主裙塔附副老新ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NOT_BEFORE = {
    "门": "口面诊市店卫前镇",
    "楼": "梯盘宇上下道",
    "区": "域间政",
    "里": "屯亭河桥店路街村社巷",
    "社": "区",
    "队": "伍部",
    "户": "外",
    "店": "铺",
    "路": "口灯面边旁",
    "道": "路",
    "组": "团",
    "村": "委",
    "条": "街",
    "单": "位",
    "间": "房",
    "街": "道坊",
    "期": "间",
    "#": "0123456789",
    "师": "大范",
    "团": "部",
    "连": "接锁",
    "馆": "子",
    "梯": "子",
    "家": "园",
}
_ROAD_NUMBER, _LANE_NUMBER = KINDS.index(Kind.ROAD_NUMBER), KINDS.index(Kind.LANE_NUMBER)
_BUILDING, _UNIT, _FLOOR, _ROOM = (
    KINDS.index(kind) for kind in (Kind.BUILDING, Kind.UNIT, Kind.FLOOR, Kind.ROOM)
)
_ROAD = KINDS.index(Kind.ROAD)
# A bare number of 1, 2, 3 … digits.
_BARE_SCORES = {
    _ROAD_NUMBER: (0.2, 0.2, 0.3, 0.2, -1.0, -2.0),
    _LANE_NUMBER: (-0.2, -0.2, -0.3, -1.0, -2.0, -3.0),
    _BUILDING: (0.5, 0.5, 0.1, -1.3, -2.5, -3.0),
    _UNIT: (0.2, 0.0, -1.5, -3.0, -3.0, -3.0),
    _FLOOR: (-1.0, -1.0, -3.0, -3.0, -3.0, -3.0),
    _ROOM: (-0.6, -0.4, 0.7, 0.8, 0.4, -0.5),
}


def numbered(text: str, start: int) -> list[Segment]:
    """Segments of numbered parts that begin at ``start``."""
    found: list[Segment] = []
    if text[start] in _FIXED_STARTS:
        for pattern, kind, score in _FIXED:
            fixed = pattern.match(text, start)
            if fixed is not None:
                found.append((fixed.end(), kind, score, None))
    core = _CORE.match(text, start)
    if core is not None:
        found += _with_unit(text, start, core.end())
        if text[start] in _BARE_STARTS:
            found += _bare(text, start)
    return found


_JOINS = frozenset("-~/、")
_BARE_STARTS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _with_unit(text: str, start: int, end: int) -> list[Segment]:
    """The number ``text[start:end]`` with the unit after it, in all the meanings of the unit."""
    kinds_of, pattern = _units()
    unit_at = end + 1 if text[end : end + 1] == " " else end
    unit = pattern.match(text, unit_at)
    if unit is None:
        inner = text.find("号", start, end)  # 88号-1: the number before it has the unit
        return _with_unit(text, start, inner) if inner > start else []
    written = unit[0]
    after = unit.end()
    if goes_on(text, after) or (text[after : after + 1] or " ") in _NOT_BEFORE.get(written[-1], ""):
        shorter = max(
            (one for one in kinds_of if one != written and written.startswith(one)), key=len, default=""
        )
        if shorter:  # 2单元楼下: the unit is 单元
            written, after = shorter, after - len(written) + len(shorter)
    chinese = text[start] in CHINESE
    compass = text[start] in "东西南北" and end - start == 1
    cost = 0.0
    if (text[after : after + 1] or " ") in _NOT_BEFORE.get(written[-1], ""):
        cost -= 1.5
    if compass and written not in ("单元", "门洞"):
        return []
    joined = text.find("-", start, end)
    uneven = 1.0 if joined > start and 2 * (joined - start) < end - joined else 0.0
    if text[start] == "附":
        cost -= 1.0
    found: list[Segment] = []
    for kind, in_digits, in_chinese in kinds_of[written]:
        score = (in_chinese if chinese else in_digits) + cost
        if kind == _FLOOR and end - start > 2 and not chinese:
            score -= 2.5  # 204楼 is a building
        if kind == _ROOM:
            score -= uneven  # 2-501室 is rather a building and a room
        if kind in (_ROAD_NUMBER, _LANE_NUMBER):
            tail = _AFTER_NUMBER.match(text, after) if written == "号" else None
            if tail is not None and tail.end() > after:
                found.append((tail.end(), kind, score + (1.2 if "-" not in tail[0] else 0.9), None))
        found.append((after, kind, score, None))
    return found


def _bare(text: str, start: int) -> list[Segment]:
    """A number without a unit: any numbered part, as its size and its place allow."""
    bare = _BARE.match(text, start)
    joined = None
    if bare is None or text[bare.end() : bare.end() + 1] in _JOINS:
        joined = _BARE_JOINED.match(text, start)
    found: list[Segment] = []
    if bare is not None:
        length = min(sum(c.isdigit() for c in bare[0]), 6) - 1
        letters = 0.3 if bare[0][0] > "9" else 0.0
        if bare[0][-1] == "F" and len(bare[0]) <= 3:
            found.append((bare.end(), _FLOOR, 1.9, None))
        for kind, scores in _BARE_SCORES.items():
            more = letters if kind in (_ROOM, _BUILDING) else -letters
            if kind == _UNIT and bare[0][-1] > "9":
                more = -0.8
            if kind == _ROOM and bare[0][-1] > "9":
                more += 0.5  # 18C is a door
            found.append((bare.end(), kind, scores[length] + more, None))
    if joined is not None:
        last = len(re.split(r"[-~/、]", joined[0])[-1])
        found.append((joined.end(), _ROAD_NUMBER, 0.4 if last <= 3 else -0.3, None))
        alike = len(bare[0]) == last >= 3 if bare is not None else False
        found.append((joined.end(), _ROOM, 1.0 if alike else -0.1, None))
        found.append((joined.end(), _BUILDING, -0.2 if last <= 2 else -1.2, None))
    letters_only = _LETTERS.match(text, start) if bare is None else None
    if letters_only is not None:
        found.append((letters_only.end(), _BUILDING, -0.6, None))
    return found


@cache
def _units() -> tuple[dict[str, list[tuple[int, float, float]]], re.Pattern[str]]:
    """Unit → kinds with scores after digits and after Chinese numerals; and the pattern of all units."""
    kinds: dict[str, list[tuple[int, float, float]]] = {}
    with UNITS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for unit in row["units"].split():
                meaning = (KINDS.index(Kind(row["kind"])), float(row["digits"]), float(row["chinese"]))
                kinds.setdefault(unit, []).append(meaning)
    longest_first = sorted(kinds, key=len, reverse=True)
    return kinds, re.compile("|".join(map(re.escape, longest_first)))
