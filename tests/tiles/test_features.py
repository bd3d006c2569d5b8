"""Features as GeoJSON: what a page says is what the plain query says."""

import json

import pytest
from django.contrib.gis.geos import GEOSGeometry, Polygon

from buildings.models import Place
from gis.layers import layers
from tests import city
from tests.city import MAP
from tiles import extents, features
from tiles.extents import MARGIN, Outlines

PLACES = layers.get("places")


def read(page: features.Page) -> list[dict]:
    return json.loads(features.written({"features": page.features}))["features"]


def read_one(layer, user, pk: int, **how) -> dict:
    return json.loads(features.written(features.one(layer, layer.visible_to(user), pk, **how)))


def test_a_page_holds_what_the_plain_query_holds(town, chief):
    for layer in layers:
        rows = layer.visible_to(chief)
        page = features.page(layer, rows, limit=100)
        expected = list(rows.order_by("pk").values_list("pk", flat=True))
        assert [feature["id"] for feature in read(page)] == expected, layer.name
        assert not page.more, layer.name


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
    feature = read_one(layer, chief, estate.pk)
    assert GEOSGeometry(json.dumps(feature["geometry"])).equals_exact(estate.boundary, 1e-7)


def test_times_carry_their_zone(town, chief):
    layer = layers.get("cases")
    feature = read_one(layer, chief, town.cases["west"].pk)
    assert feature["properties"]["reported_at"] == town.cases["west"].reported_at.isoformat()


def test_texts_with_quotes_and_line_ends_are_still_json(town, chief):
    Place.objects.filter(region_code=city.WEST).update(name='他说"好"\n\\{%s}')
    names = [
        feature["properties"]["name"]
        for feature in read(features.page(PLACES, PLACES.visible_to(chief), limit=9))
    ]
    assert '他说"好"\n\\{%s}' in names


@pytest.mark.parametrize(
    "limit, offset, returned, more",
    [
        (1, 0, 1, True),
        (2, 0, 2, False),
        (3, 0, 2, False),
        (1, 1, 1, False),
        (1, 2, 0, False),
        (1, 99, 0, False),
    ],
)
def test_a_page_tells_whether_others_follow(town, chief, limit, offset, returned, more):
    page = features.page(PLACES, PLACES.visible_to(chief), limit=limit, offset=offset)
    assert (len(page.features), page.more) == (returned, more)


def test_a_page_by_key_begins_after_it(town, chief):
    rows = PLACES.visible_to(chief)
    [first, second] = read(features.page(PLACES, rows, limit=2))
    assert read(features.page(PLACES, rows, limit=2, after=first["id"])) == [second]


def test_an_empty_jurisdiction_has_an_empty_page(town, chief):
    chief.jurisdiction = ""
    assert features.page(PLACES, PLACES.visible_to(chief), limit=9) == features.Page([], more=False)


def test_another_district_feature_is_not_found_by_its_id(town, chief):
    pk = Place.objects.get(region_code=city.NEIGHBOUR_COMMUNITY).pk
    assert features.one(PLACES, PLACES.visible_to(chief), pk) is None


def test_counts_are_those_of_the_plain_queries(town, chief, django_assert_num_queries):
    asked = list(layers)
    with django_assert_num_queries(1):
        counted = features.counts(asked, chief)
    assert counted == {layer.name: layer.visible_to(chief).count() for layer in asked}


# --- extents ------------------------------------------------------------------------------------


def test_all_features_lie_in_the_extent_of_their_layer(town, chief, worker):
    for user in (chief, worker):
        outlines = Outlines(user)
        for layer in layers:
            west, south, east, north = outlines.around([layer])
            frame = Polygon.from_bbox((west, south, east, north))
            rows = layer.visible_to(user)
            assert not rows.exclude(**{f"{layer.geometry}__coveredby": frame}).exists(), layer.name


def test_the_extent_is_the_outline_of_the_jurisdiction_and_a_margin(town, worker):
    (west, south), (east, north) = MAP.lonlat("G"), MAP.lonlat("B")
    expected = (west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN)
    assert Outlines(worker).around([PLACES]) == pytest.approx(expected, abs=1e-6)


def test_the_extents_of_all_layers_are_two_looks(town, chief, django_assert_num_queries):
    outlines = Outlines(chief)
    with django_assert_num_queries(2):
        for layer in layers:
            outlines.around([layer])


def test_an_extent_in_time_runs_from_the_first_to_the_last(town, chief):
    times = sorted(town.cases[side].reported_at for side in ("west", "east"))
    assert extents.interval(layers.get("cases"), chief) == tuple(times)
