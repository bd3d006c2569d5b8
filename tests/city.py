"""A town small enough to know by heart: a district of one street with two communities of four unit grids
each, a neighbouring district, a road along the middle, and something of each layer on it.

The marks are 100 m apart::

    A . B . C . N          A–G is the west community, B–F the east one, C–M the neighbouring district
    . p . q . n .          p, q, n: the middles of a west, an east and a neighbour's grid
    D . E . F . M
    . s . t . m .
    G . H . J . K
"""

from types import SimpleNamespace

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from buildings.models import Asset, AssetClass, Building, Door, Estate, Green, Place, Road, Water
from cases.cells import cell_of
from cases.models import Case, Category
from grids.models import Organisation, Region, ResponsibilityGrid, UnitGrid
from tests.drawing import Drawing

CITY, DISTRICT, NEIGHBOUR = "4110", "411002", "411003"
STREET, WEST, EAST = "411002001", "411002001001", "411002001002"
NEIGHBOUR_STREET, NEIGHBOUR_COMMUNITY = "411003001", "411003001001"

MAP = Drawing(
    """
    A . B . C . N
    . p . q . n .
    D . E . F . M
    . s . t . m .
    G . H . J . K
    """,
    step_m=100,
)


def box(mark: str, *, half_m: float) -> Polygon:
    """A square of twice ``half_m`` around a mark."""
    west, south = MAP.lonlat(mark, east_m=-half_m, north_m=-half_m)
    east, north = MAP.lonlat(mark, east_m=half_m, north_m=half_m)
    shape = Polygon.from_bbox((west, south, east, north))
    shape.srid = 4326
    return shape


def make_case(number: str, location: Point, *, region_code: str, unit_grid_code: str = "", **values) -> Case:
    category = values.pop("category", None) or Category.objects.get(
        kind="incident", scheme="GB/T 30428.2-2013", code="0101"
    )
    return Case.objects.create(
        number=number,
        location=location,
        h3=cell_of(*location.coords),
        region_code=region_code,
        unit_grid_code=unit_grid_code,
        category=category,
        reported_at=values.pop("reported_at", timezone.now()),
        **values,
    )


REGIONS = {  # code → name, corners
    CITY: ("许州市", "ANKG"),
    DISTRICT: ("魏南区", "ACJG"),
    NEIGHBOUR: ("邻区", "CNKJ"),
    STREET: ("东湖街道", "ACJG"),
    WEST: ("西社区", "ABHG"),
    EAST: ("东社区", "BCJH"),
    NEIGHBOUR_STREET: ("邻街道", "CNKJ"),
    NEIGHBOUR_COMMUNITY: ("邻社区", "CNKJ"),
}
RESPONSIBILITY_GRIDS = {
    WEST: ("西网格", "ABHG"),
    EAST: ("东网格", "BCJH"),
    NEIGHBOUR_COMMUNITY: ("邻网格", "CNKJ"),
}
UNIT_GRIDS = {
    WEST + "001": "ABED", WEST + "002": "DEHG", EAST + "001": "BCFE", EAST + "002": "EFJH",
    NEIGHBOUR_COMMUNITY + "001": "CNMF", NEIGHBOUR_COMMUNITY + "002": "FMKJ",
}  # fmt: skip
SIDES = {  # something of each layer stands on each: around which mark, in which block and community
    "west": ("p", "ABED", WEST),
    "east": ("q", "BCFE", EAST),
    "neighbour": ("n", "CNMF", NEIGHBOUR_COMMUNITY),
}


def load() -> SimpleNamespace:
    """Everything in the database; the most used rows by name."""
    responsibility = _territory()
    town = SimpleNamespace(
        road=Road.objects.create(
            name="中轴路", kind="primary", centreline=MAP.lines("DEFM"), region_code=CITY
        ),
        organisation=Organisation.objects.create(name="魏南区指挥中心", kind="centre", region_code=DISTRICT),
        responsibility=responsibility,
        cases={}, buildings={}, estates={}, assets={},
    )  # fmt: skip
    for number, (side, (mark, block, community)) in enumerate(SIDES.items(), start=1):
        home = {"region_code": community, "unit_grid_code": community + "001"}
        _ground(town, side, mark, block, home)
        _things(town, side, mark, number, home)
    return town


def _territory() -> dict[str, ResponsibilityGrid]:
    """Regions and grids; the responsibility grids by community."""
    for code, (name, marks) in REGIONS.items():
        Region.objects.create(code=code, name=name, boundary=MAP.areas(marks))
    responsibility = {
        community: ResponsibilityGrid.objects.create(
            code=f"{community[:9]}G{n:03}", name=name, region_code=community, boundary=MAP.areas(marks)
        )
        for n, (community, (name, marks)) in enumerate(RESPONSIBILITY_GRIDS.items(), start=1)
    }
    for code, marks in UNIT_GRIDS.items():
        UnitGrid.objects.create(
            code=code, boundary=MAP.area(marks), responsibility_grid=responsibility[code[:12]]
        )
    return responsibility


def _ground(town, side: str, mark: str, block: str, home: dict) -> None:
    estate = Estate.objects.create(name=f"{side}花园", boundary=MAP.areas(block), **home)
    town.estates[side] = estate
    town.buildings[side] = Building.objects.create(
        name=f"{side}楼", number="1号楼", estate=estate, kind="residential",
        footprint=_multi(box(mark, half_m=15)), **home,
    )  # fmt: skip
    Water.objects.create(name=f"{side}塘", kind="pond", extent=_multi(box(mark, half_m=5)), **home)
    Green.objects.create(name=f"{side}绿地", kind="park", extent=_multi(box(mark, half_m=8)), **home)


def _things(town, side: str, mark: str, number: int, home: dict) -> None:
    spot = MAP.point(mark, north_m=-80)
    Door.objects.create(road_name="中轴路", number=f"{number}号", road=town.road, location=spot, **home)
    Place.objects.create(name=f"{side}小卖部", category="shop", location=MAP.point(mark, east_m=30), **home)
    town.assets[side] = Asset.objects.create(
        code=f"{home['region_code'][:6]}0101{number:06}", location=MAP.point(mark, east_m=-40),
        asset_class=AssetClass.objects.get(scheme="GB/T 30428.2-2013", code="0101"), **home,
    )  # fmt: skip
    town.cases[side] = make_case(f"2026{number:08}", MAP.point(mark, east_m=5), place=f"{side}楼旁", **home)


def _multi(polygon: Polygon) -> MultiPolygon:
    return MultiPolygon(polygon, srid=4326)
