"""Changing grids over HTTP: asked, done, refused; and what a neighbour gets out of it: nothing."""

import uuid

import pytest
from shapely.geometry import shape

from gis.models import AccessToken
from grids.models import Edit, UnitGrid
from tests import city
from tests.grids.test_api import neighbour  # noqa: F401 — a fixture
from tests.grids.test_redrawing import W1, W2, M, ids, outline_of_marks, responsible

UNIT, DUTY = "/api/unit-grids", "/api/responsibility-grids"
BEND = {"at": [M.lonlat("D"), M.lonlat("E")], "to": M.lonlat("D", east_m=100, north_m=20)}
CUT = {"type": "LineString", "coordinates": [M.lonlat("p", north_m=120), M.lonlat("p", north_m=-120)]}


def bodies() -> dict[str, dict]:
    """Each verb's address with a body that is right in ``tests.city``."""
    west, east = responsible(city.WEST).pk, responsible(city.EAST).pk
    [one, other] = ids(W1, W2)
    return {
        f"{UNIT}/reshape": {"grids": [one], "shifts": [BEND]},
        f"{UNIT}/split": {"grid": one, "line": CUT},
        f"{UNIT}/merge": {"grids": [one, other]},
        f"{UNIT}/retire": {"grid": one, "ground_to": other},
        f"{DUTY}/split": {
            "grid": west,
            "line": {
                "type": "LineString",
                "coordinates": [M.lonlat("D", east_m=-9), M.lonlat("E", east_m=9)],
            },
        },
        f"{DUTY}/merge": {"grids": [west, east], "name": "合"},
        f"{DUTY}/transfer": {"unit_grids": [one], "to": east, "owners": [west]},
        f"{DUTY}/retire": {"grid": west, "ground_to": east, "officers_to": east},
    }


def spot(mark: str) -> dict:
    lon, lat = M.lonlat(mark)
    return {"lon": lon, "lat": lat}


def sent(client, address: str, body: dict):
    return client.post(address, {**body, "key": str(uuid.uuid4()), "why": "调整"}, format="json")


@pytest.mark.parametrize("verb", ["reshape", "split", "merge", "retire"])
def test_unit_grids_are_changed(town, gis_admin, signed_in, verb):
    answer = sent(signed_in(gis_admin), f"{UNIT}/{verb}", bodies()[f"{UNIT}/{verb}"])
    assert answer.status_code == 200, answer.json()
    [*made] = answer.json()["unit_grids"]["made"]["features"]
    now = {grid.pk: grid for grid in UnitGrid.objects.current().filter(made_in=answer.json()["id"])}
    assert {feature["properties"]["id"] for feature in made} == now.keys()


@pytest.mark.parametrize("verb", ["split", "merge", "transfer", "retire"])
def test_responsibility_grids_are_changed(town, gis_admin, signed_in, verb):
    answer = sent(signed_in(gis_admin), f"{DUTY}/{verb}", bodies()[f"{DUTY}/{verb}"])
    assert answer.status_code == 200, answer.json()
    assert (Edit.objects.get().kind, Edit.objects.get().why) == (verb, "调整")


def test_a_preview_tells_what_would_change_and_changes_nothing(town, gis_admin, signed_in):
    address = f"{UNIT}/merge"
    told = signed_in(gis_admin).post(f"{address}/preview", bodies()[address], format="json").json()
    assert [grid["code"] for grid in told["unit_grids"]["ended"]] == [W1, W2]
    [made] = told["unit_grids"]["made"]["features"]
    assert (made["properties"]["code"], made["properties"]["from"]) == (city.WEST + "003", [W1, W2])
    assert shape(made["geometry"]).equals(outline_of_marks("ABHG"))
    assert {move["layer"]: move["count"] for move in told["moves"]}["buildings"] == 1
    assert not Edit.objects.exists()


def test_a_preview_counts_only_what_stands_on_ground_that_moves(town, gis_admin, signed_in):
    address = f"{UNIT}/reshape"
    told = signed_in(gis_admin).post(f"{address}/preview", bodies()[address], format="json").json()
    assert {move["layer"]: move["count"] for move in told["moves"]}["buildings"] == 0


def test_who_comes_second_gets_the_present_geometry(town, gis_admin, signed_in):
    address, client = f"{UNIT}/merge", signed_in(gis_admin)
    body = bodies()[address]
    sent(client, address, body)
    answer = sent(client, address, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "changed-meanwhile")
    [now] = answer.json()["where"]["features"]
    assert shape(now["geometry"]).equals(outline_of_marks("ABHG"))


def test_a_refusal_tells_the_places(town, gis_admin, signed_in):
    shifts = [{"at": [M.lonlat("A")], "to": M.lonlat("A", east_m=9, north_m=-9)}]
    answer = sent(signed_in(gis_admin), f"{UNIT}/reshape", {"grids": ids(W1), "shifts": shifts})
    assert (answer.status_code, answer.json()["code"]) == (409, "leaves-a-gap")
    assert answer.json()["where"]["features"]


