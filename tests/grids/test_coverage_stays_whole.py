"""Whatever is edited, in whatever order: the ground stays covered once, today and on all days before."""

import uuid
from datetime import timedelta
from itertools import combinations

import pytest
import shapely
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from gis.errors import Refused
from gis.roles import Role
from grids import coverage, edits
from grids.coverage import Shift
from grids.models import Region, ResponsibilityGrid, UnitGrid
from grids.places import geos, shapely_of
from grids.redrawing import Merge, Reshape, Retire, Split, Transfer
from grids.versions import RESPONSIBILITY, UNITS
from tests import city
from tests.conftest import make_user

SIDE, CELL = 3, 0.001  # a community of 3 × 3 unit grids, each a thousandth of a degree wide
WEST, SOUTH = 113.80, 34.03
FIRST_DAY = DateRange(timezone.localdate() - timedelta(days=400), None)
COMMUNITY = shapely.box(WEST, SOUTH, WEST + SIDE * CELL, SOUTH + SIDE * CELL)


@pytest.fixture
def administrator(db):
    """Of a community with nine unit grids in three responsibility grids, one to a row."""
    for code in (city.DISTRICT, city.STREET, city.WEST):
        Region.objects.create(code=code, name="西", valid=FIRST_DAY, boundary=_many(COMMUNITY))
    for row in range(SIDE):
        cells = [_cell(row, column) for column in range(SIDE)]
        grid = ResponsibilityGrid.objects.create(
            code=f"{city.STREET}G{row:03}", name=f"{row}", region_code=city.WEST, valid=FIRST_DAY,
            boundary=_many(shapely.coverage_union_all(cells)),
        )  # fmt: skip
        for column, cell in enumerate(cells):
            UnitGrid.objects.create(
                code=f"{city.WEST}{row * SIDE + column + 1:03}", boundary=geos(cell), valid=FIRST_DAY,
                responsibility_grid=grid,
            )  # fmt: skip
    return make_user("property", role=Role.GIS_ADMINISTRATOR, jurisdiction=city.DISTRICT)


def _cell(row: int, column: int):
    xs = [WEST + column * CELL, WEST + (column + 1) * CELL]
    ys = [SOUTH + row * CELL, SOUTH + (row + 1) * CELL]
    return shapely.box(xs[0], ys[0], xs[1], ys[1])


def _many(area):
    return geos(shapely.multipolygons([area]))


verbs = st.tuples(
    st.sampled_from(
        ["reshape", "bend", "split", "merge", "transfer", "retire", "merge duties", "split duty"]
    ),
    st.integers(0, 2**16),
    st.floats(-0.7, 0.7),
    st.floats(-0.7, 0.7),
    st.booleans(),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(verbs, min_size=3, max_size=9))
def test_the_ground_stays_covered_once_whatever_is_edited(administrator, asked):
    with transaction.atomic():
        for verb, choice, dx, dy, a_day_passes in asked:
            try:
                with transaction.atomic():
                    edits.carry_out(
                        _asked(verb, choice, dx * CELL, dy * CELL), by=administrator, why="", key=uuid.uuid4()
                    )
            except Refused:
                pass
            _assert_covered_once()
            if a_day_passes:
                _let_a_day_pass()
        _assert_every_day_was_whole()
        transaction.set_rollback(True)


def _asked(verb: str, choice: int, dx: float, dy: float):
    """Some edit of what is there now; most are possible, some are not."""
    units = list(UnitGrid.objects.current().order_by("code"))
    duties = list(ResponsibilityGrid.objects.current().order_by("code"))
    grid, duty = units[choice % len(units)], duties[choice % len(duties)]
    corners = shapely_of(grid.boundary).exterior.coords[:]
    x, y = corners[choice % (len(corners) - 1)]
    after = corners[choice % (len(corners) - 1) + 1]
    beside = _neighbours(units)[choice % len(_neighbours(units))]
    cut = shapely_of((duty if verb == "split duty" else grid).boundary).centroid
    line = LineString([(cut.x - dx * 9, cut.y - dy * 9), (cut.x + dx * 9 + 1e-5, cut.y + dy * 9)])
    match verb:
        case "reshape":
            return Reshape(UNITS, [grid.pk], [Shift(((x, y),), (x + dx, y + dy))])
        case "bend":
            middle = ((x + after[0]) / 2 + dx, (y + after[1]) / 2 + dy)
            return Reshape(UNITS, [grid.pk], [Shift(((x, y), after), middle)])
        case "split":
            return Split(UNITS, grid.pk, line)
        case "merge":
            return Merge(UNITS, [one.pk for one in beside])
        case "transfer":
            return Transfer([grid.pk], duty.pk, [grid.responsibility_grid_id])
        case "retire":
            return Retire(UNITS, beside[0].pk, beside[1].pk)
        case "merge duties":
            return Merge(RESPONSIBILITY, [duty.pk, duties[0].pk])
        case _:
            return Split(RESPONSIBILITY, duty.pk, line)


def _neighbours(units):
    shapes = {unit.pk: shapely_of(unit.boundary) for unit in units}
    pairs = [(a, b) for a, b in combinations(units, 2) if shapes[a.pk].intersects(shapes[b.pk])]
    return pairs or [(units[0], units[0])]


def _assert_covered_once() -> None:
    """Shared borders are identical today, for unit grids and for responsibility grids."""
    for model in (UnitGrid, ResponsibilityGrid):
        shapes = [shapely_of(grid.boundary) for grid in model.objects.current()]
        assert shapely.coverage_is_valid(shapes), model
        _assert_whole(shapes)
    for unit in UnitGrid.objects.current().select_related("responsibility_grid"):
        assert unit.responsibility_grid.is_in_force(timezone.localdate())


def _assert_whole(shapes) -> None:
    assert shapely.symmetric_difference(shapely.union_all(shapes), COMMUNITY).area < 1e-13
    assert sum(shape.area for shape in shapes) == pytest.approx(COMMUNITY.area, rel=1e-7)


def _let_a_day_pass() -> None:
    """All versions, the oldest first, began and ended one day earlier."""
    day = timedelta(days=1)
    for model in (UnitGrid, ResponsibilityGrid):
        for grid in model.objects.exclude(valid__isempty=True).order_by("valid"):
            valid = grid.valid
            model.objects.filter(pk=grid.pk).update(
                valid=DateRange(valid.lower - day, valid.upper and valid.upper - day)
            )


def _assert_every_day_was_whole() -> None:
    for model in (UnitGrid, ResponsibilityGrid):
        for days in range(12):
            grids = model.objects.on(timezone.localdate() - timedelta(days=days))
            _assert_whole([shapely_of(grid.boundary) for grid in grids])


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)), min_size=2, max_size=6))
def test_the_parts_of_a_cut_area_make_it_up(corners):
    square = shapely.box(0, 0, 1, 1)
    cut = LineString([(-0.1, 0.5), *corners, (1.1, 0.5)])
    parts = coverage.divided(square, [cut])
    assert len(parts) >= 2
    assert shapely.coverage_is_valid(parts)
    assert sum(part.area for part in parts) == pytest.approx(1)
