"""Features as GeoJSON: what a page says is what the plain query says."""

import json

import pytest
from django.contrib.gis.geos import GEOSGeometry

from buildings.models import Place
from gis.layers import layers
from tests import city
from tiles import features

PLACES = layers.get("places")


def read(page: features.Page) -> list[dict]:
    return json.loads(f"[{page.text}]")


def test_a_page_holds_what_the_plain_query_holds(town, chief):
    for layer in layers:
        rows = layer.visible_to(chief)
        page = features.page(layer, rows, limit=100)
        expected = list(rows.order_by("pk").values_list("pk", flat=True))
        assert [feature["id"] for feature in read(page)] == expected, layer.name
        assert (page.matched, page.returned) == (len(expected), len(expected)), layer.name


def test_only_allow_listed_attributes_leave_the_server(town, chief):
    for layer in layers:
        page = features.page(layer, layer.visible_to(chief), limit=100)
        assert {tuple(feature["properties"]) for feature in read(page)} == {tuple(layer.paths)}, layer.name


def test_coordinates_are_right_to_seven_decimals(town, chief):
    place = PLACES.visible_to(chief).order_by("pk").first()
    [first, *_rest] = read(features.page(PLACES, PLACES.visible_to(chief), limit=1))
    assert first["geometry"]["coordinates"] == [round(place.location.x, 7), round(place.location.y, 7)]


def test_an_area_comes_whole(town, chief):
    layer = layers.get("estates")
    estate = town.estates["west"]
    feature = json.loads(features.one(layer, layer.visible_to(chief), estate.pk))
    assert GEOSGeometry(json.dumps(feature["geometry"])).equals_exact(estate.boundary, 1e-7)


def test_times_carry_their_zone(town, chief):
    layer = layers.get("cases")
    feature = json.loads(features.one(layer, layer.visible_to(chief), town.cases["west"].pk))
    assert feature["properties"]["reported_at"] == town.cases["west"].reported_at.isoformat()


def test_texts_with_quotes_and_line_ends_are_still_json(town, chief):
    Place.objects.filter(region_code=city.WEST).update(name='他说"好"\n\\{%s}')
    names = [
        feature["properties"]["name"]
        for feature in read(features.page(PLACES, PLACES.visible_to(chief), limit=9))
    ]
    assert '他说"好"\n\\{%s}' in names


@pytest.mark.parametrize(
    "limit, offset, returned",
    [(1, 0, 1), (2, 0, 2), (3, 0, 2), (1, 1, 1), (5, 1, 1), (1, 2, 0), (1, 99, 0)],
)
def test_all_pages_tell_the_same_number_of_matches(town, chief, limit, offset, returned):
    page = features.page(PLACES, PLACES.visible_to(chief), limit=limit, offset=offset)
    assert (page.returned, page.matched) == (returned, 2)


def test_an_empty_jurisdiction_has_an_empty_page(town, chief):
    chief.jurisdiction = ""
    assert features.page(PLACES, PLACES.visible_to(chief), limit=9) == features.Page("", 0, 0)


def test_a_page_is_one_statement(town, chief, django_assert_num_queries):
    with django_assert_num_queries(1):
        features.page(PLACES, PLACES.visible_to(chief), limit=9)


def test_another_district_feature_is_not_found_by_its_id(town, chief):
    pk = Place.objects.get(region_code=city.NEIGHBOUR_COMMUNITY).pk
    assert features.one(PLACES, PLACES.visible_to(chief), pk) is None


def test_counts_are_those_of_the_plain_queries(town, chief, django_assert_num_queries):
    asked = list(layers)
    with django_assert_num_queries(1):
        counted = features.counts(asked, chief)
    assert counted == {layer.name: layer.visible_to(chief).count() for layer in asked}


def test_extents_are_those_of_visible_features_alone(town, worker):
    extent = features.extents([PLACES], worker)["places"]
    place = Place.objects.get(region_code=city.WEST).location
    assert extent.bbox == (place.x, place.y, place.x, place.y)


def test_an_extent_in_time_runs_from_the_first_to_the_last(town, chief):
    extent = features.extents([layers.get("cases")], chief)["cases"]
    times = sorted(town.cases[side].reported_at for side in ("west", "east"))
    assert [extent.first, extent.last] == times
