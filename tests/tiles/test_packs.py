"""Packs for phones: what is in them, who gets them, and how they come in pieces."""

import gzip
import json

import mapbox_vector_tile
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from pmtiles.reader import MemorySource, Reader, all_tiles

from gis.layers import layers
from gis.roles import Role
from tests import city
from tests.conftest import make_user
from tiles import export, packs
from tiles.byte_ranges import asked_range
from tiles.models import Pack

GROUND = ["roads", "buildings"]
ZOOMS = range(14, 16)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ground(town) -> Pack:
    """The common ground of the west community."""
    return packs.make(city.WEST, names=GROUND, zooms=ZOOMS)


@pytest.fixture
def territory(town) -> Pack:
    """The west community with its grids."""
    return packs.make(city.WEST, zooms=ZOOMS)


def url(pack: Pack) -> str:
    return f"/tiles/packs/{pack.pk}.pmtiles"


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def held(pack: Pack) -> str:
    """All that the tiles of a pack say, as text."""
    with pack.file.open("rb") as file:
        archive = Reader(MemorySource(file.read()))
    tiles = [mapbox_vector_tile.decode(gzip.decompress(tile)) for _zxy, tile in all_tiles(archive.get_bytes)]
    return json.dumps(tiles, ensure_ascii=False)


# --- what is in a pack --------------------------------------------------------------------------


def test_a_pack_holds_the_ground_and_the_territory_of_its_region(territory):
    said = held(territory)
    assert all(name in said for name in ("中轴路", "west楼", "西网格", city.WEST + "001"))
    assert "东网格" not in said
    assert city.EAST + "001" not in said


def test_only_the_ground_and_the_territory_are_portable():
    assert {layer.name for layer in packs.portable()} == {
        "regions", "responsibility-grids", "unit-grids", "green", "water", "roads", "buildings",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted({layer.name for layer in layers if not layer.portable}))
def test_no_other_layer_gets_into_a_pack(town, name):
    with pytest.raises(packs.NotPortable):
        packs.make(city.WEST, names=["roads", name], zooms=ZOOMS)
    assert not Pack.objects.exists()


def test_a_new_pack_takes_the_place_of_the_older_one(ground, django_capture_on_commit_callbacks):
    older = ground.file.name
    with django_capture_on_commit_callbacks(execute=True):
        newer = packs.make(city.WEST, names=["roads"], zooms=ZOOMS)
    assert (newer.pk, newer.layers) == (ground.pk, ["roads"])
    assert newer.digest != ground.digest
    assert not default_storage.exists(older)
    assert default_storage.exists(newer.file.name)


def test_a_pack_that_cannot_be_made_leaves_the_older_one(ground):
    with pytest.raises(export.NothingToExport):
        packs.make(city.WEST, names=["buildings"], zooms=range(3, 5))
    assert default_storage.listdir("packs")[1] == [ground.file.name.removeprefix("packs/")]
    assert Pack.objects.get().digest == ground.digest


# --- who gets it --------------------------------------------------------------------------------


@pytest.fixture
def get(signed_in):
    return lambda user, pack: signed_in(user).get(url(pack)).status_code


def listed(client) -> list[str]:
    return [pack["region"] for pack in client.get("/api/tiles/packs").json()]


def test_the_neighbour_gets_no_pack_and_hears_of_none(ground, stranger, get, signed_in):
    neighbour = make_user("far", role=Role.GRID_WORKER, jurisdiction=city.NEIGHBOUR_COMMUNITY)
    assert get(neighbour, ground) == get(stranger, ground) == 404
    assert listed(signed_in(neighbour)) == listed(signed_in(stranger)) == []


def test_common_ground_is_for_all_of_the_district(ground, worker, colleague, chief, get):
    assert [get(user, ground) for user in (worker, colleague, chief)] == [200, 200, 200]


def test_territory_is_for_those_whose_jurisdiction_it_is(territory, worker, colleague, chief, get):
    assert [get(user, territory) for user in (worker, colleague, chief)] == [200, 404, 200]


def test_a_pack_of_the_whole_city_is_not_for_one_district(town, worker, get):
    assert get(worker, packs.make(city.CITY, names=["roads"], zooms=ZOOMS)) == 404


