"""OGC API – Features, part 2: answers in other coordinate systems."""

import json

import numpy as np
import pytest
import shapely

from buildings.models import Place
from gis import crs
from gis.layers import layers
from grids.models import Region
from tests import city
from tests.conftest import make_user
from tiles import features
from tiles.systems import ALWAYS, CRS84, EPSG, named, offered

PLACES = "/ogc/collections/places"
ZONES = [f"{EPSG}4547", f"{EPSG}4526"]  # 113.8° east lies in the 3-degree zone of 114°, number 38


@pytest.fixture
def get(town, chief, signed_in):
    """``get(address, **query)`` is the answer to the chief."""
    client = signed_in(chief)
    return lambda address, **query: client.get(address, query)


def test_a_collection_names_its_systems_and_the_stored_one(get):
    body = get(PLACES).json()
    assert (body["crs"], body["storageCrs"]) == ([*ALWAYS, *ZONES], CRS84)


def test_the_list_of_collections_names_them_too(get):
    assert get("/ogc/collections").json()["crs"] == [*ALWAYS, *ZONES]


def test_a_jurisdiction_in_two_zones_has_both(db):
    wide = "SRID=4326;MULTIPOLYGON(((112.4 34, 113.9 34, 113.9 34.1, 112.4 34.1, 112.4 34)))"
    Region.objects.create(code="42", name="省", boundary=wide)
    user = make_user("province", role="viewer", jurisdiction="42")
    assert offered(user)[len(ALWAYS) :] == [f"{EPSG}{code}" for code in (4546, 4525, 4547, 4526)]


def test_no_region_no_zone(db):
    lost = make_user("lost", role="viewer", jurisdiction="99")
    assert offered(lost) == list(ALWAYS)


def test_answers_come_in_each_system_in_its_order_of_axes(get):
    for uri in [*ALWAYS, *ZONES]:
        place = Place.objects.get(region_code=city.WEST)
        answer = get(f"{PLACES}/items", crs=uri, region_code=city.WEST)
        [feature] = answer.json()["features"]
        name = uri.rpartition("/")[2] if uri != CRS84 else "4326"
        [expected] = crs.from_storage(np.array([place.location.coords]), crs=name)
        if uri not in (CRS84, f"{EPSG}3857"):
            expected = expected[::-1]
        digits = 1e-7 if name in ("4326", "4490") else 1e-3
        assert feature["geometry"]["coordinates"] == pytest.approx(list(expected), abs=digits)
        assert "crs" not in feature["geometry"]
        assert answer["Content-Crs"] == f"<{uri}>"


def test_one_feature_comes_in_the_system_too(get):
    place = Place.objects.get(region_code=city.WEST)
    answer = get(f"{PLACES}/items/{place.pk}", crs=f"{EPSG}4326")
    assert answer.json()["geometry"]["coordinates"] == pytest.approx(
        [place.location.y, place.location.x], abs=1e-7
    )
    assert answer["Content-Crs"] == f"<{EPSG}4326>"


def test_without_a_wish_it_is_longitude_and_latitude(get):
    assert get(f"{PLACES}/items")["Content-Crs"] == f"<{CRS84}>"


def test_areas_are_flipped_whole(get, town):
    plain, flipped = (
        get("/ogc/collections/estates/items", crs=uri).json()["features"][0]["geometry"]["coordinates"]
        for uri in (CRS84, f"{EPSG}4490")
    )
    assert np.array_equal(np.array(plain)[..., ::-1], np.array(flipped))


def test_a_system_that_is_not_offered_is_refused(get):
    for uri in ["", "EPSG:4547", f"{EPSG}2343", f"{EPSG}4978", "here", f"{EPSG}0"]:
        answer = get(f"{PLACES}/items", crs=uri)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-parameter")


def test_a_box_of_an_answer_finds_it_again(get):
    """``crs`` and ``bbox-crs`` agree on the order of axes."""
    for uri in [f"{EPSG}4326", f"{EPSG}4490", f"{EPSG}3857", *ZONES]:
        [feature] = get(f"{PLACES}/items", crs=uri, region_code=city.WEST).json()["features"]
        x, y = feature["geometry"]["coordinates"]
        half = 1e-4 if uri in ALWAYS[:3] else 5
        box = f"{x - half},{y - half},{x + half},{y + half}"
        found = json.loads(get(f"{PLACES}/items", **{"bbox": box, "bbox-crs": uri}).content)["features"]
        assert [one["id"] for one in found] == [feature["id"]]


def test_every_layer_comes_in_metres(town, chief):
    zone = named(ZONES[0], parameter="crs")
    for layer in layers:
        found = features.page(layer, layer.visible_to(chief), limit=1, system=zone).features
        [feature] = json.loads(features.written({"features": found}))["features"]
        corners = shapely.get_coordinates(shapely.from_geojson(json.dumps(feature)))
        assert (corners[:, 0] > 3_700_000).all(), layer.name
        assert (corners[:, 1] < 600_000).all(), layer.name
