"""Geometry on its way in: sound, repaired where nothing is lost, or refused with the place where it is wrong.

A repair is lossless if the ground covered stays the same: repeated points, an open ring, heights, a
collection of one part, a ring that touches itself, a spike without area. ``AREA_TOLERANCE`` is the share of
the area by which a repaired outline may differ. Coordinates are longitude, latitude in EPSG:4326.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from shapely import GeometryType

AREA_TOLERANCE = 1e-6

POINT, LINES, AREA, AREAS, LINES_OR_AREAS = "POINT", "MULTILINESTRING", "POLYGON", "MULTIPOLYGON", "GEOMETRY"
_POINTS = (GeometryType.POINT, GeometryType.MULTIPOINT)
_LINES = (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING)
_AREAS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
TAKEN = {POINT: _POINTS, LINES: _LINES, AREA: _AREAS, AREAS: _AREAS, LINES_OR_AREAS: (*_LINES, *_AREAS)}

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A sound geometry of the type asked for and its repairs; or (``geometry`` None) why there is none."""

    geometry: Any = None
    repairs: tuple[str, ...] = ()
    fault: str = ""
    where: Place | None = None
    wrong_type: bool = False


class _Unfit(Exception):
    def __init__(self, fault: str, where: Place | None = None, *, wrong_type: bool = False):
        self.cleaned = Cleaned(fault=fault, where=where, wrong_type=wrong_type)


def clean_all(geometries: np.ndarray, *, kind: str) -> list[Cleaned]:
    """Clean an array of shapely geometries for a column of type ``kind`` (POINT, MULTIPOLYGON, …)."""
    types = shapely.get_type_id(geometries)
    ready = (
        np.isin(types, [int(t) for t in TAKEN[kind] if t != GeometryType.MULTIPOINT])
        & ~shapely.is_empty(geometries)
        & ~shapely.has_z(geometries)
        & shapely.is_valid(geometries)
    )
    counted = geometries.copy()
    counted[~ready] = None
    fewer = shapely.get_num_coordinates(shapely.remove_repeated_points(counted))
    same = shapely.get_num_coordinates(geometries) == fewer
    return [
        Cleaned(promoted)
        if fine and (promoted := _promoted(geometry, kind)) is not None
        else clean(geometry, kind=kind)
        for geometry, fine in zip(geometries, ready & same, strict=True)
    ]


def clean(geometry, *, kind: str) -> Cleaned:
    """Clean one geometry, step by step; see the module's text."""
    repairs: list[str] = []
    try:
        if geometry is None:
            raise _Unfit(_("There is no geometry."))
        geometry = _flat(geometry, repairs)
        geometry = _unwrapped(geometry, repairs)
        _taken(geometry, kind)
        geometry = _without_repeats(geometry, repairs)
        geometry = _valid(geometry, repairs)
        _extended(geometry)
        promoted = _promoted(geometry, kind)
        if promoted is None:
            raise _Unfit(_("It has several parts, but one is asked for."), place_of(geometry))
        return Cleaned(promoted, tuple(repairs))
    except _Unfit as unfit:
        return unfit.cleaned


def place_of(geometry) -> Place | None:
    """A place to look for the geometry: its first usable coordinate."""
    if geometry is None:
        return None
    coords = shapely.get_coordinates(geometry)
    coords = coords[np.isfinite(coords).all(axis=1)]
    return (float(coords[0, 0]), float(coords[0, 1])) if len(coords) else None


def _flat(geometry, repairs: list[str]):
    if shapely.is_empty(geometry):
        raise _Unfit(_("The geometry is empty."))
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise _Unfit(_("A coordinate is not a number."), place_of(geometry))
    if shapely.has_z(geometry) or shapely.has_m(geometry):
        repairs.append(_("heights left out"))
        geometry = shapely.force_2d(geometry)
    return geometry


