"""Tiles in one file: what is in it is what the server gives."""

import gzip
import io
import json

import mapbox_vector_tile
import pytest
from django.core.management import CommandError, call_command
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType

from gis.models import DataSource
from tests import city
from tests.tiles.decoding import decoded, get, tiles_over
from tiles import budget, export
from tiles.mvt import Tile

LAYERS = ["regions", "roads", "water", "buildings", "places", "unit-grids"]
ZOOMS = range(11, 18)
PLAIN = {"y_coord_down": True}


@pytest.fixture
def archive(tmp_path):
    """``archive(user, layers, zooms)``: the archive of the user's jurisdiction, to read from."""

    def make(user, names=LAYERS, zooms=ZOOMS) -> Reader:
        file, asked = tmp_path / "out.pmtiles", export.layers_called(list(names), user=user)
        export.export(file, asked, user=user, region=user.jurisdiction, zooms=zooms)
        return Reader(MemorySource(file.read_bytes()))

    return make


def tiles_in(archive: Reader) -> dict[Tile, dict[str, list]]:
    """What each tile of an archive holds, by layer."""
    return {
        Tile(*zxy): in_order(
            {
                name: layer["features"]
                for name, layer in mapbox_vector_tile.decode(
                    gzip.decompress(packed), default_options=PLAIN
                ).items()
            }
        )
        for zxy, packed in all_tiles(archive.get_bytes)
    }


def in_order(tile: dict[str, list]) -> dict[str, list]:
    """The order of features is the database's choice of the moment."""
    return {name: sorted(map(repr, features)) for name, features in tile.items() if features}


def bounds_of(mark: str) -> tuple[float, float, float, float]:
    return city.MAP.areas(mark).extent


def test_tiles_are_those_that_the_server_gives_the_same_user(town, worker, signed_in, archive):
    client = signed_in(worker)
    for at, held in tiles_in(archive(worker)).items():
        assert held == in_order(decoded(get(client, ",".join(LAYERS), at))), at


def test_a_tile_beyond_the_budget_is_thinned_as_the_server_does(town, chief, signed_in, archive, monkeypatch):
    monkeypatch.setattr(budget, "BUDGET", 300)
    response = get(signed_in(chief), ",".join(LAYERS), at := Tile.holding(*city.MAP.lonlat("p"), z=16))
    assert int(response["X-Tile-Thinned"]) > 0
    assert tiles_in(archive(chief, LAYERS, range(16, 17)))[at] == in_order(decoded(response))


def test_no_tile_of_the_region_is_missing(town, chief, signed_in, archive):
    client, found = signed_in(chief), tiles_in(archive(chief))
    served = {
        at
        for z in ZOOMS
        for at in tiles_over(bounds_of("ACJG"), z=z)
        if decoded(get(client, ",".join(LAYERS), at))
    }
    assert served
    assert served <= set(found)


def test_no_tile_is_empty(town, chief, archive):
    assert all(tiles_in(archive(chief, ["water"], range(16, 21))).values())


def test_a_layer_that_begins_further_down_is_found_below_tiles_where_nothing_shows(town, chief, archive):
    assert {at.z for at in tiles_in(archive(chief, ["buildings"], range(10, 15)))} == {13, 14}


def test_what_a_tile_leaves_out_as_too_small_is_found_further_down(town, chief, archive):
    """A pond of 10 m is less than a pixel at zoom 12 and larger at 17."""
    zooms = {at.z for at in tiles_in(archive(chief, ["water"], range(11, 18)))}
    assert 17 in zooms
    assert 11 not in zooms


def test_the_neighbours_archive_holds_nothing_of_ours(town, stranger, archive):
    held = repr(tiles_in(archive(stranger, ["buildings", "places", "unit-grids"])))
    assert "neighbour楼" in held
    assert "west" not in held
    assert "east" not in held
    assert city.WEST not in held


def test_the_header_says_where_and_how_deep_and_how_packed(town, chief, archive):
    header = archive(chief, ["roads", "water"]).header()
    assert (header["version"], header["tile_type"], header["tile_compression"]) == (
        3, TileType.MVT, Compression.GZIP,
    )  # fmt: skip
    assert header["clustered"]
    assert (header["min_zoom"], header["max_zoom"]) == (ZOOMS[0], ZOOMS[-1])
    west, south, east, north = bounds_of("ACJG")
    assert header["min_lon_e7"] < west * 1e7 < header["center_lon_e7"] < east * 1e7 < header["max_lon_e7"]
    assert header["min_lat_e7"] < south * 1e7 < header["center_lat_e7"] < north * 1e7 < header["max_lat_e7"]
    assert ZOOMS[0] <= header["center_zoom"] <= ZOOMS[-1]


def test_the_bounds_are_half_a_kilometre_around_the_region(town, chief, archive):
    header = archive(chief, ["roads"]).header()
    _west, south, _east, north = bounds_of("ACJG")
    degree_m = 110_900  # of latitude, here
    assert (south - header["min_lat_e7"] / 1e7) * degree_m == pytest.approx(500, abs=5)
    assert (header["max_lat_e7"] / 1e7 - north) * degree_m == pytest.approx(500, abs=5)


def test_the_metadata_name_layers_zooms_sources_and_the_time_of_the_data(town, chief, archive):
    DataSource.objects.create(layer="roads", file="a.pbf", crs="EPSG:4326", attribution="© 测绘院", rows=1)
    told = archive(chief, ["roads", "buildings"], range(12, 15)).metadata()
    assert told["name"] == f"魏南区 {city.DISTRICT}"
    assert told["attribution"] == "© 测绘院"
    assert told["wangge:region"] == city.DISTRICT
    assert told["wangge:data_at"][:2] == "20"
    described = {part["id"]: (part["minzoom"], part["maxzoom"]) for part in told["vector_layers"]}
    assert described == {"roads": (12, 14), "buildings": (13, 14)}


def test_an_archive_of_nothing_is_refused_and_leaves_no_file(town, chief, tmp_path):
    with pytest.raises(export.NothingToExport):
        export.export(
            tmp_path / "out.pmtiles",
            export.layers_called(["buildings"], user=chief),
            user=chief, region=chief.jurisdiction, zooms=range(5, 8),
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [["--layers", "rods"], ["--region", "99"], ["--zooms", "16-10"]])
def test_the_command_refuses_what_it_does_not_know(town, tmp_path, wrong):
    asked = {"--layers": "roads", "--region": city.DISTRICT} | {wrong[0]: wrong[1]}
    with pytest.raises(CommandError):
        call_command(
            "tiles", "export", str(tmp_path / "a.pmtiles"), *[w for pair in asked.items() for w in pair]
        )


def test_the_command_writes_what_a_viewer_of_the_region_sees(town, tmp_path):
    said, file = io.StringIO(), tmp_path / "a.pmtiles"
    layers = ["--layers", "roads,unit-grids"]
    call_command("tiles", "export", str(file), *layers, "--region", city.WEST, "--zooms", "14", stdout=said)
    held = json.dumps(tiles_in(Reader(MemorySource(file.read_bytes()))).popitem()[1], ensure_ascii=False)
    assert "中轴路" in held
    assert city.WEST + "001" in held
    assert city.EAST not in held
    assert "z14" in said.getvalue()
