"""Vector tiles: one SQL statement for all layers asked for, and PostGIS writes the MVT.

What a layer gives to it stands in ``tiles.parts``; how a tile is kept small in ``tiles.budget``.
"""

from collections.abc import Iterable
from typing import NamedTuple

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from psycopg.types.numeric import Int4

from gis.layers import Layer
from tiles import filters, parts, rollup
from tiles.pyramid import BUFFER, DEEPEST, EXTENT, TILE_PX, WORLD_M, Tile, pixel_m

__all__ = ["BUFFER", "DEEPEST", "EXTENT", "TILE_PX", "WORLD_M", "Made", "Tile", "pixel_m", "run", "statement"]

BUDGET = 500_000  # bytes of a tile, packed
PREPARED_FROM = 15  # zoom; above, a plan for just this tile is worth its time
PREPARED_AT_ONCE = 24  # on one connection: each holds about half a megabyte there


class Made(NamedTuple):
    """A tile, and the snapshot of the database that it was read from (``pg_current_snapshot()`` as text)."""

    tile: bytes
    snapshot: str


def run(text: str, at: Tile) -> Made:
    """Tile ``at``, in binary from the database: as hexadecimal text it was twice as many bytes.

    Deep tiles are so small that half of their time would go into the plan: their statements are prepared. For
    the others a plan for just this tile pays, and its three whole numbers are written into the text: looking
    for parameters in it would take longer.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        if at.z >= PREPARED_FROM:
            cursor.connection.prepared_max = PREPARED_AT_ONCE
            numbers = {name: Int4(number) for name, number in at._asdict().items()}
            cursor.execute(_with_snapshot(text), numbers, prepare=True, binary=True)
        else:
            cursor.execute(_with_snapshot(text % at._asdict()), prepare=False, binary=True)
        [made] = cursor
    return Made(*made)


def _with_snapshot(text: str) -> str:
    return f"SELECT ({text}), pg_current_snapshot()::text"


def statement(asked: Iterable[Layer], *, z: int, user, params, thin: int = 0) -> str:
    """The SQL of all tiles of zoom ``z``, with the parameters z, x and y; empty if they are all empty.

    It selects one value, the tile. ``thin`` is a level of thinning: 0 leaves nothing out.
    """
    asked, pieces = list(asked), []
    for layer in asked:
        rows = filters.apply(layer.visible_to(user), layer, params)
        if z not in layer.zooms:
            continue
        try:
            if (
                parts.is_clustered(layer, z)
                and (sums := rollup.sums(layer, user=user, params=params)) is not None
            ):
                sums = filters.apply(sums, layer, params)
                pieces.append(parts.clusters_of_sums(layer, rows.order_by(), sums, z))
            else:
                pieces += parts.of(layer, rows.order_by(), z=z, thin=thin, room=BUDGET // len(asked))
        except EmptyResultSet:  # an empty jurisdiction, or a filter that nothing can pass
            continue
    return f"SELECT {' || '.join(pieces)}" if pieces else ""
