"""Changing grids that stand: what each verb does, what is refused and where, and two at once.

The ground is ``tests.city``: the west community has the unit grids ABED (001) and DEHG (002).
"""

import threading
import uuid

import pytest
import shapely
from django.db import connection
from django.utils import timezone
from shapely.geometry import LineString, MultiLineString, shape

from buildings.models import Road
from gis.errors import NotHere
from gis.roles import Role
from grids import coverage, edits, outlines, plans, redrawing, versions
from grids.coverage import Shift
from grids.models import Edit, Posting, Region, ResponsibilityGrid, UnitGrid
from grids.places import geos, shapely_of
from grids.redrawing import Merge, Reshape, Retire, Split, Transfer
from grids.versions import RESPONSIBILITY, UNITS
from tests import city
from tests.conftest import make_user
from tests.grids.test_editing import make_officer

M = city.MAP


def do(asked, by, *, why="", key=None) -> Edit:
    return edits.carry_out(asked, by=by, why=why, key=key or uuid.uuid4())


def unit(code: str) -> UnitGrid:
    return UnitGrid.objects.current().get(code=code)


def ids(*codes: str) -> list[int]:
    return [unit(code).pk for code in codes]


def responsible(community: str) -> ResponsibilityGrid:
    return ResponsibilityGrid.objects.current().get(name=city.RESPONSIBILITY_GRIDS[community][0])


def line(*corners) -> LineString:
    """Through marks, or (mark, east_m, north_m)."""
    return LineString(
        [M.lonlat(c) if isinstance(c, str) else M.lonlat(c[0], east_m=c[1], north_m=c[2]) for c in corners]
    )


def moved(mark: str, east_m: float, north_m: float) -> Shift:
    return Shift((M.lonlat(mark),), M.lonlat(mark, east_m=east_m, north_m=north_m))


def outline(grid):
    return shapely_of(grid.boundary)


def ground(model=UnitGrid):
    return shapely.union_all([outline(grid) for grid in model.objects.current()])


def assert_whole(model=UnitGrid, *, since) -> None:
    """The grids in force are a coverage of the ground ``since``."""
    outlines = [outline(grid) for grid in model.objects.current()]
    assert shapely.coverage_is_valid(outlines)
    assert shapely.symmetric_difference(shapely.union_all(outlines), since).area < 1e-14


def places(refusal) -> list:
    return [shape(feature["geometry"]) for feature in refusal.value.where["features"]]


W1, W2, E1, E2 = (city.WEST + "001", city.WEST + "002", city.EAST + "001", city.EAST + "002")


# --- reshape ------------------------------------------------------------------------------------


def test_a_shared_corner_moves_for_all_that_have_it(town, gis_admin):
    whole = ground()
    shifts = [Shift((M.lonlat("D"), M.lonlat("E")), M.lonlat("D", east_m=100, north_m=20))]
    do(Reshape(UNITS, ids(W1), shifts), gis_admin)
    assert_whole(since=whole)
    assert outline(unit(W2)).area > outline(unit(W1)).area * 1.1


def test_a_changed_grid_keeps_its_code_and_comes_from_its_earlier_version(town, gis_admin):
    before = unit(W1)
    shifts = [Shift((M.lonlat("D"), M.lonlat("E")), M.lonlat("D", east_m=100, north_m=20))]
    do(Reshape(UNITS, [before.pk], shifts), gis_admin)
    assert list(unit(W1).ancestors.all()) == [before]


def test_the_earlier_version_keeps_its_boundary(town, gis_admin):
    before = unit(W1)
    old = outline(before)
    shifts = [Shift((M.lonlat("D"), M.lonlat("E")), M.lonlat("D", east_m=100, north_m=20))]
    do(Reshape(UNITS, [before.pk], shifts), gis_admin)
    before.refresh_from_db()
    assert outline(before).equals(old)


def test_who_and_why_are_kept(town, gis_admin):
    shifts = [Shift((M.lonlat("D"), M.lonlat("E")), M.lonlat("D", east_m=100, north_m=20))]
    do(Reshape(UNITS, ids(W1), shifts), gis_admin, why="新修道路")
    edit = unit(W1).made_in
    assert (edit.kind, edit.by, edit.why, edit.region_code) == ("reshape", gis_admin, "新修道路", city.WEST)


def test_a_corner_that_goes_goes_for_both(town, gis_admin):
    bend = M.lonlat("D", east_m=100, north_m=20)
    do(Reshape(UNITS, ids(W1), [Shift((M.lonlat("D"), M.lonlat("E")), bend)]), gis_admin)
    do(Reshape(UNITS, ids(W1), [Shift((bend,), None)]), gis_admin)
    assert outline(unit(W1)).equals(outline_of_marks("ABED"))


