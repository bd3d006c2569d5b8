"""What a layer gives to a tile, as SQL: its features or clusters, and the points where its names stand.

The layer's QuerySet is compiled whole and stands in the statement as a subselect; what tiles add (the
envelope, generalisation, clusters, label points) is SQL around it. Geometry comes from the stored
EPSG:3857 twin. The texts have the parameters z, x and y.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models import DateTimeField, QuerySet
from django.db.models.expressions import RawSQL

from gis.fields import WEB_MERCATOR
from gis.layers import Clustered, Coverage, Layer, Simplified
from tiles import rollup, styles
from tiles.pyramid import BUFFER, EXTENT, TILE_PX, WORLD_M, pixel_m

TILE = "ST_TileEnvelope(%(z)s, %(x)s, %(y)s)"
TILE_AND_BUFFER = f"ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => {BUFFER / EXTENT})"
SIZE_M = 'greatest(ST_XMax("@geometry") - ST_XMin("@geometry"), ST_YMax("@geometry") - ST_YMin("@geometry"))'
COARSEST_PX = 4  # thinning makes shapes no coarser than this
FINER = 256  # times the extent, for what PostGIS must not simplify
LAST_LEVEL = 10  # of thinning


def of(layer: Layer, rows: QuerySet, *, z: int, thin: int, room: int) -> list[str]:
    """The layer's parts of a tile of zoom ``z``; each is a value of bytes.

    Level n of thinning (``thin``) keeps the features whose longer side is 2ⁿ px, and smaller ones with a
    probability in proportion to it, by a hash of the id: the large stay, and neighbouring tiles keep the
    same ones. Shapes become coarser. Points of a clustered layer become clusters at every zoom, and none is
    lost. At the last level the features have at most ``room`` bytes.
    """
    if isinstance(layer.generalise, Clustered):
        if is_clustered(layer, z):
            return [_clusters(layer, rows, z, layer.generalise.cell_px)]
        if thin:  # points lie too close: counted rather than left out
            return [_clusters(layer, rows, z, min(4 * 2**thin, layer.generalise.cell_px))]
    if thin == LAST_LEVEL:
        return [_as_mvt(layer.name, _first_bytes(layer, _features(layer, rows, z, thin), room))]
    pieces = [_as_mvt(layer.name, _features(layer, rows, z, thin))]
    if z >= styles.labelled_from(layer):
        pieces.append(_label_points(layer, rows, z, thin))
    return pieces


def is_clustered(layer: Layer, z: int) -> bool:
    return isinstance(layer.generalise, Clustered) and z < layer.generalise.below


# --- pieces of SQL ------------------------------------------------------------------------------


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


# --- features -----------------------------------------------------------------------------------


def _features(layer: Layer, rows: QuerySet, z: int, thin: int) -> str:
    """The layer's rows in the tile and its buffer; in small-scale views simplified, and without the tiny."""
    if isinstance(layer.generalise, Simplified):
        for deeper, condition in layer.generalise.details:
            rows = rows.exclude(condition) if z < deeper else rows
    return f"""SELECT "@id", {_shape(layer, z, thin)} AS "@geometry" {_drawn(layer, layer.lean)}
                 FROM {_source(layer, rows, layer.lean)}
                WHERE "@geometry" && {TILE_AND_BUFFER} {_large_enough(layer, z)} {_kept(z, thin)}"""


def _shape(layer: Layer, z: int, thin: int) -> str:
    """The geometry in tile units, as coarse as the scale allows."""
    whole = f'ST_AsMVTGeom("@geometry", {TILE}, {EXTENT}, {BUFFER})'
    match layer.generalise:
        case Simplified(below=below, tolerance_px=px) if px and (z < below or thin):
            tolerance_m = _coarser(px, thin) * pixel_m(z)
            simplified = f'ST_Simplify("@geometry", {tolerance_m}, true)'
            return f"ST_AsMVTGeom({simplified}, {TILE}, {EXTENT}, {BUFFER})"
        case Coverage(below=below, grid_px=px) if z < below or thin:
            return f"COALESCE({_on_grid(_coarser(px, thin) * pixel_m(z))}, {whole})"
    return whole


def _coarser(px: float, thin: int) -> float:
    return min(px * 2**thin, COARSEST_PX)


def _on_grid(step_m: float) -> str:
    """Each vertex at the nearest point of one grid for all tiles: neighbours stay neighbours.

    ST_AsMVTGeom drops vertices that lie within half a unit of a line, in each ring as it begins: at a much
    finer extent it finds none, and the vertices are back on whole units afterwards.
    """
    fine = f'ST_AsMVTGeom(ST_SnapToGrid("@geometry", {step_m}), {TILE}, {EXTENT * FINER}, {BUFFER * FINER})'
    return f"ST_SnapToGrid(ST_Scale({fine}, {1 / FINER}, {1 / FINER}), 1)"


def _large_enough(layer: Layer, z: int) -> str:
    match layer.generalise:
        case Simplified(below=below, smallest_px=px) | Coverage(below=below, smallest_px=px) if z < below:
            return f"AND {SIZE_M} >= {px * pixel_m(z)}"
    return ""


