"""Range queries: region, box, circle and polygon against the plain queries."""

from math import pi

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.contrib.gis.measure import D
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buildings.models import Place, Road
from gis import crs
from gis.fields import Ground
from gis.layers import layers
from tests import city
from tests.city import MAP
from tiles import ranges

PLACES = layers.get("places")
EVERYTHING = [layer.name for layer in layers]


def titles(user, within: ranges.Range, name: str = "places") -> list[str]:
    [found] = ranges.find([layers.get(name)], within, user=user, limit=50, offset=0, params={})
    assert found.matched == len(found.page)
    return [title for _pk, title, *_rest in found.page]


def put(
    name: str, mark: str, *, east_m: float = 0, north_m: float = 0, region_code: str = city.WEST
) -> Place:
    return Place.objects.create(
        name=name, location=MAP.point(mark, east_m=east_m, north_m=north_m), region_code=region_code
    )


# --- what is in it ------------------------------------------------------------------------------


def test_a_region_holds_what_has_its_home_there(town, chief):
    assert titles(chief, ranges.region(city.WEST, chief)) == ["west小卖部"]


def test_a_region_holds_the_regions_below_it(town, chief):
    assert titles(chief, ranges.region(city.STREET, chief)) == ["west小卖部", "east小卖部"]


def test_something_on_a_border_is_in_one_region_only(town, chief):
    put("界碑", "B", region_code=city.EAST)
    assert titles(chief, ranges.region(city.WEST, chief)) == ["west小卖部"]


def test_a_region_holds_a_road_that_reaches_beyond_it(town, chief):
    assert titles(chief, ranges.region(city.WEST, chief), "roads") == ["中轴路"]


def test_a_road_of_the_district_elsewhere_is_not_in_the_region(town, chief):
    Road.objects.create(name="东路", centreline=MAP.lines("CF"), region_code=city.DISTRICT)
    assert titles(chief, ranges.region(city.WEST, chief), "roads") == ["中轴路"]


def test_a_box_holds_what_lies_on_its_edge(town, chief):
    place = put("角上", "E").location
    assert titles(chief, ranges.box(place.x, place.y, place.x + 1e-5, place.y + 1e-5)) == ["角上"]


def test_a_box_ends_where_it_ends(town, chief):
    place = put("角上", "E").location
    assert titles(chief, ranges.box(place.x + 1e-9, place.y, place.x + 1e-5, place.y + 1e-5)) == []


@pytest.mark.parametrize("radius_m, found", [(29.9, []), (30.1, ["三十米"])])
def test_a_circle_is_metres_on_the_ground(town, chief, radius_m, found):
    centre = MAP.point("G")
    lon, lat, _back = crs._GLOBE.fwd(*centre.coords, 60, 30)
    Place.objects.create(name="三十米", location=f"SRID=4326;POINT({lon} {lat})", region_code=city.WEST)
    assert titles(chief, ranges.Around(centre, radius_m)) == found


def test_a_circle_meets_an_area_that_it_lies_in(town, chief):
    assert titles(chief, ranges.Around(MAP.point("p"), 1), "estates") == ["west花园"]


def test_a_polygon_holds_what_lies_on_its_edge(town, chief):
    put("边上", "D", north_m=50)
    triangle = Polygon([MAP.lonlat(mark) for mark in "ADEA"], srid=4326)
    assert titles(chief, ranges.Meeting(triangle)) == ["边上"]


def test_a_polygon_with_a_hole_does_not_hold_what_is_in_the_hole(town, chief):
    ring, hole = MAP.area("ACJG"), city.box("p", half_m=60)
    area = Polygon(ring.exterior_ring, hole.exterior_ring, srid=4326)
    assert titles(chief, ranges.Meeting(area)) == ["east小卖部"]


def test_a_polygon_may_have_several_parts(town, chief):
    parts = MultiPolygon(city.box("p", half_m=50), city.box("q", half_m=50), srid=4326)
    assert titles(chief, ranges.Meeting(parts)) == ["west小卖部", "east小卖部"]


