"""Coordinate systems by their names at the OGC, and boxes in them.

A name of the OGC brings its axis order: ``…/EPSG/0/4326`` has latitude first, ``…/EPSG/0/4547`` northing
first. A name of ``gis.crs`` (``EPSG:4547``, ``GCJ02``) has x first.
"""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyproj
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from gis import crs
from gis.errors import BadParameter, Refused
from tiles import regions

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
ALWAYS = (CRS84, f"{EPSG}4326", f"{EPSG}4490", f"{EPSG}3857")
_LONLAT = {"4326", "4490"}  # equal to what is stored, within centimetres
_EDGE_STEPS = 16  # points along each side of a box of another system: its sides are curves on the globe
_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135  # of the 3-degree Gauss–Krüger zones of CGCS2000
_FIRST_NUMBERED, _FIRST_BARE = 4513, 4534  # their EPSG codes: eastings with the zone's number, and without


class System(NamedTuple):
    """A coordinate system by its name in ``gis.crs``, and whether its first axis points north."""

    name: str
    north_first: bool

    @property
    def is_lonlat(self) -> bool:
        return self.name in _LONLAT


STORED = System(str(crs.STORAGE), north_first=False)


def named(text: str, *, parameter: str) -> System:
    """The system that a query parameter names; BadParameter if there is none on the plane."""
    if text == CRS84:
        return STORED
    try:
        name = crs.normalised(text.removeprefix(EPSG))
    except Refused as unknown:
        raise BadParameter(name=parameter, reason=str(unknown)) from unknown
    if not name.isdecimal():
        return System(name, north_first=False)
    directions = _axes(int(name))
    if len(directions) != 2:
        reason = _("“%(name)s” has no two axes on the ground") % {"name": text}
        raise BadParameter(name=parameter, reason=reason)
    return System(name, north_first=text.startswith(EPSG) and directions[0] == "north")


@lru_cache(maxsize=64)
def _axes(code: int) -> tuple[str, ...]:
    system = pyproj.CRS.from_epsg(code)
    on_the_ground = system.is_projected or system.is_geographic
    return tuple(axis.direction for axis in system.axis_info) if on_the_ground else ()


# --- what answers may come in -------------------------------------------------------------------


def offered(user) -> list[str]:
    """The systems of answers to ``user``: the globe's, and the Gauss–Krüger zones of the jurisdiction."""
    return [*ALWAYS, *(f"{EPSG}{code}" for code in _zones(regions.bounds_of(user)))]


def answered(text: str, user) -> System:
    """The system asked for by ``crs``; BadParameter if answers do not come in it."""
    if text not in ALWAYS and text not in (systems := offered(user)):
        reason = _("“%(name)s” is none of %(systems)s") % {"name": text, "systems": ", ".join(systems)}
        raise BadParameter(name="crs", reason=reason)
    return named(text, parameter="crs")


def _zones(bounds: tuple[float, float, float, float] | None) -> Iterable[int]:
    if bounds is None:
        return
    west, east = (min(max(round(edge / 3) * 3, _FIRST_MERIDIAN), _LAST_MERIDIAN) for edge in bounds[::2])
    for meridian in range(west, east + 1, 3):
        zone = (meridian - _FIRST_MERIDIAN) // 3
        yield _FIRST_BARE + zone
        yield _FIRST_NUMBERED + zone


# --- what comes in ------------------------------------------------------------------------------


def stored(shape: BaseGeometry, system: System) -> BaseGeometry:
    """A shape in ``system`` (in its own order of axes) as longitude and latitude, heights dropped.

    The ends of its edges are converted; what lies outside the system has coordinates that are not finite.
    """
    flat = shapely.force_2d(shape)
    if system.north_first:
        flat = shapely.transform(flat, lambda xy: xy[:, ::-1])
    if system.is_lonlat:
        return flat
    return shapely.transform(flat, lambda xy: crs.to_storage(xy, crs=system.name))


def box(text: str, *, system: System = STORED) -> Polygon | MultiPolygon:
    """The area in EPSG:4326 of a ``west,south,east,north`` parameter (or with heights, six numbers)."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    return rectangle(numbers, system=system, parameter="bbox")


def rectangle(numbers: list[float], *, system: System, parameter: str) -> Polygon | MultiPolygon:
    """The area between two corners (four numbers, or six with heights) of ``system`` in EPSG:4326.

    Its order of axes holds. A box whose west is beyond its east crosses the 180th meridian.
    """

    def refused(reason: str) -> BadParameter:
        return BadParameter(name=parameter, reason=reason)

    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise refused(_("four numbers are needed: west,south,east,north"))
    west, south, east, north = numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
    if system.north_first:
        west, south, east, north = south, west, north, east
    if south > north:
        raise refused(_("its south is beyond its north"))
    if not system.is_lonlat:
        if west > east:
            raise refused(_("its west is beyond its east"))
        ring = crs.to_storage(_outline(west, south, east, north), crs=system.name)
        if not np.isfinite(ring).all():
            raise refused(_("it lies outside its coordinate system"))
        return Polygon([tuple(point) for point in ring.tolist()], srid=crs.STORAGE)
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise refused(_("longitudes lie within ±180 and latitudes within ±90 degrees"))
    if west > east:
        halves = [Polygon.from_bbox((west, south, 180, north)), Polygon.from_bbox((-180, south, east, north))]
        return MultiPolygon(*halves, srid=crs.STORAGE)
    area = Polygon.from_bbox((west, south, east, north))
    area.srid = crs.STORAGE
    return area


def _outline(west: float, south: float, east: float, north: float) -> np.ndarray:
    """The closed ring of a box with points along its sides, (n, 2)."""
    along = np.linspace(0, 1, _EDGE_STEPS, endpoint=False)
    x, y = west + along * (east - west), south + along * (north - south)
    ring = np.concatenate(
        [
            np.column_stack([x, np.full_like(x, south)]),
            np.column_stack([np.full_like(y, east), y]),
            np.column_stack([x[0] + east - x, np.full_like(x, north)]),
            np.column_stack([np.full_like(y, west), y[0] + north - y]),
        ]
    )
    return np.vstack([ring, ring[:1]])
