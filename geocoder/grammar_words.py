"""Words of place between the names: crossings, relations, sides, directions, distances, codes, chatter."""

import csv
import re
from functools import cache
from pathlib import Path

from geocoder.elements import Kind
from geocoder.grammar_names import Segment
from geocoder.grammar_order import KINDS
from geocoder.numerals import CHINESE

WORDS = Path(__file__).parent / "reference" / "words.csv"
_COMPASS = "东南|东北|西南|西北|东|南|西|北"
_SIDE = re.compile(
    rf"(?:路|正|靠|偏|最)?({_COMPASS})(?:侧|面|边|首|角|头|端|段)(?![房楼])"
    rf"|路({_COMPASS})(?![路街道大巷区镇门侧面边])"
)
_DIRECTION = re.compile(
    rf"(?:(?:往|向|朝|以|靠|再往|再向|偏)({_COMPASS})(?:方向|边|面|侧|走|方|行)?"
    rf"|({_COMPASS})(?:方向|(?:方|向)(?=$|[ ,.)]|约?[0-9]))"
    rf"|({_COMPASS})(?=$|[ ,.)(、]|约?[0-9]+(?:米|M|公里|KM)|约?[{CHINESE}]+(?:米|公里)))"
)
_LENGTH = rf"(?:[0-9]{{1,6}}(?:\.[0-9]{{1,6}})?(?:[-~至到][0-9]{{1,6}})?|[{CHINESE}]{{1,8}})"
_DISTANCE = re.compile(
    rf"(?:大约|约|近|不到)?{_LENGTH} ?(?:多|余|来)?(?:米|公里|千米|KM|里路|M(?![A-Z]))"
    r"(?:左右|处|远|开外|以内|范围内|地方|的地方|外){0,3}"
)
_DEGREES = r"(?:经度|纬度|坐标|东经|北纬|[EN])?[: ]?-?([0-9]{1,3}\.[0-9]{2,12})[°度]?[EN]?"
_COORDINATE = re.compile(rf"{_DEGREES}[ ,、/;]{{1,4}}{_DEGREES}")
_CODE = re.compile(r"(?<![0-9A-Z])[0-9]{15,16}(?![0-9A-Z])")
_ASSET_MAJORS = frozenset("01 02 03 04 05 06".split())
_NAME = "[\u4e00-\u9fa5]"
_THINGS = (
    "(?:电梯|井盖|路灯|路面|下水道|污水|水管|自来水|燃气|树枝|树木|围墙|电线|线缆|管道|护栏|人行道|信号灯|监控)"
    ".{0,4}?"
)
_TITLES = "先生|女士|小姐|师傅|老师|同学|经理|阿姨|叔叔"
_CHATTER = re.compile(
    "|".join(
        (
            r"(?:收货|收件|详细|联系|家庭|现住|居住|通讯|公司|单位|邮寄|寄送|送货|发货|办公|经营|注册|户籍|住|家)?"
            r"地址(?:是|为|在)?[: ]{0,4}",
            r"我?(?:家|现在)?(?:住|位于|坐落于|座落于|座落在|坐落在|地处|在)(?=..)",
            r"(?:麻烦|请|帮我|帮忙){0,3}(?:送到|送至|寄到|寄往|发到|派送至)",
            r"(?:联系)?(?:电话|手机|TEL|座机|手机号码?)[:. ]{0,4}[0-9+ -]{0,24}",
            r"(?<![0-9A-Z])(?:\+?86-?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])",
            r"(?<![0-9A-Z])0[0-9]{2,3}-[0-9]{7,8}(?![0-9])",
            r"(?:邮编|邮政编码)[: ]{0,4}[0-9]{0,6}",
            rf"(?:联系人|收件人|收货人|收)[: ]{{0,4}}(?:{_NAME}{{2,4}}(?=[ ,0-9]|$))?",
            rf"{_NAME}{{1,3}}(?:{_TITLES})(?:收|$|(?=[ ,0-9]))",
            r"那个|这个|那边|这边|那儿|那里|这里|谢谢|你好|您好|电联|自提|代收|急件|加急|本人签收|放门口|到了?打?电话",
            r"提前打电话|NULL|NONE|不详|未知",
            rf"(?:有人|有|人员)?(?:{_THINGS})?(?:占道经营|乱停车|乱停放|违章停车|违停|乱扔垃圾|垃圾堆积|垃圾(?![站房箱桶中])|噪音扰民|噪音|扰民|漏水|破损|"
            r"损坏|坏了|没人管|施工|堵塞|积水|倒伏|缺失|丢失|塌陷|冒水|外溢|不亮|坏|漏|倒了|投诉|反映|举报).{0,200}",
        )
    )
)
_TITLED = re.compile(f"{_NAME}{{1,3}}(?:{_TITLES})")
_JOINS_ROADS = re.compile(r"[^号室,() ]{2,8}?(?:路|街|道|巷|线)")
_ENDS = re.compile(r"$|[ ,.()、的0-9A-Z]|[东西南北][侧面边]|约")
_ADVERBS = re.compile(r"[的了是从自由沿经]|位于|坐落")
_SIDE_KIND, _DIRECTION_KIND, _DISTANCE_KIND, _COORDINATE_KIND, _CHATTER_KIND = (
    KINDS.index(kind) for kind in (Kind.SIDE, Kind.DIRECTION, Kind.DISTANCE, Kind.COORDINATE, Kind.CHATTER)
)
_UNIT_GRID, _ASSET = KINDS.index(Kind.UNIT_GRID), KINDS.index(Kind.ASSET_CODE)
_COMPASS_STARTS = frozenset("东南西北路正靠偏最往向朝以再")
_NUMERIC = frozenset("0123456789大约近不-经纬坐EN东北" + CHINESE)
_CHATTER_STARTS = frozenset(
    "收详联家现居通公单邮寄送发办经注户住地我位坐座在麻请帮电手T1+0那这谢你您自代急本放到提N不未有人占乱违垃噪扰漏破损坏"
    "没施堵积电井路下污水自燃树围线管护信监不倒缺丢塌冒外停投反举的了是从由沿"
)


