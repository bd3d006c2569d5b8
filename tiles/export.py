"""An archive of tiles in one file (PMTiles 3), for phones without network and for programs that read it.

A tile of the archive is the tile that the server gives the same user, packed by gzip. Which tiles there are
is found from the top down: a tile is looked into only if the one above it has rows of any layer. Rows are
asked for, not drawn tiles, for a tile may be empty where smaller things or other layers show further down.
"""

import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from gis.errors import Refused
from gis.layers import Layer, layers
from gis.loading.progress import bar
from gis.models import DataSource, User
from gis.roles import Role
from tiles import budget, features, mvt, regions, styles
from tiles.api import vector_layers
from tiles.mvt import Tile

AROUND_M = 500  # on the ground: who works at the edge of a region sees the other side of the street
LOOKED_AT_ONCE = 2000  # tiles in one statement that asks where there is anything
DRAWN_AT_ONCE = 64  # to plan the statement of a deep tile takes longer than to run it; and memory is bounded


class NothingToExport(Refused):
    code = "nothing-to-export"
    sentence = _("There is nothing in these layers, zooms and region.")


class RegionNotLoaded(Refused):
    code = "region-not-loaded"
    status = 400
    sentence = _("There is no region {code} with a boundary that the tiles could be cut to.")


class LayerNotThere(Refused):
    code = "layer-not-there"
    status = 400
    sentence = _("There is no layer {name} for this role. There are: {names}.")


@dataclass
class Exported:
    """What went into an archive: its bytes on the disk and, by zoom, how many tiles of how many bytes.

    ``data_at``: whatever was committed before is in it.
    """

    data_at: datetime
    bytes: int = 0
    tiles: dict[int, int] = field(default_factory=dict)
    packed_bytes: dict[int, int] = field(default_factory=dict)


def viewer_of(region: str) -> User:
    """Somebody who may look at ``region`` and has no other role."""
    return User(jurisdiction=region, role=Role.VIEWER)


def layers_called(names: list[str], *, user) -> list[Layer]:
    """The layers of these names, each once; LayerNotThere if the role of ``user`` has no such layer."""
    seen = {layer.name: layer for layer in layers.seen_by(user)}
    for name in names:
        if name not in seen:
            raise LayerNotThere(name=name, names=", ".join(seen))
    return [seen[name] for name in dict.fromkeys(names)]


def export(file: Path, asked: list[Layer], *, user, region: str, zooms: range) -> Exported:
    """Write the tiles of ``asked`` that ``user`` sees in and around ``region`` to ``file``.

    The file is there when it is whole. Raises RegionNotLoaded or NothingToExport, and writes nothing.
    """
    area = area_of(region, user)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as target:
        try:
            writer, done = Writer(target), Exported(data_at=timezone.now())
            for z, occupied in descent(asked, area, user=user, zooms=zooms):
                _write_zoom(writer, done, occupied, partial(_statement, asked, z, user))
            if not done.tiles:
                raise NothingToExport
            writer.finalize(header(area, zooms), metadata(asked, region, user, zooms, done.data_at))
            target.close()
            os.chmod(target.name, 0o644)
            os.replace(target.name, file)
        except BaseException:
            Path(target.name).unlink(missing_ok=True)
            raise
    done.bytes = file.stat().st_size
    return done


def _statement(asked: list[Layer], z: int, user, thin: int) -> str:
    return mvt.statement(asked, z=z, user=user, params={}, thin=thin)


def _write_zoom(writer: Writer, done: Exported, occupied: list[Tile], text_at: Callable[[int], str]) -> None:
    """All tiles of a zoom that hold something, in the order of the archive: neighbours lie together.

    ``text_at`` gives their statement at a level of thinning (``tiles.budget``).
    """
    text = text_at(0)
    if not text:
        return
    numbered = sorted((zxy_to_tileid(*at), at) for at in occupied)
    for first in bar(range(0, len(numbered), DRAWN_AT_ONCE), "tiles"):
        some = numbered[first : first + DRAWN_AT_ONCE]
        for (number, at), tile in zip(some, _drawn(text, [at for _number, at in some]), strict=True):
            if tile:
                whole = budget.Drawn(tile, snapshot="", thinned=0)
                drawn = whole if budget.fits(whole) else budget.fill(text_at, at)
                packed = zlib.compress(drawn.tile, 6, wbits=31)
                writer.write_tile(number, packed)
                done.tiles[at.z] = done.tiles.get(at.z, 0) + 1
                done.packed_bytes[at.z] = done.packed_bytes.get(at.z, 0) + len(packed)


def _drawn(text: str, places: list[Tile]) -> Iterator[bytes | None]:
    """The whole tiles at ``places`` of one zoom: the statement of a tile, for a table of them."""
    tile = text % {"z": places[0].z, "x": '"@at".x', "y": '"@at".y'}
    columns, rows = [at.x for at in places], [at.y for at in places]
    sql = f"""SELECT ({tile})
                FROM unnest(ARRAY{columns}, ARRAY{rows}) WITH ORDINALITY "@at"(x, y, n) ORDER BY n"""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, prepare=False, binary=True)
        yield from (row[0] for row in cursor)


