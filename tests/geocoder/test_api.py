"""The endpoints: what they answer, what they refuse, and whom."""

import pytest

from tests import city
from tests.city import MAP


def test_an_address_is_answered_with_place_and_reasons(town, worker, signed_in):
    best = signed_in(worker).get("/api/geocode", {"q": "中轴路1号"}).json()["candidates"][0]
    assert best["address"] == "许州市魏南区东湖街道西社区中轴路1号"
    assert best["geometry"]["type"] == "Point"
    assert best["reasons"][0]["code"]


def test_a_spot_is_answered_in_any_system(town, worker, signed_in):
    lon, lat = MAP.lonlat("p")
    client = signed_in(worker)
    here = client.get("/api/geocode/reverse", {"lon": lon, "lat": lat}).json()
    shifted = client.get("/api/geocode/reverse", {"lon": lon, "lat": lat, "crs": "GCJ02"})
    assert here["described"] == "west花园1号楼"
    assert shifted.status_code == 404  # the same numbers are another place in GCJ-02


@pytest.mark.parametrize(
    "path, asked",
    [
        ("", {}),
        ("", {"q": " "}),
        ("", {"q": "路" * 10_001}),
        ("", {"q": "路", "limit": "0"}),
        ("", {"q": "路", "limit": "many"}),
        ("", {"q": "路", "within": "1"}),
        ("", {"q": "路", "near": "here"}),
        ("", {"q": "路", "near": "nan,1"}),
        ("/reverse", {}),
        ("/reverse", {"lon": "113", "lat": "x"}),
        ("/reverse", {"lon": "nan", "lat": "34"}),
        ("/reverse", {"lon": "113", "lat": "95"}),
        ("/reverse", {"lon": "113", "lat": "34", "crs": "moon"}),
        ("/suggest", {}),
    ],
)
def test_what_cannot_be_read_is_refused(worker, signed_in, path, asked):
    assert signed_in(worker).get(f"/api/geocode{path}", asked).status_code == 400


@pytest.mark.parametrize("path", ["", "/reverse", "/suggest"])
def test_nobody_asks_without_signing_in(client, path):
    assert client.get(f"/api/geocode{path}", {"q": "路"}).status_code in (401, 403)


@pytest.mark.parametrize("path", ["/api/geocode", "/api/geocode/suggest"])
@pytest.mark.parametrize("text", ["west花园", "west小卖部", "中轴路1号", city.WEST + "001"])
def test_the_stranger_gets_nothing_of_ours(town, stranger, signed_in, path, text):
    answer = signed_in(stranger).get(path, {"q": text})
    found = answer.json().get("candidates", answer.json().get("suggestions"))
    assert [c for c in found if c["region_code"].startswith(city.DISTRICT)] == []


def test_the_stranger_is_told_nothing_of_a_spot_of_ours(town, stranger, signed_in):
    lon, lat = MAP.lonlat("p")
    assert signed_in(stranger).get("/api/geocode/reverse", {"lon": lon, "lat": lat}).status_code == 404