@cache
def _listed() -> dict[str, list[tuple[str, int, float, str]]]:
    """First character → the listed words with kind, score and the word that stands for all of one meaning."""
    found: dict[str, list[tuple[str, int, float, str]]] = {}
    with WORDS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            kind, score = KINDS.index(Kind(row["kind"])), float(row["score"])
            for word in row["words"].split():
                found.setdefault(word[0], []).append((word, kind, score, row["value"] or word))
    return found


def words(text: str, start: int) -> list[Segment]:
    """Segments of fixed words, sides, distances, codes and chatter that begin at ``start``."""
    character = text[start]
    found: list[Segment] = []
    for word, kind, score, value in _listed().get(character, ()):
        if text.startswith(word, start):
            end = start + len(word)
            found.append((end, kind, score - _doubt(text, start, end), value))
    if character in _COMPASS_STARTS:
        for pattern, kind, score in ((_SIDE, _SIDE_KIND, 1.8), (_DIRECTION, _DIRECTION_KIND, 0.9)):
            match = pattern.match(text, start)
            if match is not None:
                compass = next(group for group in match.groups() if group)
                found.append((match.end(), kind, score + 0.3 * (match.end() - start > 1), compass))
    if character in _NUMERIC:
        found += _measures(text, start)
    if (
        character in _CHATTER_STARTS
        or text.find("先生", start, start + 5) > 0
        or text.find("女士", start, start + 5) > 0
    ):
        found += _talk(text, start)
    return found


def _doubt(text: str, start: int, end: int) -> float:
    """What speaks against a single character as a word of its own."""
    word = text[start:end]
    if word == "和":
        return 0.0 if _JOINS_ROADS.match(text, end) else 3.0
    if len(word) > 1 or word in "口与及跟同至到间段" or _ENDS.match(text, end):
        return 0.0
    return 1.0 if word in "内旁外" else 4.0


def _measures(text: str, start: int) -> list[Segment]:
    """Distances, coordinates and codes."""
    found: list[Segment] = []
    distance = _DISTANCE.match(text, start)
    if distance is not None:
        found.append((distance.end(), _DISTANCE_KIND, 2.2, None))
    coordinate = _COORDINATE.match(text, start)
    if coordinate is not None:
        found.append((coordinate.end(), _COORDINATE_KIND, 8.0, (coordinate[1], coordinate[2])))
    code = _CODE.match(text, start)
    if code is not None:
        asset = len(code[0]) == 16 and code[0][6:8] in _ASSET_MAJORS
        found.append((code.end(), _ASSET if asset else _UNIT_GRID, 6.0, None))
    return found


def _talk(text: str, start: int) -> list[Segment]:
    found: list[Segment] = []
    chatter = _CHATTER.match(text, start)
    if chatter is not None and chatter.end() > start:
        found.append((chatter.end(), _CHATTER_KIND, 0.6 + 0.3 * min(chatter.end() - start, 8), None))
    adverb = _ADVERBS.match(text, start)
    if adverb is not None:
        found.append((adverb.end(), _CHATTER_KIND, -0.8, None))
    return found
