"""The forms under the grammar: characters, numerals, numbers of plates."""

import pytest

from geocoder.normalise import key, normalise
from geocoder.numerals import floor, metres, number, plate


@pytest.mark.parametrize(
    "written, normal",
    [
        ("１２３ＡＢｃ", "123ABC"),
        ("文三路４７８号", "文三路478号"),
        ("臺灣衛生樓", "台湾卫生楼"),
        ("3—5号", "3-5号"),
        ("①号⑫楼", "1号12楼"),
        ("Ⅱ期", "2期"),
        ("二〇一室", "二零一室"),
        ("文\u200b三\ufeff路😀", "文三路"),
        ("文三路\u3000478\t号", "文三路 478 号"),
        ("（兴业路～文峰路）", "(兴业路~文峰路)"),
        ("乾坤大道", "乾坤大道"),
        ("三里屯", "三里屯"),
    ],
)
def test_a_text_has_one_form(written, normal):
    assert normalise(written).text == normal


def test_every_character_knows_where_it_was_written():
    written = "文😀三\u200b路⑫号"
    normalised = normalise(written)
    assert normalised.text == "文三路12号"
    assert [written[at] for at in normalised.origin] == ["文", "三", "路", "⑫", "⑫", "号"]
    assert normalised.span(3, 5) == (5, 6)


def test_a_key_forgets_separators():
    assert key("银泰·城 （西区）") == key("银泰城西区")


@pytest.mark.parametrize(
    "written, digits",
    [
        ("一百零三", "103"),
        ("一百二", "120"),
        ("一百二十", "120"),
        ("一千零五", "1005"),
        ("一零三", "103"),
        ("十", "10"),
        ("十八", "18"),
        ("廿三", "23"),
        ("卅", "30"),
        ("壹佰零叁", "103"),
        ("两千", "2000"),
        ("幺零二", "102"),
        ("三里", "三里"),
        ("", ""),
    ],
)
def test_numerals_become_digits(written, digits):
    assert number(written) == digits


@pytest.mark.parametrize(
    "written, value",
    [
        ("101", "101"),
        ("007", "7"),
        ("一百零三", "103"),
        ("甲12", "甲12"),
        ("12号甲", "12甲"),
        ("101号附3号", "101附3"),
        ("101之3", "101附3"),
        ("101-1", "101附1"),
        ("101-103", ("101", "103")),
        ("4-7", ("4", "7")),
        ("4号至7号", ("4", "7")),
        ("101、103", ("101", "103")),
        ("A12", "A12"),
        ("自编5", "5"),
        ("临5", "临5"),
    ],
)
def test_plates_have_one_form(written, value):
    assert plate(written) == value


@pytest.mark.parametrize(
    "written, value",
    [
        ("3楼", "3"),
        ("十二层", "12"),
        ("B2", "-2"),
        ("地下一层", "-1"),
        ("首层", "1"),
        ("2-3层", ("2", "3")),
        ("5F", "5"),
    ],
)
def test_floors_count_from_the_ground(written, value):
    assert floor(written) == value


@pytest.mark.parametrize(
    "written, value",
    [
        ("50米", "50"),
        ("约1.5公里", "1500"),
        ("五十米", "50"),
        ("三里路", "1500"),
        ("200M处", "200"),
        ("远", ""),
    ],
)
def test_distances_are_metres(written, value):
    assert metres(written) == value
