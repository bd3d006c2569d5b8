"""Buildings, doors, places and assets of the demo city stand where they belong."""

import re

import numpy as np
import pytest
import shapely
from django.db import connection

from buildings.models import Asset, Building, Door, Road
from demo import doors, plane
from demo.parcels import road_space


def test_no_building_stands_on_a_road(demo_city):
    for piece in road_space(demo_city.plan, demo_city.graph):
        assert not shapely.intersects(piece, demo_city.houses.shape).any()


def test_buildings_keep_half_the_width_of_the_road_away_from_its_centreline(demo_city):
    houses = shapely.STRtree(demo_city.houses.shape)
    for road, strands in zip(demo_city.plan.roads, demo_city.graph.strands, strict=True):
        lines = plane.on_the_ground(strands)
        assert not houses.query(lines, predicate="dwithin", distance=road.half_width_m - 0.2).size, road.name


def test_no_two_buildings_touch(demo_city):
    shapes = demo_city.houses.shape
    touching = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert touching.shape[1] == len(shapes)


def test_buildings_stand_inside_their_parcel(demo_city):
    h = demo_city.houses
    assert shapely.covers(demo_city.parcels.shape[h.parcel], h.shape).all()


def test_no_building_stands_in_water(demo_city):
    water = [demo_city.parcels.water, *demo_city.parcels.ponds]
    assert not any(shapely.intersects(w, demo_city.houses.shape).any() for w in water)


def test_buildings_of_an_estate_are_numbered_from_one(loaded):
    numbers: dict[int, list[int]] = {}
    for estate, number in Building.objects.exclude(estate=None).values_list("estate_id", "number"):
        numbers.setdefault(estate, []).append(int(re.fullmatch(r"(\d+)号楼", number)[1]))
    assert numbers
    assert all(sorted(of_estate) == list(range(1, len(of_estate) + 1)) for of_estate in numbers.values())


def test_a_road_has_one_name_and_a_name_one_road(loaded):
    names = list(Road.objects.exclude(kind="path").values_list("name", flat=True))
    assert all(names)
    assert len(set(names)) == len(names)


def test_roads_have_chinese_names_of_every_rank(loaded):
    names = Road.objects.exclude(kind="path").values_list("name", flat=True)
    assert {name[-1] for name in names} >= {"道", "路", "街", "巷"}


@pytest.fixture(scope="module")
def roads_with_doors(demo_city):
    """Per road: measure, number and side (left or not) of its doors."""
    d, lines = demo_city.doors, doors.centrelines(demo_city.plan, demo_city.graph)
    found = []
    for road in np.unique(d.road):
        at, number = d.at[d.road == road], d.number[d.road == road]
        along = shapely.line_locate_point(lines[road], shapely.points(at))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], along + 1))
        here = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], np.maximum(along - 1, 0)))
        course, off = ahead - here, at - here
        left = course[:, 0] * off[:, 1] > course[:, 1] * off[:, 0]
        found.append((along, number, left))
    return found


def test_door_numbers_are_odd_on_one_side_and_even_on_the_other(roads_with_doors):
    for _, number, left in roads_with_doors:
        assert (number[left] % 2 == 1).all()
        assert (number[~left] % 2 == 0).all()


def test_door_numbers_rise_along_the_road(roads_with_doors):
    for along, number, left in roads_with_doors:
        for side in (left, ~left):
            order = np.argsort(along[side])
            assert (np.diff(number[side][order]) > 0).all()


def test_a_door_lies_on_the_pavement_of_its_road(loaded):
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT max(ST_Distance(d.location::geography, r.centreline::geography)) FROM buildings_door d
               JOIN buildings_road r ON r.id = d.road_id"""
        )
        assert cursor.fetchone()[0] < 33
    assert not Door.objects.filter(road=None).exists()


def test_asset_codes_are_district_class_and_sequence(loaded):
    for code, asset_class in Asset.objects.values_list("code", "asset_class__code"):
        assert code.startswith("411002" + asset_class)
        assert len(code) == 16
    assert Asset.objects.values("asset_class").distinct().count() > 12


@pytest.mark.parametrize(
    "table, geometry",
    [
        ("buildings_building", "footprint"), ("buildings_estate", "boundary"), ("buildings_door", "location"),
        ("buildings_place", "location"), ("buildings_asset", "location"), ("cases_case", "location"),
    ],
)  # fmt: skip
def test_rows_carry_the_codes_that_a_spatial_query_gives_them(loaded, table, geometry):
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), count(*) FILTER (WHERE (unit.code, unit.region_code) IS DISTINCT FROM
                                                        (row.unit_grid_code, row.region_code::varchar))
                FROM {table} row LEFT JOIN LATERAL (
                  SELECT code, region_code FROM grids_unitgrid
                  WHERE ST_Covers(boundary, ST_PointOnSurface(row.{geometry})) ORDER BY code LIMIT 1
                ) unit ON true"""
        )
        count, wrong = cursor.fetchone()
    assert count
    assert wrong == 0
