"""OGC API – Features: the resources, their links and filters."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from django.utils import timezone

from buildings.models import Place
from gis import crs
from gis.layers import layers
from tests import city
from tests.city import MAP
from tiles.extents import Outlines
from tiles.ogc import CONFORMS_TO

NAMES = [layer.name for layer in layers]
PLACES, CASES = "/ogc/collections/places/items", "/ogc/collections/cases/items"


def around(mark: str, *, half_m: float) -> str:
    """A bbox parameter of a square of twice ``half_m``."""
    west, south = MAP.lonlat(mark, east_m=-half_m, north_m=-half_m)
    east, north = MAP.lonlat(mark, east_m=half_m, north_m=half_m)
    return f"{west},{south},{east},{north}"


def names_of(answer) -> list[str]:
    return [feature["properties"]["name"] for feature in json.loads(answer.content)["features"]]


@pytest.fixture
def api(town, chief, signed_in):
    return signed_in(chief)


@pytest.fixture
def get(api):
    """``get(address, **query)`` is the JSON of an answer that must be right."""

    def get(address, **query):
        answer = api.get(address, query)
        assert answer.status_code == 200, answer.content.decode()
        return json.loads(answer.content)

    return get


# --- resources ----------------------------------------------------------------------------------


def test_the_landing_page_links_to_what_exists(api, get):
    for link in get("/ogc/")["links"]:
        assert link["href"].startswith("http://testserver/")
        assert api.get(urlsplit(link["href"]).path).status_code == 200, link


def test_the_landing_page_needs_no_slash(get):
    assert get("/ogc") == get("/ogc/")


def test_the_classes_of_the_standard_are_declared(get):
    assert get("/ogc/conformance") == {"conformsTo": CONFORMS_TO}


def test_each_layer_is_a_collection(get):
    assert [collection["id"] for collection in get("/ogc/collections")["collections"]] == NAMES


def test_a_collection_is_described_alike_alone_and_in_the_list(get):
    for listed in get("/ogc/collections")["collections"]:
        assert get(f"/ogc/collections/{listed['id']}") == listed


def test_a_collection_links_to_its_items(get):
    for collection in get("/ogc/collections")["collections"]:
        [link] = [link for link in collection["links"] if link["rel"] == "items"]
        assert link["href"] == f"http://testserver/ogc/collections/{collection['id']}/items"


def test_the_extent_in_space_is_around_the_jurisdiction(get, chief):
    [box] = get("/ogc/collections/estates")["extent"]["spatial"]["bbox"]
    assert tuple(box) == Outlines(chief).around([layers.get("estates")])


def test_a_collection_with_a_time_tells_its_extent_in_time(get, town):
    [interval] = get("/ogc/collections/cases")["extent"]["temporal"]["interval"]
    assert interval == [town.cases[side].reported_at.isoformat() for side in ("west", "east")]


def test_the_document_is_openapi_with_the_paths_of_the_standard(get):
    document = get("/ogc/api")
    assert document["openapi"].startswith("3.0.")
    assert set(document["paths"]) == {
        "/", "/api", "/conformance", "/collections", "/collections/{name}", "/collections/{name}/queryables",
        "/collections/{name}/items", "/collections/{name}/items/{id}", "/collections/{name}/tiles",
        "/collections/{name}/tiles/WebMercatorQuad", "/collections/{name}/tiles/WebMercatorQuad/{z}/{y}/{x}",
        "/tiles", "/tiles/WebMercatorQuad", "/tiles/WebMercatorQuad/{z}/{y}/{x}",
        "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad",
    }  # fmt: skip


def test_the_document_tells_the_limits(get):
    parameters = get("/ogc/api")["paths"]["/collections/{name}/items"]["get"]["parameters"]
    [limit] = [p["schema"] for p in parameters if p["name"] == "limit"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 10_000, 100)


def test_what_does_not_exist_is_not_found(api):
    absent = [
        "/ogc/collections/nothing",
        "/ogc/collections/nothing/items",
        f"{PLACES}/0",
        f"{PLACES}/{10**30}",
    ]
    for address in absent:
        answer = api.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), address


def test_a_client_gets_geojson_whatever_it_prefers(api):
    for accept in [
        "application/geo+json",
        "application/geo+json, application/json",
        "text/html",
        "image/png",
    ]:
        answer = api.get(PLACES, headers={"Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/geo+json"), accept


def test_an_item_is_the_feature_of_the_page_with_links(get):
    [first, *_rest] = get(PLACES)["features"]
    item = get(f"{PLACES}/{first['id']}")
    assert {link["rel"] for link in item.pop("links")} == {"self", "collection"}
    assert item == first


# --- paging -------------------------------------------------------------------------------------


def link_of(body, rel):
    return next((link["href"] for link in body["links"] if link["rel"] == rel), None)


def test_next_links_lead_through_all_features_once(api, get, chief):
    for n in range(7):
        Place.objects.create(name=f"p{n}", location=MAP.point("p"), region_code=city.WEST)
    found, body = [], get(PLACES, limit=2)
    while True:
        found += [feature["id"] for feature in body["features"]]
        if not (following := link_of(body, "next")):
            break
        body = json.loads(api.get(following).content)
    assert found == list(layers.get("places").visible_to(chief).order_by("pk").values_list("pk", flat=True))


def test_prev_leads_back_to_the_first_page(api, get):
    second = get(PLACES, limit=1, offset=1)
    first = json.loads(api.get(link_of(second, "prev")).content)
    assert first["features"] == get(PLACES, limit=1)["features"]


def test_following_pages_are_found_by_key(get, api):
    first = get(PLACES, limit=1)
    query = dict(parse_qsl(urlsplit(link_of(first, "next")).query))
    assert query == {"limit": "1", "after": str(first["features"][0]["id"])}


def test_a_page_by_key_does_not_go_with_an_offset(api):
    assert api.get(PLACES, {"after": "1", "offset": "1"}).status_code == 400


def test_a_large_page_does_not_count_the_others(get, town):
    Place.objects.bulk_create(
        Place(name=f"p{n}", location=MAP.point("p"), region_code=city.WEST) for n in range(102)
    )
    assert "numberMatched" not in get(PLACES, limit=101)
    assert get(PLACES, limit=100)["numberMatched"] == 104
    assert get(PLACES, limit=104)["numberMatched"] == 104


def test_the_only_page_has_neither_next_nor_prev(get):
    body = get(PLACES)
    assert (link_of(body, "next"), link_of(body, "prev")) == (None, None)


def test_links_to_other_pages_keep_the_filters(get):
    body = get(PLACES, limit=1, category="shop")
    assert "category=shop" in link_of(body, "next")


def test_a_page_tells_its_numbers_and_its_time(get):
    body = get(PLACES, limit=1)
    assert (body["numberMatched"], body["numberReturned"], "timeStamp" in body) == (2, 1, True)


def test_a_limit_beyond_the_most_is_no_error(get):
    assert get(PLACES, limit=99_999)["numberReturned"] == 2


UNREADABLE = [
    *({"limit": text} for text in ("0", "-1", "ten", "1.5", "", "９")),
    *({"offset": text} for text in ("-1", "9" * 30)),
    *(
        {"bbox": text}
        for text in ("1,2,3", "a,b,c,d", "nan,0,1,1", "113,35,114,34", "200,0,201,1", "0,91,1,92")
    ),
    *({"bbox": "0,0,1,1", "bbox-crs": name} for name in ("EPSG:1", "here")),
    *({"region_code": text} for text in ("4", "", "411002,x")),
    {"bbox-crs": "EPSG:4547"},
    {"f": "xml"},
    {"nmae": "x"},
    {"name": "a\0b"},
]


def test_a_parameter_that_cannot_be_read_is_refused_and_named(api):
    for query in UNREADABLE:
        answer = api.get(PLACES, query)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-parameter"), query
        assert any(name in answer.json()["detail"] for name in query), query


def test_an_unknown_parameter_is_refused_everywhere(api):
    addresses = ["/ogc/", "/ogc/conformance", "/ogc/collections", "/ogc/collections/places", f"{PLACES}/1"]
    assert {api.get(address, {"nmae": "x"}).status_code for address in addresses} == {400}


def test_a_parameter_given_twice_is_refused(api):
    assert api.get(f"{PLACES}?category=a&category=b").status_code == 400


# --- filters ------------------------------------------------------------------------------------


def test_a_bbox_finds_what_lies_in_it(api):
    assert names_of(api.get(PLACES, {"bbox": around("p", half_m=40)})) == ["west小卖部"]


def test_a_bbox_ends_within_a_centimetre_of_its_edge(api):
    """`&&` compares boxes of float32, up to 0.7 m too large at this longitude."""
    place = Place.objects.get(name="west小卖部").location
    assert (
        names_of(api.get(PLACES, {"bbox": f"{place.x + 1e-7},{place.y - 1},{place.x + 1e-4},{place.y + 1}"}))
        == []
    )


def test_a_feature_on_the_edge_of_a_bbox_is_in_it(api):
    place = Place.objects.get(name="west小卖部").location
    box = f"{place.x!r},{place.y!r},{place.x + 1e-4!r},{place.y + 1e-4!r}"
    assert names_of(api.get(PLACES, {"bbox": box})) == ["west小卖部"]


def test_a_bbox_with_heights_is_one_without_them(api):
    west, south, east, north = around("p", half_m=40).split(",")
    assert names_of(api.get(PLACES, {"bbox": f"{west},{south},0,{east},{north},99"})) == ["west小卖部"]


def test_a_bbox_may_cross_the_180th_meridian(api):
    assert names_of(api.get(PLACES, {"bbox": "170,-80,-170,80"})) == []
    assert len(names_of(api.get(PLACES, {"bbox": "110,-80,-170,80"}))) == 2


def test_a_bbox_in_the_axis_order_of_its_system(api):
    west, south, east, north = around("p", half_m=40).split(",")
    query = {
        "bbox": f"{south},{west},{north},{east}",
        "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4326",
    }
    assert names_of(api.get(PLACES, query)) == ["west小卖部"]


def test_a_bbox_may_be_in_another_system(api):
    corners = np.array([MAP.lonlat("p", east_m=-60, north_m=-60), MAP.lonlat("p", east_m=60, north_m=60)])
    for system in ["EPSG:4547", "EPSG:3857", "GCJ02", "BD09"]:
        (west, south), (east, north) = crs.from_storage(corners, crs=system)
        query = {"bbox": f"{west},{south},{east},{north}", "bbox-crs": system}
        assert names_of(api.get(PLACES, query)) == ["west小卖部"], system


def test_an_area_that_only_touches_the_bbox_is_found(api, town):
    answer = json.loads(
        api.get("/ogc/collections/unit-grids/items", {"bbox": around("p", half_m=100)}).content
    )
    assert len(answer["features"]) >= 3


@pytest.fixture
def dated(town):
    """The west case of noon on the first of May, the east one of noon on the second (city time)."""
    noon = timezone.make_aware(timezone.datetime(2026, 5, 1, 12))
    for days, side in enumerate(("west", "east")):
        town.cases[side].reported_at = noon + timedelta(days=days)
        town.cases[side].save()
    return town


TIMES = {
    "2026-05-01T12:00:00+08:00": ["west"],
    "2026-05-01T04:00:00Z": ["west"],
    "2026-05-01T12:00:01+08:00": [],
    "2026-05-01": ["west"],
    "2026-05-01T12:00:00+08:00/2026-05-02T11:59:59+08:00": ["west"],
    "2026-05-01/2026-05-02": ["west", "east"],
    "2026-05-02T12:00:00+08:00/..": ["east"],
    "2026-05-02T12:00:00+08:00/": ["east"],
    "../2026-05-01T12:00:00+08:00": ["west"],
    "/2026-05-01": ["west"],
    "2026-05-01T12:00:00 08:00": ["west"],
}


def test_a_time_or_interval_finds_its_cases(dated, get):
    sides = {dated.cases[side].pk: side for side in ("west", "east")}
    found = {when: [sides[f["id"]] for f in get(CASES, datetime=when)["features"]] for when in TIMES}
    assert found == TIMES


def test_a_time_that_cannot_be_read_is_refused(api):
    for when in [
        "today", "2026-05-01T12:00:00", "2026-13-01", "2026-05-01T25:00:00Z", "../..", "/", "", "a/b/c",
        "2026-05-02/2026-05-01", "9999-12-31", "2026-05-01T12:00:00+99:00",
    ]:  # fmt: skip
        answer = api.get(CASES, {"datetime": when})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-parameter"), when


def test_a_layer_without_a_time_takes_no_notice_of_one(get):
    assert get(PLACES, datetime="1999-01-01")["numberMatched"] == 2


EQUAL = [
    ({"stage": "reported"}, 2),
    ({"stage": "closed"}, 0),
    ({"stage": "closed,reported"}, 2),
    ({"is_cross_grid": "false"}, 2),
    ({"is_cross_grid": "true"}, 0),
    ({"category_code": "0101"}, 2),
    ({"region_code": city.WEST}, 1),
    ({"region_code": city.STREET}, 2),
    ({"region_code": f"{city.WEST},{city.EAST}"}, 2),
    ({"region_code": city.NEIGHBOUR}, 0),
    ({"closed_at": "2026-05-01T12:00:00Z"}, 0),
    ({"description": ""}, 2),
]


def test_attributes_filter_by_equality(get):
    assert [(query, get(CASES, **query)["numberMatched"]) for query, _found in EQUAL] == EQUAL


def test_a_value_that_an_attribute_cannot_have_is_refused(api):
    for query in [
        {"stage": "opened"},
        {"is_cross_grid": "maybe"},
        {"closed_at": "2026-05-01"},
        {"stage": ""},
    ]:
        assert api.get(CASES, query).status_code == 400, query


def test_columns_that_are_not_allow_listed_cannot_be_asked(api):
    assert {api.get(CASES, {name: "1"}).status_code for name in ("h3", "reporter", "client_key")} == {400}


def test_a_number_too_large_for_its_column_finds_nothing(get):
    assert get("/ogc/collections/buildings/items", floors="99999999999999999999")["numberMatched"] == 0


def test_a_level_of_regions_is_a_number(get):
    assert get("/ogc/collections/regions/items", level="12")["numberMatched"] == 2


# --- who sees what ------------------------------------------------------------------------------


def test_the_neighbour_gets_no_feature_out(town, stranger, signed_in):
    client = signed_in(stranger)
    for layer in layers:
        body = json.loads(client.get(f"/ogc/collections/{layer.name}/items", {"limit": 1000}).content)
        seen = set(layer.visible_to(stranger).values_list("pk", flat=True))
        assert ({f["id"] for f in body["features"]}, body["numberMatched"]) == (seen, len(seen)), layer.name


def test_the_neighbour_gets_no_item_out(town, chief, stranger, signed_in):
    client = signed_in(stranger)
    for layer in layers:
        ours, theirs = (set(layer.visible_to(u).values_list("pk", flat=True)) for u in (chief, stranger))
        for pk in ours - theirs:
            assert client.get(f"/ogc/collections/{layer.name}/items/{pk}").status_code == 404, layer.name


def test_the_neighbour_sees_no_extent_of_ours(town, stranger, signed_in):
    extent = signed_in(stranger).get("/ogc/collections/cases").json()["extent"]
    assert extent["spatial"]["bbox"] == [list(Outlines(stranger).around([layers.get("cases")]))]
    assert extent["temporal"]["interval"] == [[town.cases["neighbour"].reported_at.isoformat()] * 2]


def test_an_empty_jurisdiction_has_no_extent(town, chief, signed_in):
    chief.jurisdiction = ""
    chief.save()
    assert signed_in(chief).get("/ogc/collections/places").json()["extent"] == {}
    assert signed_in(chief).get("/ogc/collections/roads").json()["extent"] == {}


def test_a_region_filter_does_not_open_the_neighbours_region(get):
    assert get(PLACES, region_code=city.NEIGHBOUR)["numberMatched"] == 0
