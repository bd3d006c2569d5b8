"""Outlines as they are drawn: read from GeoJSON, and refused with the places where they are wrong."""

from typing import cast

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import LineString, MultiPolygon, shape

from gis.errors import Refused
from gis.shapes import (
    SMALLEST_M2,
    CrossesItself,
    NoArea,
    NotAPolygon,
    TooManyVertices,
    area,
    areas_of,
    crossings,
    ground_m2,
    on_the_globe,
)

__all__ = [
    "MOST_VERTICES", "SMALLEST_M2", "CrossesItself", "NoArea", "NotALine", "NotAPolygon", "TooManyVertices",
    "areas_of", "crossings", "ground_m2", "read", "read_line",
]  # fmt: skip

MOST_VERTICES = 5_000


class NotALine(Refused):
    code = "not-a-line"
    status = 400
    sentence = _("A GeoJSON line with longitude and latitude in degrees is needed.")


def read(geojson) -> MultiPolygon:
    """A sound area in EPSG:4326 from a GeoJSON Polygon, MultiPolygon or a Feature of one."""
    return area(geojson, most_vertices=MOST_VERTICES)


def read_line(geojson) -> LineString:
    """A line in EPSG:4326 from a GeoJSON LineString."""
    if not isinstance(geojson, dict) or geojson.get("type") != "LineString":
        raise NotALine
    try:
        line = shapely.remove_repeated_points(shapely.force_2d(shape(geojson)))
    except Exception as unreadable:  # as for areas
        raise NotALine from unreadable
    corners = shapely.get_coordinates(line)
    if len(corners) > MOST_VERTICES:
        raise TooManyVertices(vertices=len(corners), most=MOST_VERTICES)
    if len(np.unique(corners, axis=0)) < 2 or not on_the_globe(corners):
        raise NotALine
    return cast(LineString, line)