def outline_of_marks(marks: str):
    return shapely_of(M.area(marks))


def test_a_responsibility_grid_follows_its_unit_grids(free_border, gis_admin):
    """The unit grids of one community in two responsibility grids: their common border moves."""
    shifts = [Shift((M.lonlat("D"), M.lonlat("E")), M.lonlat("D", east_m=100, north_m=20))]
    do(Reshape(UNITS, ids(W1), shifts), gis_admin)
    for code in (W1, W2):
        assert outline(unit(code)).equals(outline(unit(code).responsibility_grid))


@pytest.fixture
def free_border(town):
    """The west community's unit grids in a responsibility grid each."""
    north = town.responsibility[city.WEST]
    ResponsibilityGrid.objects.filter(pk=north.pk).update(boundary=M.areas("ABED"))
    south = ResponsibilityGrid.objects.create(
        code=f"{city.STREET}G009", name="南网格", region_code=city.WEST, boundary=M.areas("DEHG")
    )
    UnitGrid.objects.filter(code=W2).update(responsibility_grid=south)
    return town


def test_officers_stay_with_a_grid_that_changes(free_border, gis_admin):
    officer = make_officer("甲", city.WEST, free_border.organisation)
    Posting.objects.create(grid=free_border.responsibility[city.WEST], officer=officer, is_main=True)
    shifts = [Shift((M.lonlat("D"), M.lonlat("E")), M.lonlat("D", east_m=100, north_m=20))]
    do(Reshape(UNITS, ids(W1), shifts), gis_admin)
    assert [(p.officer, p.is_main) for p in unit(W1).responsibility_grid.postings.all()] == [(officer, True)]


def test_ground_given_up_is_refused_and_marked(town, gis_admin):
    with pytest.raises(plans.LeavesGap) as refusal:
        do(Reshape(UNITS, ids(W1), [moved("A", 20, -20)]), gis_admin)
    assert places(refusal)[0].intersects(M_point("A", 1, -1))
    assert not Edit.objects.exists()


def M_point(mark: str, east_m: float, north_m: float):
    return shapely.Point(M.lonlat(mark, east_m=east_m, north_m=north_m))


def test_ground_outside_the_community_is_refused_and_marked(town, gis_admin):
    with pytest.raises(plans.OutsideParent) as refusal:
        do(Reshape(UNITS, ids(W1), [moved("A", -20, 20)]), gis_admin)
    assert places(refusal)[0].intersects(M_point("A", -1, 1))


def test_a_border_that_crosses_itself_is_refused_and_marked(town, gis_admin):
    shifts = [Shift((M.lonlat("D"), M.lonlat("E")), M.lonlat("D", east_m=100, north_m=250))]
    with pytest.raises(outlines.CrossesItself) as refusal:
        do(Reshape(UNITS, ids(W1), shifts), gis_admin)
    assert places(refusal)


def test_a_grid_without_area_is_refused(town, gis_admin):
    with pytest.raises((outlines.NoArea, plans.LeavesGap, outlines.CrossesItself)):
        do(Reshape(UNITS, ids(W1), [Shift((M.lonlat("A"),), None), Shift((M.lonlat("B"),), None)]), gis_admin)


def test_a_corner_that_is_not_there_is_told(town, gis_admin):
    with pytest.raises(redrawing.CornerGone) as refusal:
        do(Reshape(UNITS, ids(W1), [moved("p", 1, 1)]), gis_admin)
    assert places(refusal) == [M_point("p", 0, 0)]


def test_moving_nothing_is_refused(town, gis_admin):
    with pytest.raises(redrawing.NothingChanges):
        do(Reshape(UNITS, ids(W1), [moved("A", 0, 0)]), gis_admin)


# --- split --------------------------------------------------------------------------------------


def test_a_line_splits_a_grid_into_two_with_new_codes(town, gis_admin):
    whole, before = ground(), unit(W1)
    do(Split(UNITS, before.pk, line(("p", 0, 120), ("p", 10, -120))), gis_admin)
    assert_whole(since=whole)
    made = UnitGrid.objects.filter(ancestors=before)
    assert [grid.code for grid in made] == [city.WEST + "003", city.WEST + "004"]


