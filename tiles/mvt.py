"""Vector tiles: one SQL statement for all layers asked for, and PostGIS writes the MVT.

Each layer's QuerySet is compiled whole and stands in the statement as a subselect; what tiles add (the
envelope, generalisation, clusters, label points) is SQL around it. Geometry comes from the stored
EPSG:3857 twin. ``envelope`` is a tile's rectangle in EPSG:3857; extent and buffer are MVT units.
"""

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateTimeField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from gis.errors import BadParameter
from gis.fields import WEB_MERCATOR
from gis.layers import Clustered, Layer, Simplified
from tiles import filters, styles

EXTENT = 4096
BUFFER = 64  # 8 px at the 512 px that the browser draws a tile with: no circle or wide line is cut
TILE_PX = 512
DEEPEST = 22
WORLD_M = 40_075_016.685_578_5  # EPSG:3857 is a square of this side

_number = re.compile(r"[0-9]{1,8}", re.ASCII)


class Tile(NamedTuple):
    """Where a tile lies in the pyramid; ``y`` counts from the north."""

    z: int
    x: int
    y: int

    @classmethod
    def read(cls, z: str, x: str, y: str) -> "Tile":
        """From the parts of an address; BadParameter if there is no such tile."""
        for name, text in (("z", z), ("x", x), ("y", y)):
            if not _number.fullmatch(text):
                raise BadParameter(name=name, reason=_("a tile is addressed by whole numbers"))
        tile = cls(int(z), int(x), int(y))
        if tile.z > DEEPEST:
            raise BadParameter(name="z", reason=_("the deepest zoom is 22"))
        for name, number in (("x", tile.x), ("y", tile.y)):
            if number >= 2**tile.z:
                raise BadParameter(name=name, reason=_("outside the tiles of this zoom"))
        return tile

    @classmethod
    def holding(cls, lon: float, lat: float, *, z: int) -> "Tile":
        """The tile of zoom ``z`` that a point (EPSG:4326) lies in."""
        side = 2**z
        north = math.asinh(math.tan(math.radians(lat))) / math.pi
        return cls(z, min(int((lon + 180) / 360 * side), side - 1), int((1 - north) / 2 * side))


def pixel_m(z: int) -> float:
    """The width of a drawn pixel in EPSG:3857 units."""
    return WORLD_M / TILE_PX / 2**z


def tile(asked: Iterable[Layer], at: Tile, *, user, params) -> bytes:
    """The layers' features in one tile as MVT; empty where there is nothing that ``user`` may see."""
    text = statement(asked, z=at.z, user=user, params=params)
    return run(text, at) if text else b""


def run(text: str, at: Tile) -> bytes:
    """The bytes of tile ``at``, in binary from the database: as hexadecimal text they were twice as many.

    The three whole numbers are written into the text: looking for parameters in it would take longer.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(text % at._asdict(), prepare=False, binary=True)
        [tile] = cursor.fetchone() or [b""]
    return tile


def statement(asked: Iterable[Layer], *, z: int, user, params) -> str:
    """The SQL of all tiles of zoom ``z``, with the parameters z, x and y; empty if they are all empty."""
    parts = []
    for layer in asked:
        rows = filters.apply(layer.visible_to(user), layer, params)
        if z not in layer.zooms:
            continue
        try:
            parts.extend(_parts(layer, rows.order_by(), z))
        except EmptyResultSet:  # an empty jurisdiction, or a filter that nothing can pass
            continue
    return f"SELECT {' || '.join(parts)}" if parts else ""


def _parts(layer: Layer, rows: QuerySet, z: int) -> list[str]:
    match layer.generalise:
        case Clustered(below=below) as how if z < below:
            return [_clusters(layer, rows, how, z)]
    parts = [_features(layer, rows, z)]
    if z >= styles.labelled_from(layer):
        parts.append(_label_points(layer, rows))
    return parts


# --- the pieces ---------------------------------------------------------------------------------

TILE = "ST_TileEnvelope(%(z)s, %(x)s, %(y)s)"
TILE_AND_BUFFER = f"ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => {BUFFER / EXTENT})"


def _compiled(rows: QuerySet, *columns: str) -> str:
    """The QuerySet as SQL text with its values in place, safe inside a text with parameters."""
    sql, values = rows.values_list(*columns).query.get_compiler(connection.alias).as_sql()
    text = connection.ops.compose_sql(sql, values)  # type: ignore[attr-defined]  # PostgreSQL's has it
    return str(text).replace("%", "%%")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name.replace("%", "%%"))


def _drawn(layer: Layer, names: Iterable[str]) -> str:
    """Attributes as a tile carries them: times as ISO 8601 text in UTC."""
    columns = []
    for name in names:
        column = _quoted(name)
        if isinstance(layer.field_of(name), DateTimeField):
            column = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS {column}"
        columns.append(f", {column}")
    return "".join(columns)


def _as_mvt(name: str, features: str) -> str:
    """``features`` select "@id", "@geometry" in tile units, and attributes."""
    return f"(SELECT ST_AsMVT(feature, '{name}', {EXTENT}, '@geometry', '@id') FROM ({features}) feature)"


def _source(layer: Layer, rows: QuerySet, names: tuple[str, ...]) -> str:
    """The layer's rows as a table ``source``: "@id", "@geometry" in EPSG:3857, and attributes by name."""
    sql = _compiled(rows, "pk", layer.twin, *(layer.paths[name] for name in names))
    columns = ", ".join(_quoted(name) for name in ("@id", "@geometry", *names))
    return f"({sql}) source ({columns})"


