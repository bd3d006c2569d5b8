"""Each declared layer at each zoom: a tile holds what the plain query says, no more and no less.

What is expected is worked out here from the rows and the declaration, by shapely, not by the tiles' SQL.
"""

from collections import defaultdict
from collections.abc import Iterator

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from buildings.models import Asset, Green, Place
from gis.layers import Clustered, Coverage, Layer, Simplified, layers
from tests import city
from tests.tiles.decoding import envelope, in_mercator, unit_m
from tiles import mvt
from tiles.mvt import BUFFER, DEEPEST, EXTENT, TILE_PX, WORLD_M, Tile

NAMES = [layer.name for layer in layers]
HOME = {"region_code": city.WEST, "unit_grid_code": ""}


def around(z: int) -> list[Tile]:
    """The tiles of some things that stand apart, and of a corner of four grids."""
    spots = [
        city.MAP.lonlat("p"),
        city.MAP.lonlat("q", east_m=5),
        city.MAP.lonlat("q", east_m=30),
        city.MAP.lonlat("E"),
    ]
    return sorted({Tile.holding(*spot, z=z) for spot in spots})


def drawn(layer: Layer, text: str, at: Tile) -> list[dict]:
    tile = (
        mapbox_vector_tile.decode(mvt.run(text, at).tile, default_options={"y_coord_down": True})
        if text
        else {}
    )
    return tile.get(layer.name, {"features": []})["features"]


def told(layer: Layer, row: dict) -> dict:
    """A row's attributes as a tile tells them."""
    values = {name: row[layer.paths[name]] for name in layer.lean}
    return {
        name: value.strftime("%Y-%m-%dT%H:%M:%SZ") if hasattr(value, "strftime") else value
        for name, value in values.items()
        if value is not None
    }


def rows_of(layer: Layer, user, z: int) -> dict[int, tuple[shapely.Geometry, dict]]:
    """Geometry (EPSG:3857) and attributes of what a zoom shows, by id."""
    rows, how = layer.visible_to(user), layer.generalise
    if isinstance(how, Simplified):
        for deeper, condition in how.details:
            rows = rows.exclude(condition) if z < deeper else rows
    found = {}
    for row in rows.values("pk", layer.twin, *(layer.paths[name] for name in layer.lean)):
        ground = shapely.from_wkb(bytes(row[layer.twin].wkb))
        if z < getattr(how, "below", 0) and isinstance(how, Simplified | Coverage):
            west, south, east, north = ground.bounds
            if max(east - west, north - south) < how.smallest_px * mvt.pixel_m(z):
                continue
        found[row["pk"]] = (ground, told(layer, row))
    return found


def tolerance_m(layer: Layer, z: int) -> float:
    """How far a drawn point may lie from the ground: the generalisation, and the rounding to units."""
    how, units = layer.generalise, 1.5 * mvt.pixel_m(z) * TILE_PX / EXTENT
    match how:
        case Simplified(below=below, tolerance_px=px) if z < below:
            return px * mvt.pixel_m(z) + units
        case Coverage(below=below, grid_px=px) if z < below:
            return px * mvt.pixel_m(z) * 2**-0.5 + units
    return units


def compare(layer: Layer, features: list[dict], rows: dict, at: Tile) -> None:
    """Features, one for each row that reaches into the tile or its buffer, where the row lies."""
    unit, off_m = unit_m(at), tolerance_m(layer, at.z)
    tile = envelope(at)
    ids = [feature["id"] for feature in features]
    assert len(ids) == len(set(ids))
    surely = {pk for pk, (ground, _told) in rows.items() if ground.intersects(tile)}
    perhaps = {
        pk for pk, (ground, _t) in rows.items() if ground.intersects(tile.buffer((BUFFER + 2) * unit + off_m))
    }
    assert surely <= set(ids) <= perhaps
    for feature in features:
        ground, attributes = rows[feature["id"]]
        here = in_mercator(feature, at)
        assert feature["properties"] == attributes
        assert ground.buffer(off_m).covers(here)
        assert here.buffer(off_m).covers(ground.intersection(tile))


