"""What the database itself holds about territory, whoever writes."""

from datetime import date

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from grids.models import Officer, Organisation, Posting, Region, ResponsibilityGrid, UnitGrid
from tests import city
from tests.city import MAP

BOW_TIE = Polygon(((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)), srid=4326)


def make_region(code="411002", boundary=None, **values) -> Region:
    return Region.objects.create(
        code=code, name="区", boundary=MAP.areas("ACJG") if boundary is None else boundary, **values
    )


def make_grid(code=city.WEST + "001", boundary=None, **values) -> UnitGrid:
    return UnitGrid.objects.create(code=code, boundary=boundary or MAP.area("ABED"), **values)


@pytest.mark.parametrize("code", ["", "4", "411", "4110021", "41100200a", "4110020010012"])
def test_a_region_code_has_a_standard_length_and_only_digits(db, code):
    with pytest.raises(Exception, match=r"region_code_is_standard|too long"), transaction.atomic():
        make_region(code)


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("41", 2, ""),
        ("4110", 4, "41"),
        ("411002", 6, "4110"),
        ("411002001", 9, "411002"),
        ("411002001003", 12, "411002001"),
    ],
)
def test_level_and_parent_follow_from_the_code(db, code, level, parent):
    region = make_region(code)
    assert (region.level, region.parent_code, region.region_code) == (level, parent, code)


def test_a_region_outside_its_parent_is_refused_when_the_transaction_ends(db):
    make_region("411002", MAP.areas("ABHG"))
    make_region("411002001", MAP.areas("CNKJ"))
    outside = "411002001 lies outside its parent 411002"
    with pytest.raises(IntegrityError, match=outside), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_city_loads_in_any_order(db):
    with transaction.atomic():
        make_region("411002001", MAP.areas("ABED"))
        make_region("411002", MAP.areas("ACJG"))
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Region.objects.count() == 2


@pytest.mark.parametrize(
    "boundary", [MultiPolygon(BOW_TIE, srid=4326), MultiPolygon(srid=4326)], ids=["crossing", "empty"]
)
def test_a_boundary_is_valid_and_not_empty(db, boundary):
    with pytest.raises(IntegrityError, match="region_boundary_sound"), transaction.atomic():
        make_region(boundary=boundary)


def test_a_boundary_of_the_wrong_type_is_refused(db):
    with pytest.raises(Exception, match="Polygon"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO grids_unitgrid (name, valid, code, boundary) VALUES ('', '[2026-01-01,)', %s, %s)",
            [city.WEST + "001", "SRID=4326;POINT(113 34)"],
        )


def test_two_versions_of_a_grid_never_overlap_in_time(db):
    make_grid(valid=DateRange(date(2025, 1, 1), date(2026, 1, 1)))
    make_grid(valid=DateRange(date(2026, 1, 1), None))
    with pytest.raises(IntegrityError, match="one_version_at_a_time"), transaction.atomic():
        make_grid(valid=DateRange(date(2025, 6, 1), date(2025, 7, 1)))


def test_the_map_of_a_day_shows_the_version_of_that_day(db):
    old = make_grid(valid=DateRange(date(2025, 1, 1), date(2026, 1, 1)))
    new = make_grid(valid=DateRange(date(2026, 1, 1), None), boundary=MAP.area("ACFD"))
    assert [UnitGrid.objects.on(day).get() for day in (date(2025, 12, 31), date(2026, 1, 1))] == [old, new]


def test_the_tile_twin_follows_the_boundary(db):
    grid = make_grid()
    UnitGrid.objects.filter(pk=grid.pk).update(boundary=MAP.area("ACFD"))
    grid.refresh_from_db()
    assert grid.boundary_3857.equals_exact(grid.boundary.transform(3857, clone=True), 0.01)


def test_a_unit_grid_belongs_to_the_community_its_code_begins_with(db):
    assert make_grid().region_code == city.WEST


@pytest.mark.parametrize("code", ["411002001001", city.WEST + "01", city.WEST + "0x1"])
def test_a_unit_grid_code_extends_a_community_code(db, code):
    with pytest.raises(IntegrityError, match="unit_grid_code_is_standard"), transaction.atomic():
        make_grid(code)


def test_a_point_on_a_shared_edge_lies_in_both_grids(town):
    middle = MAP.point("p", east_m=100)
    assert set(UnitGrid.objects.covering(middle).values_list("code", flat=True)) == {
        city.WEST + "001",
        city.EAST + "001",
    }


@pytest.mark.parametrize(("metres", "found"), [(49, 2), (101, 3)])
def test_neighbours_are_found_by_metres_on_the_ground(town, metres, found):
    """From 52 m east of p it is 48 m to the east grid, 100 m to the one below and 111 m to the far one."""
    assert UnitGrid.objects.within(metres, of=MAP.point("p", east_m=52)).count() == found


def test_a_grid_has_one_main_officer(town, worker, colleague):
    grid: ResponsibilityGrid = town.responsibility[city.WEST]
    officers = [
        Officer.objects.create(
            user=user,
            name=user.username,
            card_number=str(n),
            organisation=Organisation.objects.get(),
            region_code=city.WEST,
        )
        for n, user in enumerate([worker, colleague])
    ]
    Posting.objects.create(grid=grid, officer=officers[0], is_main=True)
    with pytest.raises(IntegrityError, match="posting_one_main_officer"), transaction.atomic():
        Posting.objects.create(grid=grid, officer=officers[1], is_main=True)
