"""Areas that share borders share them in tiles of every scale."""

import random
from itertools import pairwise

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from shapely.geometry import shape

from gis.layers import Coverage, layers
from grids.models import ResponsibilityGrid
from tests import city
from tests.tiles.decoding import envelope, tiles_over, unit_m
from tiles import mvt
from tiles.mvt import BUFFER, EXTENT, WORLD_M, Tile

SIDE = 5  # areas in a row
STEP_M = 1500  # of EPSG:3857
# around a corner of tiles of all scales
WEST, NORTH = np.add(envelope(Tile.holding(*city.MAP.lonlat("p"), z=10)).bounds[::3], (-3100, 3100)).tolist()


def border(start, end) -> list[tuple[float, float]]:
    """A crooked line of eighty corners between two nodes; the same corners from either end."""
    first, last = map(np.array, sorted((start, end)))
    dice = np.random.default_rng(abs(int(first @ (1, 7) + last @ (3, 11))))
    along, aside = last - first, np.array([first[1] - last[1], last[0] - first[0]]) / STEP_M
    way = np.linspace(0, 1, 81)[:, None]
    corners = first + way * along + 50 * np.sin(np.pi * way) * dice.uniform(-1, 1, (81, 1)) * aside
    corners[-1] = last
    return [tuple(corner) for corner in (corners if start == tuple(first) else corners[::-1]).tolist()]


def node(across: int, down: int) -> tuple[float, float]:
    dice = random.Random(100 * across + down)
    return (
        WEST + across * STEP_M + dice.uniform(-200, 200),
        NORTH - down * STEP_M + dice.uniform(-200, 200),
    )


def area(across: int, down: int) -> shapely.Polygon:
    """EPSG:3857, anticlockwise from the north-west."""
    nodes = [node(across + dx, down + dy) for dx, dy in ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))]
    return shapely.Polygon([corner for a, b in pairwise(nodes) for corner in border(a, b)[:-1]])


def stored(code: str, ground: shapely.Polygon) -> ResponsibilityGrid:
    boundary = GEOSGeometry(ground.wkt, srid=3857).transform(4326, clone=True)
    return ResponsibilityGrid.objects.create(
        code=code, region_code=city.WEST, boundary=MultiPolygon(boundary, srid=4326)
    )


@pytest.fixture
def ground(db) -> dict[int, shapely.Polygon]:
    """A sheet of crooked areas without gap or overlap, as responsibility grids, by id."""
    return {
        stored(f"G{across}{down}", area(across, down)).pk: area(across, down)
        for across in range(SIDE)
        for down in range(SIDE)
    }


def drawn(at: Tile, user, *, thin: int = 0) -> dict[int, shapely.Geometry]:
    """The areas in a tile, in tile units with y downwards, by id."""
    text = mvt.statement([layers.get("responsibility-grids")], z=at.z, user=user, params={}, thin=thin)
    tile = mapbox_vector_tile.decode(mvt.run(text, at).tile, default_options={"y_coord_down": True})
    found = tile.get("responsibility-grids", {"features": []})["features"]
    return {feature["id"]: shape(feature["geometry"]) for feature in found}


def around(z: int) -> list[Tile]:
    """The tiles that the sheet lies in."""
    reach = SIDE * STEP_M + 300
    sheet = shapely.box(WEST - 300, NORTH - reach, WEST + reach, NORTH + 300)
    west, south, east, north = GEOSGeometry(sheet.wkt, srid=3857).transform(4326, clone=True).extent
    return list(tiles_over((west, south, east, north), z=z))


def gaps_and_overlaps(areas: list[shapely.Geometry]) -> tuple[float, float]:
    """In square units of the tile."""
    together = shapely.union_all(areas)
    rings = [ring for part in shapely.get_parts(together) for ring in part.interiors]
    return sum(shapely.Polygon(ring).area for ring in rings), sum(a.area for a in areas) - together.area


@pytest.mark.parametrize("z", range(10, 14))
def test_neighbours_have_no_gap_and_no_overlap(ground, chief, z):
    for at in around(z):
        assert gaps_and_overlaps(list(drawn(at, chief).values())) == pytest.approx((0, 0), abs=1e-6)


