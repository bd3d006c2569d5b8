"""The regions of the country: official names and codes down to streets and towns, and their short forms.

From the statistical division codes (``reference/regions.txt.gz``: code and name), with some names that went
out of use but still stand in registers. About 35 MB of memory, loaded when the first address is read.
"""

import gzip
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from geocoder.elements import Kind
from geocoder.grammar_order import KINDS

REGIONS = Path(__file__).parent / "reference" / "regions.txt.gz"
_PROVINCE, _CITY, _DISTRICT, _ZONE_KIND, _STREET_KIND = (
    KINDS.index(kind) for kind in (Kind.PROVINCE, Kind.CITY, Kind.DISTRICT, Kind.ZONE, Kind.STREET)
)
MUNICIPALITIES = ("11", "12", "31", "50")

_PEOPLES = (
    "满族 回族 蒙古族 蒙古 藏族 壮族 苗族 彝族 侗族 瑶族 白族 傣族 土家族 哈尼族 哈萨克族 哈萨克 黎族 傈僳族 "
    "佤族 畲族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜 土族 达斡尔族 达斡尔 仫佬族 羌族 布朗族 撒拉族 "
    "毛南族 仡佬族 锡伯 阿昌族 普米族 朝鲜族 塔吉克 怒族 独龙族 保安族 裕固族 布依族 维吾尔 鄂伦春 鄂温克 "
    "德昂族 各族"
).split()
_AUTONOMOUS = re.compile(f"(?:{'|'.join(_PEOPLES)})+自治(?=[州县旗区])|(?:{'|'.join(_PEOPLES)})+(?=乡$)")
_SHORTENED = {  # longer ones before those that they end with
    2: "省 市 壮族自治区 回族自治区 维吾尔自治区 自治区 特别行政区".split(),
    4: "市 地区 州 盟".split(),
    6: "新区 林区 特区 区 县 市 旗".split(),
    9: "街道办事处 街道 镇 乡 地区 苏木".split(),
}
_ZONE = tuple(
    "开发区 示范区 园区 园 集聚区 管理区 试验区 度假区 风景区 名胜区 保税区 新城 工业区 高新区".split()
)
_STREET = tuple("街道 镇 乡 苏木 地区 办事处 场".split())


class Region(NamedTuple):
    """One meaning of a written region name."""

    kind: Kind
    ordinal: int  # of the kind in KINDS
    full: str
    codes: str  # all regions of this name, each after a space: " 330106 420102"
    short: bool
    score: float  # of the name on its own


class Regions:
    """Longest-match look-up of region names."""

    def __init__(self, lines: list[str]) -> None:
        codes: defaultdict[tuple[str, int, str, bool], str] = defaultdict(str)
        for line in lines:
            code, full = line.split(" ")
            for name, kind, short in _written(code, full):
                codes[name, kind, full, short] += " " + code
        self._meanings: dict[str, tuple[Region, ...]] = {}
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for (name, kind, full, short), known in codes.items():
            region = _region(name, kind, full, known, short)
            self._meanings[name] = (*self._meanings.get(name, ()), region)
            lengths[name[:2]].add(len(name))
        self._lengths = {head: tuple(sorted(found)) for head, found in lengths.items()}

    def match(self, text: str, start: int) -> list[tuple[int, tuple[Region, ...]]]:
        """Ends and meanings of the names that begin at ``start``."""
        lengths = self._lengths.get(text[start : start + 2])
        if lengths is None:
            return []
        found = []
        for length in lengths:
            meanings = self._meanings.get(text[start : start + length])
            if meanings is not None and start + length <= len(text):
                found.append((start + length, meanings))
        return found


# What a name says on its own, in full and short. A short street is one only inside its district.
_FULL = {Kind.PROVINCE: 4.0, Kind.CITY: 3.6, Kind.DISTRICT: 3.2, Kind.ZONE: 2.8, Kind.STREET: 2.8}
_SHORT = {Kind.PROVINCE: 1.8, Kind.CITY: 1.4, Kind.DISTRICT: 0.1, Kind.STREET: -2.0}


def _region(name: str, index: int, full: str, codes: str, short: bool) -> Region:
    kind = KINDS[index]
    score = _SHORT[kind] if short else _FULL[kind]
    if kind is Kind.PROVINCE and codes[1:] in MUNICIPALITIES:
        score -= 1.0  # 上海市 is read as a city, the first of 上海市上海市 as a province
    if short and len(name) > 2 and kind is Kind.DISTRICT and name[-1] in "县市区":
        score = 1.6
    return Region(kind, index, full, codes, short, score)


def _written(code: str, full: str) -> Iterator[tuple[str, int, bool]]:
    """The ways to write a region: in full, without its people and without its suffix."""
    for kind in _kinds(code, full):
        if kind == _ZONE_KIND and len(full) < 6:
            continue  # 工业园区: the endings know them
        yield full, kind, False
        if kind == _ZONE_KIND:
            continue
        plain = _AUTONOMOUS.sub("", full) if len(code) > 2 and ("自治" in full or "族乡" in full) else full
        if plain != full and len(plain) > 2:
            yield plain, kind, False
        suffix = next((end for end in _SHORTENED[len(code)] if plain.endswith(end)), "")
        stem = plain.removesuffix(suffix)
        if stem != plain and len(stem) >= 2 and stem != "街道":
            yield stem, kind, True
            if kind == _DISTRICT:  # before it became what it is
                yield from ((stem + end, kind, True) for end in "县市区" if stem + end != full)
        if full.endswith("街道"):
            yield full + "办事处", kind, False
            yield full + "办", kind, False
            yield stem + "街办", kind, False


def _kinds(code: str, full: str) -> tuple[int, ...]:
    """Indices of the kinds."""
    match len(code):
        case 2:
            return (_CITY, _PROVINCE) if code in MUNICIPALITIES else (_PROVINCE,)
        case 4:
            return (_CITY,)
        case 6:
            return (_ZONE_KIND,) if full.endswith(_ZONE) else (_DISTRICT,)
        case _:
            return (_STREET_KIND,) if full.endswith(_STREET) else (_ZONE_KIND,)


@cache
def regions() -> Regions:
    return Regions(gzip.decompress(REGIONS.read_bytes()).decode("utf-8").splitlines())
