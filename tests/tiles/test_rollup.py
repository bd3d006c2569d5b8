"""The sums that clusters are made of are the sums of the rows, whatever is written and by whom."""

import random
from dataclasses import replace

import mapbox_vector_tile
import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import Aggregate, Sum

from buildings.models import Door, Place
from cases.models import Case
from gis.jurisdiction import Scoped
from gis.layers import Clustered, Layer, layers
from tests import city
from tests.tiles.decoding import tiles_over
from tiles import mvt, rollup
from tiles.mvt import Tile
from tiles.rollup import PointSum

CLUSTERED = [layer.name for layer in layers if isinstance(layer.generalise, Clustered)]
AROUND = (
    *city.MAP.lonlat("G", east_m=-2000, north_m=-2000),
    *city.MAP.lonlat("N", east_m=2000, north_m=2000),
)
NEAR = (*city.MAP.lonlat("G"), *city.MAP.lonlat("N"))
CODES = (city.WEST, city.EAST, city.NEIGHBOUR_COMMUNITY)


class Xor(Aggregate):
    function = "bit_xor"


def kept(name: str) -> dict[tuple[int, str], tuple]:
    """Members, coordinates and keys by square and region, as the database keeps them; no empty squares."""
    rows = PointSum.objects.filter(layer=name).values_list("square", "region_code").order_by()
    sums = rows.annotate(n=Sum("members"), x=Sum("x_cm"), y=Sum("y_cm"), xor=Xor("keys"))
    return {(square, code): tuple(rest) for square, code, *rest in sums if any(rest)}


def counted(name: str) -> dict[tuple[int, str], tuple]:
    """The same from the rows."""
    layer, found = layers.get(name), {}
    for pk, code, twin in layer.rows().values_list("pk", "region_code", layer.twin):
        for zoom in rollup.zooms_of_squares(layer):
            square = (square_of(twin, zoom), code)
            n, x, y, keys = found.get(square, (0, 0, 0, 0))
            found[square] = (n + 1, x + round(twin.x * 100), y + round(twin.y * 100), keys ^ pk)
    return found


