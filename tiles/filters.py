"""Query parameters that narrow a layer: ``bbox``, ``datetime``, ``region_code`` and its attributes.

``apply`` uses the parameters that the layer understands; ``refuse_unknown`` is called once per request with
all layers asked for, so that a misspelt filter is an error (OGC API – Features, 7.15) and widens no answer.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

import numpy as np
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _

from gis import codes, crs
from gis.errors import BadParameter, Refused
from gis.jurisdiction import Scoped
from gis.layers import Layer

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
# Names of the OGC, with the system and whether its first axis is the latitude (or northing).
OGC_NAMES = {
    CRS84: ("4326", False),
    "http://www.opengis.net/def/crs/EPSG/0/4326": ("4326", True),
    "http://www.opengis.net/def/crs/EPSG/0/4490": ("4490", True),
    "http://www.opengis.net/def/crs/EPSG/0/3857": ("3857", False),
}
COMMON = frozenset({"bbox", "bbox-crs", "datetime", "region_code"})
_EDGE_STEPS = 16  # points along each side of a box of another system: its sides are curves on the globe
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,6})?)([Zz]|[+ -]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def apply(rows: Scoped, layer: Layer, params: Mapping[str, str]) -> Scoped:
    """``rows`` of ``layer`` narrowed by those ``params`` that the layer understands.

    Raises BadParameter, in the user's language, for a value that cannot be read. A layer without a time
    takes no notice of ``datetime``, as the standard says.
    """
    if "bbox" in params:
        area = box(params["bbox"], system=params.get("bbox-crs", CRS84))
        rows = rows.filter(**{f"{layer.geometry}__intersects": area})
    elif "bbox-crs" in params:
        raise BadParameter(name="bbox-crs", reason=_("it needs a bbox"))
    if "datetime" in params:
        span = interval(params["datetime"])
        if layer.time:
            rows = _within(rows, layer.paths[layer.time], *span)
    if "region_code" in params:
        rows = _in_any_region(rows, params["region_code"])
    for name in layer.paths.keys() - COMMON:
        if name in params:
            rows = rows.filter(**{f"{layer.paths[name]}__in": _values(layer, name, params[name])})
    return rows


def refuse_unknown(params: Mapping[str, str], *layers: Layer, also: Iterable[str] = ()) -> None:
    """BadParameter for a name that neither a layer nor the endpoint (``also``) knows, or that comes twice."""
    known = set(also).union(*(COMMON.union(layer.paths) for layer in layers))
    for name in params:
        if name not in known:
            raise BadParameter(name=name, reason=_("there is no such parameter here"))
        if hasattr(params, "getlist") and len(params.getlist(name)) > 1:
            raise BadParameter(name=name, reason=_("it is given more than once"))


# --- where --------------------------------------------------------------------------------------


def box(text: str, *, system: str = CRS84) -> Polygon | MultiPolygon:
    """The area of ``west,south,east,north`` (or with heights, six numbers) in EPSG:4326.

    A box whose west is beyond its east crosses the 180th meridian. ``system`` is a name of the OGC, whose
    axis order then holds, or a name of ``gis.crs`` with x first.
    """
    west, south, east, north = _four(text)
    name, latitude_first = OGC_NAMES.get(system, (system, False))
    if latitude_first:
        west, south, east, north = south, west, north, east
    try:
        name = crs.normalised(name)
    except Refused as unknown:
        raise BadParameter(name="bbox-crs", reason=str(unknown)) from unknown
    if south > north:
        raise BadParameter(name="bbox", reason=_("its south is beyond its north"))
    if name not in {"4326", "4490"}:
        return _box_of_another_system(west, south, east, north, system=name)
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        reason = _("longitudes lie within ±180 and latitudes within ±90 degrees")
        raise BadParameter(name="bbox", reason=reason)
    if west > east:
        halves = [Polygon.from_bbox((west, south, 180, north)), Polygon.from_bbox((-180, south, east, north))]
        return MultiPolygon(*halves, srid=crs.STORAGE)
    area = Polygon.from_bbox((west, south, east, north))
    area.srid = crs.STORAGE
    return area


def _four(text: str) -> list[float]:
    """West, south, east, north of a bbox parameter; heights are left out."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise BadParameter(name="bbox", reason=_("four numbers are needed: west,south,east,north"))
    return numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]


