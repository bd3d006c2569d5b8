"""Drawing responsibility grids: what is allowed, what is refused and where it is wrong."""

import threading
import uuid
from datetime import timedelta

import pytest
import shapely
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from shapely.geometry import shape

from gis.roles import Role
from grids import editing, edits, outlines
from grids.editing import Officers
from grids.models import Officer, Region, ResponsibilityGrid, UnitGrid
from tests import city
from tests.conftest import make_user

M = city.MAP
EAST_MARKS = "BCJH"
NOBODY = Officers()


def ring(*corners: tuple) -> dict:
    """A GeoJSON polygon of marks, or of (mark, east_m, north_m)."""
    spots = [
        M.lonlat(c) if isinstance(c, str) else M.lonlat(c[0], east_m=c[1], north_m=c[2]) for c in corners
    ]
    return {"type": "Polygon", "coordinates": [[*map(list, spots), list(spots[0])]]}


def draw(by, *corners, name="新网格", officers=NOBODY, key=None):
    boundary = outlines.read(ring(*corners))
    return editing.draw_responsibility_grid(
        boundary, name=name, officers=officers, key=key or uuid.uuid4(), by=by
    )


def make_officer(name: str, region: str, organisation) -> Officer:
    user = make_user(f"officer-{name}", role=Role.GRID_WORKER, jurisdiction=region)
    return Officer.objects.create(
        user=user, name=name, card_number=f"K{name}", organisation=organisation, region_code=region
    )


@pytest.fixture
def free_east(town):
    """The east community without a responsibility grid."""
    town.responsibility[city.EAST].delete()
    return town


def places(refusal) -> list:
    where = refusal.value.where
    features = where["features"] if where["type"] == "FeatureCollection" else [where]
    return [shape(f.get("geometry", f)) for f in features]


# --- drawing ------------------------------------------------------------------------------------


def test_a_grid_is_drawn_with_a_code_of_its_street(free_east, gis_admin):
    grid = draw(gis_admin, *EAST_MARKS)
    assert (grid.code, grid.region_code) == (f"{city.STREET}G002", city.EAST)


def test_unit_grids_inside_are_linked(free_east, gis_admin):
    grid = draw(gis_admin, *EAST_MARKS)
    linked = UnitGrid.objects.filter(responsibility_grid=grid).values_list("code", flat=True)
    assert list(linked) == [city.EAST + "001", city.EAST + "002"]


def test_unit_grids_of_others_stay_where_they_are(free_east, gis_admin):
    draw(gis_admin, *EAST_MARKS)
    west = UnitGrid.objects.filter(responsibility_grid=free_east.responsibility[city.WEST])
    assert west.count() == 2


def test_a_drawing_sent_twice_is_drawn_once(free_east, gis_admin):
    key = uuid.uuid4()
    assert draw(gis_admin, *EAST_MARKS, key=key) == draw(gis_admin, *EAST_MARKS, key=key)


def test_somebody_elses_key_tells_nothing(free_east, gis_admin):
    key = uuid.uuid4()
    draw(gis_admin, *EAST_MARKS, key=key)
    neighbour = make_user("other", role=Role.GIS_ADMINISTRATOR, jurisdiction=city.NEIGHBOUR)
    with pytest.raises(edits.KeyUsed):
        draw(neighbour, *EAST_MARKS, key=key)


def test_a_code_is_never_given_again(free_east, gis_admin):
    first = draw(gis_admin, *EAST_MARKS)
    yesterday = timezone.localdate() - timedelta(days=1)
    ResponsibilityGrid.objects.filter(pk=first.pk).update(valid=DateRange(yesterday, timezone.localdate()))
    assert draw(gis_admin, *EAST_MARKS).code == f"{city.STREET}G003"


def test_a_grid_that_has_ended_leaves_its_ground(free_east, gis_admin):
    first = draw(gis_admin, *EAST_MARKS)
    yesterday = timezone.localdate() - timedelta(days=1)
    ResponsibilityGrid.objects.filter(pk=first.pk).update(valid=DateRange(yesterday, timezone.localdate()))
    second = draw(gis_admin, *EAST_MARKS)
    assert UnitGrid.objects.filter(responsibility_grid=second).count() == 2


