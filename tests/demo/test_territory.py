"""Unit grids tile the communities, these the streets, these the district, with common vertices."""

import numpy as np
import pytest
import shapely
from django.db import connection

from gis import codes
from grids.models import Region, ResponsibilityGrid, UnitGrid

DISTRICT = "411002"


def sets(city, labels) -> np.ndarray:
    return np.array([city.territory.union(labels == n) for n in np.unique(labels) if n >= 0])


@pytest.fixture(params=["unit grids", "responsibility grids", "communities", "streets"])
def level(request, demo_city) -> np.ndarray:
    t = demo_city.territory
    return {
        "unit grids": lambda: t.polygons,
        "responsibility grids": lambda: sets(demo_city, demo_city.responsibility),
        "communities": lambda: sets(demo_city, t.community),
        "streets": lambda: sets(demo_city, t.street),
    }[request.param]()


def test_borders_are_shared_without_gap_or_overlap(level):
    assert shapely.coverage_is_valid(level)


def test_each_piece_is_in_one_part(level):
    assert {piece.geom_type for piece in level} == {"Polygon"}


def test_a_shifted_border_would_be_found(demo_city):
    polygons = demo_city.territory.polygons.copy()
    polygons[0] = shapely.transform(polygons[0], lambda points: points + 1e-7)
    assert not shapely.coverage_is_valid(polygons)


def test_unit_grids_are_about_ten_thousand_square_metres(demo_city):
    area = demo_city.territory.area_m2
    assert 8000 < np.median(area) < 12_000
    assert area.min() >= 5000
    assert np.percentile(area, 95) < 19_000


def test_unit_grids_of_different_blocks_are_parted_by_roads_and_water(demo_city):
    t = demo_city.territory
    one, other = t.borders[:, 0].astype(int), t.borders[:, 1].astype(int)
    soft, hard = t.borders[:, 2], t.borders[:, 3]
    across = t.block[one] != t.block[other]
    assert hard[across].sum() > 0.9 * (hard + soft)[across].sum()


def test_unit_grids_are_numbered_row_by_row_from_the_north_west(demo_city):
    t = demo_city.territory
    for community in range(len(t.street_of)):
        own = np.flatnonzero(t.community == community)
        assert sorted(t.sequence[own]) == list(range(1, len(own) + 1))
        x, y = t.centres[own[np.argsort(t.sequence[own])]].T
        row = np.floor((y.max() - y) / 100)
        assert (np.diff(row) >= 0).all()
        assert all((np.diff(x[row == r]) > 0).all() for r in np.unique(row))


def test_responsibility_grids_lie_in_one_community_and_leave_one_community_free(demo_city):
    t, grid = demo_city.territory, demo_city.responsibility
    assert all(len(np.unique(t.community[grid == g])) == 1 for g in range(grid.max() + 1))
    assert np.unique(t.community[grid < 0]).tolist() == [demo_city.free_community]


def test_codes_are_standard_and_unique(loaded):
    regions = list(Region.objects.values_list("code", flat=True))
    units = list(UnitGrid.objects.values_list("code", flat=True))
    assert all(codes.is_region_code(code) and code.startswith("4110") for code in regions)
    assert all(len(code) == codes.UNIT_GRID and code.isdigit() for code in units)
    assert len(set(regions)) == len(regions)
    assert len(set(units)) == len(units)
    assert {code[:12] for code in units} == {code for code in regions if len(code) == 12}


@pytest.mark.parametrize(
    "inner, outer", [("community", "street"), ("street", "district"), ("unit grid", "community")]
)
def test_in_postgis_the_inner_level_fills_the_outer_one_exactly(loaded, inner, outer):
    level = {"district": 6, "street": 9, "community": 12}
    rows = (
        "SELECT code, boundary FROM grids_unitgrid"
        if inner == "unit grid"
        else f"SELECT code, boundary FROM grids_region WHERE level = {level[inner]}"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT bool_and(ST_Equals(o.boundary, i.whole)), max(abs(ST_Area(o.boundary) - i.area)),
                       count(*)
                FROM grids_region o JOIN (
                  SELECT left(code, {level[outer]}) AS code, ST_Union(boundary) AS whole,
                         sum(ST_Area(boundary)) AS area
                  FROM ({rows}) inner_level GROUP BY 1
                ) i USING (code) WHERE o.level = {level[outer]}"""
        )
        fills, difference, count = cursor.fetchone()
    assert fills
    assert difference < 1e-15
    assert count == Region.objects.filter(level=level[outer]).count()


def test_in_postgis_a_responsibility_grid_is_the_union_of_its_unit_grids(loaded):
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT bool_and(ST_Equals(g.boundary, u.whole)), count(*) FROM grids_responsibilitygrid g
               JOIN (SELECT responsibility_grid_id AS id, ST_Union(boundary) AS whole
                     FROM grids_unitgrid GROUP BY 1) u
               USING (id)"""
        )
        assert cursor.fetchone() == (True, ResponsibilityGrid.objects.count())


def test_the_district_lies_in_its_city(loaded):
    city, district = Region.objects.get(code="4110"), Region.objects.get(code=DISTRICT)
    assert city.boundary.contains(district.boundary)


def test_each_responsibility_grid_has_a_main_officer_and_a_deputy(loaded):
    for grid in ResponsibilityGrid.objects.prefetch_related("postings"):
        assert sorted(posting.is_main for posting in grid.postings.all()) == [False, True]
