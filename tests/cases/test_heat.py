"""Heat: exact counts by cell, at the resolution of the zoom, for whoever may see them."""

from datetime import timedelta

import h3
import numpy as np
import pytest
from django.db import connection
from django.db.models import Count, F, Value
from django.utils import timezone

from cases.heat import CellParent, breaks_of, resolution_at
from cases.models import Case, Category
from cases.statistics import selected
from tests import city


def report(number: int, mark: str, *, region: str = city.WEST, days_ago: float = 0, **values):
    return city.make_case(
        f"T{number:07}",
        city.MAP.point(mark),
        region_code=region,
        reported_at=timezone.now() - timedelta(days=days_ago),
        **values,
    )


@pytest.fixture
def hot_corner(town):
    """Five cases at p in the west, two at t in the east, one at n next door, one long ago."""
    Case.objects.all().delete()
    for n in range(5):
        report(n, "p")
    report(5, "t", region=city.EAST)
    report(
        6,
        "t",
        region=city.EAST,
        category=Category.objects.get(kind="asset", scheme="GB/T 30428.2-2013", code="0101"),
    )
    report(7, "n", region=city.NEIGHBOUR_COMMUNITY)
    report(8, "p", days_ago=100)


def heat_for(client, **params):
    answer = client.get("/api/cases/heat", {"window": "7d", "zoom": 12, **params})
    assert answer.status_code == 200, answer.content
    return answer.json()


def counts_of(heat) -> dict[str, int]:
    return {f["properties"]["cell"]: f["properties"]["count"] for f in heat["features"]}


def test_each_case_is_counted_in_the_cell_that_holds_it(hot_corner, chief, signed_in):
    heat = heat_for(signed_in(chief), zoom=16, bbox="113.7,33.9,113.9,34.1")
    cells = {}
    for case in Case.objects.filter(
        region_code__startswith=city.DISTRICT, reported_at__gte=timezone.now() - timedelta(days=7)
    ):
        cell = h3.latlng_to_cell(case.location.y, case.location.x, heat["resolution"])
        cells[cell] = cells.get(cell, 0) + 1
    assert counts_of(heat) == cells
    assert len(cells) == 2


@pytest.mark.parametrize("resolution", range(7, 12))
def test_the_parent_in_sql_is_the_parent_of_the_h3_library(db, resolution):
    rng = np.random.default_rng(3)
    cells = [
        h3.latlng_to_cell(lat, lng, 11)
        for lat, lng in zip(rng.uniform(-80, 80, 200), rng.uniform(-180, 180, 200), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cell_parent(c, %s) FROM unnest(%s) c", [resolution, [h3.str_to_int(c) for c in cells]]
        )
        assert [h3.int_to_str(c) for (c,) in cursor.fetchall()] == [
            h3.cell_to_parent(c, resolution) for c in cells
        ]


def test_coarse_cells_add_up_to_the_total(hot_corner, chief, signed_in):
    heat = heat_for(signed_in(chief))
    assert sum(counts_of(heat).values()) == heat["total"] == 7


def test_a_cell_is_drawn_around_its_centre(hot_corner, chief, signed_in):
    [feature, *_] = heat_for(signed_in(chief), zoom=9)["features"]
    ring = np.array(feature["geometry"]["coordinates"][0])
    assert len(ring) == 7
    assert np.allclose(ring[:-1].mean(axis=0), feature["properties"]["centre"], atol=1e-4)


def test_fine_cells_without_a_box_are_refused(hot_corner, chief, signed_in):
    answer = signed_in(chief).get("/api/cases/heat", {"zoom": 16})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-parameter")


def test_the_scale_stays_while_the_map_is_panned(hot_corner, chief, signed_in):
    east = heat_for(signed_in(chief), zoom=16, bbox=",".join(map(str, city.box("t", half_m=20).extent)))
    everywhere = heat_for(signed_in(chief), zoom=16, bbox="113.7,33.9,113.9,34.1")
    assert len(east["features"]) == 1
    assert east["legend"] == everywhere["legend"]
    assert east["total"] == 7


def test_the_legend_says_unit_period_and_breaks(hot_corner, chief, signed_in):
    today = timezone.localdate()
    legend = heat_for(signed_in(chief), window="30d")["legend"]
    assert "350" in legend["unit"]
    assert legend["period"]["datetime"] == f"{today - timedelta(days=29)}/{today}"
    assert legend["breaks"] == [1, 2, 3, 4, 5]


def test_classes_of_the_legend_are_round_and_growing():
    assert breaks_of(np.array([1, 7, 5000])) == [1, 2, 10, 50, 200, 1000]


def test_no_cases_have_no_classes():
    assert breaks_of(np.array([], dtype=int)) == []


def test_cells_get_finer_with_the_zoom():
    assert [resolution_at(zoom) for zoom in (3, 9, 11, 12, 13, 14, 15, 20)] == [7, 7, 8, 9, 10, 10, 11, 11]


@pytest.mark.parametrize(
    "narrowed, total",
    [
        ({"window": "1y"}, 8),
        ({"window": "today"}, 7),
        ({"region_code": city.EAST}, 2),
        ({"kind": "asset"}, 1),
        ({"kind": "incident", "region_code": city.EAST}, 1),
        ({"stage": "closed"}, 0),
        ({"datetime": "2001-01-01/2001-12-31"}, 0),
    ],
)
def test_heat_is_narrowed(hot_corner, chief, signed_in, narrowed, total):
    assert heat_for(signed_in(chief), **narrowed)["total"] == total


@pytest.mark.parametrize(
    "wrong",
    [
        {"window": "week"},
        {"datetime": "soon"},
        {"zoom": "x"},
        {"zoom": "nan"},
        {"zoom": "99"},
        {"bbox": "1,2"},
        {"regoin": "1"},
    ],
)
def test_nonsense_is_refused_with_its_name(hot_corner, chief, signed_in, wrong):
    answer = signed_in(chief).get("/api/cases/heat", {"zoom": 12, **wrong})
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json()["detail"]


def test_the_neighbour_sees_only_his_own_heat(hot_corner, stranger, signed_in):
    heat = heat_for(signed_in(stranger))
    [feature] = heat["features"]
    assert heat["total"] == feature["properties"]["count"] == 1
    assert heat["legend"]["breaks"] == [1]


def test_the_neighbour_gets_nothing_by_naming_our_region(hot_corner, stranger, signed_in):
    assert heat_for(signed_in(stranger), region_code=city.DISTRICT)["features"] == []


def test_an_empty_jurisdiction_has_no_heat(hot_corner, chief, signed_in):
    chief.jurisdiction = ""
    chief.save()
    assert heat_for(signed_in(chief))["total"] == 0


def test_heat_asks_for_a_sign_in(client, db):
    assert client.get("/api/cases/heat?zoom=12").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_heat_of_a_time_is_read_from_the_index_alone(transactional_db, hot_corner, chief):
    some = Case.objects.visible_to(chief).first()
    Case.objects.bulk_create(
        Case(
            number=f"2024{n:08}", category=some.category, location=some.location, h3=some.h3,
            region_code=some.region_code, reported_at=some.reported_at - timedelta(hours=n),
        )
        for n in range(1, 4000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE cases_case")
    week = (some.reported_at - timedelta(days=60)).date(), (some.reported_at - timedelta(days=53)).date()
    cases = selected(chief, {"datetime": "/".join(map(str, week))})
    cells = cases.annotate(cell=CellParent(F("h3"), Value(9))).values("cell")
    plan = cells.annotate(count=Count("*")).order_by().explain()
    assert "Index Only Scan using case_time" in plan
