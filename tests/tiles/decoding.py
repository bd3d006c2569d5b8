"""Tiles as a browser reads them, for tests that compare them with the ground."""

from collections.abc import Iterator

import mapbox_vector_tile
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from tiles.mvt import EXTENT, WORLD_M, Tile


def decoded(response) -> dict[str, list[dict]]:
    """Features of each layer in a tile's answer, geometry in tile units with y downwards; empty for a 204."""
    if response.status_code == 204:
        return {}
    assert response.status_code == 200, response.content
    tile = mapbox_vector_tile.decode(response.content, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in tile.items()}


def get(client, names: str, at: Tile, **params):
    return client.get(f"/tiles/{names}/{at.z}/{at.x}/{at.y}.mvt", params)


def features(client, name: str, at: Tile, **params) -> list[dict]:
    return decoded(get(client, name, at, **params)).get(name, [])


def tiles_over(bounds: tuple[float, float, float, float], *, z: int) -> Iterator[Tile]:
    """All tiles of a zoom that touch a bbox (west, south, east, north; EPSG:4326)."""
    west, south, east, north = bounds
    first, last = Tile.holding(west, north, z=z), Tile.holding(east, south, z=z)
    for x in range(first.x, last.x + 1):
        for y in range(first.y, last.y + 1):
            yield Tile(z, x, y)


def unit_m(at: Tile) -> float:
    """The side of a tile unit in EPSG:3857 units."""
    return WORLD_M / 2**at.z / EXTENT


def in_mercator(feature: dict, at: Tile) -> BaseGeometry:
    """A feature's geometry in EPSG:3857."""
    unit = unit_m(at)
    west, north = at.x * EXTENT * unit - WORLD_M / 2, WORLD_M / 2 - at.y * EXTENT * unit
    return shapely.transform(shape(feature["geometry"]), lambda xy: xy * [unit, -unit] + [west, north])


def envelope(at: Tile) -> BaseGeometry:
    """The tile's rectangle in EPSG:3857."""
    side = WORLD_M / 2**at.z
    west, north = at.x * side - WORLD_M / 2, WORLD_M / 2 - at.y * side
    return shapely.box(west, north - side, west + side, north)