def test_dust_of_a_neighbour_is_clipped(free_east, gis_admin):
    grid = draw(gis_admin, ("B", -0.001, 0), "C", "J", ("H", -0.001, 0))
    west = ResponsibilityGrid.objects.get(region_code=city.WEST)
    overlap = west.boundary.intersection(grid.boundary)
    assert overlap.area < 1e-15


# --- outlines -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        "POLYGON",
        [],
        {},
        {"type": "Point", "coordinates": [113, 34]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[113, 34], [113.1, 34]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]]},
        {"type": "Polygon", "coordinates": [[[500, 34], [500.1, 34], [500, 34.1], [500, 34]]]},
        {"type": "Feature", "geometry": None},
    ],
)
def test_what_is_no_polygon_is_refused(nonsense):
    with pytest.raises(outlines.NotAPolygon):
        outlines.read(nonsense)


def test_too_many_corners_are_refused():
    circle = shapely.Point(113.8, 34).buffer(0.01, quad_segs=2000)
    with pytest.raises(outlines.TooManyVertices):
        outlines.read(shapely.geometry.mapping(circle))


def test_a_line_encloses_nothing():
    with pytest.raises(outlines.NoArea):
        outlines.read(ring("B", "C", "B"))


def test_a_bow_tie_shows_its_knot():
    with pytest.raises(outlines.CrossesItself) as refusal:
        outlines.read(ring("A", "E", "B", "D"))
    [knot] = places(refusal)
    middle = M.lonlat("p")
    assert knot.distance(shapely.Point(middle)) < 1e-9


def test_each_crossing_is_shown():
    with pytest.raises(outlines.CrossesItself) as refusal:
        outlines.read(ring("A", "B", "C", "F", ("B", 50, 50), ("B", -50, 50), "D"))
    [knots] = places(refusal)
    assert len(shapely.get_coordinates(knots)) == 2


def test_sides_on_top_of_each_other_are_shown_as_a_stretch():
    with pytest.raises(outlines.CrossesItself) as refusal:
        outlines.read(ring("A", "B", "E", ("E", 100, 0), "E", "D"))
    assert any(place.length > 0 for place in places(refusal))


def test_an_area_with_a_hole_is_read():
    outer, hole = ring("A", "C", "J", "G")["coordinates"][0], ring("p", "q", "t", "s")["coordinates"][0]
    area = outlines.read({"type": "Polygon", "coordinates": [outer, hole]})
    assert outlines.ground_m2(area) == pytest.approx(160_000 - 40_000, rel=0.01)


# --- refusals -----------------------------------------------------------------------------------


def test_the_part_outside_the_jurisdiction_is_shown(free_east, gis_admin):
    with pytest.raises(editing.OutsideJurisdiction) as refusal:
        draw(gis_admin, "B", "N", "K", "H")
    [outside] = places(refusal)
    assert outside.symmetric_difference(shape(ring("C", "N", "K", "J"))).area < 1e-12


def test_an_overlap_is_shown_with_the_name_of_its_owner(free_east, gis_admin):
    with pytest.raises(editing.Overlaps) as refusal:
        draw(gis_admin, ("B", -20, 0), "C", "J", ("H", -20, 0))
    [overlap] = places(refusal)
    assert overlap.symmetric_difference(shape(ring(("B", -20, 0), "B", "H", ("H", -20, 0)))).area < 1e-12
    assert "西网格" in str(refusal.value)


def test_a_grid_in_two_streets_is_refused_with_both_names(free_east, gis_admin):
    second = f"{city.DISTRICT}002"
    Region.objects.filter(code=city.EAST).delete()
    Region.objects.filter(code=city.STREET).update(boundary=M.areas("ABHG"))
    Region.objects.create(code=second, name="西湖街道", boundary=M.areas("BCJH"))
    ResponsibilityGrid.objects.all().delete()
    with pytest.raises(editing.AcrossStreets) as refusal:
        draw(gis_admin, "A", "C", "J", "G")
    assert "东湖街道" in str(refusal.value)
    assert [f["properties"]["name"] for f in refusal.value.where["features"]] == ["东湖街道", "西湖街道"]


