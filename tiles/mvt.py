"""Vector tiles: one SQL statement for all layers asked for, and PostGIS writes the MVT.

What a layer gives to it stands in ``tiles.parts``; how a tile is kept small in ``tiles.budget``.
"""

import itertools
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection

from gis.layers import Layer
from tiles import filters, parts, rollup
from tiles.pyramid import BUFFER, DEEPEST, EXTENT, TILE_PX, WORLD_M, Tile, pixel_m

__all__ = ["BUFFER", "DEEPEST", "EXTENT", "TILE_PX", "WORLD_M", "Made", "Tile", "pixel_m", "run", "statement"]

BUDGET = 500_000  # bytes of a tile, packed
PREPARED_FROM = 15  # zoom; above, a plan for just this tile is worth its time
PREPARED_AT_ONCE = 24  # on one connection: each holds about half a megabyte there
_numbers = itertools.count(1)


class Made(NamedTuple):
    """A tile, and the snapshot of the database that it was read from (``pg_current_snapshot()`` as text)."""

    tile: bytes
    snapshot: str


def run(text: str, at: Tile) -> Made:
    """Tile ``at``, in binary from the database: as hexadecimal text it was twice as many bytes.

    The three whole numbers are written into the text: looking for parameters in it would take longer. Deep
    tiles are so small that half of their time would go into the plan, so their statements are prepared.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        if at.z >= PREPARED_FROM:
            sql = f"EXECUTE {_prepared(cursor, text)} ({at.z}, {at.x}, {at.y})"
        else:
            sql = _with_snapshot(text % at._asdict())
        cursor.execute(sql, prepare=False, binary=True)
        [made] = cursor
    return Made(*made)


def _with_snapshot(text: str) -> str:
    return f"SELECT ({text}), pg_current_snapshot()::text"


_names: WeakKeyDictionary[psycopg.Connection, OrderedDict[str, str]] = WeakKeyDictionary()


def _prepared(cursor: psycopg.Cursor, text: str) -> str:
    """The name of this statement on the cursor's connection, where the latest ones are prepared."""
    names = _names.setdefault(cursor.connection, OrderedDict())
    if text in names:
        names.move_to_end(text)
        return names[text]
    if len(names) >= PREPARED_AT_ONCE:
        _text, oldest = names.popitem(last=False)
        cursor.execute(f"DEALLOCATE {oldest}", prepare=False)
    name = f"tile_{next(_numbers)}"
    numbered = _with_snapshot(text % {"z": "$1", "x": "$2", "y": "$3"})
    cursor.execute(f"PREPARE {name} (int, int, int) AS {numbered}", prepare=False)
    names[text] = name
    return name


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
