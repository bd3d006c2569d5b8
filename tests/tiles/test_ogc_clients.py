"""Programs that others wrote read what the collections page names: GDAL of two ages, and OWSLib."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from django.core.management import call_command
from owslib.ogcapi.features import Features

from buildings.models import Place
from gis import crs
from gis.layers import layers
from gis.models import AccessToken
from tests import city
from tests.city import MAP
from tests.conftest import make_user
from tests.tiles.test_ogc import around

NAMES = [layer.name for layer in layers]
ZONE = "http://www.opengis.net/def/crs/EPSG/0/4547"


@pytest.fixture
def served(live_server, transactional_db):
    """A live server with the town, a user of the district, and a reading token of theirs."""
    call_command("migrate", verbosity=0)  # the reference tables, which a flush took away
    city.load()
    user = make_user("qgis", role="viewer", jurisdiction=city.DISTRICT)
    _token, secret = AccessToken.objects.issue(user, name="QGIS", scope="read")
    return live_server.url, user, secret


def ogrinfo(secret: str, *arguments: str) -> str:
    done = subprocess.run(
        ["ogrinfo", "-ro", *arguments, "--config", "GDAL_HTTP_USERPWD", f"token:{secret}"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


READ = """
import json, os, sys, pyogrio
where, options = sys.argv[1], json.loads(sys.argv[2])
table = pyogrio.read_dataframe(where, **options)
print(json.dumps({"epsg": table.crs.to_epsg(), "names": list(table["name"]),
                  "coordinates": [[point.x, point.y] for point in table.geometry]}))
"""


def todays_gdal(url: str, secret: str, **options) -> dict:
    """What the GDAL in pyogrio reads of places, in a process of its own: here it would stop the server."""
    done = subprocess.run(
        [sys.executable, "-c", READ, f"OAPIF:{url}/ogc", json.dumps({"layer": "places", **options})],
        capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"GDAL_HTTP_USERPWD": f"token:{secret}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_gdal_opens_every_collection_with_the_right_count(served):
    url, user, secret = served
    text = ogrinfo(secret, "-so", "-al", f"OAPIF:{url}/ogc")
    lines = [
        line.partition(": ")[2] for line in text.splitlines() if line.startswith(("Layer name", "Feature C"))
    ]
    found = dict(zip(lines[::2], map(int, lines[1::2]), strict=True))
    assert found == {layer.name: layer.visible_to(user).count() for layer in layers}


def test_gdal_pages_through_a_collection(served):
    url, _user, secret = served
    Place.objects.bulk_create(
        Place(name=f"p{n}", location=MAP.point("p"), region_code=city.WEST) for n in range(25)
    )
    text = ogrinfo(secret, "-al", "-oo", "PAGE_SIZE=10", f"OAPIF:{url}/ogc/collections/places")
    assert text.count("OGRFeature(places)") == 27


def test_gdal_filters_on_the_server_by_box(served):
    url, _user, secret = served
    box = around("p", half_m=40).split(",")
    text = ogrinfo(secret, "-al", "-spat", *box, f"OAPIF:{url}/ogc/collections/places")
    assert text.count("OGRFeature(places)") == 1


def test_todays_gdal_reads_coordinates_of_a_zone(served):
    url, _user, secret = served
    read = todays_gdal(url, secret, CRS=ZONE)
    places = Place.objects.filter(region_code__startswith=city.DISTRICT)
    expected = crs.from_storage(np.array([place.location.coords for place in places]), crs="4547")
    assert read["epsg"] == 4547
    assert np.abs(np.sort(read["coordinates"], axis=0) - np.sort(expected, axis=0)).max() < 0.002


def test_todays_gdal_filters_on_the_server(served, caplog):
    url, _user, secret = served
    caplog.set_level("INFO", "wangge.request")
    assert todays_gdal(url, secret, where="name = 'west小卖部'")["names"] == ["west小卖部"]


def test_owslib_reads_every_collection(served):
    url, _user, secret = served
    client = Features(f"{url}/ogc/", headers={"Authorization": f"Bearer {secret}"})
    assert client.feature_collections() == NAMES
    for name in NAMES:
        assert client.collection(name)["id"] == name
        assert "geometry" in client.collection_queryables(name)["properties"]
        [feature] = client.collection_items(name, limit=1)["features"]
        assert client.collection_item(name, feature["id"])["properties"] == feature["properties"]


def test_owslib_filters_in_cql2(served):
    url, _user, secret = served
    client = Features(f"{url}/ogc/", headers={"Authorization": f"Bearer {secret}"})
    found = client.collection_items("places", filter="name LIKE 'west%'", limit=1)
    assert (found["numberMatched"], found["features"][0]["properties"]["name"]) == (1, "west小卖部")