def square_of(twin: Point, zoom: int) -> int:
    half, side = mvt.WORLD_M / 2, mvt.WORLD_M / 2**zoom
    across, down = (min(int(n // side), 2**zoom - 1) for n in (twin.x + half, half - twin.y))
    digits = "".join(f"{down >> n & 1}{across >> n & 1}" for n in reversed(range(zoom)))
    return int("1" + digits, 2)


def spot(dice: random.Random) -> Point:
    west, south, east, north = AROUND
    return Point(dice.uniform(west, east), dice.uniform(south, north), srid=4326)


def scatter(number: int, *, seed: int = 1) -> None:
    """Places all around the town, in three communities."""
    dice = random.Random(seed)
    Place.objects.bulk_create(
        Place(
            name=f"店{n}",
            category="shop",
            location=spot(dice),
            region_code=dice.choice(CODES),
            unit_grid_code="",
        )
        for n in range(number)
    )


# --- the sums -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLUSTERED)
def test_each_clustered_layer_is_summed(town, name):
    assert kept(name) == counted(name)
    assert kept(name)


@pytest.mark.parametrize("seed", range(4))
def test_sums_follow_whatever_is_written(town, seed):
    dice = random.Random(seed)
    scatter(40, seed=seed)
    for _step in range(25):
        some = Place.objects.filter(pk__in=dice.sample(list(Place.objects.values_list("pk", flat=True)), 3))
        match step := dice.choice(["new", "moved", "other home", "gone", "renamed", "undone", "settled"]):
            case "new":
                scatter(dice.randint(1, 5), seed=dice.random())
            case "moved":
                some.update(location=spot(dice))
            case "other home":
                some.update(region_code=dice.choice(CODES))
            case "gone":
                some.delete()
            case "renamed":
                some.update(name="改名")
            case "undone":
                with transaction.atomic():
                    some.delete()
                    transaction.set_rollback(True)
            case "settled":
                settle(dice.randint(1, 100))
        assert kept("places") == counted("places"), step


def settle(most: int = 10_000) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tiles_settle_sums('places', %s)", [most])
        return cursor.fetchone()[0]


def test_a_change_of_what_is_not_summed_appends_nothing(town):
    before = PointSum.objects.count()
    Case.objects.update(stage="closed")
    assert PointSum.objects.count() == before


def test_a_writer_appends_and_touches_no_row_that_is_there(town):
    scatter(5)
    settle()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")  # a writer that settles is another test
    settled = set(PointSum.objects.filter(settled=True).values_list("pk", flat=True))
    Place.objects.all().update(location=city.MAP.point("q"))
    assert settled == set(PointSum.objects.filter(settled=True).values_list("pk", flat=True))


def test_settled_sums_are_one_row_each(town):
    for seed in range(20):
        scatter(1, seed=seed)
    Place.objects.filter(region_code=city.EAST).delete()
    settle()
    assert kept("places") == counted("places")
    assert PointSum.objects.filter(layer="places").count() == len(kept("places"))
    assert not PointSum.objects.filter(layer="places", settled=False).exists()
    assert settle() == 0


def test_what_waits_is_settled_along_with_writes(town):
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.1)")
    for seed in range(4):
        scatter(1500, seed=seed)
    waiting = PointSum.objects.filter(layer="places", settled=False).count()
    assert waiting < 3000
    assert kept("places") == counted("places")


def test_an_emptied_table_has_no_sums(town):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE buildings_place CASCADE")
    assert kept("places") == {}
    scatter(3)
    assert kept("places") == counted("places")


def test_points_outside_the_world_of_the_map_have_no_square(town):
    before = kept("places")
    home = {"region_code": city.WEST, "unit_grid_code": ""}
    Place.objects.create(name="极地", category="shop", location=Point(20, 88, srid=4326), **home)
    assert kept("places") == before


# --- beginning to keep them ---------------------------------------------------------------------


def install(layer: Layer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tiles_keep_sums(%s::regclass, %s)", rollup._terms(layer))


def test_a_layer_that_becomes_clustered_is_summed_from_what_is_there(town, chief, monkeypatch):
    doors = replace(layers.get("doors"), zooms=range(5, 23), generalise=Clustered(below=16, cell_px=32))
    assert rollup.sums(doors, user=chief, params={}) is None
    install(doors)
    monkeypatch.setitem(layers._by_name, "doors", doors)
    assert rollup.sums(doors, user=chief, params={}) is not None
    assert kept("doors") == counted("doors") != {}
    Door.objects.filter(region_code=city.WEST).delete()
    assert kept("doors") == counted("doors")


def test_another_declaration_is_another_sum(town, chief, monkeypatch):
    finer = replace(layers.get("places"), generalise=Clustered(below=17, cell_px=32))
    assert rollup.sums(finer, user=chief, params={}) is None
    install(finer)
    monkeypatch.setitem(layers._by_name, "places", finer)
    scatter(5)
    assert kept("places") == counted("places")


def test_sums_that_are_not_kept_are_not_asked(town, chief):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE buildings_place DISABLE TRIGGER tiles_sums_places_update")
    assert rollup.sums(layers.get("places"), user=chief, params={}) is None


def test_a_layer_with_rules_of_its_own_is_counted_from_its_rows(town, chief):
    class Secret(Scoped):
        def visible_to(self, user):
            return super().visible_to(user).filter(category="shop")

    secret = replace(layers.get("places"), rows=lambda: Secret(Place))
    some = replace(layers.get("places"), rows=Place.objects.filter(category="shop").all)
    assert rollup.sums(secret, user=chief, params={}) is None
    assert rollup.sums(some, user=chief, params={}) is None


@pytest.mark.parametrize("cell_px", [0, 48, 1024])
def test_squares_that_do_not_fit_into_tiles_are_refused(cell_px):
    with pytest.raises(ValueError, match="do not fit"):
        Clustered(below=15, cell_px=cell_px)


# --- tiles --------------------------------------------------------------------------------------


def clusters(layer: Layer, at: Tile, user, **params) -> list[tuple]:
    """What each cluster in a tile is (id, count, attributes), and its place."""
    text = mvt.statement([layer], z=at.z, user=user, params=params)
    tile = mapbox_vector_tile.decode(mvt.run(text, at).tile if text else b"")
    return sorted(
        ((f.get("id", 0), *sorted(f["properties"].items())), f["geometry"]["coordinates"])
        for f in tile.get(layer.name, {"features": []})["features"]
    )


@pytest.mark.parametrize("name", CLUSTERED)
@pytest.mark.parametrize("params", [{}, {"region_code": city.EAST}], ids=["all", "a region"])
def test_clusters_of_sums_are_the_clusters_of_the_rows(
    town, chief, worker, stranger, monkeypatch, name, params
):
    scatter(120)
    layer = layers.get(name)
    for user in (chief, worker, stranger):
        for z in range(layer.zooms[0], layer.generalise.below, 2):
            tiles = list(tiles_over(NEAR, z=z))
            of_sums = [clusters(layer, at, user, **params) for at in tiles]
            with monkeypatch.context() as patch:
                patch.setattr(rollup, "_ANSWERED", set())
                patch.setattr(rollup, "_can_be_summed", lambda _layer: False)
                of_rows = [clusters(layer, at, user, **params) for at in tiles]
            for here, there in zip(of_sums, of_rows, strict=True):
                assert [what for what, _place in here] == [what for what, _place in there]
                places = [[place for _what, place in found] for found in (here, there)]
                assert places[0] == pytest.approx(np.array(places[1]), abs=1)


def test_small_scale_reads_sums_and_no_rows(town, chief):
    layer = layers.get("cases")
    whole = mvt.statement([layer], z=10, user=chief, params={})
    narrowed = mvt.statement([layer], z=10, user=chief, params={"stage": "reported"})
    assert "tiles_pointsum" in whole
    assert "tiles_pointsum" not in narrowed


@pytest.mark.parametrize(
    "z, x, y", [(0, 0, 0), (1, 1, 0), (3, 5, 2), (17, 107_000, 52_000), (22, 2**22 - 1, 0)]
)
def test_squares_within_a_square_are_a_range(db, z, x, y):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tiles_square(%s, %s, %s), tiles_square(%s, %s, %s), tiles_square(%s, %s, %s)",
            [z, x, y, z + 3, 8 * x, 8 * y, z + 3, 8 * x + 7, 8 * y + 7],
        )
        square, first, last = cursor.fetchone()
    assert (first, last) == (square << 6, ((square + 1) << 6) - 1)
