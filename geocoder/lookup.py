"""Questions to the database: many at once, each kind in one statement (``geocoder/sql/50_find.sql``)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from geocoder.questions import Probe


class Hit(NamedTuple):
    """An entry that answers a probe. ``kind`` is that of the entry, or ``between`` and ``beyond`` for a
    number worked out from its neighbours. Distances in metres."""

    no: int
    entry: int | None
    kind: str
    name: str
    number: str
    address: str
    region_code: str
    unit_grid_code: str
    source: str
    source_id: int | None
    weight: float
    alias: str
    is_exact: bool
    in_scope: bool
    beside_m: float | None
    near_m: float | None
    lon: float
    lat: float
    spread_m: float


@dataclass(frozen=True)
class Bounds:
    """Where to look, and for whom: ``near`` as (lon, lat), ``within`` a region code, ``jurisdiction`` that of
    the asker (None: no limit; empty: nothing)."""

    near: tuple[float, float] | None = None
    within: str = ""
    jurisdiction: str | None = None

    @property
    def spot(self) -> str | None:
        return Point(*self.near, srid=4326).hexewkb.decode() if self.near else None


def find(asked: Sequence[tuple[Probe, Sequence[str]]], bounds: Bounds) -> list[list[Hit]]:
    """The hits of each probe with its scope, in the order of the probes."""
    hits: list[list[Hit]] = [[] for _ in asked]
    if not asked:
        return hits
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT * FROM geocoder_find(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[],
                                           %s::text[], %s::geometry, %s, %s, %s)""",
            [
                list(range(len(asked))),
                [probe.name for probe, _ in asked],
                [probe.number for probe, _ in asked],
                [probe.plate for probe, _ in asked],
                [",".join(scope) for _, scope in asked],
                [probe.beside for probe, _ in asked],
                bounds.spot,
                bounds.within,
                bounds.jurisdiction,
                timezone.localdate(),
            ],
        )
        for row in cursor:
            hit = Hit(*row)
            hits[hit.no].append(hit)
    return hits


def alike(names: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Names that may have been meant, each with how it is like the one written (sound, letters, core)."""
    asked = list(dict.fromkeys(names))
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in asked}
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM geocoder_alike(%s::int[], %s::text[])", [list(range(len(asked))), asked]
            )
            for no, key, how in cursor:
                if key not in (known for known, _how in found[asked[no]]):
                    found[asked[no]].append((key, how))
    return found


def plates_near(asked: Sequence[tuple[float, float, str]], bounds: Bounds) -> list[list[Hit]]:
    """Buildings with a plate around places that number their houses without an estate of their own."""
    hits: list[list[Hit]] = [[] for _ in asked]
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM geocoder_plates_near(%s::int[], %s::float8[], %s::float8[], %s::text[], %s)",
                [list(range(len(asked))), *map(list, zip(*asked, strict=True)), bounds.jurisdiction],
            )
            for row in cursor:
                hit = Hit(*row)
                hits[hit.no].append(hit)
    return hits


class Crossing(NamedTuple):
    """A place where roads meet."""

    name: str
    region_code: str
    lon: float
    lat: float
    spread_m: float
    arms: int
    in_scope: bool
    near_m: float | None


def crossings(a: str, b: str, scope: Sequence[str], bounds: Bounds) -> list[Crossing]:
    """Where the roads with the keys ``a`` and ``b`` meet, the most likely first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM geocoder_crossings(%s, %s, %s::text[], %s::geometry, %s, %s)",
            [a, b, list(scope), bounds.spot, bounds.within, bounds.jurisdiction],
        )
        return [Crossing(*row) for row in cursor]


def stretch(road: str, one: str, other: str, scope: Sequence[str], bounds: Bounds) -> list[tuple]:
    """The part of ``road`` between two crossings: name, region code, lon, lat, half its length, GeoJSON."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM geocoder_stretch(%s, %s, %s, %s::text[], %s::geometry, %s, %s)",
            [road, one, other, list(scope), bounds.spot, bounds.within, bounds.jurisdiction],
        )
        return cursor.fetchall()


def geometries(entries: Sequence[int]) -> dict[int, str]:
    """GeoJSON of entries by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, ST_AsGeoJSON(geometry, 7) FROM geocoder_entry WHERE id = ANY(%s)", [list(entries)]
        )
        return dict(cursor.fetchall())
