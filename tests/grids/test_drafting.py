"""Unit grids drafted by the machine: pure division of ground, then the draft of a community."""

import uuid
from math import cos, radians

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry import LineString

from buildings.models import Building
from gis.errors import NotHere
from grids import division, drafting, edits
from grids.models import UnitGrid
from grids.outlines import areas_of
from grids.places import geos, shapely_of
from tests import city
from tests.grids.test_api import neighbour  # noqa: F401 — a fixture
from tests.grids.test_redrawing import W1, W2, M, assert_whole, ground, ids, responsible, unit

LAT = 34.03
METRE = (1 / (division.DEGREE_M * cos(radians(LAT))), 1 / division.DEGREE_M)
NOTHING = division.Obstacles([], [])


def box(west_m: float, south_m: float, east_m: float, north_m: float):
    """A rectangle in metres from a corner in the city."""
    (dx, dy) = METRE
    return shapely.box(113.8 + west_m * dx, LAT + south_m * dy, 113.8 + east_m * dx, LAT + north_m * dy)


def road(*places) -> LineString:
    return LineString([(113.8 + x * METRE[0], LAT + y * METRE[1]) for x, y in places])


def assert_divides(pieces, whole) -> None:
    assert sum(piece.area for piece in pieces) == pytest.approx(whole.area)
    assert shapely.union_all(pieces).symmetric_difference(whole).area < whole.area * 1e-9


def test_open_ground_is_cut_near_the_norm():
    whole = box(0, 0, 400, 300)
    pieces = division.divided(whole, [], NOTHING)
    assert_divides(pieces, whole)
    assert len(pieces) == 12
    assert all(5_000 <= division.area_m2(piece) <= 20_000 for piece in pieces)


def test_roads_are_borders():
    whole, street = box(0, 0, 200, 100), road((130, -10), (130, 110))
    pieces = division.divided(whole, [street], NOTHING)
    assert not any(piece.buffer(-1e-9).intersects(street) for piece in pieces)


def test_a_sliver_joins_its_neighbour():
    whole = box(0, 0, 110, 100)
    pieces = division.divided(whole, [road((105, -10), (105, 110))], NOTHING)
    assert len(pieces) == 1


def test_a_cut_passes_by_a_large_building():
    hall = box(90, 10, 112, 90)  # across the middle, where the cut would be
    pieces = division.divided(box(0, 0, 200, 100), [], division.Obstacles([hall], []))
    assert len(pieces) == 2
    assert any(piece.covers(hall) for piece in pieces)


def test_a_courtyard_is_kept_whole():
    yard = box(5, 5, 185, 95)
    assert len(division.divided(box(0, 0, 190, 100), [], division.Obstacles([], [yard]))) == 1


def test_pieces_are_numbered_in_rows_from_the_north_west():
    pieces = division.divided(box(0, 0, 200, 200), [], NOTHING)
    centres = [piece.centroid for piece in pieces]
    assert [(round((c.x - 113.8) / METRE[0]), round((c.y - LAT) / METRE[1])) for c in centres] == [
        (50, 150), (150, 150), (50, 50), (150, 50),
    ]  # fmt: skip


def test_ground_in_several_parts_is_divided():
    whole = areas_of(shapely.union_all([box(0, 0, 100, 100), box(300, 0, 500, 100)]))
    pieces = division.divided(whole, [], NOTHING)
    assert_divides(pieces, whole)
    assert len(pieces) == 3


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(st.integers(60, 700), st.integers(60, 700)),
    st.floats(0, 90),
    st.lists(st.tuples(*[st.integers(-50, 750)] * 4), max_size=5),
)
def test_whatever_the_roads_the_pieces_make_up_the_ground(size, angle, streets):
    whole = rotate(box(0, 0, *size), angle)
    lines = [road((x, y), (z, w)) for x, y, z, w in streets if (x, y) != (z, w)]
    pieces = division.divided(whole, lines, NOTHING)
    assert_divides(pieces, whole)
    assert all(piece.is_valid for piece in pieces)


