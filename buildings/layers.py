"""The ground and what stands on it, on the map."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from buildings import placing, styles
from buildings.models import Asset, Building, Door, Estate, Green, Place, Road, Water
from gis.layers import Attribute, Clustered, Column, Layer, Loading, Simplified, layers

BASE_MAP = _("Base map")
ON_THE_GROUND = _("On the ground")

GREEN = Layer(
    name="green",
    title=_("Green"),
    group=BASE_MAP,
    rows=Green.objects.all,
    geometry="extent",
    attributes=("name", "kind"),
    label="name",
    generalise=Simplified(below=15),
    style=styles.GREEN,
    base=True,
    loading=Loading(columns=(Column(name="name"), Column(name="kind")), home=placing.home_green),
)

WATER = Layer(
    name="water",
    title=_("Water"),
    group=BASE_MAP,
    rows=Water.objects.all,
    geometry="extent",
    attributes=("name", "kind"),
    label="name",
    generalise=Simplified(below=15),
    style=styles.WATER,
    base=True,
    loading=Loading(columns=(Column(name="name"), Column(name="kind")), home=placing.home_water),
)

ROADS = Layer(
    name="roads",
    title=_("Roads"),
    group=BASE_MAP,
    rows=Road.objects.all,
    geometry="centreline",
    attributes=("name", "kind"),
    label="name",
    search=("name",),
    generalise=Simplified(
        below=15,
        details=(
            (12, Q(kind=Road.Kind.RESIDENTIAL)),
            (13, Q(kind=Road.Kind.SERVICE)),
            (15, Q(kind=Road.Kind.PATH)),
        ),
    ),
    style=styles.ROADS,
    base=True,
    loading=Loading(
        columns=(
            Column(name="name"),
            Column(name="kind", aliases=("highway", "kind_detail", "fclass", "type")),
        ),
        home=placing.home_roads,
        complete=placing.complete_road,
    ),
)

BUILDINGS = Layer(
    name="buildings",
    title=_("Buildings"),
    group=BASE_MAP,
    rows=Building.objects.all,
    geometry="footprint",
    attributes=(
        "name",
        "number",
        "kind",
        "floors",
        "height_m",
        "address",
        Attribute(name="estate", path="estate__name"),
    ),
    tile_attributes=("name", "number"),
    zooms=range(13, 23),
    label="name",
    search=("name", "address"),
    generalise=Simplified(below=16),
    style=styles.BUILDINGS,
    base=True,
    loading=Loading(
        columns=(
            Column(name="name"),
            Column(name="number"),
            Column(name="kind"),
            Column(name="floors"),
            Column(name="height_m", aliases=("height",)),
            Column(name="address"),
            Column(name="estate"),
        ),
        home=placing.home_buildings,
        complete=placing.complete_building,
    ),
)

ESTATES = Layer(
    name="estates",
    title=_("Estates"),
    group=ON_THE_GROUND,
    rows=Estate.objects.all,
    geometry="boundary",
    attributes=("name", "region_code"),
    tile_attributes=("name",),
    zooms=range(12, 23),
    label="name",
    search=("name",),
    generalise=Simplified(below=15),
    shown=False,
    style=styles.ESTATES,
    loading=Loading(columns=(Column(name="name", required=True),), home=placing.home_estates),
)

DOORS = Layer(
    name="doors",
    title=_("Doors"),
    group=ON_THE_GROUND,
    rows=Door.objects.all,
    geometry="location",
    attributes=("road_name", "number", "region_code"),
    tile_attributes=("number",),
    zooms=range(16, 23),
    label="number",
    shown=False,
    style=styles.DOORS,
    loading=Loading(
        columns=(
            Column(name="road_name", required=True, aliases=("addr_street", "addr:street", "street", "road")),
            Column(
                name="number", required=True, aliases=("addr_housenumber", "addr:housenumber", "housenumber")
            ),
        ),
        home=placing.home_doors,
    ),
)

PLACES = Layer(
    name="places",
    title=_("Places"),
    group=ON_THE_GROUND,
    rows=Place.objects.all,
    geometry="location",
    attributes=("name", "category", "address", "region_code"),
    tile_attributes=("name", "category"),
    zooms=range(14, 23),
    label="name",
    search=("name", "address"),
    generalise=Clustered(below=16),
    style=styles.PLACES,
    loading=Loading(
        columns=(
            Column(name="name", required=True),
            Column(name="category", aliases=("kind", "amenity", "shop", "type")),
            Column(name="address"),
        ),
        home=placing.home_places,
    ),
)

ASSETS = Layer(
    name="assets",
    title=_("Assets"),
    group=ON_THE_GROUND,
    rows=Asset.objects.all,
    geometry="location",
    attributes=(
        "code",
        Attribute(name="class", path="asset_class__name"),
        "name",
        "state",
        "department",
        "owner",
        "position",
        "unit_grid_code",
        "region_code",
    ),
    tile_attributes=("class", "state"),
    zooms=range(14, 23),
    label="class",
    search=("code", "name"),
    generalise=Clustered(below=17),
    shown=False,
    style=styles.ASSETS,
    loading=Loading(
        columns=(
            Column(name="code", required=True, aliases=("ObjID",)),
            Column(name="class", aliases=("class_code",)),
            Column(name="name", aliases=("ObjName",)),
            Column(name="state", aliases=("ObjState",)),
            Column(name="department", aliases=("DeptName1",)),
            Column(name="owner", aliases=("DeptName2",)),
            Column(name="position", aliases=("ObjPos",)),
        ),
        unique="code",
        home=placing.home_assets,
        complete=placing.complete_asset,
    ),
)

layers.register(GREEN, WATER, ROADS, BUILDINGS, ESTATES, DOORS, PLACES, ASSETS)
