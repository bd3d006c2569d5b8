"""A spot to its address and its description."""

import pytest

from geocoder.reverse import reverse
from tests import city
from tests.city import MAP


def test_a_spot_in_a_building_has_its_address(town):
    found = reverse(*MAP.lonlat("p"))
    assert found["address"] == "许州市魏南区东湖街道西社区west花园1号楼"
    assert found["described"] == "west花园1号楼"


def test_a_spot_knows_its_territory(town):
    found = reverse(*MAP.lonlat("q"))
    assert [region["code"] for region in found["regions"]] == [
        city.CITY,
        city.DISTRICT,
        city.STREET,
        city.EAST,
    ]
    assert (found["unit_grid"], found["responsibility_grid"]["name"]) == (city.EAST + "001", "东网格")


def test_distance_and_side_are_those_on_the_ground(town):
    road = reverse(*MAP.lonlat("E", north_m=-30))["road"]
    assert (road["name"], road["distance_m"], road["side"]) == ("中轴路", pytest.approx(30, abs=0.3), "南侧")


def test_outside_every_region_there_is_no_address(town):
    assert reverse(0, 0) is None


def test_the_neighbour_is_told_nothing(town, stranger):
    assert reverse(*MAP.lonlat("p"), user=stranger) is None


def test_what_is_the_neighbours_is_not_told_from_across_the_border(town, worker):
    found = reverse(*MAP.lonlat("B", east_m=-1, north_m=-50), user=worker)
    assert found["place"]["name"] != "east小卖部"
    assert (found["estate"] or {}).get("name") != "east花园"