def _box_of_another_system(west: float, south: float, east: float, north: float, *, system: str) -> Polygon:
    if west > east:
        raise BadParameter(name="bbox", reason=_("its west is beyond its east"))
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
    lonlat = crs.to_storage(ring, crs=system)
    if not np.isfinite(lonlat).all():
        raise BadParameter(name="bbox", reason=_("it lies outside its coordinate system"))
    points = [tuple(point) for point in lonlat.tolist()]
    return Polygon([*points, points[0]], srid=crs.STORAGE)


def _in_any_region(rows: Scoped, text: str) -> Scoped:
    """Rows in any of the regions (comma between codes), with all that lies below them."""
    wanted = text.split(",")
    for code in wanted:
        if not codes.is_region_code(code):
            reason = _("“%(code)s” is not a region code") % {"code": code}
            raise BadParameter(name="region_code", reason=reason)
    found = rows.in_region(wanted[0])
    for code in wanted[1:]:
        found = found | rows.in_region(code)
    return found


# --- when ---------------------------------------------------------------------------------------


def interval(text: str) -> tuple[datetime | None, datetime | None, bool]:
    """Start, end and whether the end itself belongs to it, of an RFC 3339 instant or interval.

    ``a/b``, ``../b`` and ``a/..`` as OGC API – Features has it; a day without a time is that whole day in
    the city's time zone.
    """
    parts = text.split("/")
    if len(parts) > 2:
        raise _bad_time(text)
    if len(parts) == 1:
        return _span(parts[0])
    open_start, open_end = (part in ("", "..") for part in parts)
    if open_start and open_end:
        raise _bad_time(text)
    start = None if open_start else _span(parts[0])[0]
    end, closed = (None, True) if open_end else _span(parts[1])[1:]
    if start and end and (start > end or (start == end and not closed)):
        raise BadParameter(name="datetime", reason=_("the interval ends before it begins"))
    return start, end, closed


def _span(text: str, *, name: str = "datetime") -> tuple[datetime, datetime, bool]:
    """One instant, or one day up to the next; ``name`` is the parameter it comes from."""
    try:
        if _DAY.fullmatch(text):
            day = datetime.fromisoformat(text).date()
            return _midnight(day), _midnight(day + timedelta(days=1)), False
        if read := _INSTANT.fullmatch(text):
            on, clock, zone = read.groups()
            zone = "+00:00" if zone in "Zz" else zone.replace(" ", "+")  # an unescaped + arrives as a space
            instant = datetime.fromisoformat(f"{on}T{clock}{zone}")
            return instant, instant, True
    except (ValueError, OverflowError):
        pass
    raise _bad_time(text, name=name)


def _midnight(day: date) -> datetime:
    """The first instant of ``day`` in the city's time zone."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


def _bad_time(text: str, *, name: str = "datetime") -> BadParameter:
    reason = _("“%(text)s” is not a time such as 2026-05-01T08:00:00+08:00, nor two with / between") % {
        "text": text
    }
    return BadParameter(name=name, reason=reason)


def _within(rows: Scoped, path: str, start: datetime | None, end: datetime | None, closed: bool):
    if start:
        rows = rows.filter(**{f"{path}__gte": start})
    if end:
        rows = rows.filter(**{f"{path}__lte" if closed else f"{path}__lt": end})
    return rows


# --- attributes ---------------------------------------------------------------------------------


def output_field_of(layer: Layer, name: str) -> Field:
    """The field that says what values attribute ``name`` has; a generated column's is inside it."""
    field = layer.field_of(name)
    return getattr(field, "output_field", None) or field


def _values(layer: Layer, name: str, text: str) -> list:
    """The values of ``a,b,c``, any of which a row may have."""
    field = output_field_of(layer, name)
    return [_value(field, name, part) for part in text.split(",")]


def _value(field: Field, name: str, text: str):
    kind = field.get_internal_type()
    if kind == "DateTimeField":
        start, _end, is_instant = _span(text, name=name)
        if not is_instant:
            raise _bad_time(text, name=name)
        return start
    if kind == "BooleanField":
        if text not in ("true", "false"):
            raise BadParameter(name=name, reason=_("it is true or false"))
        return text == "true"
    try:
        if "\0" in text or (text == "" and kind not in ("CharField", "TextField")):
            raise ValidationError(text)
        value = field.to_python(text)
    except (ValidationError, OverflowError) as wrong:
        reason = _("“%(value)s” is not a value of this attribute") % {"value": text.replace("\0", "")}
        raise BadParameter(name=name, reason=reason) from wrong
    choices = [key for key, _label in field.flatchoices]
    if choices and value not in choices:
        facts = {"value": text, "choices": ", ".join(map(str, choices))}
        reason = _("“%(value)s” is none of %(choices)s") % facts
        raise BadParameter(name=name, reason=reason)
    return value