# --- where there is anything --------------------------------------------------------------------


def area_of(region: str, user) -> GEOSGeometry:
    """The region and half a kilometre around it (EPSG:4326)."""
    boundary = regions.boundary_of(region, user)
    if boundary is None:
        raise RegionNotLoaded(code=region)
    sql = "SELECT ST_Buffer(ST_GeomFromEWKB(%s)::geography, %s)::geometry"
    [(around,)] = features.fetch_all(sql, [bytes(boundary.ewkb), AROUND_M])
    return GEOSGeometry(around)


def descent(
    asked: list[Layer], area: GEOSGeometry, *, user, zooms: range
) -> Iterator[tuple[int, list[Tile]]]:
    """For each zoom the tiles that touch ``area`` and have rows in them or in their buffer.

    A child with its buffer lies within its parent with its buffer: below a tile without rows are none.
    """
    candidates = list(_tiles_over(area, zooms[0]))
    for z in zooms:
        occupied = list(_occupied(asked, candidates, area, z=z, user=user))
        yield z, occupied
        candidates = [
            Tile(z + 1, 2 * at.x + right, 2 * at.y + down)
            for at in occupied
            for right in (0, 1)
            for down in (0, 1)
        ]


def _tiles_over(area: GEOSGeometry, z: int) -> Iterator[Tile]:
    """All tiles of a zoom that touch the bbox of ``area``."""
    west, south, east, north = area.extent
    first, last = Tile.holding(west, north, z=z), Tile.holding(east, south, z=z)
    for x in range(first.x, last.x + 1):
        for y in range(first.y, last.y + 1):
            yield Tile(z, x, y)


def _occupied(
    asked: list[Layer], candidates: list[Tile], area: GEOSGeometry, *, z: int, user
) -> Iterator[Tile]:
    tests, params = _tests(asked, z=z, user=user)
    if not tests:
        return
    sql = f"""
        WITH area AS MATERIALIZED (SELECT ST_Transform(ST_GeomFromEWKB(%s), 3857) AS shape)
        SELECT x, y FROM area, unnest(%s::int[], %s::int[]) AS at(x, y)
         WHERE ST_Intersects(ST_TileEnvelope({z}, x, y), shape) AND ({" OR ".join(tests)})"""
    for first in range(0, len(candidates), LOOKED_AT_ONCE):
        some = candidates[first : first + LOOKED_AT_ONCE]
        place = [bytes(area.ewkb), [at.x for at in some], [at.y for at in some]]
        for x, y in features.fetch_all(sql, [*place, *params]):
            yield Tile(z, x, y)


def _tests(asked: list[Layer], *, z: int, user) -> tuple[list[str], list]:
    """For each layer that shows at ``z`` or deeper: whether the tile ``at`` and its buffer have a row."""
    margin = mvt.BUFFER / mvt.EXTENT
    tests: list[str] = []
    params: list = []
    for layer in asked:
        if layer.zooms[-1] < z:
            continue
        try:
            sql, values = features.compiled(layer.visible_to(user).order_by().values_list(layer.twin))
        except EmptyResultSet:
            continue
        tests.append(
            f"EXISTS (SELECT FROM ({sql}) source(place)"
            f" WHERE place && ST_TileEnvelope({z}, at.x, at.y, margin => {margin}))"
        )
        params += values
    return tests, params


# --- what the archive says of itself ------------------------------------------------------------


def header(area: GEOSGeometry, zooms: range) -> dict[str, Any]:
    """Bounds and centre in ten-millionths of a degree; the writer adds zooms, offsets and counts."""
    west, south, east, north = (round(edge * 1e7) for edge in area.extent)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
        "center_zoom": zooms[len(zooms) // 2],
    }


def metadata(asked: list[Layer], region: str, user, zooms: range, data_at: datetime) -> dict[str, Any]:
    """PMTiles metadata; ``wangge:data_at`` is when the data was read, ``wangge:region`` where."""
    name = regions.seen_by(user).filter(code=region).values_list("name", flat=True).first()
    parts = [part for layer in asked for part in vector_layers(layer)]
    return {
        "name": f"{name} {region}",
        "description": ", ".join(str(layer.title) for layer in asked),
        "attribution": styles.attribution_of(asked, DataSource.credits()),
        "type": "overlay",
        "version": data_at.strftime("%Y%m%d%H%M%S"),
        "vector_layers": [
            {**part, "minzoom": max(part["minzoom"], zooms[0]), "maxzoom": min(part["maxzoom"], zooms[-1])}
            for part in parts
            if part["minzoom"] <= zooms[-1] and part["maxzoom"] >= zooms[0]
        ],
        "wangge:region": region,
        "wangge:data_at": data_at.isoformat(timespec="seconds"),
    }
