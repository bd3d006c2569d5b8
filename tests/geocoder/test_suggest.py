"""What somebody is typing."""

import pytest

from geocoder.suggest import suggest
from tests import city


def names(text: str, **where) -> list[str]:
    return [row.name for row in suggest(text, **where)]


@pytest.mark.parametrize("typed", ["中", "中轴", "中轴路", "zhongz", "zzl", "轴路", "ZZ"])
def test_a_road_is_suggested_by_characters_pinyin_and_initials(town, typed):
    assert "中轴路" in names(typed)


def test_numbers_follow_the_name_of_their_road(town):
    assert names("中轴路1")[0] == "中轴路1号"


def test_a_suggestion_has_its_standard_address(town):
    assert suggest("west花")[0].address == "许州市魏南区东湖街道西社区west花园"


@pytest.mark.parametrize("typed", ["", " ", "%", "_", "'", "\\", "不存在"])
def test_nothing_is_suggested_for_nothing(town, typed):
    assert names(typed) == []


@pytest.mark.parametrize("typed", ["neigh", "邻", "lin", "中轴路3"])
def test_the_neighbours_names_are_not_suggested(town, worker, typed):
    assert names(typed)
    seen = suggest(typed, user=worker)
    assert [row for row in seen if row.region_code.startswith(city.NEIGHBOUR)] == []