def squares(rows: dict, at: Tile, cell_px: int) -> Iterator[tuple[list[int], np.ndarray]]:
    """The ids in each square of the tile, and the middle of their points."""
    side = WORLD_M / 2**at.z / (TILE_PX // cell_px)
    found = defaultdict(list)
    for pk, (ground, _told) in rows.items():
        found[int((ground.x + WORLD_M / 2) // side), int((WORLD_M / 2 - ground.y) // side)].append(pk)
    for (across, down), ids in found.items():
        if (across * cell_px // TILE_PX, down * cell_px // TILE_PX) == (at.x, at.y):
            yield ids, np.mean([rows[pk][0].coords[0] for pk in ids], axis=0)


def compare_clusters(layer: Layer, features: list[dict], rows: dict, at: Tile) -> None:
    """Features, one for each square that has a row."""
    shown = [(in_mercator(feature, at).coords[0], feature) for feature in features]
    expected = list(squares(rows, at, layer.generalise.cell_px))
    assert len(shown) == len(expected)
    for ids, middle in expected:
        [feature] = [one for place, one in shown if np.allclose(place, middle, atol=1.1 * unit_m(at), rtol=0)]
        if len(ids) == 1:
            assert (feature["id"], feature["properties"]) == (ids[0], rows[ids[0]][1])
        else:
            assert not feature.get("id")  # the decoder says 0 where there is none
            assert feature["properties"] == {"point_count": len(ids)}


@pytest.mark.parametrize("name", NAMES)
def test_every_zoom_holds_what_the_plain_query_says(town, chief, name):
    layer, seen = layers.get(name), 0
    for z in range(DEEPEST + 1):
        text = mvt.statement([layer], z=z, user=chief, params={})
        clustered = isinstance(layer.generalise, Clustered) and z < layer.generalise.below
        rows = rows_of(layer, chief, z) if z in layer.zooms else {}
        for at in around(z):
            features = drawn(layer, text, at)
            (compare_clusters if clustered else compare)(layer, features, rows, at)
            seen += len(features)
    assert seen >= len(layer.zooms) - 10  # of the smallest scales that leave out what is tiny


# --- the edges of the world ---------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_where_nothing_is_no_zoom_has_anything(town, chief, name):
    layer = layers.get(name)
    for z in (2, 8, 12, 14, 16, DEEPEST):
        text = mvt.statement([layer], z=z, user=chief, params={})
        assert drawn(layer, text, Tile.holding(-150.0, -40.0, z=z)) == []


def test_an_area_as_large_as_the_world_fills_every_tile(town, chief):
    half = WORLD_M / 2
    world = Polygon.from_bbox((-half, -half, half, half))
    world.srid = 3857
    everywhere = MultiPolygon(world.transform(4326, clone=True), srid=4326)
    ground = Green.objects.create(name="世界", kind="park", extent=everywhere, **HOME)
    layer = layers.get("green")
    for at in (Tile(0, 0, 0), Tile(1, 1, 0), Tile(7, 0, 127), Tile.holding(*city.MAP.lonlat("p"), z=14)):
        text = mvt.statement([layer], z=at.z, user=chief, params={})
        [feature] = [one for one in drawn(layer, text, at) if one["id"] == ground.pk]
        shown = shapely.geometry.shape(feature["geometry"])
        assert shown.buffer(1).covers(shapely.box(0, 0, EXTENT, EXTENT))
        assert shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER).buffer(1).covers(shown)


@pytest.mark.parametrize("z", range(layers.get("assets").zooms[0], DEEPEST + 1))
def test_points_on_both_sides_of_the_antimeridian_are_in_the_outermost_tiles(town, chief, z):
    Asset.objects.all().delete()
    kind = city.AssetClass.objects.first()
    spots = {
        lon: Asset.objects.create(
            code=f"41100201019999{n:02}", asset_class=kind, location=Point(lon, 1e-6, srid=4326), **HOME
        ).pk
        for n, lon in enumerate((-180, 180))
    }
    layer, row = layers.get("assets"), 2**z // 2 - 1
    text = mvt.statement([layer], z=z, user=chief, params={})
    assert [one["id"] for one in drawn(layer, text, Tile(z, 0, row))] == [spots[-180]]
    assert [one["id"] for one in drawn(layer, text, Tile(z, 2**z - 1, row))] == [spots[180]]


def test_an_area_at_the_antimeridian_does_not_reach_around_the_world(town, chief):
    edge = Polygon.from_bbox((179.99, 0.001, 180, 0.011))
    edge.srid = 4326
    Green.objects.create(name="日界", kind="park", extent=MultiPolygon(edge, srid=4326), **HOME)
    layer = layers.get("green")
    for z in (12, 16):
        text = mvt.statement([layer], z=z, user=chief, params={})
        here = [Tile(z, x, 2**z // 2 - 1) for x in (2**z - 1, 0, 2**z // 2)]
        assert [len(drawn(layer, text, at)) for at in here] == [1, 0, 0]


def test_places_on_the_edges_of_all_squares_are_counted_once(town, chief):
    """Points on tile edges and corners to the last bit, from the rows and from the sums alike."""
    Place.objects.all().delete()
    at = Tile.holding(*city.MAP.lonlat("p"), z=14)
    side = WORLD_M / 2**14
    for across in (0, 1 / 8, 0.5, 1):
        for down in (0, 1 / 4, 1):
            x, y = (at.x + across) * side - WORLD_M / 2, WORLD_M / 2 - (at.y + down) * side
            spot = Point(x, y, srid=3857).transform(4326, clone=True)
            Place.objects.create(name="角", category="shop", location=spot, **HOME)
    layer = layers.get("places")
    for params in ({}, {"category": "shop"}):
        text = mvt.statement([layer], z=14, user=chief, params=params)
        tiles = [Tile(14, at.x + dx, at.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        counts = [
            one["properties"].get("point_count", 1) for tile in tiles for one in drawn(layer, text, tile)
        ]
        assert sum(counts) == 12
