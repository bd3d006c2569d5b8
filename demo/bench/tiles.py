"""Which tiles are measured, and the ways to make one: ours, by SQL alone, by a plain server."""

import random
from collections.abc import Sequence

import psycopg
from django.db import connection

from buildings.models import Building
from demo.bench.client import Answer, Client
from demo.bench.timing import Call
from gis.layers import Layer, layers
from gis.models import User
from tiles import mvt

ZOOMS = range(12, 18)
NUMBER = 200
MOST_FEATURES = 10_000  # of a layer in a plain server's tile: tipg's default


def of_the_city(user: User, number: int = NUMBER) -> list[mvt.Tile]:
    """Random tiles where something is built, the zooms by turns; the same ones each time."""
    dice = random.Random(17)
    ids = list(Building.objects.visible_to(user).order_by("id").values_list("id", flat=True))
    chosen = dice.sample(ids, min(number, len(ids)))
    footprints = Building.objects.in_bulk(chosen)
    return [
        mvt.Tile.holding(*footprints[pk].footprint.centroid.coords, z=ZOOMS[place % len(ZOOMS)])
        for place, pk in enumerate(chosen)
    ]


def sets() -> dict[str, list[Layer]]:
    """What is asked for in one tile."""
    return {
        "base map": [layer for layer in layers if layer.base],
        "composite": composite(),
        "cases": [layers.get("cases")],
    }


def composite() -> list[Layer]:
    """All that the workbench shows when it opens: the base map, grids, places and cases."""
    return [layer for layer in layers if layer.shown]


def address(asked: Sequence[Layer], at: mvt.Tile) -> str:
    return f"/tiles/{','.join(layer.name for layer in asked)}/{at.z}/{at.x}/{at.y}.mvt"


class Served:
    """Ours, over HTTP."""

    def __init__(self, client: Client, asked: Sequence[Layer]):
        self._client, self._asked = client, asked

    def __call__(self, at: mvt.Tile) -> Call:
        where = address(self._asked, at)
        return lambda: self._client.get(where)


class _Stated:
    """Tiles of one text of SQL for each zoom, in binary, as ours."""

    def __init__(self, raw: psycopg.Connection, texts: dict[int, str]):
        self._cursor = psycopg.Cursor(raw)
        self._texts = texts

    def __call__(self, at: mvt.Tile) -> Call:
        text = self._texts[at.z] % at._asdict()

        def call() -> bytes:
            [tile] = self._cursor.execute(text, prepare=False, binary=True).fetchone() or [b""]
            return tile

        return call


def same_sql(raw: psycopg.Connection, asked: Sequence[Layer], user: User) -> _Stated:
    """The statement that ours runs, alone: the same lean columns, 3857 geometry and generalisation."""
    return _Stated(
        raw, {z: mvt.statement(asked, z=z, user=user, params={}) or "SELECT ''::bytea" for z in ZOOMS}
    )


def plain_sql(raw: psycopg.Connection, asked: Sequence[Layer]) -> _Stated:
    """As a plain server asks: all public attributes, geometry transformed from 4326, cut off by number."""
    return _Stated(raw, {z: _plain([layer for layer in asked if z in layer.zooms]) for z in ZOOMS})


def _plain(asked: Sequence[Layer]) -> str:
    return "SELECT " + (" || ".join(map(_plain_layer, asked)) or "''::bytea")


def _plain_layer(layer: Layer) -> str:
    envelope = "ST_TileEnvelope(%(z)s, %(x)s, %(y)s)"
    with_buffer = f"ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => {mvt.BUFFER / mvt.EXTENT})"
    attributes = ", ".join(connection.ops.quote_name(name) for name in layer.paths)
    rows = rows_of(layer, layer.geometry, tuple(layer.paths)).replace("%", "%%")
    return f"""(SELECT ST_AsMVT(feature, '{layer.name}', {mvt.EXTENT}, '@geometry', '@id') FROM (
        SELECT "@id", ST_AsMVTGeom(ST_Transform("@geometry", 3857), {envelope}, {mvt.EXTENT}, {mvt.BUFFER})
               AS "@geometry", {attributes}
          FROM ({rows}) source ("@id", "@geometry", {attributes})
         WHERE "@geometry" && ST_Transform({with_buffer}, 4326) LIMIT {MOST_FEATURES}) feature)"""


def rows_of(layer: Layer, geometry: str, names: Sequence[str]) -> str:
    """The SQL of a layer's rows for everyone: primary key, geometry, attributes."""
    rows = layer.rows().order_by().values_list("pk", geometry, *(layer.paths[name] for name in names))
    sql, values = rows.query.sql_with_params()
    return str(connection.ops.compose_sql(sql, values))  # type: ignore[attr-defined]  # PostgreSQL's has it


def body(answer: Answer | bytes | list[Answer]) -> bytes:
    """The tile in what one of the ways answered, unpacked."""
    match answer:
        case list():
            return b"".join(part.unpacked for part in answer)
        case bytes():
            return answer
    return answer.unpacked
