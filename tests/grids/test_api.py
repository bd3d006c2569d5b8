"""The interface of the drawing table, and what a neighbour gets out of it: nothing."""

import uuid

import pytest

from gis.models import AccessToken
from gis.roles import Role
from grids.models import ResponsibilityGrid
from tests import city
from tests.conftest import make_user
from tests.grids.test_editing import EAST_MARKS, free_east, make_officer, ring  # noqa: F401 — a fixture

GRIDS = "/api/responsibility-grids"


def drawing(**values) -> dict:
    return {"key": str(uuid.uuid4()), "name": "东一网格", "boundary": ring(*EAST_MARKS), **values}


@pytest.fixture
def neighbour(db):
    """The GIS administrator of the neighbouring district."""
    return make_user("neighbour", role=Role.GIS_ADMINISTRATOR, jurisdiction=city.NEIGHBOUR)


def test_a_grid_is_drawn(free_east, gis_admin, signed_in):  # noqa: F811
    officer = make_officer("甲", city.EAST, free_east.organisation)
    answer = signed_in(gis_admin).post(GRIDS, drawing(officers=[officer.pk], main=officer.pk), format="json")
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["code"], told["unit_grids"], told["postings"][0]["officer"]["name"]) == (
        f"{city.STREET}G002",
        2,
        "甲",
    )


def test_a_refusal_tells_the_place_and_the_sentence(free_east, gis_admin, signed_in):  # noqa: F811
    answer = signed_in(gis_admin).post(GRIDS, drawing(boundary=ring("A", "E", "B", "D")), format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "crosses-itself")
    assert answer.json()["where"]["type"] == "Point"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"key": "x"},
        {"boundary": None},
        {"officers": "x"},
        {"officers": [2**70]},
        {"main": -1},
        {"name": "长" * 101},
    ],
)
def test_nonsense_is_refused(free_east, gis_admin, signed_in, wrong):  # noqa: F811
    answer = signed_in(gis_admin).post(GRIDS, drawing(**wrong), format="json")
    assert answer.status_code == 400


@pytest.mark.parametrize("role", [role for role in Role if role != Role.GIS_ADMINISTRATOR])
def test_only_the_administrator_draws(free_east, signed_in, role):  # noqa: F811
    user = make_user("someone", role=role, jurisdiction=city.DISTRICT)
    assert signed_in(user).post(GRIDS, drawing(), format="json").status_code == 403


def test_a_token_for_reading_draws_nothing(free_east, gis_admin, client):  # noqa: F811
    _token, secret = AccessToken.objects.issue(gis_admin, name="qgis", scope="read")
    answer = client.post(
        GRIDS, drawing(), content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 403


def test_everyone_reads_the_grids_of_his_jurisdiction(town, worker, signed_in):
    rows = signed_in(worker).get(GRIDS).json()["results"]
    assert [row["name"] for row in rows] == ["西网格"]


def test_grids_are_found_by_their_officer(free_east, gis_admin, signed_in):  # noqa: F811
    officer = make_officer("找得到", city.EAST, free_east.organisation)
    client = signed_in(gis_admin)
    client.post(GRIDS, drawing(officers=[officer.pk]), format="json")
    assert [row["name"] for row in client.get(GRIDS, {"q": "找得"}).json()["results"]] == ["东一网格"]


def test_the_neighbour_does_not_list_our_grids(town, neighbour, signed_in):
    rows = signed_in(neighbour).get(GRIDS).json()
    assert (rows["count"], [row["name"] for row in rows["results"]]) == (1, ["邻网格"])


def test_the_neighbour_finds_none_of_our_grids(town, neighbour, signed_in):
    assert signed_in(neighbour).get(GRIDS, {"q": city.STREET}).json()["count"] == 0


def test_the_neighbour_draws_nothing_on_our_ground(free_east, neighbour, signed_in):  # noqa: F811
    answer = signed_in(neighbour).post(GRIDS, drawing(), format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "outside-jurisdiction")


def test_the_neighbour_fits_none_of_our_unit_grids(free_east, neighbour, signed_in):  # noqa: F811
    answer = signed_in(neighbour).post(f"{GRIDS}/fit", {"boundary": ring(*EAST_MARKS)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-fit")


def test_the_neighbour_posts_no_officer_to_our_grid(town, neighbour, signed_in):
    grid = town.responsibility[city.WEST]
    answer = signed_in(neighbour).put(f"{GRIDS}/{grid.pk}/officers", {"officers": []}, format="json")
    assert answer.status_code == 404


def test_the_neighbour_posts_none_of_our_officers(town, neighbour, signed_in):
    ours = make_officer("甲", city.EAST, town.organisation)
    grid = town.responsibility[city.NEIGHBOUR_COMMUNITY]
    answer = signed_in(neighbour).put(f"{GRIDS}/{grid.pk}/officers", {"officers": [ours.pk]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown-officer")


@pytest.mark.parametrize("asked", [{}, {"q": "甲"}, {"region_code": city.EAST}])
def test_the_neighbour_is_suggested_none_of_our_officers(town, neighbour, signed_in, asked):
    make_officer("甲", city.EAST, town.organisation)
    assert signed_in(neighbour).get("/api/officers", asked).json() == []


def test_officers_of_the_grids_region_are_suggested(town, gis_admin, signed_in):
    for name, region in [
        ("甲", city.EAST),
        ("甲二", city.STREET),
        ("甲三", f"{city.DISTRICT}009"),
        ("乙", city.EAST),
    ]:
        make_officer(name, region, town.organisation)
    found = signed_in(gis_admin).get("/api/officers", {"q": "甲", "region_code": city.EAST}).json()
    assert [officer["name"] for officer in found] == ["甲", "甲二"]


def test_a_fitted_drawing_tells_its_ground(free_east, gis_admin, signed_in):  # noqa: F811
    before = ResponsibilityGrid.objects.count()
    answer = (
        signed_in(gis_admin)
        .post(f"{GRIDS}/fit", {"boundary": ring("A", "C", "J", "G")}, format="json")
        .json()
    )
    assert answer["area_m2"] == pytest.approx(80_000, rel=0.01)
    assert answer["taken"] == 2
    assert ResponsibilityGrid.objects.count() == before


@pytest.mark.parametrize(
    "method, address",
    [
        ("get", GRIDS),
        ("post", GRIDS),
        ("post", f"{GRIDS}/fit"),
        ("put", f"{GRIDS}/1/officers"),
        ("get", "/api/officers"),
    ],
)
def test_nobody_comes_in_without_a_sign_in(db, client, method, address):
    assert getattr(client, method)(address).status_code == 401
