"""A thousand features as GeoJSON: through the OGC API, and by ST_AsGeoJSON of the same rows."""

import psycopg
from django.db import connection

from demo.bench.server import Client
from demo.bench.timing import Comparison, compare
from gis.layers import Layer, layers
from gis.models import User

LIMIT = 1000


def measure(client: Client, raw: psycopg.Connection, *, user: User, number: int = 20) -> list[Comparison]:
    found = []
    for layer in (layers.get("places"), layers.get("cases")):
        pair = _pair(client, raw, layer, user)
        found.append(compare(f"items: {LIMIT:,} {layer.name}", [pair] * number))
    return found


def _pair(client: Client, raw: psycopg.Connection, layer: Layer, user: User):
    rows = layer.visible_to(user).order_by("pk").values_list("pk", layer.geometry, *layer.paths.values())
    sql, values = rows[:LIMIT].query.sql_with_params()
    names = ", ".join(connection.ops.quote_name(name) for name in ("id", "geometry", *layer.paths))
    text = f"SELECT json_agg(ST_AsGeoJSON(feature.*)::json)::text FROM ({sql}) feature ({names})"
    return (
        lambda: client.get(f"/ogc/collections/{layer.name}/items?limit={LIMIT}"),
        lambda: raw.execute(text, values).fetchone(),
    )
