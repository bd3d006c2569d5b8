"""The gazetteer follows the map, and its keys are those of the text side."""

import pytest
from django.contrib.gis.geos import MultiLineString
from django.db import connection

from buildings.models import Building, Door, Estate, Place, Road
from geocoder import checking, gazetteer
from geocoder.models import Entry, Name
from geocoder.normalise import key
from tests import city
from tests.city import MAP
from tests.geocoder.conftest import commit


def ask(statement: str, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def wrong() -> dict[str, list[str]]:
    return {name: lines for name, lines in checking.findings(5) if lines and name in checking.ERRORS}


WRITTEN = [
    "东湖街道",
    "１２号Ａ座",
    "東湖路 甲3号",
    "沃尔玛（东方路店）",
    "中国·某某-大厦",
    "café 路",
    "㈤号",
    "一百零三号",
    "\u200b路\t口",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_sql_and_python_compare_names_alike(db, text):
    assert ask("SELECT geocoder_key(%s)", text) == key(text)


NUMBERS = [  # written: lane, number, low, high
    ("12", "", "12", 12, 12),
    ("１２号", "", "12", 12, 12),
    ("No. 8", "", "8", 8, 8),
    ("甲3号", "", "甲3", 3, 3),
    ("3号甲", "", "甲3", 3, 3),
    ("101号附3", "", "101附3", 101, 101),
    ("101号之3", "", "101附3", 101, 101),
    ("12-1", "", "12附1", 12, 12),
    ("101-103号", "", "101-103", 101, 103),
    ("4、5号", "", "4-5", 4, 5),
    ("628弄4-7号", "628", "4-7", 4, 7),
    ("628弄", "628", "", None, None),
    ("209号院", "", "209", 209, 209),
    ("一百零三号", "", "103", 103, 103),
    ("十二号楼", "", "12", 12, 12),
    ("A座", "", "A", -1, -1),
    ("", "", "", None, None),
    ("99999999999999号", "", "99999999999999", 999999999, 999999999),
]


@pytest.mark.parametrize("written, lane, number, low, high", NUMBERS)
def test_a_number_has_one_form_however_it_is_written(db, written, lane, number, low, high):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM geocoder_number(%s)", [written])
        assert cursor.fetchone() == (lane, number, low, high)


def test_what_is_loaded_is_in_the_gazetteer(town):
    assert wrong() == {}
    assert set(Entry.objects.values_list("kind", flat=True)) == set(Entry.Kind.values) - {"lane"}


def test_a_rebuilt_gazetteer_is_the_one_that_followed(town):
    def rows():
        return sorted(Entry.objects.values_list("kind", "name", "series", "number", "source", "source_id"))

    followed = rows()
    gazetteer.rebuild()
    assert rows() == followed


def rename_estate(town):
    Estate.objects.filter(pk=town.estates["west"].pk).update(name="新苑")


def rename_road(town):
    Road.objects.update(name="新中路")


def delete_door(town):
    Door.objects.filter(number="1号").delete()


def move_place(town):
    Place.objects.filter(name="west小卖部").update(location=MAP.point("q"))


def number_building(town):
    Building.objects.filter(pk=town.buildings["west"].pk).update(number="7号楼", address="中轴路12号")


def another_piece_of_road(town):
    Road.objects.create(
        name="中轴路",
        kind="primary",
        region_code=city.CITY,
        centreline=MultiLineString(MAP.line("GH"), srid=4326),
    )


def empty_doors(town):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE buildings_door")


def number_doors_of_a_lane(town):
    Door.objects.create(
        road_name="中轴路", number="628弄4-7号", location=MAP.point("p"), region_code=city.WEST
    )
    Door.objects.filter(number="2号").update(number="628弄9号")


EDITS = [
    rename_estate,
    rename_road,
    delete_door,
    move_place,
    number_building,
    another_piece_of_road,
    empty_doors,
    number_doors_of_a_lane,
]


@pytest.mark.parametrize("edit", EDITS)
def test_the_gazetteer_follows(town, edit):
    edit(town)
    commit()
    assert wrong() == {}


def test_an_entry_that_nobody_told_is_found_stale(town):
    Entry.objects.filter(kind="place").update(name="别处")
    assert set(wrong()) == {"stale", "missing"}


def test_pieces_of_a_road_that_lie_together_are_one_entry(town):
    another_piece_of_road(town)
    commit()
    assert Entry.objects.filter(kind="road", key="中轴路").count() == 1


@pytest.mark.parametrize("who", ["worker", "colleague", "stranger", "chief", "gis_admin"])
def test_sql_and_orm_agree_who_sees_what(town, request, who):
    user = request.getfixturevalue(who)
    visible = "SELECT geocoder_visible(%s, %s, %s)"
    seen = {e.pk for e in Entry.objects.all() if ask(visible, e.kind, e.region_code, user.jurisdiction)}
    assert seen == set(Entry.objects.visible_to(user).values_list("pk", flat=True))


def test_a_name_is_known_by_its_sound(town):
    name = Name.objects.get(key="中轴路")
    assert (name.pinyin, name.initials, name.sound) == ("zhongzhoulu", "zzl", "zon.zou.lu")
