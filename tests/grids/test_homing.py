"""Who belongs where in ``tests.city``: B E H is a border of communities, C F J one of districts."""

import pytest
import shapely
from django.contrib.gis.geos import MultiLineString, Point
from django.utils import timezone

from buildings.models import Building, Door, Road
from grids import homing
from grids.models import Region, ResponsibilityGrid, UnitGrid
from tests import city
from tests.city import MAP

DOOR = ("buildings_door", "location")
ROAD = ("buildings_road", "centreline")


def door_at(point: Point) -> Door:
    door = Door.objects.create(road_name="中轴路", number="1号", location=point)
    homing.home_points(*DOOR, [door.id])
    door.refresh_from_db()
    return door


def region_of_road(*lines: str) -> str:
    road = Road.objects.create(name="新路", centreline=MAP.lines(*lines))
    homing.home_extents(*ROAD, [road.id])
    road.refresh_from_db()
    return road.region_code


@pytest.mark.parametrize(
    "mark, grid",
    [("p", city.WEST + "001"), ("s", city.WEST + "002"), ("n", city.NEIGHBOUR_COMMUNITY + "001")],
)
def test_a_point_belongs_to_the_unit_grid_that_covers_it_and_its_community(town, mark, grid):
    door = door_at(MAP.point(mark))
    assert (door.unit_grid_code, door.region_code) == (grid, grid[:12])


def test_on_a_shared_border_the_lower_code_wins(town):
    assert door_at(MAP.point("E")).unit_grid_code == city.WEST + "001"


def test_without_a_unit_grid_a_point_belongs_to_the_smallest_region(town):
    UnitGrid.objects.all().delete()
    door = door_at(MAP.point("q"))
    assert (door.unit_grid_code, door.region_code) == ("", city.EAST)


def test_with_only_a_district_outline_a_point_belongs_to_the_district(town):
    UnitGrid.objects.all().delete()
    Region.objects.exclude(code=city.DISTRICT).delete()
    assert door_at(MAP.point("p")).region_code == city.DISTRICT


def test_a_unit_grid_of_the_past_homes_nothing(town):
    UnitGrid.objects.filter(code=city.WEST + "001").update(valid=("2020-01-01", "2021-01-01"))
    door = door_at(MAP.point("p"))
    assert (door.unit_grid_code, door.region_code) == ("", city.WEST)


def test_a_point_beyond_all_regions_is_returned_without_a_home(town):
    door = Door.objects.create(road_name="远路", number="1", location=Point(100, 30, srid=4326))
    assert homing.home_points(*DOOR, [door.id]) == [door.id]


def test_a_building_belongs_where_its_interior_point_lies(town):
    building = Building.objects.create(footprint=MAP.areas("ABED"))
    homing.home_points("buildings_building", "footprint", [building.id])
    building.refresh_from_db()
    assert building.unit_grid_code == city.WEST + "001"


def test_only_the_chosen_rows_are_homed(town):
    chosen, other = (
        Door.objects.create(road_name="中轴路", number=n, location=MAP.point("p")) for n in ("1", "2")
    )
    homing.home_points(*DOOR, [chosen.id])
    assert list(Door.objects.filter(region_code="").values_list("id", flat=True)) == [other.id]


def test_without_ids_the_whole_table_is_homed(town):
    Door.objects.update(region_code="", unit_grid_code="")
    homing.home_points(*DOOR)
    assert not Door.objects.filter(unit_grid_code="").exists()


@pytest.mark.parametrize(
    "lines, region, why",
    [
        (["ps"], city.WEST, "inside one community"),
        (["pq"], city.STREET, "across a border of communities"),
        (["BE"], city.STREET, "along a border of communities"),
        (["AB"], city.WEST, "along an outer border of one community"),
        (["AC"], city.STREET, "along an outer border of two communities"),
        (["pn"], city.CITY, "across a border of districts"),
        (["CF"], city.CITY, "along a border of districts"),
        (["pE"], city.WEST, "it ends on the border and only touches the other side"),
        (["ps", "qt"], city.STREET, "two parts, each in one community"),
    ],
)
def test_a_road_belongs_to_the_smallest_region_that_holds_all_of_it(town, lines, region, why):
    assert region_of_road(*lines) == region, why


