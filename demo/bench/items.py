"""A thousand features as GeoJSON: through the OGC API, and by ST_AsGeoJSON of the same rows."""

from django.db import connection

from demo.bench.client import Client
from demo.bench.report import IN_TURN, Aim, in_turn, section
from demo.bench.setting import Setting
from demo.bench.timing import Way, take_turns
from gis.layers import Layer, layers

LIMIT = 1000
TIMES = 100


def measure(setting: Setting) -> str:
    client = setting.sign_in(setting.chief)
    rows = [IN_TURN]
    for layer in (layers.get("places"), layers.get("cases")):
        ways = {"ours": _served(client, layer), "ST_AsGeoJSON": _stated(setting, layer)}
        samples = take_turns(range(TIMES), ways, seconds=setting.seconds / 2)
        rows += in_turn(layer.name, samples, {"ST_AsGeoJSON": Aim(ratio=1.25)})
    return section(f"GeoJSON, the first {LIMIT:,} points of a layer, ms", rows)


def _served(client: Client, layer: Layer) -> Way[int]:
    address = f"/ogc/collections/{layer.name}/items?limit={LIMIT}"
    return lambda _: lambda: client.get(address)


def _stated(setting: Setting, layer: Layer) -> Way[int]:
    rows = layer.visible_to(setting.chief).order_by("pk")
    columns = rows.values_list("pk", layer.geometry, *layer.paths.values())
    sql, values = columns[:LIMIT].query.sql_with_params()
    names = ", ".join(connection.ops.quote_name(name) for name in ("id", "geometry", *layer.paths))
    text = f"SELECT json_agg(ST_AsGeoJSON(feature.*)::json)::text FROM ({sql}) feature ({names})"
    return lambda _: lambda: setting.raw.execute(text, values).fetchone()
