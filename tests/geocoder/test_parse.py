"""Reading addresses: each line of a table is a text in parts (text:kind, _ is a space)."""

import pytest

from geocoder import parse
from geocoder.elements import Kind
from geocoder.gazetteer import CityNames
from geocoder.grammar import read
from tests.geocoder.addresses import read_line

REGIONS = """
浙江省:province 杭州市:city 余杭区:district 五常街道:street
浙江:province 杭州:city 余杭:district 良渚:street
内蒙古:province 通辽市:city 科尔沁左翼后旗:district 甘旗卡镇:street
恩施州:city 利川市:district 都亭街道办事处:street
上海市:city 浦东新区:district 张江镇:street
上海市:province 上海市:city 徐汇区:district
新疆维吾尔自治区:province 伊犁哈萨克自治州:city 伊宁市:district
湖北省:province 恩施土家族苗族自治州:city 利川市:district
龙港镇:street 方岩下村:community 5组:group
柳溪街道:street 柳岸社区:community
西安市:city 经济技术开发区:zone 凤城二路:road
"""
ROADS = """
世纪大道:road 100号:road_number
人民路东段:road 12号:road_number
一环路南二段:road 1号附5号:road_number
中山北路:road 甲12号:road_number
中山北路:road 12号甲:road_number
建国路:road 101-103号:road_number
建国路:road 101号之3:road_number
南京东路:road 20号:road_number
文三路:road _ 478号:road_number
G104国道:road 旁:relation
漕溪北路:road 628弄:lane 4-7号:lane_number
春申路:road 2525弄:lane 36号:lane_number 602室:room
西大街:road 石板巷:lane 5号:lane_number
罗东北街:road 88弄:lane 12号:lane_number
和平巷:road 5号:road_number
明德路:road 209号院:road_number 3号:lane_number
"""
BUILDINGS = """
滨河小区:estate 三号楼:building 二单元:unit 五楼:floor 东户:room
阳光花园:estate 12:building - 3:unit - 1001:room
阳光花园:estate 5:building - 302:room
锦绣花园:estate 5#:building 2单元:unit 302室:room
绿城翡翠城:estate 二期:phase 12幢:building
昌平区:district 回龙观:street 龙泽苑:estate 西区:phase 12号楼:building 4单元:unit 302:room
万达广场:poi A座:building 10楼:floor 1001-1003室:room
明德路:road 209号:road_number 27号楼:building
和平里:estate 204楼:building 3门:unit 301号:room
金茂大厦:poi B1层:floor
金茂大厦:poi 负一楼:floor
实验小学:poi 西校区:sub_poi 教学楼:sub_poi
人民医院:poi 住院部:sub_poi 8楼:floor
"""
PLACES = """
南湖公园:poi 东门:sub_poi 停车场:sub_poi
阳光花园:estate 3号楼:building 2单元:unit 楼下:relation
建设路:road 和:joiner 人民路:road 交叉口:crossing 往东:direction 50米:distance 路北:side
滨江大道:road 与:joiner 和平路:road 丁字路口:crossing
翠屏路:road （ 青年路:road 至:span 建设路:road 段:span ）
西溪湿地:poi 北门口:relation
G30高速:road K12+300:road_number
人民路隧道:road
凤起路:road 地铁站:poi B出口:sub_poi
延安路:road 与:joiner 光明路:road 口:crossing
解放路:road 和:joiner 中山路:road 交叉口:crossing 东南角:side
东篱路:road （ 兴业路:road 至:span 文峰西路:road 之间:span ） 北侧:side
文三路:road 478号:road_number 对面:relation 50米:distance
实验小学:poi 西侧:side
人民医院:poi 向东:direction 约50米:distance
万达广场:poi 附近:relation
翠竹路:road 墨馨信用社:poi
秋达机械有限公司:poi 2号楼:building
121.4952,31.2418:coordinate
411002001001001:unit_grid
4110020010010012:unit_grid
4110020137001305:asset_code
"""


def parts(text: str) -> list[tuple[str, str]]:
    return [(element.kind.value, element.text) for element in parse(text)]


def table(lines: str):
    return pytest.mark.parametrize("line", lines.strip().splitlines())


@table(REGIONS)
def test_regions_are_read_in_full_and_in_short(line):
    address = read_line(line)
    assert parts(address.text) == list(address.parts)


@table(ROADS)
def test_roads_lanes_and_their_numbers_are_told_apart(line):
    address = read_line(line)
    assert parts(address.text) == list(address.parts)


