"""Addresses to places, by combination: a drawn street with doors on both sides, and what stands along it."""

import pytest
from django.contrib.gis.geos import MultiPolygon
from django.core.exceptions import ValidationError

from buildings.models import Building, Door, Estate, Place, Road
from geocoder.candidates import metres
from geocoder.match import answer, answers, geocode
from geocoder.models import Alias, Combination
from tests import city
from tests.city import MAP, box
from tests.geocoder.conftest import commit

WEST, EAST = city.WEST, city.EAST
HOME = {"region_code": WEST, "unit_grid_code": WEST + "001"}


def spot(mark: str, **moved) -> tuple[float, float]:
    return MAP.lonlat(mark, **moved)


@pytest.fixture
def street(town):
    """明德路 runs east from D, odd doors on its north side and even ones on the south; an estate, a shop."""
    Road.objects.create(name="明德路", kind="secondary", centreline=MAP.lines("DEF"), region_code=city.STREET)
    Road.objects.create(name="翠竹路", kind="secondary", centreline=MAP.lines("BEH"), region_code=city.STREET)
    Road.objects.create(name="东环路", kind="secondary", centreline=MAP.lines("CFJ"), region_code=city.STREET)
    for number, east in ((1, 10), (3, 30), (11, 110), (13, 130)):
        door(f"{number}号", east, 12)
    for number, east in ((2, 15), (12, 115)):
        door(f"{number}号", east, -12)
    door("628弄4-7号", 150, 40)
    door("628弄9号", 160, 45)
    estate = Estate.objects.create(name="同安花园", boundary=MAP.areas("ABED"), **HOME)
    for number, mark in (("3号楼", "p"), ("A座", "D")):
        Building.objects.create(
            number=number, estate=estate, kind="residential", address="明德路13号",
            footprint=MultiPolygon(box(mark, half_m=8), srid=4326), **HOME,
        )  # fmt: skip
    for name, mark, address in (
        ("墨馨信用社", "E", "明德路11号"),
        ("秋达机械有限公司", "B", ""),
        ("便民便利店", "A", ""),
        ("便民便利店", "D", ""),
    ):
        Place.objects.create(name=name, category="x", address=address, location=MAP.point(mark), **HOME)
    commit()
    return town


def door(number: str, east_m: float, north_m: float) -> Door:
    where = MAP.point("D", east_m=east_m, north_m=north_m)
    return Door.objects.create(road_name="明德路", number=number, location=where, **HOME)


COMBINATIONS = [  # number, address, level, mark and metres from it
    (1, "东湖街道明德路", "road", "E", 60),
    (2, "东湖街道西社区明德路", "road", ("D", 100, 0), 60),
    (3, "明德路11号", "door", ("D", 110, 12), 1),
    (4, "明德路13号3号楼", "building", "p", 1),
    (5, "明德路3号楼", "building", "p", 1),
    (6, "明德路墨馨信用社", "place", "E", 1),
    (7, "同安花园", "estate", "p", 60),
    (8, "同安花园13号", "door", ("D", 130, 12), 40),
    (9, "同安花园13号3号楼", "building", "p", 1),
    (10, "同安花园3号楼", "building", "p", 1),
    (11, "同安花园明德路13号", "door", ("D", 130, 12), 1),
    (12, "秋达机械有限公司", "place", "B", 1),
    (14, "东湖街道同安花园", "estate", "p", 60),
    (15, "东湖街道西社区同安花园", "estate", "p", 60),
    (16, "明德路13号院3号", "building", "p", 1),
    (17, WEST + "001", "unit_grid", "p", 60),
    (18, "4110020101000001", "asset", ("p", -40, 0), 1),
]


@pytest.mark.parametrize("number, text, level, where, at_most_m", COMBINATIONS)
def test_each_combination_finds_its_place(street, number, text, level, where, at_most_m):
    best = geocode(text)[0]
    mark, east, north = where if isinstance(where, tuple) else (where, 0, 0)
    lon, lat = spot(mark, east_m=east, north_m=north)
    assert best.level == level
    assert metres(best.lon, best.lat, lon, lat) <= at_most_m
    assert best.score > 0.9
    assert best.combination == number


WAYS_TO_WRITE = """
    明德路１１号
    明德路 11
    明 德路1 1号
    德路11号
    許州市魏南区东湖街道明德路11号
    魏南区明德路十一号
    明得路11号
    明德录11号
    明德中路11号
    明德路11号电话1990000123
    明德路11号附近
    明德路11号2单元501室
"""


@pytest.mark.parametrize("text", [line.strip() for line in WAYS_TO_WRITE.strip().splitlines()])
def test_one_door_is_found_however_it_is_written(street, text):
    assert geocode(text)[0].address == "许州市魏南区东湖街道西社区明德路11号"


@pytest.mark.parametrize("text", ["明得路11号", "明德中路11号", "明德路11号院9号楼", "西社区明德路15号"])
def test_noise_never_raises_the_score(street, text):
    assert geocode(text)[0].score < geocode("明德路11号")[0].score


