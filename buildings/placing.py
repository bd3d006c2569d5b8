"""What is loaded from files finds its place: kinds in our words, homes in the territory, and its neighbours.

A building belongs to the estate that covers its interior point, a door to the nearest road of its name.
"""

import re
from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

from buildings.models import AssetClass, Building, Road
from gis.loading.rows import Row
from gis.loading.values import choices_of
from grids import homing

DOOR_TO_ROAD_M = 300  # a door further than this from its road is no neighbour of it

# OpenStreetMap's highway and railway classes, and those of maps made from it
_ROAD_KINDS = {
    Road.Kind.MOTORWAY: "motorway motorway_link highway 高速公路 高速",
    Road.Kind.TRUNK: "trunk trunk_link 快速路 国道",
    Road.Kind.PRIMARY: "primary primary_link major_road 主干路 主干道 省道",
    Road.Kind.SECONDARY: "secondary secondary_link 次干路 次干道 县道",
    Road.Kind.TERTIARY: "tertiary tertiary_link 支路 乡道",
    Road.Kind.RESIDENTIAL: "residential living_street unclassified road minor_road 街巷 巷道 小区道路",
    Road.Kind.SERVICE: "service busway bus_guideway raceway services rest_area 内部道路",
    Road.Kind.PATH: "path pedestrian footway steps cycleway bridleway track corridor platform pier elevator "
    "步行街 人行道 小路",
    Road.Kind.RAIL: "rail subway light_rail tram monorail narrow_gauge funicular 铁路 轨道交通 地铁",
}
ROAD_KINDS = {name: kind for kind, names in _ROAD_KINDS.items() for name in names.split()} | choices_of(
    Road._meta.get_field("kind")
)
_BUILDING_KINDS = {
    Building.Kind.RESIDENTIAL: "apartments house detached residential dormitory terrace bungalow "
    "semidetached_house 住宅 居住 宿舍 公寓",
    Building.Kind.COMMERCIAL: "commercial retail office hotel supermarket kiosk mall "
    "商业 商住 办公 写字楼 酒店",
    Building.Kind.PUBLIC: "public school hospital university college kindergarten government civic church "
    "temple train_station transportation stadium museum library fire_station 公共 学校 医院 公共设施",
    Building.Kind.INDUSTRIAL: "industrial factory manufacture 工业 厂房",
    Building.Kind.STORAGE: "warehouse storage_tank silo hangar 仓储 仓库",
}
BUILDING_KINDS = {
    name: kind for kind, names in _BUILDING_KINDS.items() for name in names.split()
} | choices_of(Building._meta.get_field("kind"))


# --- cells into values --------------------------------------------------------------------------


def complete_roads(rows: Sequence[Row]) -> None:
    """Road classes of other catalogues in our words; an unknown one is refused by its field."""
    for row in rows:
        kind = str(row.values.get("kind", "")).lower()
        row.values["kind"] = ROAD_KINDS.get(kind, kind)


def complete_buildings(rows: Sequence[Row]) -> None:
    """Uses of other catalogues in our words, storeys and heights without their units."""
    for row in rows:
        kind = str(row.values.get("kind", "")).lower()
        row.values["kind"] = BUILDING_KINDS.get(kind, Building.Kind.OTHER) if kind else ""
        for name, units in (("floors", "层|f|F"), ("height_m", "m|米|公尺")):
            if name in row.values:
                row.values[name] = re.sub(rf"\s*({units})$", "", str(row.values[name]))
        if row.values.get("floors"):
            row.values["floors"] = _whole(row.values["floors"])
    _give_estates(rows)


def _whole(text: str) -> str:
    """Storeys as mappers write them: half a storey counts as one."""
    return str(int(float(text) + 0.5)) if re.fullmatch(r"\d+\.\d+", text) else text


