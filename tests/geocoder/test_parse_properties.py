"""What holds for every text: reading is total, quick, and never invents or moves a character."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geocoder import parse
from geocoder.normalise import normalise
from tests.geocoder.addresses import TABLE, read_table

ADDRESSES = [address.text for address in read_table(TABLE)]
PIECES = (
    "浙江省 杭州市 余杭区 朝阳 五常街道 方岩下村 5组 文三路 中山北路 628弄 4-7号 101号附3 甲12号院 阳光花园 "
    "万达广场 A座 3号楼 二单元 负一楼 501室 与 路口 至 之间 北侧 向东 约50米 对面 12-3-1001 #5 "
    "电话13800001111 张先生 号 - （ ， 😀 \x00 121.5,31.2 411002001001001 ①"
).split(" ")
anything = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.sampled_from(ADDRESSES),
)
quick = settings(max_examples=60, deadline=None)


@quick
@given(anything)
def test_parts_stand_in_order_and_are_what_was_written(text):
    end = 0
    for element in parse(text):
        assert end <= element.start < element.end <= len(text)
        assert element.text == text[element.start : element.end]
        end = element.end


@quick
@given(anything)
def test_nothing_but_separators_and_the_invisible_is_left_out(text):
    inside = {at for element in parse(text) for at in range(element.start, element.end)}
    normalised = normalise(text)
    for character, at in zip(normalised.text, normalised.origin, strict=True):
        assert at in inside or not character.isalnum()


@quick
@given(anything)
def test_the_same_text_is_read_the_same_way(text):
    assert parse(text) == parse(text)


@pytest.mark.parametrize("address", ADDRESSES[::3])
def test_what_was_read_and_written_out_is_read_again(address):
    written = "".join(element.text for element in parse(address))
    again = [(element.kind, element.text) for element in parse(written)]
    assert "".join(text for _, text in again) == written
    assert [text for _, text in again] == [
        element.text for element in parse("".join(text for _, text in again))
    ]


def widened(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@pytest.mark.parametrize("address", ADDRESSES[::3])
def test_full_width_is_read_as_half_width(address):
    wide = [(element.kind, element.value) for element in parse(widened(address))]
    assert wide == [(element.kind, element.value) for element in parse(address)]


@pytest.mark.parametrize("address", ADDRESSES[1::3])
def test_invisible_characters_change_nothing(address):
    ghostly = "\u200b".join(address)
    assert [(e.kind, e.value) for e in parse(ghostly)] == [(e.kind, e.value) for e in parse(address)]


@pytest.mark.parametrize(
    "unit",
    [
        "😀",
        "路",
        "1",
        "1-",
        "浙江省杭州市",
        "东",
        "一",
        "垃圾",
        "A",
        "\x00\x01",
        " ",
        "号",
        "文三路478号",
        "市场",
        "'; DROP",
    ],
)
def test_ten_thousand_characters_are_read_in_bounded_time(unit):
    text = (unit * 10_000)[:10_000]
    started = time.process_time()
    parse(text)
    assert time.process_time() - started < 4


def test_an_empty_text_has_no_parts():
    assert parse("") == []
