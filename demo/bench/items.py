"""A thousand features as GeoJSON: through the OGC API, and by ST_AsGeoJSON of the same rows."""

import psycopg
from django.db import connection

from demo.bench.client import Client
from demo.bench.report import AGAINST_SQL, against_sql, section
from demo.bench.timing import Way, take_turns
from gis.layers import Layer, layers
from gis.models import User

LIMIT = 1000
TIMES = 40


def measure(client: Client, raw: psycopg.Connection, *, user: User, seconds: float) -> str:
    rows = [AGAINST_SQL]
    for layer in (layers.get("places"), layers.get("cases")):
        ways = {"ours": _served(client, layer), "SQL": _stated(raw, layer, user)}
        rows.append(against_sql(layer.name, take_turns(range(TIMES), ways, seconds=seconds), ratio=1.25))
    return section(f"GeoJSON, the first {LIMIT:,} features of a layer", rows)


def _served(client: Client, layer: Layer) -> Way[int]:
    address = f"/ogc/collections/{layer.name}/items?limit={LIMIT}"
    return lambda _: lambda: client.get(address)


def _stated(raw: psycopg.Connection, layer: Layer, user: User) -> Way[int]:
    rows = layer.visible_to(user).order_by("pk").values_list("pk", layer.geometry, *layer.paths.values())
    sql, values = rows[:LIMIT].query.sql_with_params()
    names = ", ".join(connection.ops.quote_name(name) for name in ("id", "geometry", *layer.paths))
    text = f"SELECT json_agg(ST_AsGeoJSON(feature.*)::json)::text FROM ({sql}) feature ({names})"

    def call() -> object:
        return raw.execute(text, values).fetchone()

    return lambda _: call
