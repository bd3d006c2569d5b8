"""The territory on the map."""

from django.utils.translation import gettext_lazy as _

from gis.layers import Attribute, Column, Layer, Loading, Simplified, layers
from grids import homing, styles
from grids.models import Region, ResponsibilityGrid, UnitGrid

TERRITORY = _("Territory")

REGIONS = Layer(
    name="regions",
    title=_("Regions"),
    group=TERRITORY,
    rows=Region.objects.current,
    geometry="boundary",
    attributes=("code", "name", "level"),
    label="name",
    search=("name", "code"),
    generalise=Simplified(below=14),
    style=styles.REGIONS,
    base=True,
    loading=Loading(
        columns=(Column(name="code", required=True), Column(name="name", required=True)),
        unique="code",
        check=homing.check_regions,
    ),
)

RESPONSIBILITY_GRIDS = Layer(
    name="responsibility-grids",
    title=_("Responsibility grids"),
    group=TERRITORY,
    rows=ResponsibilityGrid.objects.current,
    geometry="boundary",
    attributes=("code", "name", "region_code"),
    tile_attributes=("code", "name"),
    zooms=range(10, 23),
    label="name",
    search=("name", "code"),
    generalise=Simplified(below=14),
    style=styles.RESPONSIBILITY_GRIDS,
    loading=Loading(
        columns=(Column(name="code", required=True), Column(name="name")),
        unique="code",
        home=homing.home_responsibility_grids,
    ),
)

UNIT_GRIDS = Layer(
    name="unit-grids",
    title=_("Unit grids"),
    group=TERRITORY,
    rows=UnitGrid.objects.current,
    geometry="boundary",
    attributes=(
        "code",
        "name",
        "region_code",
        Attribute(name="responsibility_grid", path="responsibility_grid__code"),
    ),
    tile_attributes=("code",),
    zooms=range(12, 23),
    label="code",
    search=("code", "name"),
    generalise=Simplified(below=15),
    style=styles.UNIT_GRIDS,
    loading=Loading(
        columns=(Column(name="code", required=True), Column(name="name")),
        unique="code",
        home=homing.home_unit_grids,
    ),
)

layers.register(REGIONS, RESPONSIBILITY_GRIDS, UNIT_GRIDS)
