"""The search box."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from buildings.models import Building, Place, Road
from gis.layers import layers
from tests import city
from tests.city import MAP
from tiles import search


def found(user, text: str, *, limit: int = 10) -> dict[str, list[str]]:
    """Layer name to titles, of what the search finds."""
    groups = search.search(text, user=user, limit=limit)
    return {group.layer.name: [hit.title for hit in group.hits] for group in groups}


@pytest.mark.parametrize(
    "text, layer, title",
    [
        ("中轴", "roads", "中轴路"),
        ("轴路", "roads", "中轴路"),
        ("west小卖", "places", "west小卖部"),
        ("西社", "regions", "西社区"),
        ("西网格", "responsibility-grids", "西网格"),
        (city.WEST + "001", "unit-grids", city.WEST + "001"),
        ("202600000001", "cases", "202600000001"),
        ("west楼旁", "cases", "202600000001"),
        ("WEST花", "estates", "west花园"),
        ("west楼", "buildings", "west楼"),
        (city.WEST[:6] + "0101000001", "assets", city.WEST[:6] + "0101000001"),
    ],
)
def test_what_has_a_name_is_found(town, chief, text, layer, title):
    assert found(chief, text)[layer] == [title]


def test_two_characters_at_the_end_of_a_name_find_it(town, chief):
    assert "west小卖部" in found(chief, "卖部")["places"]


def test_one_character_finds_what_begins_with_it(town, chief):
    assert found(chief, "中")["roads"] == ["中轴路"]


def test_names_that_begin_as_asked_come_before_those_that_hold_it(town, chief):
    for name in ("大东湖店", "东湖店"):
        Place.objects.create(name=name, location=MAP.point("p"), region_code=city.WEST)
    assert found(chief, "东湖店")["places"] == ["东湖店", "大东湖店"]


def test_two_characters_in_the_middle_of_a_name_are_not_looked_for(town, chief):
    assert "places" not in found(chief, "小卖")


def test_segments_of_one_road_come_once(town, chief):
    Road.objects.create(name="中轴路", kind="primary", centreline=MAP.lines("AB"), region_code=city.DISTRICT)
    assert found(chief, "中轴")["roads"] == ["中轴路"]


def test_the_box_of_a_road_holds_all_its_segments(town, chief):
    Road.objects.create(name="中轴路", kind="primary", centreline=MAP.lines("AB"), region_code=city.DISTRICT)
    [group] = search.search("中轴", user=chief, limit=5)
    assert group.hits[0].bbox == pytest.approx([*MAP.lonlat("D"), MAP.lonlat("M")[0], MAP.lonlat("A")[1]])


def test_more_tells_that_there_are_others(town, chief):
    for n in range(3):
        Place.objects.create(name=f"茶馆{n}", location=MAP.point("p"), region_code=city.WEST)
    assert [group.more for limit in (2, 3) for group in search.search("茶馆", user=chief, limit=limit)] == [
        True,
        False,
    ]


def test_an_unnamed_building_is_called_by_its_address(town, chief):
    Building.objects.filter(region_code=city.WEST).update(name="", address="中轴路甲1号")
    assert found(chief, "中轴路甲")["buildings"] == ["中轴路甲1号"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "%%%", "'; --", "100%"])
def test_pattern_signs_are_just_signs(town, chief, text):
    Place.objects.create(name=f"{text}店", location=MAP.point("p"), region_code=city.WEST)
    assert found(chief, text) == {"places": [f"{text}店"]}


def test_the_search_is_one_statement(town, chief, django_assert_num_queries):
    with django_assert_num_queries(1):
        search.search("东湖", user=chief, limit=5)


@pytest.mark.parametrize("pattern", ["东%", "%花园", "%东湖路%", "%Road%"])
def test_large_tables_are_searched_by_index(db, pattern):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for name in ["roads", "estates", "buildings", "places", "assets", "cases"]:
        layer = layers.get(name)
        plan = layer.rows().filter(search._any_of(layer, pattern)).order_by().explain()
        assert "Bitmap Index Scan" in plan, plan


# --- over HTTP ----------------------------------------------------------------------------------


def test_an_answer_is_grouped_by_layer(town, chief, signed_in):
    body = signed_in(chief).get("/api/search", {"q": "west小卖部"}).json()
    place = Place.objects.get(name="west小卖部")
    assert body == {
        "q": "west小卖部",
        "groups": [
            {
                "layer": "places",
                "title": str(layers.get("places").title),
                "more": False,
                "hits": [
                    {
                        "id": place.pk,
                        "title": "west小卖部",
                        "subtitle": "东湖街道 西社区",
                        "bbox": [place.location.x, place.location.y, place.location.x, place.location.y],
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": ""},
        {"q": "  "},
        {"q": "a\0"},
        {"q": "x" * 101},
        {"q": "x", "limit": "0"},
        {"q": "x", "n": "1"},
    ],
)
def test_a_question_that_cannot_be_read_is_refused(town, chief, signed_in, query):
    assert signed_in(chief).get("/api/search", query).status_code == 400


def test_the_neighbour_finds_nothing_of_ours(town, stranger):
    for text in ("西", "东", "west", "east", "2026", city.WEST, "花园", "小卖部", "社区"):
        for group in search.search(text, user=stranger, limit=20):
            seen = set(group.layer.visible_to(stranger).values_list("pk", flat=True))
            assert {hit.pk for hit in group.hits} <= seen, (text, group.layer.name)


def test_the_neighbour_is_not_told_that_there_is_more(town, stranger):
    assert search.search("west", user=stranger, limit=1) == []


def test_an_empty_jurisdiction_finds_nothing(town, chief):
    chief.jurisdiction = ""
    assert search.search("中轴", user=chief, limit=5) == []


def test_a_search_over_http_takes_few_statements(town, chief, signed_in):
    client = signed_in(chief)
    client.get("/api/search", {"q": "东湖"})
    with CaptureQueriesContext(connection) as captured:
        client.get("/api/search", {"q": "东湖"})
    assert len(captured) <= 4  # session, user, hits, names of regions
