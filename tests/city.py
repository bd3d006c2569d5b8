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


def load() -> SimpleNamespace:
    """Everything in the database; the most used rows by name."""
    for code, name, marks in [
        (CITY, "许州市", "ANKG"),
        (DISTRICT, "魏南区", "ACJG"),
        (NEIGHBOUR, "邻区", "CNKJ"),
        (STREET, "东湖街道", "ACJG"),
        (WEST, "西社区", "ABHG"),
        (EAST, "东社区", "BCJH"),
        (NEIGHBOUR_STREET, "邻街道", "CNKJ"),
        (NEIGHBOUR_COMMUNITY, "邻社区", "CNKJ"),
    ]:
        Region.objects.create(code=code, name=name, boundary=MAP.areas(marks))
    responsibility = {
        region: ResponsibilityGrid.objects.create(
            code=f"{region[:9]}G{n:03}", name=name, region_code=region, boundary=MAP.areas(m)
        )
        for n, (region, name, m) in enumerate(
            [(WEST, "西网格", "ABHG"), (EAST, "东网格", "BCJH"), (NEIGHBOUR_COMMUNITY, "邻网格", "CNKJ")],
            start=1,
        )
    }
    for code, marks in [
        (WEST + "001", "ABED"),
        (WEST + "002", "DEHG"),
        (EAST + "001", "BCFE"),
        (EAST + "002", "EFJH"),
        (NEIGHBOUR_COMMUNITY + "001", "CNMF"),
        (NEIGHBOUR_COMMUNITY + "002", "FMKJ"),
    ]:
        UnitGrid.objects.create(
            code=code, name="", boundary=MAP.area(marks), responsibility_grid=responsibility[code[:12]]
        )
    organisation = Organisation.objects.create(name="魏南区指挥中心", kind="centre", region_code=DISTRICT)
    road = Road.objects.create(name="中轴路", kind="primary", centreline=MAP.lines("DEFM"), region_code=CITY)
    at = {
        "west": ("p", "ABED", WEST),
        "east": ("q", "BCFE", EAST),
        "neighbour": ("n", "CNMF", NEIGHBOUR_COMMUNITY),
    }
    asset_class = AssetClass.objects.get(scheme="GB/T 30428.2-2013", code="0101")
    things = SimpleNamespace(
        road=road,
        organisation=organisation,
        responsibility=responsibility,
        cases={},
        buildings={},
        estates={},
        assets={},
    )
    for n, (side, (mark, block, region)) in enumerate(at.items(), start=1):
        home = {"region_code": region, "unit_grid_code": region + "001"}
        estate = Estate.objects.create(
            name=f"{side}花园",
            boundary=MAP.areas(block),
            **home,
        )
        things.estates[side] = estate
        things.buildings[side] = Building.objects.create(
            name=f"{side}楼",
            number="1号楼",
            estate=estate,
            footprint=_multi(box(mark, half_m=15)),
            kind="residential",
            **home,
        )
        Door.objects.create(
            road_name="中轴路", number=f"{n}号", road=road, location=MAP.point(mark, north_m=-80), **home
        )
        Place.objects.create(
            name=f"{side}小卖部", category="shop", location=MAP.point(mark, east_m=30), **home
        )
        things.assets[side] = Asset.objects.create(
            code=f"{region[:6]}0101{n:06}",
            asset_class=asset_class,
            location=MAP.point(mark, east_m=-40),
            **home,
        )
        Water.objects.create(name=f"{side}塘", kind="pond", extent=_multi(box(mark, half_m=5)), **home)
        Green.objects.create(name=f"{side}绿地", kind="park", extent=_multi(box(mark, half_m=8)), **home)
        things.cases[side] = make_case(f"2026{n:08}", MAP.point(mark, east_m=5), place=f"{side}楼旁", **home)
    return things


def _multi(polygon: Polygon) -> MultiPolygon:
    return MultiPolygon(polygon, srid=4326)
