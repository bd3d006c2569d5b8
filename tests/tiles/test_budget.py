"""No tile is heavier than its budget, and what is left out is left out alike on both sides of a seam."""

import gzip
from itertools import pairwise

import mapbox_vector_tile
import pytest
from django.db import connection

from buildings.models import Place
from gis.layers import layers
from tests import city
from tests.tiles.decoding import envelope, get
from tiles import budget, mvt
from tiles.mvt import Tile
from tiles.parts import LAST_LEVEL

MIDDLE = Tile.holding(*city.MAP.lonlat("p"), z=16)
LEVELS = range(LAST_LEVEL + 1)


def crowd(number: int) -> None:
    """Buildings of many corners, 2 to 60 px long at z16, over the middle tile and its eastern neighbour."""
    west, south, east, north = envelope(MIDDLE).bounds
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(
            """
            INSERT INTO buildings_building
                   (name, number, kind, address, footprint, region_code, unit_grid_code)
            SELECT md5(n::text) || md5((-n)::text), '', 'residential', '',
                   ST_Multi(ST_Transform(ST_Buffer(ST_SetSRID(ST_Point(
                     %s + random() * %s, %s + random() * %s), 3857), 2 * 30 ^ random(), 6), 4326)), %s, ''
              FROM generate_series(1, %s) n
            """,
            [west, 2 * (east - west), south, north - south, city.WEST, number],
        )


def made(at: Tile, *, thin: int, name: str = "buildings", user) -> dict[int, dict]:
    """The features of a layer at a level, by id."""
    text = mvt.statement([layers.get(name)], z=at.z, user=user, params={}, thin=thin)
    tile = mapbox_vector_tile.decode(mvt.run(text, at).tile, default_options={"y_coord_down": True})
    return {feature.get("id"): feature for feature in tile.get(name, {"features": []})["features"]}


def test_a_crowded_tile_is_thinned_to_500_kB(town, chief, signed_in):
    crowd(14_000)
    response = signed_in(chief).get(
        f"/tiles/buildings/16/{MIDDLE.x}/{MIDDLE.y}.mvt", headers={"Accept-Encoding": "gzip"}
    )
    assert int(response["X-Tile-Thinned"]) > 0
    assert 100_000 < len(response.content) <= 500_000
    assert mapbox_vector_tile.decode(gzip.decompress(response.content))["buildings"]["features"]


def test_a_tile_within_its_budget_is_whole(town, chief, signed_in):
    assert "X-Tile-Thinned" not in get(signed_in(chief), "buildings", MIDDLE)


@pytest.mark.parametrize("most", [600, 2_000, 10_000])
def test_the_lightest_thinning_that_fits_is_taken(town, chief, monkeypatch, most):
    crowd(400)
    monkeypatch.setattr(mvt, "BUDGET", most)
    monkeypatch.setattr(budget, "BUDGET", most)
    asked, sizes = [layers.get("buildings")], {}

    def text_at(thin: int) -> str:
        return mvt.statement(asked, z=16, user=chief, params={}, thin=thin)

    for thin in LEVELS[:-1]:
        sizes[thin] = len(budget.Drawn(*mvt.run(text_at(thin), MIDDLE), thin).packed)
    drawn = budget.fill(text_at, MIDDLE)
    assert len(drawn.packed) <= most
    lighter = [thin for thin in LEVELS[: drawn.thinned] if sizes[thin] <= most]
    assert len(lighter) <= 1  # a step over a level is allowed where the first guess was too careful


def test_each_level_keeps_a_part_of_the_one_before(town, chief):
    crowd(300)
    kept = [set(made(MIDDLE, thin=thin, user=chief)) for thin in LEVELS]
    assert all(finer >= coarser for finer, coarser in pairwise(kept[:-1]))
    assert len(kept[0]) > 100
    assert len(kept[-2]) < len(kept[0]) / 4


