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
    portable=True,
    loading=Loading(
        columns=(
            Column(name="name", aliases=("名称", "绿地名称", "公园名称")),
            Column(name="kind", aliases=("类型", "种类", "landuse", "leisure", "natural", "fclass")),
        ),
        home=placing.home_green,
    ),
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
    portable=True,
    loading=Loading(
        columns=(
            Column(name="name", aliases=("名称", "河流名称", "水系名称")),
            Column(name="kind", aliases=("类型", "种类", "water", "waterway", "natural", "fclass")),
        ),
        home=placing.home_water,
    ),
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
    portable=True,
    loading=Loading(
        columns=(
            Column(name="name", aliases=("名称", "道路名称", "路名", "road_name")),
            Column(
                name="kind",
                aliases=("类型", "道路类型", "道路等级", "等级", "highway", "kind_detail", "fclass", "type"),
            ),
        ),
        complete=placing.complete_roads,
        home=placing.home_roads,
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
        Attribute(name="estate", path="estate__name", title=_("estate")),
    ),
    tile_attributes=("name", "number"),
    zooms=range(13, 23),
    label="name",
    search=("name", "address"),
    generalise=Simplified(below=16, tolerance_px=0, smallest_px=2),  # they have no corner to spare
    style=styles.BUILDINGS,
    base=True,
    portable=True,
    loading=Loading(
        columns=(
            Column(name="name", aliases=("名称", "楼栋名称", "建筑名称", "楼名")),
            Column(name="number", aliases=("楼号", "栋号", "楼栋号", "幢号")),
            Column(name="kind", aliases=("类型", "建筑类型", "用途", "building", "fclass", "type")),
            Column(
                name="floors",
                aliases=("层数", "楼层", "楼层数", "地上层数", "building:levels", "levels", "floor"),
            ),
            Column(name="height_m", aliases=("高度", "建筑高度", "height")),
            Column(name="address", aliases=("地址", "详细地址", "addr:full")),
            Column(name="estate", aliases=("小区", "小区名称", "所属小区")),
        ),
        complete=placing.complete_buildings,
        home=placing.home_buildings,
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
    loading=Loading(
        columns=(Column(name="name", required=True, aliases=("名称", "小区", "小区名称", "院落名称")),),
        home=placing.home_estates,
    ),
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
            Column(
                name="road_name",
                required=True,
                aliases=(
                    "道路",
                    "道路名称",
                    "路名",
                    "街路巷",
                    "addr_street",
                    "addr:street",
                    "street",
                    "road",
                ),
            ),
            Column(
                name="number",
                required=True,
                aliases=("门牌", "门牌号", "门牌号码", "addr_housenumber", "addr:housenumber", "housenumber"),
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
            Column(name="name", required=True, aliases=("名称", "兴趣点名称", "单位名称")),
            Column(
                name="category", aliases=("类型", "类别", "分类", "kind", "amenity", "shop", "fclass", "type")
            ),
            Column(name="address", aliases=("地址", "详细地址", "addr:full")),
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
        Attribute(name="class", path="asset_class__name", title=_("class")),
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
            Column(
                name="code",
                required=True,
                aliases=("编码", "代码", "部件编码", "部件标识码", "ObjID"),
                pattern=r"[0-9]{16}",
                hint=_("An asset code is the district's 6 digits, the class's 4 and a sequence of 6."),
            ),
            Column(name="class", aliases=("类型", "类别", "部件类型", "部件名称", "class_code")),
            Column(name="name", aliases=("名称", "ObjName")),
            Column(name="state", aliases=("状态", "部件状态", "ObjState")),
            Column(name="department", aliases=("主管部门", "主管部门名称", "DeptName1")),
            Column(name="owner", aliases=("权属单位", "权属单位名称", "DeptName2")),
            Column(name="position", aliases=("位置", "所在位置", "位置描述", "ObjPos")),
        ),
        unique="code",
        home=placing.home_assets,
        complete=placing.complete_assets,
    ),
)

layers.register(GREEN, WATER, ROADS, BUILDINGS, ESTATES, DOORS, PLACES, ASSETS)