def _unwrapped(geometry, repairs: list[str]):
    """A collection of one part is that part."""
    while (
        geometry.geom_type in ("GeometryCollection", "MultiPoint")
        and shapely.get_num_geometries(geometry) == 1
    ):
        repairs.append(_("collection of one part unpacked"))
        geometry = shapely.get_geometry(geometry, 0)
    return geometry


def _taken(geometry, kind: str) -> None:
    if shapely.get_type_id(geometry) not in TAKEN[kind]:
        asked = {POINT: _("a point"), LINES: _("a line"), LINES_OR_AREAS: _("a line or an area")}.get(
            kind, _("an area")
        )
        fault = _("It is a {found}, but {asked} is asked for.").format(found=geometry.geom_type, asked=asked)
        raise _Unfit(fault, place_of(geometry), wrong_type=True)


def _without_repeats(geometry, repairs: list[str]):
    fewer = shapely.remove_repeated_points(geometry)
    if shapely.get_num_coordinates(fewer) < shapely.get_num_coordinates(geometry):
        repairs.append(_("repeated points removed"))
        return fewer
    return geometry


def _valid(geometry, repairs: list[str]):
    """``geometry`` if it is valid, or its lossless repair."""
    if shapely.is_valid(geometry):
        return geometry
    reason, where = _reason(geometry)
    if geometry.geom_type in ("LineString", "MultiLineString"):
        raise _Unfit(_("The line has no length."), where or place_of(geometry))
    repaired = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    if shapely.is_empty(repaired) or shapely.area(repaired) == 0:
        raise _Unfit(_("The area is zero."), where)
    # the shoelace area of an outline that crosses itself counts its loops with opposite signs, or twice
    if abs(_shoelace(geometry) - shapely.area(repaired)) > AREA_TOLERANCE * shapely.area(repaired):
        raise _Unfit(reason, where)
    repairs.append(_("outline that touches itself put in order"))
    return repaired


def _shoelace(geometry) -> float:
    return sum(
        shapely.Polygon(part.exterior).area - sum(shapely.Polygon(hole).area for hole in part.interiors)
        for part in shapely.get_parts(geometry)
    )


_REASONS = {
    "Self-intersection": gettext_noop("The outline crosses itself."),
    "Ring Self-intersection": gettext_noop("The outline touches itself."),
    "Hole lies outside shell": gettext_noop("A hole lies outside the outline."),
    "Holes are nested": gettext_noop("A hole lies within another hole."),
    "Interior is disconnected": gettext_noop("Holes cut the area into pieces."),
    "Nested shells": gettext_noop("A part lies within another part."),
    "Duplicate Rings": gettext_noop("The same outline stands there twice."),
    "Too few points in geometry component": gettext_noop("The outline has too few points."),
}


def _reason(geometry) -> tuple[str, Place | None]:
    """What GEOS finds wrong, as a sentence, and where."""
    text = shapely.is_valid_reason(geometry)
    match = re.fullmatch(r"(.*?)\[(\S+) (\S+)\]", text)
    if not match:
        return text, place_of(geometry)
    reason, x, y = match.groups()
    return _(_REASONS.get(reason, reason)), (float(x), float(y))


def _extended(geometry) -> None:
    if geometry.geom_type.endswith("LineString") and shapely.length(geometry) == 0:
        raise _Unfit(_("The line has no length."), place_of(geometry))
    if geometry.geom_type.endswith("Polygon") and shapely.area(geometry) == 0:
        raise _Unfit(_("The area is zero."), place_of(geometry))


def _promoted(geometry, kind: str):
    """The geometry as ``kind`` wants it, single or multi; None if it has too many parts."""
    name = geometry.geom_type
    if kind in (POINT, AREA):
        parts = shapely.get_parts(geometry)
        return parts[0] if len(parts) == 1 else None
    if name in ("LineString", "LinearRing"):
        return shapely.MultiLineString([shapely.get_coordinates(geometry)])
    if name == "Polygon":
        return shapely.MultiPolygon([geometry])
    return geometry
