"""OGC API – Tiles: the resources, and that their tiles are those of the plain address."""

import math
from urllib.parse import urlsplit

import pytest

from gis.layers import layers
from tests.city import MAP
from tests.tiles.decoding import decoded
from tests.tiles.decoding import get as plain_tile
from tiles.mvt import Tile
from tiles.ogc_tiles import QUAD, QUAD_URI

NAMES = [layer.name for layer in layers]
AT = Tile.holding(*MAP.lonlat("p"), z=16)


@pytest.fixture
def api(town, chief, signed_in):
    return signed_in(chief)


@pytest.fixture
def get(api):
    def get(address, **query):
        answer = api.get(address, query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    return get


def link_of(body: dict, rel: str) -> str:
    [link] = [link["href"] for link in body["links"] if link["rel"].endswith(rel)]
    return link


def tile_at(template: str, at: Tile) -> str:
    """The path of a tile by the template of a tileset."""
    for name, number in (("{tileMatrix}", at.z), ("{tileRow}", at.y), ("{tileCol}", at.x)):
        template = template.replace(name, str(number))
    return template.removeprefix("http://testserver")


def test_the_matrix_set_is_the_quad_of_the_standard(get):
    [listed] = get("/ogc/tileMatrixSets")["tileMatrixSets"]
    assert (listed["id"], listed["uri"]) == (QUAD, QUAD_URI)
    body = get(urlsplit(link_of(listed, "self")).path)
    assert [matrix["matrixWidth"] for matrix in body["tileMatrices"]] == [2**z for z in range(23)]
    first = body["tileMatrices"][0]
    assert math.isclose(first["scaleDenominator"], 559082264.028717, rel_tol=1e-9)  # OGC 17-083r4, D.1
    assert math.isclose(first["cellSize"], 156543.033928041, rel_tol=1e-9)


def test_a_collection_leads_to_its_tiles(api, get):
    tilesets = urlsplit(link_of(get("/ogc/collections/cases"), "tilesets-vector")).path
    [listed] = get(tilesets)["tilesets"]
    assert get(urlsplit(link_of(listed, "self")).path) == listed
    template = link_of(listed, "item")
    answer = api.get(tile_at(template, AT))
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert {feature["id"] for feature in decoded(answer)["cases"]}


def test_tiles_are_those_of_the_plain_address(api):
    for name in NAMES:
        answer = api.get(f"/ogc/collections/{name}/tiles/{QUAD}/{AT.z}/{AT.y}/{AT.x}")
        plain = plain_tile(api, name, AT)
        assert (answer.status_code, answer.content) == (plain.status_code, plain.content), name


def test_the_landing_page_leads_to_tiles_of_all_collections(api, get):
    tilesets = urlsplit(link_of(get("/ogc/"), "tilesets-vector")).path
    [listed] = get(tilesets)["tilesets"]
    assert [layer["id"] for layer in listed["layers"]] == NAMES
    tile = decoded(api.get(tile_at(link_of(listed, "item"), AT)))
    assert {"cases", "places", "estates", "unit-grids"} <= set(tile)


def test_collections_can_be_chosen(api, get):
    listed = get(f"/ogc/tiles/{QUAD}", collections="cases,estates")
    assert [layer["id"] for layer in listed["layers"]] == ["cases", "estates"]
    tile = decoded(api.get(tile_at(link_of(listed, "item"), AT)))
    assert {"cases", "estates"} <= set(tile) <= {"cases", "estates", "estates-label"}


def test_limits_hold_the_tiles_in_sight(get):
    for body in (get(f"/ogc/tiles/{QUAD}"), get(f"/ogc/collections/cases/tiles/{QUAD}")):
        [limits] = [one for one in body["tileMatrixSetLimits"] if one["tileMatrix"] == str(AT.z)]
        assert limits["minTileRow"] <= AT.y <= limits["maxTileRow"]
        assert limits["minTileCol"] <= AT.x <= limits["maxTileCol"]


def test_filters_hold_for_tiles(api):
    address = f"/ogc/collections/cases/tiles/{QUAD}/{AT.z}/{AT.y}/{AT.x}"
    assert api.get(address, {"filter": "stage = 'closed'"}).status_code == 204
    assert api.get(address, {"filter": "stage = 'reported'", "f": "mvt"}).status_code == 200
    assert api.get(address, {"stage": "closed"}).status_code == 204


def test_what_does_not_exist_is_not_found(api):
    for address in (
        f"/ogc/collections/nothing/tiles/{QUAD}/0/0/0",
        "/ogc/collections/cases/tiles/WorldCRS84Quad",
        "/ogc/collections/cases/tiles/WorldCRS84Quad/0/0/0",
        f"/ogc/collections/cases/tiles/{QUAD}/0/0/1",
        f"/ogc/collections/cases/tiles/{QUAD}/23/0/0",
        f"/ogc/tiles/{QUAD}/0/0/-1",
        f"/ogc/tiles/{QUAD}/0/0/0?collections=cases,nothing",
        f"/ogc/tiles/{QUAD}?collections=nothing",
        "/ogc/collections/nothing/tiles",
    ):
        assert api.get(address).status_code == 404, address


def test_what_cannot_be_read_is_refused(api):
    for query in ({"f": "png"}, {"nmae": "x"}, {"filter": "nmae = 'x'"}, {"collections": "cases"}):
        answer = api.get(f"/ogc/collections/cases/tiles/{QUAD}/{AT.z}/{AT.y}/{AT.x}", query)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-parameter"), query


def test_the_neighbour_gets_no_tile_of_ours(town, stranger, signed_in):
    client = signed_in(stranger)
    tile = decoded(client.get(f"/ogc/tiles/{QUAD}/{AT.z}/{AT.y}/{AT.x}"))
    for name, features in tile.items():
        layer = layers.get(name.removesuffix("-label"))
        seen = set(layer.visible_to(stranger).values_list("pk", flat=True))
        assert {feature["id"] for feature in features} <= seen, name