def test_the_neighbour_gets_the_new_corner_and_stays_the_same_version(town, gis_admin):
    neighbour = unit(W2)
    do(Split(UNITS, unit(W1).pk, line(("p", 0, 120), ("p", 10, -120))), gis_admin)
    after = unit(W2)
    assert after.pk == neighbour.pk
    assert after.boundary.num_coords == neighbour.boundary.num_coords + 1


def test_a_split_line_that_ends_on_the_border_divides(town, gis_admin):
    do(Split(UNITS, unit(W1).pk, line(("A", 40, 0), ("D", 60, 0.2))), gis_admin)
    assert UnitGrid.objects.current().filter(code__startswith=city.WEST).count() == 3


def test_parts_stay_in_the_responsibility_grid(town, gis_admin):
    do(Split(UNITS, unit(W1).pk, line(("p", 0, 120), ("p", 10, -120))), gis_admin)
    owners = UnitGrid.objects.current().filter(code__startswith=city.WEST).values_list("responsibility_grid")
    assert set(owners) == {(town.responsibility[city.WEST].pk,)}


@pytest.mark.parametrize(
    "corners, count",
    [
        ([("p", -20, 0), ("p", 20, 0)], 0),  # inside
        ([("A", -50, 0), ("A", -10, 30)], 0),  # missed
        ([("A", -20, -20), ("A", 20, 20)], 1),  # touches the corner
        ([("p", 0, 0), ("p", 0, 150)], 1),  # ends inside
    ],
)
def test_a_line_that_does_not_divide_is_refused(town, gis_admin, corners, count):
    with pytest.raises(redrawing.LineDoesNotDivide) as refusal:
        do(Split(UNITS, unit(W1).pk, line(*corners)), gis_admin)
    assert refusal.value.facts["count"] == count


def test_chosen_roads_split_a_grid(town, gis_admin):
    Road.objects.create(name="支路", kind="residential", centreline=M.lines("ps"), region_code=city.WEST)
    road = Road.objects.create(
        name="新路", kind="residential", region_code=city.WEST,
        centreline=geos(MultiLineString([line(("p", -200, 5), ("p", 200, 5))])),
    )  # fmt: skip
    do(Split(UNITS, unit(W1).pk, roads=[road.pk]), gis_admin)
    assert UnitGrid.objects.current().filter(code__startswith=city.WEST).count() == 3


def test_roads_of_elsewhere_split_nothing(town, gis_admin):
    road = Road.objects.create(
        name="邻路", kind="residential", centreline=M.lines("ps"), region_code=city.NEIGHBOUR
    )
    with pytest.raises(NotHere):
        do(Split(UNITS, unit(W1).pk, roads=[road.pk]), gis_admin)


def test_a_responsibility_grid_is_split_with_its_officers(town, gis_admin):
    officer = make_officer("甲", city.WEST, town.organisation)
    grid = responsible(city.WEST)
    Posting.objects.create(grid=grid, officer=officer, is_main=True)
    do(Split(RESPONSIBILITY, grid.pk, line(("D", -50, 0), ("E", 50, 0))), gis_admin)
    for code in (W1, W2):
        assert outline(unit(code)).equals(outline(unit(code).responsibility_grid))
        assert unit(code).responsibility_grid.postings.get().officer == officer


# --- merge --------------------------------------------------------------------------------------


def test_adjacent_grids_become_one_with_a_new_code(town, gis_admin):
    whole, before = ground(), ids(W1, W2)
    do(Merge(UNITS, before), gis_admin)
    assert_whole(since=whole)
    made = unit(city.WEST + "003")
    assert set(made.ancestors.values_list("pk", flat=True)) == set(before)


def test_grids_that_touch_at_a_corner_only_are_not_merged(town, gis_admin):
    do(Split(UNITS, unit(W1).pk, line(("p", 0, 120), ("p", 0, -120))), gis_admin)
    do(Split(UNITS, unit(W2).pk, line(("s", 0, 120), ("s", 0, -120))), gis_admin)
    west_of = {grid.code: outline(grid).centroid for grid in UnitGrid.objects.current()}
    north_west, south_east = (city.WEST + "003", city.WEST + "006")
    assert west_of[north_west].x < west_of[south_east].x
    with pytest.raises(redrawing.NotAdjacent):
        do(Merge(UNITS, ids(north_west, south_east)), gis_admin)


def test_grids_of_two_communities_are_not_merged(town, gis_admin):
    with pytest.raises(versions.AcrossParents):
        do(Merge(UNITS, ids(W1, E1)), gis_admin)


def test_grids_of_two_responsibility_grids_are_not_merged(free_border, gis_admin):
    with pytest.raises(redrawing.OfSeveralGrids):
        do(Merge(UNITS, ids(W1, W2)), gis_admin)


