"""The normal form of a part's text."""

import re

from geocoder.elements import Kind, Value
from geocoder.numerals import digits, floor, metres, plate

_UNIT_OF = {
    Kind.ROAD_NUMBER: re.compile(r"号(?:大?院内?|大门|旁)?$|院$|#$"),
    Kind.LANE_NUMBER: re.compile(r"号院?$|#$"),
    Kind.LANE: re.compile(r"(?:号|支)?弄内?$"),
    Kind.BUILDING: re.compile(
        r"(?:[号#]?(?:楼|幢楼?|栋楼?|座|馆|厅|库|厂房|仓库|仓|公馆|别墅|宿舍楼|公寓|教学楼|办公楼|商业楼|塔楼|商铺楼)|宿舍楼|号|#|排)$"
    ),
    Kind.UNIT: re.compile(r"[号#]?(?:单元[楼门]?|门洞|楼道|门|梯|单|街|通道)$|号$"),
    Kind.ROOM: re.compile(
        r"号?(?:室|房间?|户|间|铺位?|商铺|店面|店铺|店|门面|档口?|摊位?|商位|仓位|车[库位]|工位|柜台?|窗口|教室|办公室)$|[号#]$"
    ),
    Kind.GROUP: re.compile(r"(?:号?村民)?小?(?:组|队|社|屯)$|(?:生产队|合作社|大队|分队)$"),
}
_NUMBER = re.compile(r"[0-9]")


def value_of(kind: Kind, written: str, note: object) -> Value:
    """``written`` (normalised) as it is compared; ``note`` is what the grammar knows already."""
    if isinstance(note, str):
        return note
    if isinstance(note, tuple):
        return str(note[0]), str(note[1])
    if kind is Kind.FLOOR:
        return floor(written)
    if kind is Kind.DISTANCE:
        return metres(written)
    if kind is Kind.PHASE:
        return digits(written.replace(" ", "").removeprefix("第"))
    plain = written.replace(" ", "")
    unit = _UNIT_OF.get(kind)
    if unit is None:
        return plain
    stem = unit.sub("", plain)
    if stem.isdecimal() and stem.isascii():
        return stem.lstrip("0") or "0"
    converted = plate(stem)
    if kind is Kind.LANE and not (isinstance(converted, tuple) or _NUMBER.search(converted)):
        return plain
    # 东楼, 裙楼 are names; of 甲座 and A座 the letter is enough.
    if kind is Kind.BUILDING and not (
        isinstance(converted, tuple) or re.search("[0-9A-Z甲乙丙丁]", converted)
    ):
        return plain
    return converted or plain
