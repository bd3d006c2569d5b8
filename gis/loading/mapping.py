"""From the file's columns to a layer's fields: by ``--map`` and ``--set``, else by name and usual names."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from gis.layers import Column, Layer
from gis.loading.refusals import NoColumn, NoCoordinates, UnknownColumn, UnknownField
from gis.loading.rows import Row, Source

LON, LAT, WKT = "lon", "lat", "wkt"
# usual names of coordinate columns; of a projected system x is the easting
_COORDINATES = {
    LON: (
        "lon",
        "lng",
        "long",
        "longitude",
        "x",
        "经度",
        "经度坐标",
        "x坐标",
        "横坐标",
        "point_x",
        "easting",
        "东坐标",
    ),
    LAT: ("lat", "latitude", "y", "纬度", "纬度坐标", "y坐标", "纵坐标", "point_y", "northing", "北坐标"),
    WKT: ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "shape"),
}


def rows_of(
    source: Source, layer: Layer, *, mapping: Mapping[str, str], constants: Mapping[str, str]
) -> list[Row]:
    """One row for each of the source, with cleaned values by field name and the shape as the file has it."""
    found = _columns_of(source, layer, mapping, constants)
    shapes, faults = _shapes_of(source, mapping)
    columns = {field: source.columns[column] for field, column in found.items()}
    rows = []
    for i, (number, shape) in enumerate(zip(source.numbers, shapes, strict=True)):
        values = {field: plain(column[i]) for field, column in columns.items()} | dict(constants)
        row = Row(number=number, shape=shape, values=values)
        if i in source.mended:
            row.repairs.append(source.mended[i])
        if i in faults:
            row.refuse(faults[i])
        rows.append(row)
    return rows


def plain(value: Any) -> Any:
    """A cell without its wrapping: text without spaces around it, whole numbers without ``.0``, no NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value.strip().strip("\u200b\ufeff\xa0\0")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return str(int(value))
    return value if isinstance(value, (datetime, date)) else str(value)


def _columns_of(source: Source, layer: Layer, mapping, constants) -> dict[str, str]:
    """The file's column for each field that has one."""
    fields = {column.name: column for column in layer.rules.columns}
    for name in (*mapping, *constants):
        if name not in fields and name not in _COORDINATES:
            raise UnknownField(layer=layer.name, field=name, fields=", ".join(fields))
    names = ", ".join(source.columns)
    for column in mapping.values():
        if column not in source.columns:
            raise UnknownColumn(file=source.name, column=column, columns=names)
    by_usual_name = {_usual(name): name for name in reversed(list(source.columns))}
    found = {}
    for name, column in fields.items():
        if name in constants:
            continue
        own = mapping.get(name) or _first(by_usual_name, column)
        if own:
            found[name] = own
        elif column.required:
            raise NoColumn(file=source.name, field=name, layer=layer.name, columns=names)
    return found


def _usual(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _first(by_usual_name: Mapping[str, str], column: Column) -> str:
    names = (column.name, *column.aliases)
    return next((by_usual_name[_usual(n)] for n in names if _usual(n) in by_usual_name), "")


# --- shapes -------------------------------------------------------------------------------------


def _shapes_of(
    source: Source, mapping: Mapping[str, str]
) -> tuple[Sequence[Any] | np.ndarray, dict[int, str]]:
    """The shapes of all rows, and by index why one has none."""
    if source.shapes is not None and not {LON, LAT, WKT} & set(mapping):
        return source.shapes, {}
    usual = {_usual(name): name for name in reversed(list(source.columns))}
    own = {
        what: mapping.get(what) or next((usual[n] for n in names if n in usual), "")
        for what, names in _COORDINATES.items()
    }
    if own[LON] and own[LAT] and WKT not in mapping:
        return _points(source.columns[own[LON]], source.columns[own[LAT]])
    if own[WKT]:
        return _from_wkt(source.columns[own[WKT]])
    raise NoCoordinates(file=source.name, columns=", ".join(source.columns))


def _points(xs: Sequence[Any], ys: Sequence[Any]) -> tuple[np.ndarray, dict[int, str]]:
    xy = np.array(
        [[_coordinate(x), _coordinate(y)] for x, y in zip(xs, ys, strict=True)], dtype=float
    ).reshape(-1, 2)
    good = np.isfinite(xy).all(axis=1)
    shapes = np.full(len(xy), None, dtype=object)
    shapes[good] = shapely.points(xy[good])
    faults = {
        int(i): _("“{x}”, “{y}” are not coordinates.").format(x=plain(xs[int(i)]), y=plain(ys[int(i)]))
        for i in np.flatnonzero(~good)
    }
    return shapes, faults


def _coordinate(value: Any) -> float:
    """A number, also as text with full-width digits or a degree sign; NaN if it is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    text = unicodedata.normalize("NFKC", str(value or "")).strip().strip("°").strip()
    return float(text) if re.fullmatch(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", text) else math.nan


def _from_wkt(texts: Sequence[Any]) -> tuple[np.ndarray, dict[int, str]]:
    given = np.array([str(text).split(";", 1)[-1] if text else None for text in texts], dtype=object)
    with np.errstate(invalid="ignore"):  # a vertex that is no number is told with its row
        shapes = shapely.from_wkt(given, on_invalid="ignore")
    faults = {i: _("Its WKT cannot be read.") for i, text in enumerate(given) if text and shapes[i] is None}
    return shapes, faults
