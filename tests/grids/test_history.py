"""The past of the territory: the map as of a day, what became of a grid, what changed, and restoring."""

import uuid
from datetime import timedelta

import pytest
import shapely
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from shapely.geometry import shape

from grids import edits, history
from grids.models import Region, ResponsibilityGrid, UnitGrid
from grids.redrawing import Merge, Reshape, Retire, Split
from grids.versions import RESPONSIBILITY, UNITS
from tests import city
from tests.grids.test_api import neighbour  # noqa: F401 — a fixture
from tests.grids.test_coverage_stays_whole import _let_a_day_pass
from tests.grids.test_redrawing import (
    W1,
    W2,
    M,
    Shift,
    assert_whole,
    do,
    ground,
    ids,
    line,
    outline,
    outline_of_marks,
    responsible,
    unit,
)

TODAY = timezone.localdate()
UNIT, DUTY = "/api/unit-grids", "/api/responsibility-grids"


def ago(days: int):
    return TODAY - timedelta(days=days)


@pytest.fixture
def old_town(town):
    """The town, standing since a hundred days."""
    for model in (Region, ResponsibilityGrid, UnitGrid):
        model.objects.update(valid=DateRange(ago(100), None))
    return town


# --- lineage ------------------------------------------------------------------------------------


def test_what_became_of_a_grid_is_told(old_town, gis_admin, signed_in):
    first, other = unit(W1), unit(W2)
    do(Merge(UNITS, [first.pk, other.pk]), gis_admin, why="合并")
    merged = unit(city.WEST + "003")
    do(Split(UNITS, merged.pk, line(("D", -9, 0), ("E", 9, 0))), gis_admin)
    told = signed_in(gis_admin).get(f"{UNIT}/{first.pk}/lineage").json()["versions"]
    assert [version["code"][-3:] for version in told] == ["001", "003", "004", "005"]
    by_code = {version["code"][-3:]: version for version in told}
    assert by_code["001"]["ended"]["why"] == "合并"
    assert by_code["001"]["valid"] == [ago(100).isoformat(), TODAY.isoformat()]
    assert by_code["003"]["valid"] is None
    assert by_code["005"]["ancestors"] == [merged.pk]


def test_where_a_grid_comes_from_is_told(old_town, gis_admin, signed_in):
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    told = signed_in(gis_admin).get(f"{UNIT}/{unit(city.WEST + '003').pk}/lineage").json()["versions"]
    assert [version["code"] for version in told] == [W1, W2, city.WEST + "003"]


# --- two days -----------------------------------------------------------------------------------


def test_ground_that_changed_hands_is_told(old_town, gis_admin, signed_in):
    shifts = [Shift((M.lonlat("D"), M.lonlat("E")), M.lonlat("D", east_m=100, north_m=20))]
    do(Reshape(UNITS, ids(W1), shifts), gis_admin)
    told = signed_in(gis_admin).get(f"{UNIT}/changes", {"from": ago(1), "to": TODAY}).json()
    [piece] = told["features"]
    assert (piece["properties"]["from"], piece["properties"]["to"]) == (W1, W2)
    assert piece["properties"]["area_m2"] == pytest.approx(2000, rel=0.01)


def test_ground_that_was_drawn_came_from_nobody(old_town, gis_admin, signed_in):
    ResponsibilityGrid.objects.filter(region_code=city.EAST).update(valid=DateRange(TODAY, None))
    told = signed_in(gis_admin).get(f"{DUTY}/changes", {"from": ago(1), "to": TODAY}).json()
    [piece] = told["features"]
    assert piece["properties"]["from"] is None
    assert shape(piece["geometry"]).equals(outline_of_marks("BCJH"))


def test_nothing_changed_in_another_region(old_town, gis_admin, signed_in):
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    asked = {"from": ago(1), "to": TODAY, "region_code": city.EAST}
    assert signed_in(gis_admin).get(f"{UNIT}/changes", asked).json()["features"] == []


@pytest.mark.parametrize(
    "wrong",
    [{"from": ""}, {"from": "x"}, {"to": "2026-02-30"}, {"region_code": "4"}, {"region_code": "x' --"}],
)
def test_nonsense_is_refused(town, gis_admin, signed_in, wrong):
    answer = signed_in(gis_admin).get(f"{UNIT}/changes", {"from": ago(1), "to": TODAY, **wrong})
    assert answer.status_code == 400