def _give_estates(rows: Sequence[Row]) -> None:
    """The estate by its name; if several have that name, the nearest in place decides afterwards."""
    names = {row.values.get("estate") for row in rows} - {None, ""}
    if not names:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT name, min(id) FROM buildings_estate
               WHERE name = ANY(%s) GROUP BY name HAVING count(*) = 1""",
            [list(names)],
        )
        ids = dict(cursor.fetchall())
    for row in rows:
        if name := row.values.get("estate"):
            row.values["estate_id"] = ids.get(name)


def complete_assets(rows: Sequence[Row]) -> None:
    """The class by its four digits or its Chinese name; without one, by the digits in the asset's code."""
    by_name: dict[str, int] = {}
    for scheme_rank in ("CJ/T 214-2007", "GB/T 30428.2-2013"):  # the newer scheme has the last word
        for found in AssetClass.objects.filter(scheme=scheme_rank, is_active=True):
            by_name |= {found.code: found.pk, found.name: found.pk}
    for row in rows:
        code = row.values.get("code", "")
        named = row.values.get("class") or code[6:10]
        if named in by_name:
            row.values["asset_class_id"] = by_name[named]
        else:
            row.refuse(_("There is no asset class “{name}”.").format(name=named))


# --- homes --------------------------------------------------------------------------------------


def home_roads(ids: Sequence[int]) -> list[int]:
    homeless = homing.home_extents("buildings_road", "centreline", ids)
    _run(
        """SELECT d.id FROM buildings_door d JOIN buildings_road r ON r.name = d.road_name
             AND d.location && ST_Expand(r.centreline, 0.005)
           WHERE r.id = ANY(%(ids)s) AND d.road_id IS NULL""",
        ids,
        then=_link_doors,
    )
    return homeless


def home_doors(ids: Sequence[int]) -> list[int]:
    homeless = homing.home_points("buildings_door", "location", ids)
    _link_doors(ids)
    return homeless


def home_buildings(ids: Sequence[int]) -> list[int]:
    homeless = homing.home_points("buildings_building", "footprint", ids)
    _link_buildings(ids)
    return homeless


def home_estates(ids: Sequence[int]) -> list[int]:
    homeless = homing.home_points("buildings_estate", "boundary", ids)
    _run(
        """SELECT b.id FROM buildings_building b JOIN buildings_estate e ON b.footprint && e.boundary
           WHERE e.id = ANY(%(ids)s) AND b.estate_id IS NULL""",
        ids,
        then=_link_buildings,
    )
    return homeless


def home_places(ids: Sequence[int]) -> list[int]:
    return homing.home_points("buildings_place", "location", ids)


def home_assets(ids: Sequence[int]) -> list[int]:
    return homing.home_points("buildings_asset", "location", ids)


def home_water(ids: Sequence[int]) -> list[int]:
    return homing.home_extents("buildings_water", "extent", ids)


def home_green(ids: Sequence[int]) -> list[int]:
    return homing.home_extents("buildings_green", "extent", ids)


# --- neighbours ---------------------------------------------------------------------------------


def _link_doors(ids: Sequence[int]) -> None:
    """Doors without a road to the nearest road of their name."""
    _run(
        f"""UPDATE buildings_door d SET road_id = nearest.id
            FROM (
              SELECT d.id AS door, r.id FROM buildings_door d CROSS JOIN LATERAL (
                SELECT r.id FROM buildings_road r
                WHERE r.centreline && ST_Expand(d.location, 0.005) AND r.name = d.road_name
                  AND ST_DWithin(r.centreline::geography, d.location::geography, {DOOR_TO_ROAD_M})
                ORDER BY r.centreline <-> d.location LIMIT 1
              ) r WHERE d.id = ANY(%(ids)s) AND d.road_id IS NULL
            ) nearest WHERE d.id = nearest.door
            RETURNING d.id""",
        ids,
    )


def _link_buildings(ids: Sequence[int]) -> None:
    """Buildings without an estate to the smallest one that covers their interior point."""
    _run(
        """UPDATE buildings_building b SET estate_id = around.id
           FROM (
             SELECT b.id AS building, e.id FROM buildings_building b CROSS JOIN LATERAL (
               SELECT e.id FROM buildings_estate e
               WHERE ST_Covers(e.boundary, ST_PointOnSurface(b.footprint))
               ORDER BY ST_Area(e.boundary) LIMIT 1
             ) e WHERE b.id = ANY(%(ids)s) AND b.estate_id IS NULL
           ) around WHERE b.id = around.building
           RETURNING b.id""",
        ids,
    )


def _run(statement: str, ids: Sequence[int], then=None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": list(ids)})
        found = [key for (key,) in cursor.fetchall()]
    if then and found:
        then(found)