@pytest.mark.parametrize("name", EVERYTHING)
def test_counts_are_those_of_plain_queries(town, chief, name):
    layer = layers.get(name)
    area = city.box("E", half_m=110)
    [found] = ranges.find([layer], ranges.Meeting(area), user=chief, limit=1, offset=0, params={})
    assert found.matched == layer.visible_to(chief).filter(**{f"{layer.geometry}__intersects": area}).count()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    east_m=st.floats(-150, 650), north_m=st.floats(-150, 550), radius_m=st.floats(0.5, 900),
)  # fmt: skip
def test_circles_of_any_place_and_size_agree_with_the_plain_query(town, chief, east_m, north_m, radius_m):
    centre = MAP.point("G", east_m=east_m, north_m=north_m)
    for name in ("places", "buildings", "roads", "unit-grids"):
        layer = layers.get(name)
        [found] = ranges.find(
            [layer], ranges.Around(centre, radius_m), user=chief, limit=50, offset=0, params={}
        )
        plain = layer.visible_to(chief).annotate(ground=Ground(layer.geometry))
        expected = plain.filter(ground__distance_lte=(centre, D(m=radius_m))).order_by("pk")
        assert [pk for pk, *_rest in found.page] == list(expected.values_list("pk", flat=True)), name


@settings(deadline=None)
@given(
    lon=st.floats(-170, 170), lat=st.floats(-80, 80), radius_m=st.floats(1, ranges.LARGEST_RADIUS_M),
    azimuth=st.floats(0, 360),
)  # fmt: skip
def test_the_box_around_a_circle_holds_its_rim(lon, lat, radius_m, azimuth):
    x, y, _back = crs._GLOBE.fwd(lon, lat, azimuth, radius_m)
    west, south, east, north = crs.box_around(lon, lat, radius_m=radius_m)
    assert west <= x <= east
    assert south <= y <= north


def test_all_layers_are_asked_in_one_statement(town, chief, django_assert_num_queries):
    with django_assert_num_queries(1):
        ranges.find(
            list(layers), ranges.Around(MAP.point("E"), 500), user=chief, limit=5, offset=0, params={}
        )


def test_measures_are_metres_on_the_ground(town):
    area_m2, perimeter_m = ranges.Meeting(city.box("p", half_m=50)).measures()
    assert (area_m2, perimeter_m) == (pytest.approx(10_000, rel=0.01), pytest.approx(400, rel=0.01))


# --- over HTTP ----------------------------------------------------------------------------------


@pytest.fixture
def ask(town, chief, signed_in):
    """``ask(**body)`` is the answer to a range query of the chief."""
    client = signed_in(chief)
    return lambda **body: client.post("/api/range", {"layers": ["places"], **body}, format="json")


def square(mark: str, half_m: float) -> dict:
    return {"type": "Polygon", "coordinates": [list(city.box(mark, half_m=half_m).exterior_ring.coords)]}


def test_an_answer_has_counts_features_and_measures(ask):
    body = ask(circle={"centre": MAP.lonlat("p"), "radius_m": 50}, layers=["places", "cases"]).json()
    assert body["measures"] == {"area_m2": pytest.approx(pi * 2500), "perimeter_m": pytest.approx(pi * 100)}
    assert [(one["layer"], one["count"]) for one in body["layers"]] == [("places", 1), ("cases", 1)]


def test_a_feature_in_an_answer_can_be_listed_and_zoomed_to(ask):
    [one] = ask(polygon=square("p", 50)).json()["layers"]
    place = Place.objects.get(name="west小卖部")
    x, y = place.location.coords
    assert one["features"] == [
        {"id": place.pk, "title": "west小卖部", "subtitle": "东湖街道 西社区", "bbox": [x, y, x, y]}
    ]


def test_next_leads_through_all_pages(ask):
    for n in range(5):
        put(f"p{n}", "p")
    found, offset = [], 0
    while offset is not None:
        [one] = ask(region=city.WEST, limit=2, offset=offset).json()["layers"]
        found += [feature["id"] for feature in one["features"]]
        offset = one["next"]
    expected = Place.objects.filter(region_code=city.WEST).order_by("pk")
    assert found == list(expected.values_list("pk", flat=True))