def _kept(z: int, thin: int) -> str:
    """The features that a level of thinning keeps; a point counts as one pixel."""
    if not thin:
        return ""
    dice = '((hashint8("@id")::bigint & 2147483647) + 1) / 2147483648.0'  # 0 < dice ≤ 1
    return f"AND greatest(1, {SIZE_M} / {pixel_m(z)}) >= {2**thin} * {dice}"


def _first_bytes(layer: Layer, features: str, room: int) -> str:
    """The features with most points first, as long as all of them surely fit into ``room`` bytes.

    A point is two numbers of at most two bytes, and has its share of the commands of a short ring.
    """
    names = "".join(f", {_quoted(name)}" for name in layer.lean)
    weight = f'8 * ST_NPoints("@geometry") + 32 + octet_length(ROW("@id" {names})::text)'
    return f"""SELECT "@id", "@geometry" {names}
                 FROM (SELECT *, sum({weight}) OVER (ORDER BY ST_NPoints("@geometry") DESC, "@id") AS so_far
                         FROM ({features}) drawn WHERE "@geometry" IS NOT NULL) counted
                WHERE so_far <= {room}"""


def _label_points(layer: Layer, rows: QuerySet, z: int, thin: int) -> str:
    """One point inside each area, in one tile only: a name does not stand in every tile that it spans."""
    names = styles.label_attributes(layer)
    return _as_mvt(
        styles.label_source(layer),
        f"""SELECT "@id", ST_AsMVTGeom(ST_PointOnSurface("@geometry"), {TILE}, {EXTENT}, 0) AS "@geometry"
                   {_drawn(layer, names)}
              FROM {_source(layer, rows, names)}
             WHERE "@geometry" && {TILE} {_kept(z, thin)}""",
    )


# --- clusters -----------------------------------------------------------------------------------


def _clusters(layer: Layer, rows: QuerySet, z: int, cell_px: int) -> str:
    """One point per square with ``point_count``, at the middle of its members; a single one is itself.

    Columns and rows of squares count from the world's north-west corner by one formula for all tiles, so
    each point is in one square and each square in one tile. Only the singles' attributes are looked up.
    """
    per_tile = TILE_PX // cell_px
    side_m, last = WORLD_M / 2**z / per_tile, per_tile * 2**z - 1
    return _drawn_clusters(
        layer,
        rows,
        f"""SELECT least(floor((x + {WORLD_M / 2}) / {side_m}), {last}) AS across,
                   least(floor(({WORLD_M / 2} - y) / {side_m}), {last}) AS down,
                   count(*)::int AS members, min("@id") AS "@id", avg(x) AS x, avg(y) AS y
              FROM (SELECT "@id", ST_X("@geometry") AS x, ST_Y("@geometry") AS y
                      FROM {_source(layer, rows, ())}
                     WHERE "@geometry" && {TILE_AND_BUFFER}) point
             GROUP BY 1, 2""",
        f"""across BETWEEN %(x)s * {per_tile} AND %(x)s * {per_tile} + {per_tile - 1}
            AND down BETWEEN %(y)s * {per_tile} AND %(y)s * {per_tile} + {per_tile - 1}""",
    )


def clusters_of_sums(layer: Layer, rows: QuerySet, sums: QuerySet, z: int) -> str:
    """The same clusters from ``sums`` (``tiles.rollup``): a square is a range of squares that are summed."""
    assert isinstance(layer.generalise, Clustered)
    wanted = z + rollup.squares_deeper(layer.generalise.cell_px)
    summed = min(zoom for zoom in rollup.zooms_of_squares(layer) if zoom >= wanted)
    columns = ("square", "members", "x_cm", "y_cm", "keys")
    tile, bits = "tiles_square(%(z)s, %(x)s, %(y)s)", 2 * (summed - z)
    return _drawn_clusters(
        layer,
        rows,
        f"""SELECT sum(members)::int AS members, bit_xor(keys) AS "@id",
                   (sum(x_cm) / sum(members) / 100)::float8 AS x,
                   (sum(y_cm) / sum(members) / 100)::float8 AS y
              FROM ({_compiled(sums.order_by(), *columns)}) sums ({", ".join(columns)})
             WHERE square BETWEEN {tile} << {bits} AND (({tile} + 1) << {bits}) - 1
             GROUP BY square >> {2 * (summed - wanted)} HAVING sum(members) > 0""",
        "true",
    )


def _drawn_clusters(layer: Layer, rows: QuerySet, squares: str, chosen: str) -> str:
    """The features of ``squares``, which select members, x, y and, of a single one, "@id"."""
    alone = _compiled(rows.filter(pk=RawSQL('square."@id"', ())), *(layer.paths[name] for name in layer.lean))
    names = ", ".join(_quoted(name) for name in layer.lean)
    return _as_mvt(
        layer.name,
        f"""SELECT CASE WHEN members = 1 THEN "@id" END AS "@id",
                   ST_AsMVTGeom(ST_Point(x, y, {WEB_MERCATOR}), {TILE}, {EXTENT}, 0, false) AS "@geometry",
                   CASE WHEN members > 1 THEN members END AS point_count {_drawn(layer, layer.lean)}
              FROM ({squares} OFFSET 0) square  -- the fence: squares are chosen after they are counted
              LEFT JOIN LATERAL ({alone}) alone ({names}) ON members = 1
             WHERE {chosen}""",
    )
