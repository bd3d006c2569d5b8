"""Areas that people draw: GeoJSON in EPSG:4326 from the browser, refused with the place that is wrong.

Read by shapely, never by GDAL, which may follow what a document says about its coordinate system.
"""

from itertools import pairwise

import numpy as np
import pyproj
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext_lazy as _
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

from gis.crs import STORAGE
from gis.errors import Refused

SMALLEST_M2 = 1.0  # less is numerical dust, not ground that someone answers for
_GROUND = pyproj.Geod(ellps="WGS84")


class NotAPolygon(Refused):
    code = "not-a-polygon"
    status = 400
    sentence = _("The boundary must be a GeoJSON polygon with longitude and latitude in degrees.")


class TooManyVertices(Refused):
    code = "too-many-vertices"
    status = 400
    sentence = _("The boundary has {vertices} corners; at most {most} are allowed. Draw it more simply.")


class NoArea(Refused):
    code = "no-area"
    status = 400
    sentence = _("The boundary encloses no ground. Draw at least three corners that do not lie in a line.")


class CrossesItself(Refused):
    code = "crosses-itself"
    status = 400
    sentence = _(
        "The boundary crosses itself at the marked places. Move the corners so that no two sides meet."
    )


def area(geojson: object, *, most_vertices: int) -> MultiPolygon:
    """A sound area from a GeoJSON Polygon, MultiPolygon or a Feature of one.

    Raises NotAPolygon, TooManyVertices, NoArea and CrossesItself; the latter two say where.
    """
    drawn = _areas_in(geojson)
    vertices = shapely.get_num_coordinates(drawn)
    if vertices > most_vertices:
        raise TooManyVertices(vertices=vertices, most=most_vertices)
    if ground_m2(drawn.convex_hull) < SMALLEST_M2:
        raise NoArea(where=mapping(drawn))
    if not drawn.is_valid:
        raise CrossesItself(where=mapping(crossings(drawn)))
    if ground_m2(drawn) < SMALLEST_M2:
        raise NoArea(where=mapping(drawn))
    return drawn


def _areas_in(geojson: object) -> MultiPolygon:
    if isinstance(geojson, dict) and geojson.get("type") == "Feature":
        geojson = geojson.get("geometry")
    if not isinstance(geojson, dict) or geojson.get("type") not in ("Polygon", "MultiPolygon"):
        raise NotAPolygon
    try:
        drawn = shapely.force_2d(shape(geojson))
    except Exception as unreadable:  # shapely raises whatever the nesting of the lists happens to break
        raise NotAPolygon from unreadable
    if drawn.is_empty or not on_the_globe(shapely.get_coordinates(drawn)):
        raise NotAPolygon
    return areas_of(drawn)


def stored(drawn: BaseGeometry) -> GEOSGeometry:
    """A drawing as the ORM takes it."""
    return GEOSGeometry(memoryview(drawn.wkb), srid=STORAGE)


def areas_of(geometry: shapely.Geometry) -> MultiPolygon:
    """The areas in ``geometry``; points and lines, where borders touch, are left out."""
    return MultiPolygon([part for part in shapely.get_parts(geometry).tolist() if isinstance(part, Polygon)])


def on_the_globe(lonlat: np.ndarray) -> bool:
    return bool(np.isfinite(lonlat).all() and (np.abs(lonlat) <= [180, 90]).all())


def ground_m2(area: BaseGeometry) -> float:
    """Square metres on the ground (WGS 84 ellipsoid) of an area in EPSG:4326."""
    if area.is_empty:
        return 0.0
    return abs(_GROUND.geometry_area_perimeter(shapely.orient_polygons(area))[0])


# --- where an area crosses itself ---------------------------------------------------------------


def crossings(area: MultiPolygon):
    """Where sides of ``area`` meet that are no neighbours, or neighbours run on top of each other.

    Where no sides meet (a hole outside its area), the place that makes it unsound.
    """
    rings = [
        shapely.get_coordinates(shapely.remove_repeated_points(ring))
        for polygon in area.geoms
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    sides = np.array([shapely.LineString(pair) for ring in rings for pair in pairwise(ring)])
    places = [(n, i, len(ring) - 1) for n, ring in enumerate(rings) for i in range(len(ring) - 1)]
    one, other = shapely.STRtree(sides).query(sides, predicate="intersects")
    found = [
        place
        for a, b in zip(one.tolist(), other.tolist(), strict=True)
        if a < b
        and ((place := sides[a].intersection(sides[b])).length or not _neighbours(places[a], places[b]))
    ]
    if found:
        return shapely.unary_union(found)
    return shapely.from_wkt(f"POINT ({shapely.is_valid_reason(area).partition('[')[2].rstrip(']')})")


def _neighbours(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether two sides (ring, position, sides of the ring) follow each other."""
    (ring, i, sides), (other_ring, j, _sides) = one, other
    return ring == other_ring and (j - i) % sides in (1, sides - 1)
