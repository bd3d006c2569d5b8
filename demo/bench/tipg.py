"""tipg, the peer: a server of vector tiles over the same tables, installed for the bench alone."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from demo.bench.client import Answer, Client
from demo.bench.server import free_port, running
from demo.bench.tiles import rows_of
from demo.bench.timing import Call
from gis.layers import Layer, layers
from tiles import mvt

PYTHON = settings.BASE_DIR / "var" / "tipg" / "bin" / "python"  # `make bench` installs it
SCHEMA = "bench"


@contextmanager
def serving(database_url: str) -> Iterator[Client | None]:
    """A client of uvicorn with two workers, as many as ours has; None where it is not installed."""
    if not PYTHON.exists():
        yield None
        return
    make_views()
    port = free_port()
    with running(_command(port), _environment(database_url), port=port, ready="/healthz"):
        yield Client(port, {})


def _command(port: int) -> list[str]:
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--log-level", "error"]
    options += ["--timeout-keep-alive", "3600"]  # the others have their turns in between
    return [str(PYTHON), "-m", "uvicorn", "tipg.main:app", *options]


def _environment(database_url: str) -> dict[str, str]:
    """The plans and the buffer of ours, and no look at the catalogue while it is measured."""
    plans = "max_parallel_workers_per_gather=0&jit=off"
    return {
        "DATABASE_URL": f"{database_url.replace('postgis://', 'postgresql://', 1)}?{plans}",
        "TIPG_DB_SCHEMAS": json.dumps([SCHEMA]),
        "TIPG_DB_SPATIAL_EXTENT": "false",
        "TIPG_DB_DATETIME_EXTENT": "false",
        "TIPG_TILE_BUFFER": str(mvt.BUFFER),
        "TIPG_CATALOG_TTL": "0",
    }


def make_views() -> None:
    """Each layer as a view with the columns and the 3857 geometry that our tiles read."""
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        for layer in layers:
            names = ", ".join(map(quoted, ("id", "geometry", *layer.lean)))
            rows = rows_of(layer, layer.twin, layer.lean)
            cursor.execute(f"CREATE VIEW {SCHEMA}.{_view(layer)} ({names}) AS {rows}")


def _view(layer: Layer) -> str:
    return layer.name.replace("-", "_")


class Tiles:
    """Its tiles of these layers, one request for each, as it serves them."""

    def __init__(self, client: Client, asked: Sequence[Layer]):
        self._client, self._asked = client, asked

    def __call__(self, at: mvt.Tile) -> Call:
        addresses = [
            f"/collections/{SCHEMA}.{_view(layer)}/tiles/WebMercatorQuad/{at.z}/{at.x}/{at.y}"
            for layer in self._asked
            if at.z in layer.zooms
        ]

        def call() -> list[Answer]:
            return [self._client.get(address) for address in addresses]

        return call