def test_merged_responsibility_grids_have_the_officers_of_both(town, gis_admin):
    west, east = responsible(city.WEST), responsible(city.EAST)
    one, other = (make_officer(n, city.STREET, town.organisation) for n in "甲乙")
    Posting.objects.create(grid=west, officer=one, is_main=True)
    Posting.objects.create(grid=east, officer=other, is_main=True)
    whole = ground(ResponsibilityGrid)
    do(Merge(RESPONSIBILITY, [west.pk, east.pk], name="合并网格"), gis_admin)
    made = ResponsibilityGrid.objects.current().get(name="合并网格")
    assert {p.officer.name: p.is_main for p in made.postings.all()} == {"甲": True, "乙": False}
    assert (made.region_code, made.unit_grids.count()) == (city.STREET, 4)
    assert ground(ResponsibilityGrid).equals(whole)


# --- transfer -----------------------------------------------------------------------------------


def test_unit_grids_go_to_another_responsibility_grid(town, gis_admin):
    west, east = responsible(city.WEST), responsible(city.EAST)
    do(Transfer(ids(W1), to=east.pk, owners=[west.pk]), gis_admin)
    assert unit(W1).responsibility_grid == responsible(city.EAST)
    assert unit(W2).responsibility_grid == responsible(city.WEST)
    assert outline(responsible(city.WEST)).equals(outline_of_marks("DEHG"))
    assert shapely.coverage_is_valid([outline(responsible(city.WEST)), outline(responsible(city.EAST))])


def test_free_unit_grids_are_given_to_a_grid(town, gis_admin):
    town.responsibility[city.EAST].delete()
    do(Transfer(ids(E1), to=responsible(city.WEST).pk), gis_admin)
    assert unit(E1).responsibility_grid == responsible(city.WEST)


def test_a_transfer_that_takes_all_is_refused(town, gis_admin):
    west, east = responsible(city.WEST), responsible(city.EAST)
    with pytest.raises(plans.EmptiesGrid):
        do(Transfer(ids(W1, W2), to=east.pk, owners=[west.pk]), gis_admin)


def test_a_transfer_to_a_grid_that_does_not_touch_is_refused(town, gis_admin):
    do(Split(UNITS, unit(E1).pk, line(("q", 0, 120), ("q", 0, -120))), gis_admin)
    far = UnitGrid.objects.current().filter(code__startswith=city.EAST).order_by("-code").first()
    west, east = responsible(city.WEST), responsible(city.EAST)
    with pytest.raises(plans.TearsGrid):
        do(Transfer([far.pk], to=west.pk, owners=[east.pk]), gis_admin)


def test_what_another_has_transferred_meanwhile_is_told(town, gis_admin):
    west, east = responsible(city.WEST), responsible(city.EAST)
    do(Transfer(ids(W1), to=east.pk, owners=[west.pk]), gis_admin)
    with pytest.raises(versions.ChangedMeanwhile):
        do(Transfer(ids(W1), to=east.pk, owners=[west.pk]), gis_admin)


def test_a_unit_grid_of_a_grid_that_is_not_named_is_told(town, gis_admin):
    with pytest.raises(redrawing.OwnerNotNamed):
        do(Transfer(ids(W1), to=responsible(city.EAST).pk), gis_admin)


# --- retire -------------------------------------------------------------------------------------


def test_the_ground_of_a_retired_grid_goes_to_its_heir(town, gis_admin):
    whole, retired = ground(), unit(W1)
    do(Retire(UNITS, retired.pk, ground_to=unit(W2).pk), gis_admin)
    assert_whole(since=whole)
    assert unit(W2).ancestors.filter(pk=retired.pk).exists()
    assert not UnitGrid.objects.current().filter(code=W1).exists()


def test_an_heir_must_be_a_neighbour(town, gis_admin):
    do(Split(UNITS, unit(W1).pk, line(("A", -5, -30), ("B", 5, -30))), gis_admin)
    with pytest.raises(redrawing.NotAdjacent):
        do(Retire(UNITS, unit(city.WEST + "003").pk, ground_to=unit(W2).pk), gis_admin)


def test_the_officers_of_a_retired_grid_answer_for_another(town, gis_admin):
    officer = make_officer("甲", city.STREET, town.organisation)
    west, east = responsible(city.WEST), responsible(city.EAST)
    Posting.objects.create(grid=west, officer=officer, is_main=True)
    do(Retire(RESPONSIBILITY, west.pk, ground_to=east.pk), gis_admin)
    assert responsible(city.EAST).postings.get().officer == officer
    assert responsible(city.EAST).unit_grids.count() == 4


