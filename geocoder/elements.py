"""The parts of a written Chinese address: what the text side hands to the place side."""

from dataclasses import dataclass
from enum import StrEnum

Value = str | tuple[str, str]


class Kind(StrEnum):
    """What a part of an address is. The comment gives the usual form."""

    COUNTRY = "country"  # 中国
    PROVINCE = "province"  # 浙江省, 内蒙古
    CITY = "city"  # 杭州市, 恩施州
    DISTRICT = "district"  # 余杭区, 县, 旗, county-level 市
    ZONE = "zone"  # development zone: 高新区, 经济技术开发区
    STREET = "street"  # 街道, 镇, 乡, 苏木
    COMMUNITY = "community"  # 社区, 村, 居委会, 嘎查
    GROUP = "group"  # group of a village: 3组, 五队
    ROAD = "road"  # 路, 街, 大道; a 巷 or 胡同 that stands alone
    ROAD_NUMBER = "road_number"  # 101号附3, also of a village without roads
    LANE = "lane"  # 628弄; a 巷, 里, 支路 that hangs on a road
    LANE_NUMBER = "lane_number"  # 4-7号 of a lane
    POI = "poi"  # building with a name, organisation, shop
    SUB_POI = "sub_poi"  # part of a POI, or a POI inside another one
    ESTATE = "estate"  # 小区, 花园, 新村
    PHASE = "phase"  # 二期, 三区, A区 of an estate or POI
    BUILDING = "building"  # 3号楼, 5幢, A座
    UNIT = "unit"  # entrance: 2单元, 3门
    FLOOR = "floor"  # 6楼, B1
    ROOM = "room"  # 501室
    CROSSING = "crossing"  # 路口, 交叉口
    JOINER = "joiner"  # 与, 和 between two names
    SPAN = "span"  # 至, 之间, 段 along a road
    SIDE = "side"  # 北侧, 路东
    DIRECTION = "direction"  # 东, 西北, 向南
    DISTANCE = "distance"  # 50米
    RELATION = "relation"  # 对面, 旁, 附近
    UNIT_GRID = "unit_grid"  # 15 or 16 digits
    ASSET_CODE = "asset_code"  # 16 or more digits of a city asset
    COORDINATE = "coordinate"  # 121.4952,31.2418
    CHATTER = "chatter"  # 电话…, 请送到, what belongs to no place


@dataclass(frozen=True, slots=True)
class Element:
    """One labelled part: ``text == original[start:end]``.

    ``value`` is the normal form that is compared and looked up:

    - regions: the official full name where it is known (杭州 → 杭州市), otherwise as written;
    - names: normalised characters (full width, traditional, spaces), numerals untouched;
    - numbers: digits without their unit: 三号楼 → "3", 甲12号 → "甲12", 101号之3 → "101附3", B1 → "-1";
      a range is a pair, 101-103号 → ("101", "103");
    - phases keep their unit: 二期 → "2期", A区 → "A区";
    - sides and directions: one of 东 南 西 北 东南 东北 西南 西北; distances: metres;
    - coordinates: the two numbers in the order written; relations: one word per meaning (旁边 → 旁).
    """

    kind: Kind
    text: str
    start: int
    end: int
    value: Value


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text: elements in the order written; ``score`` compares readings of one text only."""

    elements: tuple[Element, ...]
    score: float
