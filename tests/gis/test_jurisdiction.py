"""Jurisdiction: a region code prefix, and nothing wider."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from buildings.models import Place, Road
from gis.layers import layers
from gis.models import User
from tests import city
from tests.city import MAP


def names(user, model=Place) -> set[str]:
    return set(model.objects.visible_to(user).values_list("name", flat=True))


@pytest.mark.parametrize(
    "jurisdiction, seen",
    [
        (city.WEST, {"west小卖部"}),
        (city.EAST, {"east小卖部"}),
        (city.STREET, {"west小卖部", "east小卖部"}),
        (city.DISTRICT, {"west小卖部", "east小卖部"}),
        (city.NEIGHBOUR, {"neighbour小卖部"}),
        (city.CITY, {"west小卖部", "east小卖部", "neighbour小卖部"}),
        ("41", {"west小卖部", "east小卖部", "neighbour小卖部"}),
        ("42", set()),
        ("", set()),
    ],
)
def test_one_sees_what_lies_in_ones_jurisdiction(town, jurisdiction, seen):
    assert names(User(jurisdiction=jurisdiction)) == seen


def test_who_has_not_signed_in_sees_nothing(town):
    assert names(AnonymousUser()) == set()


def test_what_has_no_home_is_seen_by_nobody(town):
    Place.objects.create(name="homeless", location=MAP.point("p"), region_code="")
    assert "homeless" not in names(User(jurisdiction="41"))


@pytest.mark.parametrize("code", ["", "%", "4110%", "_" * 6, "411002001001 ", "４１"])
def test_a_prefix_is_no_pattern(town, code):
    assert list(Place.objects.all().in_region(code)) == []


def test_the_ground_is_common_within_a_district(town, worker):
    Road.objects.create(name="东路", centreline=MAP.lines("BC"), region_code=city.EAST)
    assert names(worker, Road) == {"中轴路", "东路"}


def test_the_ground_of_another_district_is_not_common(town, worker):
    Road.objects.create(name="邻路", centreline=MAP.lines("NM"), region_code=city.NEIGHBOUR)
    assert names(worker, Road) == {"中轴路"}


def test_the_ground_of_a_city_is_common_to_who_works_for_the_city(town):
    assert names(User(jurisdiction=city.CITY), Road) == {"中轴路"}


def test_an_empty_jurisdiction_has_no_ground(town):
    assert names(User(jurisdiction=""), Road) == set()


@pytest.mark.parametrize("name", [layer.name for layer in layers])
def test_jurisdiction_is_served_by_an_index(town, chief, name):
    rows = layers.get(name).visible_to(chief).order_by()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.explain()
    assert "region_code" in plan
    assert "Index" in plan


@pytest.mark.parametrize(
    "jurisdiction", ["", "41", city.CITY, city.DISTRICT, city.STREET, city.WEST, city.NEIGHBOUR]
)
def test_what_is_sql_on_its_own_asks_the_same(town, jurisdiction):
    Road.objects.create(name="邻路", centreline=MAP.lines("NM"), region_code=city.NEIGHBOUR)
    Road.objects.create(name="东路", centreline=MAP.lines("BC"), region_code=city.EAST)
    user = User(jurisdiction=jurisdiction)

    def told(function: str) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT name FROM buildings_road WHERE {function}(region_code, %s)", [jurisdiction]
            )
            return {name for (name,) in cursor}

    assert told("is_common_ground") == names(user, Road)
    assert told("in_district") == set(Road.objects.in_district_of(user).values_list("name", flat=True))