def test_the_last_unit_grid_of_a_responsibility_grid_does_not_go_elsewhere(free_border, gis_admin):
    with pytest.raises(plans.EmptiesGrid):
        do(Retire(UNITS, unit(W1).pk, ground_to=unit(W2).pk), gis_admin)


def test_an_edit_on_a_retired_grid_is_told_with_its_heir(town, gis_admin):
    retired = unit(W1)
    do(Retire(UNITS, retired.pk, ground_to=unit(W2).pk), gis_admin)
    with pytest.raises(versions.GridRetired) as refusal:
        do(Merge(UNITS, [retired.pk, unit(W2).pk]), gis_admin)
    assert places(refusal)[0].equals(outline(unit(W2)))


# --- who, and two at once -----------------------------------------------------------------------


def test_a_neighbour_edits_nothing_here(town):
    other = make_user("other", role=Role.GIS_ADMINISTRATOR, jurisdiction=city.NEIGHBOUR)
    with pytest.raises(NotHere):
        do(Merge(UNITS, ids(W1, W2)), other)


def test_a_grid_beyond_ones_jurisdiction_does_not_change_along(free_border):
    Region.objects.filter(code=city.WEST).update(name="西")
    ResponsibilityGrid.objects.filter(name="南网格").update(region_code=city.STREET)
    local = make_user("local", role=Role.GIS_ADMINISTRATOR, jurisdiction=city.WEST)
    shifts = [Shift((M.lonlat("D"), M.lonlat("E")), M.lonlat("D", east_m=100, north_m=20))]
    with pytest.raises(plans.OutsideYourGround):
        do(Reshape(UNITS, ids(W1), shifts), local)


def test_an_edit_sent_twice_is_done_once(town, gis_admin):
    asked, key = Merge(UNITS, ids(W1, W2)), uuid.uuid4()
    assert do(asked, gis_admin, key=key) == do(asked, gis_admin, key=key)
    assert Edit.objects.count() == 1


def test_a_plan_changes_nothing(town, gis_admin):
    before = list(UnitGrid.objects.values_list("pk", "valid"))
    plan = Merge(UNITS, ids(W1, W2)).plan(gis_admin)
    assert [draft.code for draft in plan.changes[0].made] == [city.WEST + "003"]
    assert list(UnitGrid.objects.values_list("pk", "valid")) == before


def test_the_database_finds_what_is_broken(town, gis_admin):
    """A plan that loses ground, written past all checks, is refused by the database."""
    grid = unit(W1)
    half = shapely_of(M.area("ABED")).buffer(-2e-4)
    draft = plans.Draft(grid.code, grid.name, half, (grid,))
    plan = plans.Plan(Edit.Kind.RESHAPE, UNITS, city.WEST, [plans.Change(UNITS, [grid], [draft])])
    edit = Edit.objects.create(kind="reshape", region_code=city.WEST, by=gis_admin, key=uuid.uuid4())
    with pytest.raises(plans.LeavesGap):
        edits.write(plan, edit)


@pytest.mark.django_db(transaction=True)
def test_of_two_edits_at_once_the_second_is_told_what_is_there_now(transactional_db, town, gis_admin):
    before = ids(W1, W2)
    outcomes, start = [], threading.Barrier(4)

    def one():
        try:
            start.wait()
            do(Merge(UNITS, before), gis_admin)
            outcomes.append("done")
        except versions.ChangedMeanwhile as told:
            outcomes.append(shape(told.where["features"][0]["geometry"]).equals(outline_of_marks("ABHG")))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["True", "True", "True", "done"]
    assert UnitGrid.objects.current().filter(code__startswith=city.WEST).count() == 1
    assert unit(city.WEST + "003").valid.lower == timezone.localdate()


# --- corners ------------------------------------------------------------------------------------


def test_neighbours_get_one_anothers_corners():
    square, beside = shapely.box(0, 0, 1, 1), shapely.Polygon([(1, 0), (2, 0), (2, 1), (1, 1), (1, 0.5)])
    after = coverage.matched({"a": square, "b": beside}, ["b"])
    assert (1.0, 0.5) in after["a"].exterior.coords[:]


def test_corners_a_hair_apart_become_one():
    square, beside = shapely.box(0, 0, 1, 1), shapely.Polygon([(1, 0), (2, 0), (2, 1), (1 + 5e-9, 1)])
    after = coverage.matched({"a": square, "b": beside}, ["b"])
    assert shapely.coverage_is_valid(list(after.values()))