@table(BUILDINGS)
def test_a_dwelling_is_read_down_to_its_door(line):
    address = read_line(line)
    assert parts(address.text) == list(address.parts)


@table(PLACES)
def test_words_of_place_stand_for_themselves(line):
    address = read_line(line)
    assert parts(address.text) == list(address.parts)


@pytest.mark.parametrize(
    "text, kind, value",
    [
        ("杭州文三路", Kind.CITY, "杭州市"),
        ("恩施州利川", Kind.CITY, "恩施土家族苗族自治州"),
        ("文三路四百七十八号", Kind.ROAD_NUMBER, "478"),
        ("文三路４７８号", Kind.ROAD_NUMBER, "478"),
        ("文三路101号附3号", Kind.ROAD_NUMBER, "101附3"),
        ("文三路101号之3", Kind.ROAD_NUMBER, "101附3"),
        ("文三路101-1号", Kind.ROAD_NUMBER, "101附1"),
        ("文三路101号-1", Kind.ROAD_NUMBER, "101附1"),
        ("文三路101-103号", Kind.ROAD_NUMBER, ("101", "103")),
        ("文三路甲12号", Kind.ROAD_NUMBER, "甲12"),
        ("文三路12号甲", Kind.ROAD_NUMBER, "12甲"),
        ("漕溪北路628弄4-7号", Kind.LANE, "628"),
        ("漕溪北路628弄4-7号", Kind.LANE_NUMBER, ("4", "7")),
        ("龙泽苑三号楼", Kind.BUILDING, "3"),
        ("龙泽苑第十二幢", Kind.BUILDING, "12"),
        ("万达广场A座", Kind.BUILDING, "A"),
        ("龙泽苑3号楼二单元", Kind.UNIT, "2"),
        ("金茂大厦负一楼", Kind.FLOOR, "-1"),
        ("金茂大厦B1层", Kind.FLOOR, "-1"),
        ("金茂大厦十八楼", Kind.FLOOR, "18"),
        ("龙泽苑3号楼2单元三〇二室", Kind.ROOM, "302"),
        ("翡翠城二期", Kind.PHASE, "2期"),
        ("文三路478号对过", Kind.RELATION, "对面"),
        ("人民医院往西北方向1.5公里", Kind.DISTANCE, "1500"),
        ("文三路478号北侧", Kind.SIDE, "北"),
        ("坐标 121.4952，31.2418", Kind.COORDINATE, ("121.4952", "31.2418")),
        ("臺灣省", Kind.PROVINCE, "台湾省"),
        ("廣州市天河區體育西路103號", Kind.ROAD, "体育西路"),
        ("三里屯街道", Kind.STREET, "三里屯街道"),
    ],
)
def test_values_have_one_form(text, kind, value):
    assert [element.value for element in parse(text) if element.kind is kind] == [value]


@pytest.mark.parametrize(
    "text, chatter",
    [
        ("地址：文三路478号", "地址："),
        ("文三路478号电话13800001111", "电话13800001111"),
        ("文三路478号张先生", "张先生"),
        ("文三路478号有人占道经营", "有人占道经营"),
        ("请送到文三路478号", "请送到"),
        ("文三路478号路灯不亮", "路灯不亮"),
    ],
)
def test_talk_around_an_address_is_chatter(text, chatter):
    address, talk = [], []
    for element in parse(text):
        (talk if element.kind is Kind.CHATTER else address).append(element.text)
    assert (talk, address) == ([chatter], ["文三路", "478号"])


def test_the_names_of_the_city_decide_where_the_grammar_cannot():
    town = CityNames()
    town.add([("星河左岸", Kind.ESTATE), ("东一横", Kind.ROAD)])
    assert [(e.kind, e.text) for e in parse("东一横星河左岸3号楼", town)] == [
        (Kind.ROAD, "东一横"),
        (Kind.ESTATE, "星河左岸"),
        (Kind.BUILDING, "3号楼"),
    ]


def test_other_readings_are_offered_with_lower_scores():
    readings = read("阳光花园12")
    assert len(readings) > 1
    assert sorted((reading.score for reading in readings), reverse=True) == [r.score for r in readings]
    assert len({reading.elements[-1].kind for reading in readings}) == len(readings)


def test_a_road_with_a_number_in_its_name_keeps_it():
    assert parts("文一西路969号") == [("road", "文一西路"), ("road_number", "969号")]