def test_what_is_refused_changes_nothing(free_east, gis_admin):
    before = ResponsibilityGrid.objects.count()
    lazy = make_officer("远", city.NEIGHBOUR_COMMUNITY, free_east.organisation)
    with pytest.raises(editing.UnknownOfficer):
        draw(gis_admin, *EAST_MARKS, officers=Officers((lazy.pk,)))
    assert ResponsibilityGrid.objects.count() == before


# --- officers -----------------------------------------------------------------------------------


def test_the_main_officer_and_others_are_posted(free_east, gis_admin):
    one, other = (make_officer(n, city.EAST, free_east.organisation) for n in "甲乙")
    grid = draw(gis_admin, *EAST_MARKS, officers=Officers((one.pk, other.pk), main=other.pk))
    assert {p.officer.name: p.is_main for p in grid.postings.all()} == {"甲": False, "乙": True}


@pytest.mark.parametrize("region, works", [(city.STREET, True), (city.DISTRICT, True), (city.WEST, True)])
def test_officers_of_the_street_serve_in_all_of_it(free_east, gis_admin, region, works):
    officer = make_officer("丙", region, free_east.organisation)
    grid = draw(gis_admin, *EAST_MARKS, officers=Officers((officer.pk,), main=officer.pk))
    assert grid.postings.count() == 1


def test_an_officer_of_another_street_is_refused(free_east, gis_admin):
    officer = make_officer("丁", f"{city.DISTRICT}009", free_east.organisation)
    with pytest.raises(editing.OfficerOfAnotherRegion, match="丁"):
        draw(gis_admin, *EAST_MARKS, officers=Officers((officer.pk,)))


def test_the_main_officer_must_be_among_the_officers(free_east, gis_admin):
    officer = make_officer("戊", city.EAST, free_east.organisation)
    with pytest.raises(editing.MainNotPosted):
        draw(gis_admin, *EAST_MARKS, officers=Officers((), main=officer.pk))


def test_officers_are_replaced(free_east, gis_admin):
    one, other = (make_officer(n, city.EAST, free_east.organisation) for n in "己庚")
    grid = draw(gis_admin, *EAST_MARKS, officers=Officers((one.pk,), main=one.pk))
    editing.post_officers(grid, Officers((other.pk,), main=other.pk), by=gis_admin)
    assert [p.officer for p in grid.postings.all()] == [other]


# --- fitting ------------------------------------------------------------------------------------


def test_a_drawing_is_fitted_to_the_free_unit_grids(free_east, gis_admin):
    UnitGrid.objects.filter(code__startswith=city.EAST).update(responsibility_grid=None)
    fitted = editing.fit(
        outlines.read(ring(("B", -30, 0), ("C", -5, 9), ("J", -5, 9), ("H", -30, 0))), by=gis_admin
    )
    assert fitted.unit_grids == [city.EAST + "001", city.EAST + "002"]
    assert fitted.boundary.symmetric_difference(shape(ring(*EAST_MARKS))).area < 1e-15


def test_what_is_fitted_can_be_saved(free_east, gis_admin):
    fitted = editing.fit(outlines.read(ring(("B", -30, 0), "C", "J", ("H", -30, 0))), by=gis_admin)
    grid = editing.draw_responsibility_grid(
        fitted.boundary, name="合", officers=Officers(), key=uuid.uuid4(), by=gis_admin
    )
    assert grid.unit_grids.count() == 2


def test_unit_grids_of_others_are_counted_but_not_fitted(free_east, gis_admin):
    fitted = editing.fit(outlines.read(ring("A", "C", "J", "G")), by=gis_admin)
    assert (len(fitted.unit_grids), fitted.taken) == (2, 2)


def test_nothing_free_is_refused(town, gis_admin):
    with pytest.raises(editing.NothingToFit):
        editing.fit(outlines.read(ring(*EAST_MARKS)), by=gis_admin)


# --- two at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_on_the_same_ground_one_wins(transactional_db, free_east, gis_admin):
    outcomes, start = [], threading.Barrier(4)

    def one():
        try:
            start.wait()
            outcomes.append(draw(gis_admin, *EAST_MARKS).code)
        except editing.Overlaps:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [f"{city.STREET}G002", "refused", "refused", "refused"]