def test_a_time_narrows_layers_that_have_one(ask):
    body = ask(region=city.DISTRICT, layers=["places", "cases"], datetime="2001-01-01/2001-12-31").json()
    assert [one["count"] for one in body["layers"]] == [2, 0]


def test_a_polygon_that_crosses_itself_is_shown_where(ask):
    bow = [MAP.lonlat(mark) for mark in "AEDBA"]
    answer = ask(polygon={"type": "Polygon", "coordinates": [bow]})
    assert (answer.status_code, answer.json()["code"]) == (400, "crosses-itself")
    crossing = answer.json()["where"]["coordinates"]
    assert crossing == pytest.approx(MAP.lonlat("D", east_m=100, north_m=100), abs=1e-6)


def many_cornered(count: int) -> dict:
    ring = [(113.8 + n * 1e-6, 34.03) for n in range(count - 2)]
    return {"type": "Polygon", "coordinates": [[*ring, (113.8, 34.04), ring[0]]]}


def test_a_polygon_of_the_most_vertices_is_taken(ask):
    assert ask(polygon=many_cornered(ranges.MOST_VERTICES)).status_code == 200


BAD = [
    {},
    {"region": city.WEST, "box": [0, 0, 1, 1]},
    {"region": city.WEST, "layers": []},
    {"region": city.WEST, "layers": "places"},
    {"region": city.WEST, "limit": 0},
    {"region": city.WEST, "limit": 501},
    {"region": city.WEST, "datetime": "soon"},
    {"box": [0, 0, 1]},
    {"box": [0, 1, 1, 0]},
    {"box": ["nan", 0, 1, 1]},
    {"circle": {"centre": [113.8, 34.0], "radius_m": 0}},
    {"circle": {"centre": [113.8, 34.0], "radius_m": 50_001}},
    {"circle": {"centre": [113.8, 34.0], "radius_m": "nan"}},
    {"circle": {"centre": ["nan", 34.0], "radius_m": 5}},
    {"circle": {"centre": [34.0, 113.8], "radius_m": 5}},
    {"circle": {"centre": [113.8], "radius_m": 5}},
    {"circle": 7},
    {"polygon": []},
    {"polygon": {"type": "Point", "coordinates": [1, 1]}},
    {"polygon": {"type": "Polygon"}},
    {"polygon": {"type": "Polygon", "coordinates": []}},
    {"polygon": {"type": "Polygon", "coordinates": [[]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, "x"], [1, 1], [0, 0]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[0, 0], [400, 1], [2, 2], [0, 0]]]}},
    {"polygon": {"type": "Polygon", "coordinates": {"a": 1}}},
    {"polygon": many_cornered(ranges.MOST_VERTICES + 1)},
]


def test_a_question_that_cannot_be_read_is_refused(ask):
    for body in BAD:
        answer = ask(**body)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), body


def test_a_body_that_is_no_object_is_refused(town, chief, signed_in):
    assert signed_in(chief).post("/api/range", [1], format="json").status_code == 400


def test_an_unknown_layer_or_region_is_not_found(ask):
    assert {ask(region="990000").status_code, ask(region=city.WEST, layers=["nothing"]).status_code} == {404}


def test_the_neighbours_region_is_not_found(ask):
    assert ask(region=city.NEIGHBOUR).status_code == 404


def test_the_neighbour_gets_nothing_out(town, stranger, signed_in):
    client = signed_in(stranger)
    body = client.post(
        "/api/range", {"layers": EVERYTHING, "polygon": square("E", 400), "limit": 500}, format="json"
    ).json()
    for one in body["layers"]:
        seen = set(layers.get(one["layer"]).visible_to(stranger).values_list("pk", flat=True))
        assert ({feature["id"] for feature in one["features"]}, one["count"]) == (seen, len(seen)), one[
            "layer"
        ]


def test_a_region_above_ones_own_opens_nothing(town, worker, signed_in):
    body = (
        signed_in(worker)
        .post("/api/range", {"layers": ["places"], "region": city.DISTRICT}, format="json")
        .json()
    )
    assert body["layers"][0]["count"] == 1