def _features(layer: Layer, rows: QuerySet, z: int) -> str:
    """The layer's rows in the tile and its buffer; in small-scale views simplified, and without the tiny."""
    geometry, large_enough = '"@geometry"', "true"
    match layer.generalise:
        case Simplified(below=below) as how:
            for deeper, condition in how.details:
                rows = rows.exclude(condition) if z < deeper else rows
            if z < below:
                if how.tolerance_px:
                    geometry = f'ST_Simplify("@geometry", {how.tolerance_px * pixel_m(z)}, true)'
                smallest_m = how.smallest_px * pixel_m(z)
                large_enough = f"""(ST_XMax("@geometry") - ST_XMin("@geometry") >= {smallest_m}
                                    OR ST_YMax("@geometry") - ST_YMin("@geometry") >= {smallest_m})"""
    return _as_mvt(
        layer.name,
        f"""SELECT "@id", ST_AsMVTGeom({geometry}, {TILE}, {EXTENT}, {BUFFER}) AS "@geometry"
                   {_drawn(layer, layer.lean)}
              FROM {_source(layer, rows, layer.lean)}
             WHERE "@geometry" && {TILE_AND_BUFFER} AND {large_enough}""",
    )


def _label_points(layer: Layer, rows: QuerySet) -> str:
    """One point inside each area, in one tile only: a name does not stand in every tile that it spans."""
    names = styles.label_attributes(layer)
    return _as_mvt(
        styles.label_source(layer),
        f"""SELECT "@id", ST_AsMVTGeom(ST_PointOnSurface("@geometry"), {TILE}, {EXTENT}, 0) AS "@geometry"
                   {_drawn(layer, names)}
              FROM {_source(layer, rows, names)}
             WHERE "@geometry" && {TILE}""",
    )


def _clusters(layer: Layer, rows: QuerySet, how: Clustered, z: int) -> str:
    """One point per square with ``point_count``, at the middle of its members; a single one is itself.

    Columns and rows of squares count from the world's north-west corner by one formula for all tiles, so
    each point is in one square and each square in one tile. Only the singles' attributes are looked up.
    """
    per_tile = TILE_PX // how.cell_px
    side_m, last = WORLD_M / 2**z / per_tile, per_tile * 2**z - 1
    alone = _compiled(rows.filter(pk=RawSQL('square."@id"', ())), *(layer.paths[name] for name in layer.lean))
    names = ", ".join(_quoted(name) for name in layer.lean)
    return _as_mvt(
        layer.name,
        f"""SELECT CASE WHEN members = 1 THEN "@id" END AS "@id",
                   ST_AsMVTGeom(ST_Point(x, y, {WEB_MERCATOR}), {TILE}, {EXTENT}, 0, false) AS "@geometry",
                   CASE WHEN members > 1 THEN members END AS point_count {_drawn(layer, layer.lean)}
              FROM (SELECT least(floor((x + {WORLD_M / 2}) / {side_m}), {last}) AS across,
                           least(floor(({WORLD_M / 2} - y) / {side_m}), {last}) AS down,
                           count(*)::int AS members, min("@id") AS "@id", avg(x) AS x, avg(y) AS y
                      FROM (SELECT "@id", ST_X("@geometry") AS x, ST_Y("@geometry") AS y
                              FROM {_source(layer, rows, ())}
                             WHERE "@geometry" && {TILE_AND_BUFFER}) point
                     GROUP BY 1, 2 OFFSET 0) square  -- the fence: squares are chosen after they are counted
              LEFT JOIN LATERAL ({alone}) alone ({names}) ON members = 1
             WHERE across BETWEEN %(x)s * {per_tile} AND %(x)s * {per_tile} + {per_tile - 1}
               AND down BETWEEN %(y)s * {per_tile} AND %(y)s * {per_tile} + {per_tile - 1}""",
    )
