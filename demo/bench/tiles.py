"""Tiles: through the server, and the one statement that makes them."""

import random

import psycopg

from buildings.models import Building
from demo.bench.client import Client
from demo.bench.report import AGAINST_SQL, against_sql, section
from demo.bench.timing import Call, Way, take_turns
from gis.layers import layers
from gis.models import User
from tiles import mvt

ZOOMS = range(12, 18)
NUMBER = 200


def tiles_of_the_city(user: User, number: int = NUMBER) -> list[mvt.Tile]:
    """Random tiles where something is built, the zooms by turns; the same ones each time."""
    dice = random.Random(17)
    ids = list(Building.objects.visible_to(user).order_by("id").values_list("id", flat=True))
    chosen = dice.sample(ids, min(number, len(ids)))
    footprints = Building.objects.in_bulk(chosen)
    return [
        mvt.Tile.holding(*footprints[pk].footprint.centroid.coords, z=ZOOMS[place % len(ZOOMS)])
        for place, pk in enumerate(chosen)
    ]


def sets() -> dict[str, list[str]]:
    """What is asked for in one tile: names of layers."""
    base = [layer.name for layer in layers if layer.base]
    shown = [layer.name for layer in layers if layer.shown]
    return {"base map": base, "base map, grids, places, cases": shown, "cases": ["cases"]}


def measure(client: Client, raw: psycopg.Connection, *, user: User, seconds: float) -> str:
    chosen = tiles_of_the_city(user)
    rows = [AGAINST_SQL]
    for what, names in sets().items():
        ways: dict[str, Way[mvt.Tile]] = {"ours": Served(client, names), "SQL": Stated(raw, names, user)}
        rows.append(against_sql(what, take_turns(chosen, ways, seconds=seconds), ratio=1.15, more_ms=2))
    return section(f"Tiles, z{ZOOMS[0]} to z{ZOOMS[-1]}", rows)


class Served:
    """Tiles of these layers over HTTP."""

    def __init__(self, client: Client, names: list[str]):
        self._client, self._names = client, ",".join(names)

    def address(self, at: mvt.Tile) -> str:
        return f"/tiles/{self._names}/{at.z}/{at.x}/{at.y}.mvt"

    def __call__(self, at: mvt.Tile) -> Call:
        address = self.address(at)
        return lambda: self._client.get(address)


class Stated:
    """The same tiles by the statement that ours runs: the same lean columns and 3857 geometry."""

    def __init__(self, raw: psycopg.Connection, names: list[str], user: User):
        self._cursor = psycopg.Cursor(raw)  # in binary, as ours
        self._texts = {
            z: mvt.statement([layers.get(name) for name in names], z=z, user=user, params={}) for z in ZOOMS
        }

    def __call__(self, at: mvt.Tile) -> Call:
        text = self._texts[at.z] % at._asdict()
        return lambda: self._cursor.execute(text, prepare=False, binary=True).fetchone()