@pytest.mark.parametrize(
    "verb, wrong",
    [
        ("merge", {"grids": []}),
        ("merge", {"grids": ["x"]}),
        ("merge", {"grids": [2**70, 1]}),
        ("merge", {"grids": "1"}),
        ("merge", {"name": "长" * 101}),
        ("split", {"line": None}),
        ("split", {"line": {"type": "LineString", "coordinates": []}}),
        ("split", {"line": {"type": "LineString", "coordinates": [[113.8, 34], [113.8, 34]]}}),
        ("split", {"line": {"type": "LineString", "coordinates": [[181, 34], [113.8, 34]]}}),
        ("split", {"line": {"type": "LineString", "coordinates": [["a", 34], [113.8, 34]]}}),
        (
            "split",
            {"line": {"type": "LineString", "coordinates": [[113, 34 + n / 1e6] for n in range(5001)]}},
        ),
        ("split", {"line": {"type": "Point", "coordinates": [113.8, 34]}}),
        ("reshape", {"shifts": []}),
        ("reshape", {"shifts": [{"at": [], "to": [113, 34]}]}),
        ("reshape", {"shifts": [{"at": [[113, 34]], "to": [113]}]}),
        ("reshape", {"shifts": [{"at": [[113, 34]], "to": [500, 34]}]}),
        ("reshape", {"shifts": [{"at": [[113, 34], [113, 35]], "to": None}]}),
        ("reshape", {"shifts": "x"}),
        ("retire", {"ground_to": None}),
        ("merge", {"key": "x"}),
        ("merge", {"why": "长" * 201}),
    ],
)
def test_nonsense_is_refused(town, gis_admin, signed_in, verb, wrong):
    body = {**bodies()[f"{UNIT}/{verb}"], "key": str(uuid.uuid4()), **wrong}
    answer = signed_in(gis_admin).post(f"{UNIT}/{verb}", body, format="json")
    assert answer.status_code == 400, answer.json()
    assert not Edit.objects.exists()


def test_not_a_number_is_refused(town, gis_admin, signed_in):
    shifts = '[{"at": [[NaN, 34]], "to": [113, 34]}]'
    text = f'{{"grids": [{ids(W1)[0]}], "shifts": {shifts}, "key": "{uuid.uuid4()}"}}'
    answer = signed_in(gis_admin).post(f"{UNIT}/reshape", text, content_type="application/json")
    assert answer.status_code == 400


def test_a_neighbour_changes_and_learns_nothing(town, neighbour, signed_in):  # noqa: F811
    client = signed_in(neighbour)
    for address, body in bodies().items():
        for asked in (address, f"{address}/preview"):
            answer = sent(client, asked, body)
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), asked
            assert "where" not in answer.json()
    for address in (f"{UNIT}/at", f"{DUTY}/at", "/api/communities/at"):
        assert client.get(address, spot("p")).status_code == 404


def test_only_gis_administrators_change_grids(town, chief, worker, signed_in):
    for user in (chief, worker):
        for address, body in bodies().items():
            for asked in (address, f"{address}/preview"):
                assert sent(signed_in(user), asked, body).status_code == 403


def test_a_reading_token_previews_but_does_not_edit(town, gis_admin, client):
    _token, secret = AccessToken.objects.issue(gis_admin, name="QGIS", scope=AccessToken.Scope.READ)
    headers, address = {"authorization": f"Bearer {secret}"}, f"{UNIT}/merge"
    body = {**bodies()[address], "key": str(uuid.uuid4())}
    options = {"content_type": "application/json", "headers": headers}
    assert client.post(f"{address}/preview", body, **options).status_code == 200
    assert client.post(address, body, **options).status_code == 403


def test_a_grid_is_given_with_its_neighbours(town, gis_admin, signed_in):
    answer = signed_in(gis_admin).get(f"{UNIT}/at", spot("p")).json()
    assert {f["properties"]["code"]: f["properties"]["picked"] for f in answer["features"]} == {
        W1: True,
        W2: False,
    }


def test_a_community_is_given_with_its_unit_grids(town, gis_admin, signed_in):
    told = signed_in(gis_admin).get("/api/communities/at", spot("s")).json()
    assert (told["code"], told["unit_grids"]) == (city.WEST, ids(W1, W2))


@pytest.mark.parametrize(
    "wrong", [{}, {"lon": "x", "lat": 1}, {"lon": "nan", "lat": 1}, {"lon": 181, "lat": 1}]
)
def test_no_place_is_refused(town, gis_admin, signed_in, wrong):
    assert signed_in(gis_admin).get(f"{UNIT}/at", wrong).status_code == 400