def test_the_large_stay(town, chief):
    crowd(300)
    whole = made(MIDDLE, thin=0, user=chief)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, (ST_XMax(footprint_3857) - ST_XMin(footprint_3857)) / %s FROM buildings_building",
            [mvt.pixel_m(16)],
        )
        large = {pk for pk, width_px in cursor.fetchall() if width_px > 8 and pk in whole}
    assert large
    assert large <= set(made(MIDDLE, thin=3, user=chief))


@pytest.mark.parametrize("thin", [1, 3, 5])
def test_neighbouring_tiles_leave_out_the_same(town, chief, thin):
    crowd(1_000)
    east = Tile(16, MIDDLE.x + 1, MIDDLE.y)
    both = set(made(MIDDLE, thin=0, user=chief)) & set(made(east, thin=0, user=chief))
    assert both
    left, right = (set(made(at, thin=thin, user=chief)) & both for at in (MIDDLE, east))
    assert left == right


@pytest.mark.parametrize("thin", LEVELS)
def test_points_that_can_be_clustered_are_counted_and_not_lost(town, chief, thin):
    number = layers.get("places").visible_to(chief).count()
    spots = [city.MAP.point("p", east_m=n % 20, north_m=n // 20) for n in range(200)]
    home = {"region_code": city.WEST, "unit_grid_code": ""}
    Place.objects.bulk_create(Place(name=f"店{n}", location=spot, **home) for n, spot in enumerate(spots))
    text = mvt.statement([layers.get("places")], z=16, user=chief, params={}, thin=thin)
    tiles = {Tile.holding(*city.MAP.lonlat(mark, east_m=east), z=16) for mark in "pq" for east in (0, 30)}
    found = [
        feature
        for at in tiles
        for feature in mapbox_vector_tile.decode(mvt.run(text, at).tile).get("places", {}).get("features", [])
        if 0 <= feature["geometry"]["coordinates"][0] < 4096 or thin
    ]
    assert sum(feature["properties"].get("point_count", 1) for feature in found) == number + 200


@pytest.mark.parametrize("name", [layer.name for layer in layers])
def test_every_level_of_every_layer_is_a_tile(town, chief, name):
    layer = layers.get(name)
    for z in {layer.zooms[0], 16}:
        at = Tile.holding(*city.MAP.lonlat("p"), z=z)
        sizes = [len(made(at, thin=thin, name=name, user=chief)) for thin in LEVELS]
        assert sizes[-1] <= sizes[0]


def test_what_is_too_large_to_go_is_cut_by_bytes(town, chief, monkeypatch):
    west, south, east, _north = envelope(MIDDLE).bounds
    side = east - west
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO buildings_road (name, kind, centreline, region_code, unit_grid_code)
            SELECT md5(n::text), 'primary', ST_Multi(ST_Transform(ST_MakeLine(ARRAY(
                     SELECT ST_SetSRID(ST_Point(%s + i * %s, %s + abs(sin(n * i * 7.7)) * %s), 3857)
                       FROM generate_series(1, 100) i)), 4326)), %s, ''
              FROM generate_series(1, 60) n
            """,
            [west - side / 4, side / 60, south, side, city.WEST],
        )
    monkeypatch.setattr(mvt, "BUDGET", 8_000)
    monkeypatch.setattr(budget, "BUDGET", 8_000)
    asked = [layers.get("roads")]
    drawn = budget.fill(lambda thin: mvt.statement(asked, z=16, user=chief, params={}, thin=thin), MIDDLE)
    assert drawn.thinned == LAST_LEVEL
    assert 2_000 < len(drawn.tile) <= 8_000


def test_a_tile_tells_its_snapshot(town, chief):
    text = mvt.statement([layers.get("roads")], z=16, user=chief, params={})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        [now] = cursor.fetchone()
    assert mvt.run(text, MIDDLE).snapshot == now


def test_where_nothing_is_to_be_seen_the_tile_is_empty(town):
    drawn = budget.fill(lambda thin: "", MIDDLE)
    assert (drawn.tile, drawn.thinned) == (b"", 0)
    assert drawn.snapshot
