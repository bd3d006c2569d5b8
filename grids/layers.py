"""The territory on the map."""

from django.utils.translation import gettext_lazy as _

from gis import codes
from gis.layers import Attribute, Column, Coverage, Layer, Loading, layers
from grids import homing, styles
from grids.models import InTime, Region, ResponsibilityGrid, UnitGrid

TERRITORY = _("Territory")

REGIONS = Layer(
    name="regions",
    title=_("Regions"),
    group=TERRITORY,
    rows=Region.objects.current,
    as_of=InTime.on,
    geometry="boundary",
    attributes=("code", "name", "level"),
    label="name",
    search=("name", "code"),
    generalise=Coverage(below=14),
    style=styles.REGIONS,
    base=True,
    portable=True,
    loading=Loading(
        columns=(
            Column(
                name="code",
                required=True,
                aliases=("编码", "代码", "区划代码", "行政区划代码", "行政代码", "adcode", "region_code"),
                pattern=codes.REGION_CODE,
                hint=_("A region code has 2, 4, 6, 9 or 12 digits."),
            ),
            Column(
                name="name",
                required=True,
                aliases=("名称", "区划名称", "行政区划名称", "社区名称", "街道名称"),
            ),
        ),
        unique="code",
        check=homing.check_regions,
        outline=True,
        rehomes=True,
    ),
)

RESPONSIBILITY_GRIDS = Layer(
    name="responsibility-grids",
    title=_("Responsibility grids"),
    group=TERRITORY,
    rows=ResponsibilityGrid.objects.current,
    as_of=InTime.on,
    geometry="boundary",
    attributes=("code", "name", "region_code"),
    tile_attributes=("code", "name"),
    zooms=range(10, 23),
    label="name",
    search=("name", "code"),
    generalise=Coverage(below=14),
    style=styles.RESPONSIBILITY_GRIDS,
    portable=True,
    loading=Loading(
        columns=(
            Column(
                name="code", required=True, aliases=("编码", "代码", "网格编码", "责任网格编码", "grid_code")
            ),
            Column(name="name", aliases=("名称", "网格名称", "责任网格名称", "grid_name")),
        ),
        unique="code",
        complete=homing.complete_responsibility_grids,
        home=homing.home_responsibility_grids,
    ),
)

UNIT_GRIDS = Layer(
    name="unit-grids",
    title=_("Unit grids"),
    group=TERRITORY,
    rows=UnitGrid.objects.current,
    as_of=InTime.on,
    geometry="boundary",
    attributes=(
        "code",
        "name",
        "region_code",
        Attribute(
            name="responsibility_grid", path="responsibility_grid__code", title=_("responsibility grid")
        ),
    ),
    tile_attributes=("code",),
    zooms=range(12, 23),
    label="code",
    search=("code", "name"),
    generalise=Coverage(below=15),
    style=styles.UNIT_GRIDS,
    portable=True,
    loading=Loading(
        columns=(
            Column(
                name="code",
                required=True,
                aliases=("编码", "代码", "网格编码", "单元网格编码", "grid_code", "BGCode"),
                pattern=codes.UNIT_GRID_CODE,
                hint=_("A unit grid code is its community's 12 digits and a sequence of 3 or 4 digits."),
            ),
            Column(name="name", aliases=("名称", "网格名称", "单元网格名称", "grid_name", "BGName")),
        ),
        unique="code",
        home=homing.home_unit_grids,
        check=homing.check_unit_grids,
        rehomes=True,
    ),
)

layers.register(REGIONS, RESPONSIBILITY_GRIDS, UNIT_GRIDS)
