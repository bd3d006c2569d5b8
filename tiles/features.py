"""Features as GeoJSON: rows come in binary, geometries as text from PostGIS, and orjson writes the document.

A layer's QuerySet is compiled whole. Coordinates of degrees have seven decimals (a centimetre), others three
(a millimetre); times are ISO 8601 with their offset, attributes are the layer's allow-list.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
import psycopg
from django.contrib.gis.db.models.functions import Transform
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, FloatField, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from gis.layers import Layer
from tiles.systems import STORED, System

DECIMALS, METRE_DECIMALS = 7, 3
Compiled = tuple[str, tuple]

# All rows are counted only where the page does not tell: it is full, or beyond the end.
_PAGED = """
WITH page AS MATERIALIZED ({page}), sent AS (SELECT count(*) AS n FROM page)
SELECT
  (SELECT {gathered} FROM page) AS gathered,
  sent.n AS returned,
  CASE
    WHEN sent.n < %s AND (sent.n > 0 OR %s = 0) THEN %s + sent.n
    ELSE (SELECT count(*) FROM ({all}) matched)
  END AS matched
FROM sent
"""


class Page(NamedTuple):
    """Features for ``written``; ``more`` tells whether others follow."""

    features: list[dict]
    more: bool


def compiled(rows: QuerySet) -> Compiled:
    """The SQL of ``rows`` and its parameters; EmptyResultSet if it can never have any."""
    return rows.query.sql_with_params()


def fetch_all(sql: str, params: Iterable) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, tuple(params))
        return cursor.fetchall()


def page(
    layer: Layer,
    rows: QuerySet,
    *,
    limit: int,
    offset: int = 0,
    after: int | None = None,
    system: System = STORED,
) -> Page:
    """``limit`` features of ``rows`` by primary key: after the key ``after`` or the first ``offset``.

    By key, a page far behind is as quick as the first.
    """
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = _features(layer, rows.order_by("pk")[offset : offset + limit + 1], system)
    return Page(found[:limit], more=len(found) > limit)


def one(layer: Layer, rows: QuerySet, pk: int, *, system: System = STORED) -> dict | None:
    """The feature ``pk`` of ``rows``; None if it is not among them."""
    found = _features(layer, rows.filter(pk=pk).order_by(), system)
    return found[0] if found else None


def written(document: dict) -> bytes:
    """A document with features in it, as JSON."""
    return orjson.dumps(document, default=_number)


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError


def _features(layer: Layer, rows: QuerySet, system: System) -> list[dict]:
    columns = rows.values_list("pk", _geojson(layer, system), *layer.paths.values())
    try:
        text = _text(columns)
    except EmptyResultSet:
        return []
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        found = cursor.execute(text, prepare=False, binary=True).fetchall()
    names = tuple(layer.paths)
    return [
        {
            "type": "Feature",
            "id": pk,
            "geometry": orjson.Fragment(geojson),
            "properties": dict(zip(names, values, strict=False)),  # a third quicker than strict
        }
        for pk, geojson, *values in found
    ]


def _text(rows: QuerySet) -> str:
    """The SQL of ``rows`` with its values in place, as for a cursor without parameters."""
    return str(connection.ops.compose_sql(*compiled(rows)))  # type: ignore[attr-defined]  # PostgreSQL's has it


def _geojson(layer: Layer, system: System) -> Func:
    """The geometry as GeoJSON text with coordinates in ``system``, in its order of axes."""
    shape: Any = F(layer.geometry)
    if not system.is_lonlat:
        shape = Transform(shape, int(system.name))
    if system.north_first:
        shape = Func(shape, function="ST_FlipCoordinates")
    decimals = DECIMALS if system.is_lonlat else METRE_DECIMALS
    plain = Value(0, IntegerField())  # no "crs" member: RFC 7946 has none
    return Func(shape, Value(decimals), plain, function="ST_AsGeoJSON", output_field=TextField())


def paged(
    rows: QuerySet, columns: QuerySet, gathered: tuple[str, list], *, limit: int, offset: int
) -> tuple[str, list]:
    """The SQL of one page of ``columns`` of ``rows`` by primary key, and its parameters.

    Its one row is ``gathered`` (an SQL aggregate with its parameters) over the page, how many rows the
    page has, and how many there are on all pages. Raises EmptyResultSet if there can never be any.
    """
    page_sql, page_params = compiled(columns.order_by("pk")[offset : offset + limit])
    all_sql, all_params = compiled(rows.order_by().values("pk"))
    aggregate, params = gathered
    sql = _PAGED.format(page=page_sql, gathered=aggregate, all=all_sql)
    return sql, [*page_params, *params, limit, offset, offset, *all_params]


# --- what a layer holds in all ------------------------------------------------------------------


def counts(asked: Iterable[Layer], user) -> dict[str, int]:
    """How many features of each layer ``user`` may see, exactly, in one statement."""
    parts, params, found = [], [], {layer.name: 0 for layer in asked}
    for layer in asked:
        try:
            sql, values = compiled(layer.visible_to(user).order_by().values("pk"))
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s::text, count(*) FROM ({sql}) seen")
        params += [layer.name, *values]
    if parts:
        found |= dict(fetch_all(" UNION ALL ".join(parts), params))
    return found


# --- a feature in a list ------------------------------------------------------------------------


def in_lists(layer: Layer, rows: QuerySet) -> QuerySet:
    """What a list shows of each row: id, title, its region and its bbox (west, south, east, north)."""
    edges = {
        side: Func(F(layer.geometry), function=function, output_field=FloatField())
        for side, function in zip("wsen", ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax"), strict=True)
    }
    return rows.values(fid=F("pk"), title=_title(layer), region=F("region_code"), **edges)


def _title(layer: Layer) -> Coalesce:
    """What a feature is called: the first of its search texts, or its label, that is not empty."""
    names = dict.fromkeys((*layer.search, *filter(None, [layer.label])))
    empty = Value("", TextField())
    texts = [NullIf(Cast(layer.paths[name], TextField()), empty) for name in names]
    return Coalesce(*texts, empty, empty)  # of one, Coalesce would be nothing


def called(layer: Layer, title: str, pk: int) -> str:
    """The title of a feature, or its layer's with its number where it has no name."""
    return title or f"{layer.title} {pk}"