# --- of a community -----------------------------------------------------------------------------


def draft(by, community=city.WEST, grids=()):
    asked = drafting.DraftUnits(community, grids)
    return edits.carry_out(asked, by=by, why="", key=uuid.uuid4())


def test_a_community_without_unit_grids_gets_them(town, gis_admin):
    whole = ground()
    UnitGrid.objects.filter(code__startswith=city.WEST).delete()
    draft(gis_admin)
    assert_whole(since=whole)
    made = UnitGrid.objects.current().filter(code__startswith=city.WEST)
    assert [grid.code for grid in made] == [f"{city.WEST}{n:03}" for n in range(1, len(made) + 1)]
    assert 6 <= len(made) <= 9
    assert {grid.responsibility_grid for grid in made} == {responsible(city.WEST)}


def test_earlier_unit_grids_end_and_are_told(town, gis_admin):
    whole, before = ground(), ids(W1, W2)
    draft(gis_admin, grids=before)
    assert_whole(since=whole)
    assert unit(city.WEST + "003").ancestors.get().pk in before
    assert not UnitGrid.objects.current().filter(pk__in=before).exists()


def test_buildings_are_given_their_new_unit_grid(town, gis_admin):
    draft(gis_admin, grids=ids(W1, W2))
    building = Building.objects.get(pk=town.buildings["west"].pk)
    [home] = UnitGrid.objects.current().filter(boundary__covers=building.footprint.point_on_surface)
    assert building.unit_grid_code == home.code


def test_grids_changed_since_the_draft_was_looked_at_are_told(town, gis_admin):
    with pytest.raises(drafting.CommunityChanged) as refusal:
        draft(gis_admin, grids=ids(W1))
    assert len(refusal.value.where["features"]) == 2


def test_a_building_is_not_cut_where_another_cut_will_do(town, gis_admin):
    UnitGrid.objects.filter(code__startswith=city.WEST).delete()
    hall = shapely_of(M.area("ABED")).centroid.buffer(2e-4)
    Building.objects.create(
        name="大厅", kind="commercial", footprint=geos(areas_of(hall)), region_code=city.WEST
    )
    draft(gis_admin)
    assert UnitGrid.objects.current().filter(boundary__covers=geos(hall)).count() == 1


def test_a_preview_tells_the_figures_and_changes_nothing(town, gis_admin, signed_in):
    body = {"community": city.WEST, "grids": ids(W1, W2)}
    told = signed_in(gis_admin).post("/api/unit-grids/draft/preview", body, format="json").json()
    figures = told["statistics"]
    assert figures.pop("mean_m2") * figures.pop("count") == pytest.approx(80_000, rel=0.01)
    assert figures == {"share_near_norm": 1.0, "slivers": 0, "too_large": 0}
    assert len(told["unit_grids"]["ended"]) == 2
    assert UnitGrid.objects.filter(code__startswith=city.WEST).count() == 2


@pytest.mark.parametrize("community", [city.STREET, "999999999999", city.NEIGHBOUR_COMMUNITY])
def test_only_communities_of_ones_own_are_drafted(town, gis_admin, community):
    with pytest.raises(NotHere):
        draft(gis_admin, community)


def test_a_neighbour_drafts_and_learns_nothing(town, neighbour, signed_in):  # noqa: F811
    body = {"community": city.WEST, "grids": [], "key": str(uuid.uuid4())}
    for address in ("/api/unit-grids/draft", "/api/unit-grids/draft/preview"):
        answer = signed_in(neighbour).post(address, body, format="json")
        assert answer.status_code == 404
        assert "where" not in answer.json()


@pytest.mark.parametrize("community", ["", "x", city.WEST + "1", None, "４１１００２００１００１"])
def test_what_is_no_community_is_refused(town, gis_admin, signed_in, community):
    body = {"community": community, "grids": []}
    answer = signed_in(gis_admin).post("/api/unit-grids/draft/preview", body, format="json")
    assert answer.status_code == 400