def test_without_sign_in_or_jurisdiction_there_is_nothing(ground, client, get):
    assert client.get(url(ground)).status_code == 401
    assert client.get("/api/tiles/packs").status_code == 401
    assert get(make_user("new", role=Role.VIEWER, jurisdiction=""), ground) == 404


def test_the_smallest_pack_that_holds_the_whole_jurisdiction_comes_first(town, chief, worker, signed_in):
    for region in (city.EAST, city.DISTRICT, city.STREET, city.WEST):
        packs.make(region, names=["roads"], zooms=ZOOMS)
    assert listed(signed_in(worker)) == [city.WEST, city.STREET, city.DISTRICT, city.EAST]
    assert listed(signed_in(chief)) == [city.DISTRICT, city.STREET, city.WEST, city.EAST]


def test_the_list_tells_region_size_age_and_address(ground, worker, signed_in):
    [told] = signed_in(worker).get("/api/tiles/packs").json()
    assert told["name"] == "东湖街道 西社区"
    assert (told["url"], told["bytes"], told["digest"]) == (url(ground), ground.bytes, ground.digest)
    assert (told["layers"], told["first_zoom"], told["last_zoom"]) == (GROUND, 14, 15)
    assert told["data_at"][:4] == f"{ground.data_at:%Y}"


# --- in pieces ----------------------------------------------------------------------------------


@pytest.fixture
def whole(ground) -> bytes:
    with ground.file.open("rb") as file:
        return file.read()


@pytest.fixture
def ask(ground, worker, signed_in):
    return lambda **headers: signed_in(worker).get(url(ground), headers=headers)


def test_the_whole_file_comes_with_its_length_kind_and_tag(ask, ground, whole):
    response = ask()
    assert body(response) == whole
    assert response["Content-Length"] == str(len(whole)) == str(ground.bytes)
    assert response["Content-Type"] == "application/vnd.pmtiles"
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"] == f'"{ground.digest}"'
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-126", 0, 126), ("bytes=100-", 100, -1), ("bytes=-50", -50, -1), ("bytes=10-99999999", 10, -1)],
)
def test_a_part_is_those_bytes(ask, whole, asked, first, last):
    response = ask(range=asked)
    first, last = first % len(whole), last % len(whole)
    assert response.status_code == 206
    assert body(response) == whole[first : last + 1]
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    assert response["Content-Length"] == str(last + 1 - first)


def test_a_part_beyond_the_end_is_refused_with_the_length(ask, whole):
    response = ask(range=f"bytes={len(whole)}-")
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(whole)}"


def test_a_tag_that_still_holds_needs_no_bytes(ask, ground):
    assert ask(**{"if-none-match": f'"{ground.digest}"'}).status_code == 304


def test_a_download_goes_on_only_in_the_same_file(ask, ground):
    assert ask(**{"range": "bytes=5-9", "if-range": f'"{ground.digest}"'}).status_code == 206
    assert ask(**{"range": "bytes=5-9", "if-range": '"another"'}).status_code == 200


@pytest.mark.parametrize(
    "strange", ["bytes=9-5", "bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=a-b", "5-9", ""]
)
def test_a_range_that_is_not_understood_is_passed_over(strange):
    assert asked_range(strange, 100) is None


@pytest.mark.parametrize("empty", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_without_a_byte_begins_at_the_end(empty):
    assert asked_range(empty, 100)[0] == 100


# --- from the command line ----------------------------------------------------------------------


def test_the_command_makes_a_pack_of_each_community(town):
    call_command("tiles", "pack", "--region", city.DISTRICT, "--communities", "--zooms", "14")
    made = Pack.objects.all()
    assert {pack.region_code for pack in made} == {city.WEST, city.EAST}
    assert all(set(pack.layers) == {layer.name for layer in packs.portable()} for pack in made)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--region", "99"],
        ["--region", "99", "--communities"],
        ["--region", city.WEST, "--layers", "cases"],
        ["--region", city.WEST, "--zooms", "10-19"],
    ],
)
def test_the_command_refuses_what_it_does_not_know(town, wrong):
    with pytest.raises(CommandError):
        call_command("tiles", "pack", *wrong)
