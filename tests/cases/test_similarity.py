import math

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases import locating
from cases.models import Case, Category
from cases.similarity import cells_around
from gis.models import User
from gis.roles import Role
from tests import city
from tests.city import make_case

MIDDLE = city.MAP.lonlat("s")
SPREAD_M = 80


def moved(lonlat, east_m, north_m):
    lon, lat = lonlat
    return lon + east_m / (111_320 * math.cos(math.radians(lat))), lat + north_m / 111_132


@pytest.fixture
def similar(worker, rubbish, signed_in):
    """What the worker (or another) is told of similar cases at a mark."""

    def similar(mark, *, user=worker, category=rubbish, **moved_m):
        lon, lat = city.MAP.lonlat(mark, **moved_m)
        answer = signed_in(user).get("/api/locate", {"lon": lon, "lat": lat, "category": category.pk})
        return answer.json()["similar"]["cases"]

    return similar


def put(category, mark="s", *, number="S1", region_code=city.WEST, **values):
    moved_m = {name: values.pop(name) for name in ("east_m", "north_m") if name in values}
    return make_case(
        number, city.MAP.point(mark, **moved_m), region_code=region_code, category=category, **values
    )


# --- the rule -----------------------------------------------------------------------------------


def test_a_case_of_the_same_class_here_and_now_is_similar(similar, rubbish):
    put(rubbish, east_m=4)
    assert [case["number"] for case in similar("s")] == ["S1"]


def test_another_class_is_not_similar(similar, rubbish):
    put(Category.objects.get(kind="incident", scheme="GB/T 30428.2-2013", code="0112"))
    assert similar("s") == []


@pytest.mark.parametrize("metres, found", [(9.9, 1), (10.1, 0)])
def test_similar_ends_at_ten_metres_on_the_ground(similar, rubbish, metres, found):
    put(rubbish, east_m=metres * 1.0008)  # the drawing is on a sphere, distances on the ellipsoid
    assert len(similar("s")) == found


@pytest.mark.parametrize("hours, found", [(23.9, 1), (24.1, 0)])
def test_similar_ends_after_a_day(similar, rubbish, hours, found):
    put(rubbish, reported_at=timezone.now() - timezone.timedelta(hours=hours))
    assert len(similar("s")) == found


@pytest.mark.parametrize("stage", [stage for stage in Case.Stage if stage not in Case.OVER])
def test_every_open_stage_is_compared(similar, rubbish, stage):
    put(rubbish, stage=stage)
    assert len(similar("s")) == 1


@pytest.mark.parametrize("stage", Case.OVER)
def test_a_case_that_is_over_is_not_similar(similar, rubbish, stage):
    put(rubbish, stage=stage)
    assert similar("s") == []


def test_a_class_has_its_own_distance_and_time(similar, rubbish):
    Category.objects.filter(pk=rubbish.pk).update(similar_radius_m=120, similar_window_h=48)
    put(rubbish, east_m=110, reported_at=timezone.now() - timezone.timedelta(hours=47))
    assert len(similar("s")) == 1


def test_a_distance_that_was_just_widened_is_used_at_once(similar, rubbish):
    put(rubbish, east_m=110)
    similar("s")
    Category.objects.filter(pk=rubbish.pk).update(similar_radius_m=120)
    assert len(similar("s")) == 1


def test_the_nearest_comes_first(similar, rubbish):
    put(rubbish, number="far", east_m=8)
    put(rubbish, number="near", east_m=-2)
    assert [case["number"] for case in similar("s")] == ["near", "far"]


# --- cells against the plain query --------------------------------------------------------------

offsets = st.tuples(st.floats(-SPREAD_M, SPREAD_M), st.floats(-SPREAD_M, SPREAD_M))


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=offsets,
    others=st.lists(offsets, min_size=1, max_size=15),
    radius_m=st.sampled_from([1, 10, 25, 50, 130, 500]),
)
@example(asked=(0, 0), others=[(10 * math.cos(a), 10 * math.sin(a)) for a in range(12)], radius_m=10)
@example(asked=(0, 0), others=[(26, 0), (-26, 0), (0, 26), (0, -26)], radius_m=25)
def test_the_cells_find_what_the_plain_query_finds(town, worker, rubbish, asked, others, radius_m):
    Case.objects.filter(category=rubbish).delete()
    Category.objects.filter(pk=rubbish.pk).update(similar_radius_m=radius_m)
    for n, offset in enumerate(others):
        make_case(f"P{n}", Point(*moved(MIDDLE, *offset), srid=4326), region_code=city.WEST, category=rubbish)
    lon, lat = moved(MIDDLE, *asked)
    plain = Case.objects.filter(category=rubbish).within(radius_m, of=Point(lon, lat, srid=4326))
    found = locating.locate(worker, lon, lat, category=rubbish.pk)["similar"]["cases"]
    expected = set(plain.values_list("number", flat=True))
    assert {case["number"] for case in found} <= expected
    assert len(found) == min(len(expected), 10)


@settings(max_examples=300, deadline=None)
@given(
    lon=st.floats(74, 134),
    lat=st.floats(18, 53),
    bearing=st.floats(0, 360),
    radius_m=st.floats(0.1, 500),
    share=st.floats(0, 1),
)
@example(lon=113.8, lat=34.03, bearing=0, radius_m=500, share=1)
def test_the_cells_hold_every_point_within_the_distance_anywhere_in_china(lon, lat, bearing, radius_m, share):
    from pyproj import Geod

    from cases.cells import cell_of

    there_lon, there_lat, _back = Geod(ellps="WGS84").fwd(lon, lat, bearing, radius_m * share)
    assert cell_of(there_lon, there_lat) in cells_around(lon, lat, radius_m)


def test_ten_metres_need_seven_cells():
    assert len(cells_around(*MIDDLE, 10)) == 7


# --- who may see it -----------------------------------------------------------------------------


def test_of_the_neighbouring_community_number_distance_age_and_photo_alone_are_told(similar, rubbish):
    put(rubbish, "t", region_code=city.EAST, description="秘密", place="东社区某处", east_m=2)
    [case] = similar("t")
    assert set(case) == {"id", "number", "distance_m", "age_min", "thumb"}


def test_another_district_gives_nothing_even_across_the_border(similar, rubbish):
    put(rubbish, "F", region_code=city.NEIGHBOUR_COMMUNITY, east_m=3, north_m=50)
    assert similar("F", east_m=-3, north_m=50) == []


def test_a_manager_of_the_whole_city_sees_both_sides(similar, rubbish):
    mayor = User.objects.create_user("mayor", role=Role.STREET_MANAGER, jurisdiction=city.CITY)
    put(rubbish, "F", region_code=city.NEIGHBOUR_COMMUNITY, east_m=3, north_m=50)
    assert len(similar("F", user=mayor, east_m=-3, north_m=50)) == 1
