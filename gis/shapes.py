"""Areas that people draw: GeoJSON in EPSG:4326 from the browser, checked before anything is done with it.

Read by shapely, never by GDAL, which may follow what a document says about its coordinate system.
"""

import re

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext_lazy as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from gis.crs import STORAGE
from gis.errors import BadParameter, Refused

_place = re.compile(r"\[(\S+) (\S+)\]")


class NotAnArea(Refused):
    """The area crosses itself, lies on itself, or is empty; ``where`` is a point of the trouble."""

    code = "not-an-area"
    status = 400
    sentence = _("This is not a proper area: its edge crosses or touches itself.")


def area(geojson: object, *, name: str, most_vertices: int) -> GEOSGeometry:
    """A Polygon or MultiPolygon; ``name`` is the field it came in.

    Raises BadParameter if it is none or too large, NotAnArea, with where, if it is not valid.
    """
    drawn = _read(geojson, name)
    corners = shapely.get_coordinates(drawn)
    if len(corners) > most_vertices:
        raise BadParameter(name=name, reason=_("more than {most} vertices").format(most=most_vertices))
    if not np.isfinite(corners).all() or (np.abs(corners) > (180, 90)).any():
        raise BadParameter(name=name, reason=_("its coordinates are not longitudes and latitudes"))
    if not drawn.is_valid or drawn.area == 0:
        raise NotAnArea(where=_trouble(drawn))
    return GEOSGeometry(memoryview(drawn.wkb), srid=STORAGE)


def _read(geojson: object, name: str) -> BaseGeometry:
    reason = _("a GeoJSON Polygon or MultiPolygon is needed")
    if not isinstance(geojson, dict) or geojson.get("type") not in ("Polygon", "MultiPolygon"):
        raise BadParameter(name=name, reason=reason)
    try:
        drawn = shapely.force_2d(shape(geojson))
    except Exception as unreadable:  # shapely raises whatever the nesting of the lists happens to break
        raise BadParameter(name=name, reason=reason) from unreadable
    if drawn.is_empty:
        raise BadParameter(name=name, reason=reason)
    return drawn


def _trouble(drawn: BaseGeometry) -> dict:
    """The point at which an area is not valid, as GeoJSON."""
    if found := _place.search(shapely.is_valid_reason(drawn)):
        return {"type": "Point", "coordinates": [float(found[1]), float(found[2])]}
    return {"type": "Point", "coordinates": shapely.get_coordinates(drawn)[0].tolist()}
