"""Tiles hold what the plain query holds, for those who may see it."""

import base64
import gzip
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import shapely
import sqlparse
from django.contrib.sessions.models import Session
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from cases.models import Case
from gis.errors import BadParameter
from gis.layers import Clustered, layers
from gis.models import AccessToken, User
from gis.roles import Role
from tests import city
from tests.tiles.decoding import decoded, envelope, features, get, in_mercator, tiles_over, unit_m
from tiles import mvt
from tiles.extents import MARGIN
from tiles.mvt import DEEPEST, TILE_PX, Tile

NAMES = [layer.name for layer in layers]
ALL = ",".join(NAMES)
TOWN = (*city.MAP.lonlat("G"), *city.MAP.lonlat("N"))
HERE = city.MAP.lonlat("p")


def here(z: int) -> Tile:
    return Tile.holding(*HERE, z=z)


def gathered(client, name: str, *, z: int) -> dict[int, tuple[dict, Tile]]:
    """All features of a layer in the town, by id, each with a tile that holds it."""
    return {f["id"]: (f, at) for at in tiles_over(TOWN, z=z) for f in features(client, name, at)}


# --- what is in a tile --------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_tiles_hold_the_rows_of_the_plain_query(town, chief, signed_in, name):
    rows = layers.get(name).visible_to(chief)
    assert set(gathered(signed_in(chief), name, z=17)) == set(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("name", NAMES)
def test_tiles_hold_the_lean_attributes_and_no_others(town, chief, signed_in, name):
    layer = layers.get(name)
    paths = [layer.paths[attribute] for attribute in layer.lean]
    rows = {pk: values for pk, *values in layer.visible_to(chief).values_list("pk", *paths)}
    for pk, (feature, _at) in gathered(signed_in(chief), name, z=17).items():
        expected = {
            attribute: value.strftime("%Y-%m-%dT%H:%M:%SZ") if hasattr(value, "strftime") else value
            for attribute, value in zip(layer.lean, rows[pk], strict=True)
        }
        assert feature["properties"] == expected


@pytest.mark.parametrize("name", NAMES)
def test_features_lie_where_the_rows_lie(town, chief, signed_in, name):
    layer = layers.get(name)
    rows = {row.pk: shapely.from_wkb(bytes(getattr(row, layer.twin).wkb)) for row in layer.visible_to(chief)}
    for pk, (feature, at) in gathered(signed_in(chief), name, z=17).items():
        drawn = in_mercator(feature, at)
        assert rows[pk].buffer(2 * unit_m(at)).covers(drawn)
        assert drawn.buffer(2 * unit_m(at)).covers(rows[pk].intersection(envelope(at)))


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_is_empty_above_its_zoom_range(town, chief, signed_in, name):
    client, first = signed_in(chief), layers.get(name).zooms[0]
    assert {get(client, name, here(z)).status_code for z in range(first)} <= {204}
    assert get(client, name, here(DEEPEST)).status_code in (200, 204)


@pytest.mark.parametrize("z", [12, 14, 16])
def test_a_tile_of_many_layers_holds_what_their_own_tiles_hold(town, chief, signed_in, z):
    client = signed_in(chief)
    together = decoded(get(client, ALL, here(z)))
    apart = {}
    for name in NAMES:
        apart |= decoded(get(client, name, here(z)))
    assert together == apart


def test_all_layers_are_one_statement(town, chief):
    asked = [layers.get(name) for name in ALL.split(",")]
    assert len(sqlparse.split(mvt.statement(asked, z=14, user=chief, params={}))) == 1


def test_a_layer_named_twice_is_in_the_tile_once(town, chief, signed_in):
    client = signed_in(chief)
    assert get(client, "roads,roads", here(16)).content == get(client, "roads", here(16)).content


def test_small_scale_views_leave_out_what_is_smaller_than_a_pixel(town, chief, signed_in):
    client = signed_in(chief)
    assert features(client, "buildings", here(13)) != []  # 30 m, three pixels
    assert features(client, "water", here(13)) != []  # 10 m, one pixel
    assert features(client, "water", here(11)) == []


def test_minor_roads_come_with_deeper_views(town, chief, signed_in):
    town.road.kind = "service"
    town.road.save()
    assert features(signed_in(chief), "roads", here(12)) == []
    assert len(features(signed_in(chief), "roads", here(13))) == 1


# --- who sees it --------------------------------------------------------------------------------


def by_session(user) -> APIClient:
    client = APIClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def by_token(user) -> APIClient:
    _token, secret = AccessToken.objects.issue(user, name="QGIS", scope="read")
    return APIClient(headers={"Authorization": f"Bearer {secret}"})


def by_password(user) -> APIClient:
    proof = base64.b64encode(f"{user.username}:correct horse".encode()).decode()
    return APIClient(headers={"Authorization": f"Basic {proof}"})


WAYS = pytest.mark.parametrize("sign_in", [by_session, by_token, by_password])


@WAYS
def test_every_way_of_signing_in_opens_the_tiles(town, chief, sign_in):
    assert len(features(sign_in(chief), "cases", here(16))) == 1


@WAYS
@pytest.mark.parametrize("name", NAMES)
def test_the_neighbour_gets_nothing_of_the_town(town, stranger, sign_in, name):
    layer = layers.get(name)
    own = set(layer.visible_to(stranger).values_list("pk", flat=True))
    client = sign_in(stranger)
    for z in (layer.zooms[0], 14, 17):
        for at in tiles_over(TOWN, z=z):
            drawn = features(client, name, at)
            clustered = sum(f["properties"].get("point_count", 1) for f in drawn)
            assert clustered <= len(own)
            assert {f["id"] for f in drawn if "point_count" not in f["properties"]} <= own


def test_an_empty_jurisdiction_sees_nothing(town, chief, signed_in):
    chief.jurisdiction = ""
    chief.save()
    assert get(signed_in(chief), ALL, here(14)).status_code == 204


def test_a_moved_officer_sees_the_new_place_at_once(town, chief, signed_in):
    client = signed_in(chief)
    assert len(features(client, "cases", here(16))) == 1
    chief.jurisdiction = city.NEIGHBOUR
    chief.save()
    assert features(client, "cases", here(16)) == []


def test_who_signs_out_sees_nothing_more(town, chief, signed_in):
    client = signed_in(chief)
    key = client.cookies["sessionid"].value
    assert get(client, "roads", here(14)).status_code == 200
    client.logout()
    client.cookies["sessionid"] = key
    assert get(client, "roads", here(14)).status_code == 401


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_what_ends_a_sign_in_ends_it_for_tiles_at_once(town, chief, signed_in, change):
    client = signed_in(chief)
    assert get(client, "roads", here(14)).status_code == 200
    User.objects.filter(pk=chief.pk).update(**change)
    assert get(client, "roads", here(14)).status_code == 401


def test_a_session_that_has_ended_opens_nothing(town, chief, signed_in):
    client = signed_in(chief)
    assert get(client, "roads", here(14)).status_code == 200
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert get(client, "roads", here(14)).status_code == 401


def test_a_session_that_changes_hands_is_its_new_owners(town, chief, stranger, signed_in):
    client = signed_in(chief)
    assert len(features(client, "cases", here(16))) == 1
    other = signed_in(stranger).cookies["sessionid"].value
    taken = Session.objects.get(session_key=other).session_data
    Session.objects.filter(session_key=client.cookies["sessionid"].value).update(session_data=taken)
    assert features(client, "cases", here(16)) == []


def test_without_sign_in_it_is_a_401_problem(town):
    response = get(APIClient(), "roads", here(14))
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_layer_that_is_not_for_ones_role_is_not_there(town, chief, gis_admin, signed_in, monkeypatch):
    drafts = replace(layers.get("roads"), name="drafts", roles=frozenset({Role.GIS_ADMINISTRATOR}))
    monkeypatch.setitem(layers._by_name, "drafts", drafts)
    assert get(signed_in(gis_admin), "drafts", here(14)).status_code == 200
    assert get(signed_in(chief), "drafts", here(14)).status_code == 404
    assert get(signed_in(chief), "roads,drafts", here(14)).status_code == 404


# --- filters ------------------------------------------------------------------------------------


def test_a_time_window_narrows_the_tile(town, chief, signed_in):
    old = timezone.now() - timedelta(days=40)
    Case.objects.filter(pk=town.cases["west"].pk).update(reported_at=old)
    lately = f"{(timezone.now() - timedelta(days=7)).strftime('%Y-%m-%dT%H:%M:%SZ')}/.."
    client = signed_in(chief)
    ids = {f["id"] for at in tiles_over(TOWN, z=16) for f in features(client, "cases", at, datetime=lately)}
    assert ids == {town.cases["east"].pk}


def test_a_class_filter_counts_in_clusters_too(town, chief, signed_in):
    Case.objects.filter(pk=town.cases["west"].pk).update(stage="closed", closed_at=timezone.now())
    drawn = features(signed_in(chief), "cases", here(10), stage="closed")
    assert [f["id"] for f in drawn] == [town.cases["west"].pk]


def test_an_unknown_filter_is_a_400(town, chief, signed_in):
    assert get(signed_in(chief), "cases", here(14), colour="red").status_code == 400


def test_two_filters_are_not_mixed_up(town, chief, signed_in):
    client = signed_in(chief)
    assert len(features(client, "cases", here(16), stage="reported")) == 1
    assert features(client, "cases", here(16), stage="closed") == []


def test_text_with_signs_of_sql_finds_nothing(town, chief, signed_in):
    asked = {"name": "100%s' OR 1=1 --%(z)s"}
    assert signed_in(chief).get(f"/tiles/roads/14/{here(14).x}/{here(14).y}.mvt", asked).status_code == 204


# --- addresses ----------------------------------------------------------------------------------

NONSENSE = (
    "23/0/0 0/1/0 0/0/1 3/8/0 3/0/8 -1/0/0 3/-1/0 3/0/-1 a/b/c 3/0/1.5 3/0/0x1 1e1/0/0 3/%201/0 3/١/0 "
    "99999999999999999999/0/0 4/99999999999999999999/0"
).split()


@pytest.mark.parametrize("address", NONSENSE)
def test_a_tile_that_cannot_be_is_a_400_problem(town, chief, signed_in, address):
    response = signed_in(chief).get(f"/tiles/roads/{address}.mvt")
    assert response.status_code == 400
    assert response.json()["code"] == "bad-parameter"


@given(z=st.integers(-3, 40), x=st.integers(-5, 2**40), y=st.integers(-5, 2**40))
def test_an_address_is_a_tile_exactly_if_the_pyramid_has_it(z, x, y):
    if 0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z:
        assert Tile.read(str(z), str(x), str(y)) == (z, x, y)
    else:
        with pytest.raises(BadParameter):
            Tile.read(str(z), str(x), str(y))


@given(z=st.integers(0, DEEPEST), data=st.data())
def test_every_tile_of_the_pyramid_has_an_address(z, data):
    x, y = data.draw(st.integers(0, 2**z - 1)), data.draw(st.integers(0, 2**z - 1))
    assert Tile.read(str(z), str(x), str(y)) == (z, x, y)


@given(st.lists(st.text(max_size=12), min_size=3, max_size=3))
def test_no_text_in_an_address_is_more_than_refused(parts):
    with suppress(BadParameter):
        assert Tile.read(*parts) == tuple(int(part) for part in parts)


@pytest.mark.parametrize("names", ["nowhere", "roads,nowhere", "", ",", "roads,", "roads;DROP", "ROADS"])
def test_an_unknown_layer_is_a_404(town, chief, signed_in, names):
    assert signed_in(chief).get(f"/tiles/{names}/3/1/1.mvt").status_code == 404


@pytest.mark.parametrize("z", [0, 1, 5, DEEPEST])
@pytest.mark.parametrize("corner", ["first", "last"])
def test_the_corners_of_the_world_are_tiles(town, chief, signed_in, z, corner):
    number = 0 if corner == "first" else 2**z - 1
    assert get(signed_in(chief), ALL, Tile(z, number, number)).status_code in (200, 204)


# --- HTTP ---------------------------------------------------------------------------------------


def test_a_tile_may_be_kept_but_is_always_asked_for_again(town, chief, signed_in):
    response = get(signed_in(chief), "roads", here(14))
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Accept-Encoding", "Authorization", "Cookie"} <= set(response["Vary"].split(", "))
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"


def test_what_the_browser_has_is_not_sent_again(town, chief, signed_in):
    client = signed_in(chief)
    etag = get(client, "roads", here(14))["ETag"]
    again = client.get(f"/tiles/roads/14/{here(14).x}/{here(14).y}.mvt", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == etag


def test_a_write_changes_the_etag(town, chief, signed_in):
    client = signed_in(chief)
    before = get(client, "roads", here(14))["ETag"]
    town.road.name = "改名路"
    town.road.save()
    assert get(client, "roads", here(14))["ETag"] != before


def test_an_etag_tells_users_apart(town, worker, chief, signed_in):
    worker_sees, chief_sees = (get(signed_in(user), "cases", here(10))["ETag"] for user in (worker, chief))
    assert worker_sees != chief_sees


def test_a_tile_is_packed_for_those_who_can_unpack_it(town, chief, signed_in):
    client, address = signed_in(chief), f"/tiles/{ALL}/14/{here(14).x}/{here(14).y}.mvt"
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == plain["ETag"]


def test_the_accept_header_does_not_matter(town, chief, signed_in):
    client = signed_in(chief)
    address = f"/tiles/roads/14/{here(14).x}/{here(14).y}.mvt"
    assert client.get(address, headers={"Accept": "application/x-protobuf"}).status_code == 200


# --- TileJSON -----------------------------------------------------------------------------------


def test_tilejson_tells_what_is_in_the_tiles(town, chief, signed_in):
    client = signed_in(chief)
    told = client.get(f"/tiles/{ALL}.json").json()
    assert told["tilejson"] == "3.0.0"
    assert told["tiles"] == [f"http://testserver/tiles/{ALL}/{{z}}/{{x}}/{{y}}.mvt"]
    fields = {layer["id"]: set(layer["fields"]) for layer in told["vector_layers"]}
    for z in (14, 17):
        for at in tiles_over(TOWN, z=z):
            for name, found in decoded(get(client, ALL, at)).items():
                assert all(set(f["properties"]) <= fields[name] for f in found), name


def test_tilejson_bounds_are_around_the_jurisdiction(town, worker, chief, signed_in):
    west, south, east, north = signed_in(worker).get("/tiles/unit-grids.json").json()["bounds"]
    assert (west + MARGIN, north - MARGIN) == pytest.approx(city.MAP.lonlat("A"), abs=1e-6)
    assert (east - MARGIN, south + MARGIN) == pytest.approx(city.MAP.lonlat("H"), abs=1e-6)
    assert signed_in(chief).get("/tiles/unit-grids.json").json()["bounds"][2] > east


def test_tilejson_of_nothing_has_no_bounds(town, chief, signed_in):
    chief.jurisdiction = ""
    chief.save()
    assert "bounds" not in signed_in(chief).get("/tiles/roads.json").json()


@pytest.mark.parametrize("address", ["/tiles/nowhere.json", "/tiles/roads,nowhere.json"])
def test_tilejson_of_an_unknown_layer_is_a_404(town, chief, signed_in, address):
    assert signed_in(chief).get(address).status_code == 404


def test_tilejson_wants_a_sign_in(town):
    assert APIClient().get("/tiles/roads.json").status_code == 401


# --- the declaration ----------------------------------------------------------------------------


def test_clusters_have_whole_squares_in_a_tile():
    clustered = [layer.generalise for layer in layers if isinstance(layer.generalise, Clustered)]
    assert all(TILE_PX % how.cell_px == 0 for how in clustered)


def test_a_tile_with_nothing_in_it_is_a_204(town, chief, signed_in):
    far = Tile.holding(0, 0, z=14)
    assert get(signed_in(chief), ALL, far).status_code == 204
