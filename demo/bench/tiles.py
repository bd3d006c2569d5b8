"""Tiles: through the server, and the one statement that makes them."""

import random

import psycopg

from buildings.models import Building
from demo.bench.server import Client
from demo.bench.timing import Comparison, compare
from gis.layers import layers
from gis.models import User
from tiles import mvt

ZOOMS = range(12, 18)


def tiles_of_the_city(number: int, *, user: User) -> list[mvt.Tile]:
    """Random tiles of z12 to z17 where something is built; the same ones each time."""
    dice = random.Random(17)
    ids = list(Building.objects.visible_to(user).order_by("id").values_list("id", flat=True))
    chosen = dice.sample(ids, min(number, len(ids)))
    footprints = Building.objects.in_bulk(chosen)
    return [
        mvt.Tile.holding(*footprints[pk].footprint.centroid.coords, z=dice.choice(ZOOMS)) for pk in chosen
    ]


def measure(client: Client, raw: psycopg.Connection, *, user: User, number: int = 200) -> list[Comparison]:
    chosen = tiles_of_the_city(number, user=user)
    base = [layer.name for layer in layers if layer.base]
    shown = [layer.name for layer in layers if layer.shown]
    sets = {"base map": base, "base map, grids, places, cases": shown, "cases": ["cases"]}
    return [
        compare(f"tile: {what}", [_pair(client, raw, names, at, user) for at in chosen])
        for what, names in sets.items()
    ]


def _pair(client: Client, raw: psycopg.Connection, names: list[str], at: mvt.Tile, user: User):
    text = mvt.statement([layers.get(name) for name in names], z=at.z, user=user, params={})
    address = f"/tiles/{','.join(names)}/{at.z}/{at.x}/{at.y}.mvt"
    plain = psycopg.Cursor(raw)  # in binary, as ours
    filled = text % at._asdict()

    def ours() -> None:
        client.get(address)

    def sql() -> None:
        plain.execute(filled, prepare=False, binary=True).fetchone()

    return ours, sql
