"""Columns into a table by COPY."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import shapely
from django.db import connection

NULL = r"\N"


def ewkb(geometries) -> list[str]:
    """EPSG:4326 geometries as the text that a geometry column reads."""
    return shapely.to_wkb(shapely.set_srid(geometries, 4326), hex=True, include_srid=True).tolist()


def multi(polygons) -> np.ndarray:
    """Polygons or multipolygons, all as multipolygons."""
    return np.array(
        [p if p.geom_type == "MultiPolygon" else shapely.multipolygons([p]) for p in polygons], dtype=object
    )


def timestamps(utc_seconds: np.ndarray) -> list[str]:
    text = np.datetime_as_string(utc_seconds)
    return np.where(np.isnat(utc_seconds), NULL, np.char.add(text, "+00")).tolist()


def reserve(model, count: int) -> np.ndarray:
    """Primary keys for ``count`` rows to come."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        sequence = cursor.fetchone()[0]
        cursor.execute("SELECT nextval(%s)", [sequence])
        first = cursor.fetchone()[0]
        cursor.execute("SELECT setval(%s, %s)", [sequence, first + max(count, 1) - 1])
    return np.arange(first, first + count)


@contextmanager
def indexed_afterwards(model) -> Iterator[None]:
    """Drop the indexes of an empty table for a long COPY and make them anew at its end.

    Those that hold a constraint stay. Inside the load's transaction: if it fails, nothing has changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, pg_get_indexdef(i.indexrelid)
               FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE i.indrelid = %s::regclass
                 AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)""",
            [model._meta.db_table],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, definition in indexes:
            cursor.execute(definition)


def _text(values: Iterable) -> list[str]:
    """COPY's text form. None of our own words holds a tab, a line end or a backslash."""
    return [
        NULL
        if v is None
        else v
        if isinstance(v, str)
        else "t"
        if v is True
        else "f"
        if v is False
        else str(v)
        for v in values
    ]


def copy(model, columns: Mapping[str, Iterable]) -> int:
    """Write whole columns, given by field name, to the table of ``model``; the number of rows."""
    names = ", ".join(f'"{model._meta.get_field(name).column}"' for name in columns)
    rows = list(
        zip(
            *(
                _text(values.tolist() if isinstance(values, np.ndarray) else values)
                for values in columns.values()
            ),
            strict=True,
        )
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as out,
    ):
        for start in range(0, len(rows), 5000):
            out.write("".join("\t".join(row) + "\n" for row in rows[start : start + 5000]))
    return len(rows)