@pytest.mark.parametrize("z", range(10, 14))
def test_neighbours_have_the_same_corners_on_their_border(ground, chief, z):
    frame = shapely.box(0, 0, EXTENT, EXTENT)
    shared = 0
    for at in around(z):
        found = [area for area in drawn(at, chief).values() if frame.contains(area)]
        corners = [{tuple(corner) for corner in shapely.get_coordinates(area)} for area in found]
        for n, one in enumerate(found):
            for m in range(n):
                line = shapely.intersection(one.boundary, found[m].boundary)
                if line.length:
                    own = {corner for corner in corners[n] if line.intersects(shapely.Point(corner))}
                    assert own <= corners[m]
                    shared += 1
    assert shared or z > 12  # where an area is larger than a tile, none is whole


@pytest.mark.parametrize("z", range(10, 14))
def test_neighbouring_tiles_draw_the_same_corners(ground, chief, z):
    tiles = {at: drawn(at, chief) for at in around(z)}
    compared = 0
    for at, areas in tiles.items():
        for pk, east in tiles.get(Tile(z, at.x + 1, at.y), {}).items():
            if pk not in areas:
                continue
            near = {(x - EXTENT, y) for x, y in shapely.get_coordinates(areas[pk]).tolist()}
            far = {tuple(corner) for corner in shapely.get_coordinates(east).tolist()}
            inside = {c for c in near | far if abs(c[0]) < BUFFER - 1 and 0 < c[1] < EXTENT}
            assert inside & near == inside & far
            compared += len(inside)
    assert compared


@pytest.mark.parametrize("z", range(10, 14))
def test_small_scale_has_fewer_corners_and_stays_within_half_a_step(ground, chief, z):
    half_m = layers.get("responsibility-grids").generalise.grid_px * mvt.pixel_m(z) / 2 * 2**0.5
    for at in around(z):
        unit = unit_m(at)
        west, north = at.x * EXTENT * unit - WORLD_M / 2, WORLD_M / 2 - at.y * EXTENT * unit
        for pk, shown in drawn(at, chief).items():
            there = shapely.transform(shown, lambda xy, w=west, n=north, u=unit: xy * [u, -u] + [w, n])
            seen = shapely.intersection(there.boundary, envelope(at).buffer(-2 * unit))
            assert seen.is_empty or ground[pk].boundary.buffer(half_m + 2 * unit).covers(seen)
            if z == 10:
                assert shapely.get_num_coordinates(shown) < 0.8 * shapely.get_num_coordinates(ground[pk])


@pytest.mark.parametrize("thin", [1, 2, 3])
def test_thinning_tears_no_borders_apart(ground, chief, thin):
    for at in around(10):
        areas = list(drawn(at, chief, thin=thin).values())
        assert len(areas) == len(drawn(at, chief))  # all are larger than 8 px
        assert gaps_and_overlaps(areas) == pytest.approx((0, 0), abs=1e-6)


@pytest.mark.parametrize("z", range(10, 14))
def test_a_strip_thinner_than_the_grid_does_not_disappear(db, chief, z):
    width_m, length_m = 0.3 * mvt.pixel_m(z), 20 * mvt.pixel_m(z)
    x, y = node(1, 1)
    strip = stored(
        "G99", shapely.Polygon([(x, y), (x + width_m, y), (x + width_m, y + length_m), (x, y + length_m)])
    )
    assert strip.pk in {pk for at in around(z) for pk in drawn(at, chief)}


@pytest.mark.parametrize("name", [one.name for one in layers if isinstance(one.generalise, Coverage)])
def test_whatever_is_a_pixel_wide_is_drawn(town, chief, name):
    layer = layers.get(name)
    for z in range(layer.zooms[0], layer.generalise.below):
        least_m = layer.generalise.smallest_px * mvt.pixel_m(z)
        wide = {
            row.pk
            for row in layer.visible_to(chief)
            if max(np.subtract(*np.reshape(getattr(row, layer.twin).extent, (2, 2))[::-1])) >= least_m
        }
        text = mvt.statement([layer], z=z, user=chief, params={})
        places = tiles_over((*city.MAP.lonlat("G"), *city.MAP.lonlat("N")), z=z)
        tiles = [mapbox_vector_tile.decode(mvt.run(text, at).tile) for at in places]
        found = {f["id"] for tile in tiles for f in tile.get(name, {"features": []})["features"]}
        assert found == wide
