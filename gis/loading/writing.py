"""Rows into the database in bulk: COPY, then the layer's own rules and homes."""

from collections.abc import Sequence
from typing import Any

import shapely
from django.db import connection, models
from django.utils.translation import gettext as _

from gis.layers import Layer, layers
from gis.loading.progress import bar
from gis.loading.rows import Row


def copy(rows: Sequence[Row], layer: Layer) -> None:
    """Insert ``rows`` with COPY under new primary keys; one that has a key replaces the row of that key."""
    table = layer.model._meta.db_table
    _clear(table, [row.id for row in rows if row.id])
    new = [row for row in rows if not row.id]
    for row, key in zip(new, _new_keys(table, len(new)), strict=True):
        row.id = key
    fields = [f for f in layer.model._meta.concrete_fields if not f.generated]
    names = ", ".join(connection.ops.quote_name(f.column) for f in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as out:
        for row in bar(rows, _("writing")):
            out.write_row([_stored(field, row, layer.geometry) for field in fields])


def _clear(table: str, keys: list[int]) -> None:
    """Make room for rows that come back under the same keys; what refers to them is judged only then."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [keys])


def _new_keys(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [key for (key,) in cursor.fetchall()]


def _stored(field: models.Field, row: Row, geometry: str) -> Any:
    if field.name == geometry:
        return shapely.to_wkb(shapely.set_srid(row.shape, 4326), hex=True, include_srid=True)
    if field.primary_key:
        return row.id
    value = row.values[field.attname] if field.attname in row.values else field.get_default()
    return field.get_db_prep_save(value, connection)


def remove(rows: Sequence[Row], layer: Layer) -> None:
    """Take rows out again that turned out to break a rule."""
    layer.model._base_manager.filter(id__in=[row.id for row in rows]).delete()


def analyse(layer: Layer) -> None:
    """After many new rows the planner must know them, or homing and tiles walk whole tables."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {layer.model._meta.db_table}")


def rehome(territory: Layer, ids: Sequence[int]) -> int:
    """Home other layers' rows that meet the new ``territory`` rows anew; how many were looked at."""
    count = 0
    for layer in layers:
        if layer.name == territory.name or not layer.loading or not layer.loading.home:
            continue
        met = _meeting(layer, territory, ids)
        if met:
            layer.loading.home(met)
            count += len(met)
    return count


def _meeting(layer: Layer, territory: Layer, ids: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT t.id FROM {territory.model._meta.db_table} n
                JOIN {layer.model._meta.db_table} t ON t.{layer.geometry} && n.{territory.geometry}
                WHERE n.id = ANY(%s)""",
            [list(ids)],
        )
        return [key for (key,) in cursor.fetchall()]


def settle() -> None:
    """Have the database judge now what it would judge at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