# --- restoring ----------------------------------------------------------------------------------


def test_a_merge_is_taken_back(old_town, gis_admin):
    whole, before = ground(), unit(W1)
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    _let_a_day_pass()
    do(history.Restore(UNITS, before.pk), gis_admin, why="误操作")
    assert outline(unit(W1)).equals(outline_of_marks("ABED"))
    assert_whole(since=whole)
    assert UnitGrid.objects.current().filter(code__startswith=city.WEST).count() == 2


def test_a_restored_boundary_is_a_new_version(old_town, gis_admin):
    before = unit(W1)
    do(Retire(UNITS, before.pk, ground_to=unit(W2).pk), gis_admin)
    _let_a_day_pass()
    do(history.Restore(UNITS, before.pk), gis_admin)
    assert unit(W1).pk != before.pk
    assert before in unit(W1).ancestors.all()
    assert not UnitGrid.objects.on(ago(1)).filter(code=W1).exists()


def test_neighbours_of_that_time_come_back_as_far_as_the_ground_demands(old_town, gis_admin):
    """After a later split of the merged grid, the parts go with it."""
    before = unit(W2)
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    do(Split(UNITS, unit(city.WEST + "003").pk, line(("p", 0, 120), ("s", 0, -120))), gis_admin)
    do(history.Restore(UNITS, before.pk), gis_admin)
    codes = UnitGrid.objects.current().filter(code__startswith=city.WEST).values_list("code", flat=True)
    assert set(codes) == {W1, W2}


def test_a_responsibility_grid_is_restored_with_its_unit_grids(old_town, gis_admin):
    west = responsible(city.WEST)
    do(Merge(RESPONSIBILITY, [west.pk, responsible(city.EAST).pk], name="合"), gis_admin)
    do(history.Restore(RESPONSIBILITY, west.pk), gis_admin)
    assert unit(W1).responsibility_grid == responsible(city.WEST)
    assert outline(responsible(city.WEST)).equals(outline_of_marks("ABHG"))


def test_what_is_in_force_is_not_restored(town, gis_admin):
    with pytest.raises(history.StillInForce):
        do(history.Restore(UNITS, unit(W1).pk), gis_admin)


def test_what_no_edit_has_ended_is_not_restored(town, gis_admin):
    grid = unit(W1)
    UnitGrid.objects.filter(pk=grid.pk).update(valid=DateRange(ago(9), ago(1)))
    with pytest.raises(history.NotEnded):
        do(history.Restore(UNITS, grid.pk), gis_admin)


# --- the neighbour ------------------------------------------------------------------------------


def test_a_neighbour_learns_nothing_of_the_past(old_town, gis_admin, neighbour, stranger, signed_in):  # noqa: F811
    before = unit(W1)
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    for user in (neighbour, stranger):
        client = signed_in(user)
        assert client.get(f"{UNIT}/{before.pk}/lineage").status_code == 404
        for region in ({}, {"region_code": city.WEST}):
            told = client.get(f"{UNIT}/changes", {"from": ago(1), "to": TODAY, **region}).json()
            assert told["features"] == []
    with pytest.raises(history.NotHere):
        edits.carry_out(history.Restore(UNITS, before.pk), by=neighbour, why="", key=uuid.uuid4())


def test_only_gis_administrators_restore(old_town, gis_admin, chief, signed_in):
    before = unit(W1)
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    body = {"grid": before.pk, "key": str(uuid.uuid4())}
    assert signed_in(chief).post(f"{UNIT}/restore", body, format="json").status_code == 403
    assert signed_in(gis_admin).post(f"{UNIT}/restore", body, format="json").status_code == 200


def test_the_ground_of_yesterday_is_covered_once(old_town, gis_admin):
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    assert shapely.coverage_is_valid([outline(grid) for grid in UnitGrid.objects.on(ago(1))])


# --- what stands on the ground ------------------------------------------------------------------


def test_buildings_places_and_assets_follow_the_ground(old_town, gis_admin):
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    for thing in (old_town.buildings["west"], old_town.estates["west"], old_town.assets["west"]):
        thing.refresh_from_db()
        assert thing.unit_grid_code == city.WEST + "003"


def test_a_case_keeps_the_grid_that_it_was_reported_in(old_town, gis_admin):
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    old_town.cases["west"].refresh_from_db()
    assert old_town.cases["west"].unit_grid_code == W1