@pytest.mark.parametrize(
    "text, east_m, north_m",
    [("明德路7号", 70, 12), ("明德路6号", 55, -12), ("明德路628弄9号", 160, 45), ("明德路628弄5号", 150, 40)],
)
def test_a_number_lies_on_its_side_between_its_neighbours(street, text, east_m, north_m):
    best = geocode(text)[0]
    assert metres(best.lon, best.lat, *spot("D", east_m=east_m, north_m=north_m)) < 3


def test_a_number_worked_out_says_so(street):
    best = geocode("明德路7号")[0]
    assert (best.level, best.uncertainty_m) == ("interpolated", pytest.approx(40, abs=1))


@pytest.mark.parametrize("text", ["明德路与翠竹路交叉口", "翠竹路明德路路口", "明德路和翠竹路"])
def test_two_roads_meet_in_a_crossing(street, text):
    best = geocode(text)[0]
    assert best.level == "crossing"
    assert metres(best.lon, best.lat, *spot("E")) < 2


def test_a_stretch_lies_between_two_crossings(street):
    best = geocode("明德路（翠竹路至东环路之间）北侧")[0]
    assert best.level == "stretch"
    assert metres(best.lon, best.lat, *spot("E", east_m=100)) < 10


def test_so_many_metres_east_of_a_door(street):
    best = geocode("明德路11号东50米")[0]
    assert metres(best.lon, best.lat, *spot("D", east_m=160, north_m=12)) < 2


def test_coordinates_are_offered_in_each_system_that_they_may_be_in(street):
    lon, lat = spot("p")
    found = geocode(f"{lon:.6f},{lat:.6f}")
    assert found[0].level == "coordinate"
    assert metres(found[0].lon, found[0].lat, lon, lat) < 0.5
    assert len(found) == 3


def test_swapped_coordinates_are_put_right(street):
    lon, lat = spot("p")
    best = geocode(f"{lat:.6f},{lon:.6f}")[0]
    assert metres(best.lon, best.lat, lon, lat) < 0.5


def test_of_two_equal_shops_neither_is_sure(street):
    found = geocode("便民便利店")
    assert len(found) == 2
    assert found[0].score < 0.9
    assert "ambiguous" in {reason.code for reason in found[0].reasons}


@pytest.mark.parametrize("text", [text for _n, text, *_rest in COMBINATIONS] + ["便民便利店", "明德路7号"])
def test_candidates_come_in_the_order_of_their_scores(street, text):
    scores = [candidate.score for candidate in geocode(text)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("mark", ["A", "D"])
def test_near_decides_between_equals(street, mark):
    best = geocode("便民便利店", near=spot(mark))[0]
    assert metres(best.lon, best.lat, *spot(mark)) < 1


def test_a_shop_is_looked_for_on_the_road_that_is_named(street):
    best = geocode("明德路便民便利店")[0]
    assert metres(best.lon, best.lat, *spot("D")) < 1


def test_within_looks_nowhere_else(street):
    assert geocode("同安花园", within=EAST) == []


def test_an_administrator_adds_a_combination(street):
    Combination.objects.create(number=101, title="x", pattern=["community", "road", "road_number"])
    assert geocode("西社区明德路11号")[0].combination == 101


def test_a_combination_of_unknown_kinds_is_refused(db):
    with pytest.raises(ValidationError, match="planet"):
        Combination(number=102, title="x", pattern=["planet", "road"]).full_clean()


@pytest.mark.parametrize("text", [text for _n, text, *_rest in COMBINATIONS[:12]])
def test_its_district_before_an_address_never_lowers_the_right_place(street, text):
    alone, told = geocode(text)[0], geocode("许州市魏南区" + text)[0]
    assert (told.address, told.score >= alone.score) == (alone.address, True)


def test_a_region_named_wrongly_costs_the_score(street):
    assert geocode("东社区同安花园")[0].score < 0.6


@pytest.mark.parametrize("alias, kind", [("昌平路", "historic"), ("明路", "short")])
def test_another_name_finds_the_doors_too(street, alias, kind):
    Alias.objects.create(name=alias, stands_for="明德路", kind=kind, region_code=city.DISTRICT)
    assert geocode(f"{alias}11号")[0].address.endswith("明德路11号")


def test_an_address_elsewhere_is_told(street):
    found = answer("浙江省杭州市西湖区文三路12号")
    assert (found.candidates, found.outside) == ([], "浙江省")


@pytest.mark.parametrize(
    "text",
    ["", " ", "号", "😀", "\0\x07", "' OR 1=1 --", "1" * 10_000, "路" * 10_000, "12345", "在那边", "%", "\\"],
)
def test_what_is_no_address_finds_nothing_and_breaks_nothing(street, text):
    assert geocode(text) == []


def test_many_at_once_are_answered_like_each_alone(street):
    texts = [text for _n, text, *_rest in COMBINATIONS]
    alone = [[(c.name, c.score) for c in geocode(text)] for text in texts]
    assert [[(c.name, c.score) for c in found.candidates] for found in answers(texts)] == alone


@pytest.mark.parametrize(
    "text", ["neighbour花园", "neighbour小卖部", "中轴路3号", "邻网格", "4110030101000003"]
)
def test_the_neighbours_places_do_not_come_out(town, worker, text):
    assert geocode(text)
    assert [c.name for c in geocode(text, user=worker) if c.region_code.startswith(city.NEIGHBOUR)] == []
