"""Features as GeoJSON whose text PostgreSQL writes: one statement for a page, Python hands it on.

A layer's QuerySet is compiled whole and stands in the statement as a subselect. Coordinates have seven
decimals (a centimetre), times are ISO 8601 with their offset, attributes are the layer's allow-list.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, F, FloatField, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from gis.layers import Layer

DECIMALS = 7
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
    """Features as the inside of a JSON array; ``matched`` counts those of all pages."""

    text: str
    returned: int
    matched: int


def compiled(rows: QuerySet) -> Compiled:
    """The SQL of ``rows`` and its parameters; EmptyResultSet if it can never have any."""
    return rows.query.sql_with_params()


def fetch_all(sql: str, params: Iterable) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, tuple(params))
        return cursor.fetchall()


def page(layer: Layer, rows: QuerySet, *, limit: int, offset: int = 0) -> Page:
    """``limit`` features of ``rows`` after the first ``offset``, ordered by primary key."""
    feature, names = _feature_text(layer)
    try:
        sql, params = paged(
            rows, _columns(layer, rows), (f"string_agg({feature}, ',')", names), limit=limit, offset=offset
        )
    except EmptyResultSet:
        return Page("", 0, 0)
    [(text, returned, matched)] = fetch_all(sql, params)
    return Page(text or "", returned, matched)


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


def one(layer: Layer, rows: QuerySet, pk: int) -> str | None:
    """The feature ``pk`` of ``rows`` as JSON text; None if it is not among them."""
    feature, names = _feature_text(layer)
    try:
        sql, params = compiled(_columns(layer, rows.filter(pk=pk)).order_by())
    except EmptyResultSet:
        return None
    found = fetch_all(f"WITH page AS ({sql}) SELECT {feature} FROM page", [*params, *names])
    return found[0][0] if found else None


def _columns(layer: Layer, rows: QuerySet) -> QuerySet:
    attributes = {f"a{n}": F(path) for n, path in enumerate(layer.paths.values())}
    return rows.values(fid=F("pk"), geojson=AsGeoJSON(layer.geometry, precision=DECIMALS), **attributes)


def _feature_text(layer: Layer) -> tuple[str, list[str]]:
    """The SQL that writes one row of ``_columns`` as a Feature, and its parameters."""
    properties = ", ".join(f"%s::text, a{n}" for n in range(len(layer.paths)))
    sql = (
        """'{{"type":"Feature","id":' || fid || ',"geometry":' || geojson"""
        """ || ',"properties":' || json_build_object({})::text || '}}'"""
    )
    return sql.format(properties), list(layer.paths)


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


class Extent(NamedTuple):
    """Where and when the features of a layer are; None where there are none."""

    bbox: tuple[float, float, float, float] | None
    first: Any = None
    last: Any = None


def extents(asked: Iterable[Layer], user) -> dict[str, Extent]:
    """The extent of what ``user`` may see of each layer, in one statement."""
    parts, params, found = [], [], {layer.name: Extent(None) for layer in asked}
    for layer in asked:
        try:
            sql, values = compiled(extent_columns(layer, layer.visible_to(user)))
        except EmptyResultSet:
            continue
        when = "min(at), max(at)" if layer.time else "NULL::timestamptz, NULL::timestamptz"
        parts.append(f"SELECT %s::text AS name, ST_Extent(box::geometry) AS box, {when} FROM ({sql}) seen")
        params += [layer.name, *values]
    if not parts:
        return found
    edges = "ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)"
    sql = f"SELECT name, {edges}, first, last FROM ({' UNION ALL '.join(parts)}) AS e(name, box, first, last)"
    for name, *bbox, first, last in fetch_all(sql, params):
        found[name] = Extent(None if bbox[0] is None else tuple(bbox), first, last)
    return found


def bounds_seen(asked: Iterable[Layer], *, user) -> list[float] | None:
    """West, south, east, north of all rows that ``user`` may see in these layers; None if there are none."""
    boxes = [extent.bbox for extent in extents(asked, user).values() if extent.bbox]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]


def extent_columns(layer: Layer, rows: QuerySet) -> QuerySet:
    """Each row's box (PostGIS box2d) and, if the layer has one, its time."""
    columns: dict[str, Expression | F] = {
        "box": Func(F(layer.geometry), function="Box2D", output_field=TextField())
    }
    if layer.time:
        columns["at"] = F(layer.paths[layer.time])
    return rows.order_by().values(**columns)


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
