"""Programs that others wrote read our tiles: @mapbox/vector-tile, as MapLibre does, and GDAL."""

import json
import subprocess
from pathlib import Path

import pytest
from shapely.geometry import Point, shape

from gis.layers import layers
from tests.city import MAP
from tests.tiles.decoding import decoded
from tests.tiles.decoding import get as tile_of
from tiles.mvt import EXTENT, Tile

NAMES = [layer.name for layer in layers]
AT = Tile.holding(*MAP.lonlat("p"), z=16)
DECODE = Path(__file__).with_name("decode.mjs")


@pytest.fixture
def tile(town, chief, signed_in):
    """The tile of all layers around the west middle."""
    return tile_of(signed_in(chief), ",".join(NAMES), AT)


@pytest.fixture
def read(tile) -> dict:
    """What @mapbox/vector-tile makes of it."""
    done = subprocess.run(
        ["node", DECODE, *map(str, (AT.z, AT.x, AT.y))],
        input=tile.content, capture_output=True, timeout=30, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_vector_tile_reads_every_layer_and_feature(read, tile):
    ours = decoded(tile)
    assert set(NAMES) <= set(read)
    assert {name: len(layer["features"]) for name, layer in read.items()} == {
        name: len(features) for name, features in ours.items()
    }
    assert {(layer["version"], layer["extent"]) for layer in read.values()} == {(2, EXTENT)}


def test_vector_tile_reads_ids_and_attributes(read, tile):
    for name, features in decoded(tile).items():
        told = [(feature.get("id"), feature["properties"]) for feature in read[name]["features"]]
        assert told == [(feature.get("id"), feature["properties"]) for feature in features], name


def test_vector_tile_reads_sound_shapes_where_they_are(read, town):
    for name, layer in read.items():
        assert all(shape(feature["geometry"]).is_valid for feature in layer["features"]), name
    [case] = [one for one in read["cases"]["features"] if one["id"] == town.cases["west"].pk]
    here = town.cases["west"].location
    assert shape(case["geometry"]).distance(Point(here.x, here.y)) < 2e-6  # a unit is about 12 cm


def test_gdal_reads_every_layer_and_feature(tile, tmp_path):
    file = tmp_path / "tile.mvt"
    file.write_bytes(tile.content)
    place = [
        word for name, n in zip("XYZ", (AT.x, AT.y, AT.z), strict=True) for word in ("-oo", f"{name}={n}")
    ]
    done = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", *place, f"MVT:{file}"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    told = ("Layer name", "Feature Count")
    lines = [line.partition(": ")[2] for line in done.stdout.splitlines() if line.startswith(told)]
    counts = dict(zip(lines[::2], map(int, lines[1::2]), strict=True))
    assert counts == {name: len(features) for name, features in decoded(tile).items()}