def test_a_road_that_leaves_the_only_district_carries_the_district(town):
    UnitGrid.objects.all().delete()
    Region.objects.exclude(code=city.DISTRICT).delete()
    assert region_of_road("pn") == city.DISTRICT


def test_a_road_across_two_districts_carries_their_city_even_if_it_is_not_loaded(town):
    Region.objects.filter(code=city.CITY).delete()
    assert region_of_road("pn") == city.CITY


def test_a_road_that_crosses_a_border_by_less_than_a_metre_stays_at_home(town):
    line = MultiLineString(MAP.line("pE"), srid=4326)
    coords = [line[0][0], MAP.lonlat("B", east_m=0.5, north_m=-50)]
    road = Road.objects.create(name="边路", centreline=MultiLineString(type(line[0])(coords), srid=4326))
    homing.home_extents(*ROAD, [road.id])
    road.refresh_from_db()
    assert road.region_code == city.WEST


def test_a_responsibility_grid_gets_its_region_and_its_unit_grids(town):
    ResponsibilityGrid.objects.all().delete()
    grid = ResponsibilityGrid.objects.create(
        code="G1", name="新", region_code=city.DISTRICT, boundary=MAP.areas("ACFD")
    )
    homing.home_responsibility_grids([grid.id])
    grid.refresh_from_db()
    linked = set(grid.unit_grids.values_list("code", flat=True))
    assert (grid.region_code, linked) == (city.STREET, {city.WEST + "001", city.EAST + "001"})


def test_a_unit_grid_that_slipped_out_of_a_responsibility_grid_is_released(town):
    grid = town.responsibility[city.WEST]
    grid.boundary = MAP.areas("ABED")
    grid.save()
    homing.home_responsibility_grids([grid.id])
    assert UnitGrid.objects.get(code=city.WEST + "002").responsibility_grid is None


def test_unit_grids_are_linked_to_the_responsibility_grid_in_force(town):
    UnitGrid.objects.update(responsibility_grid=None)
    homing.home_unit_grids()
    linked = UnitGrid.objects.get(code=city.EAST + "002").responsibility_grid
    assert linked == town.responsibility[city.EAST]


def test_a_region_outside_its_parent_is_named(town):
    lost = Region.objects.create(code="411002002", name="远街道", boundary=MAP.areas("CNKJ"))
    [(found, reason)] = homing.check_regions([lost.id])
    assert found == lost.id
    assert "411002002" in reason
    lost.delete()


def test_a_parent_that_does_not_hold_its_part_is_named(db):
    Region.objects.create(code=city.STREET, name="街道", boundary=MAP.areas("ACJG"))
    parent = Region.objects.create(code=city.DISTRICT, name="区", boundary=MAP.areas("CNKJ"))
    [(found, reason)] = homing.check_regions([parent.id])
    assert found == parent.id
    assert city.STREET in reason
    Region.objects.all().delete()


def test_a_unit_grid_in_another_community_than_its_code_is_named(town):
    wrong = UnitGrid.objects.create(code=city.WEST + "009", boundary=MAP.area("EFJH"))
    assert [row_id for row_id, _why in homing.check_unit_grids([wrong.id])] == [wrong.id]


def test_regions_of_points_come_in_the_order_asked(town):
    points = [shapely.Point(MAP.lonlat(mark)) for mark in "npq"] + [shapely.Point(0, 0)]
    assert homing.regions_of_points(points) == [city.NEIGHBOUR_COMMUNITY, city.WEST, city.EAST, ""]


def test_regions_of_extents_come_in_the_order_asked(town):
    lines = [shapely.LineString([MAP.lonlat(a), MAP.lonlat(b)]) for a, b in ("pn", "ps")]
    assert homing.regions_of_extents(lines) == [city.CITY, city.WEST]


def test_a_region_in_force_from_tomorrow_homes_nothing_yet(town):
    tomorrow = timezone.localdate() + timezone.timedelta(days=1)
    UnitGrid.objects.all().delete()
    Region.objects.filter(code=city.WEST).update(valid=(tomorrow, None))
    assert door_at(MAP.point("p")).region_code == city.STREET
