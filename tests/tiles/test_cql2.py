"""Filters in CQL2 text: what they find, and where they are wrong."""

from contextlib import suppress
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from buildings.models import Building, Place
from gis import crs
from gis.errors import BadParameter
from gis.layers import layers
from tests import city
from tests.city import MAP
from tests.tiles.decoding import decoded
from tests.tiles.decoding import features as tile_features
from tiles import cql2, filters
from tiles.cql2 import parse
from tiles.cql2_tree import Fault
from tiles.mvt import Tile

PLACES, CASES, BUILDINGS = (layers.get(name) for name in ("places", "cases", "buildings"))
DAY = timedelta(days=1)


@pytest.fixture
def found(town, chief):
    """``found(layer, text)``: the rows of the layer that a filter finds, by primary key."""

    def find(layer, text: str, **params) -> list:
        rows = filters.apply(layer.visible_to(chief), layer, {"filter": text, **params})
        return list(rows.order_by("pk"))

    return find


def sides_of(town, cases: list) -> str:
    """On which sides of the town some cases are."""
    sides = {case.pk: side for side, case in town.cases.items()}
    return " ".join(sides[case.pk] for case in cases)


def wkt(marks: str) -> str:
    """The ring of some marks as coordinates of WKT."""
    corners = [MAP.lonlat(mark) for mark in (*marks, marks[0])]
    return ", ".join(f"{lon!r} {lat!r}" for lon, lat in corners)


# --- comparisons --------------------------------------------------------------------------------


@pytest.fixture
def houses(town):
    """Buildings of 1, 5 and 9 floors and one whose floors nobody counted, all in the west."""
    Building.objects.all().delete()
    shape = town.estates["west"].boundary
    for name, floors in (("a", 1), ("b", 5), ("C", 9), ("d%", None)):
        Building.objects.create(name=name, floors=floors, footprint=shape, region_code=city.WEST)


COMPARED = [
    ("floors = 5", "b"),
    ("floors <> 5", "aC"),
    ("floors < 5", "a"),
    ("floors <= 5", "ab"),
    ("floors > 4.5", "bC"),
    ("floors >= +9.0e0", "C"),
    ("5 < floors", "C"),
    ("5 >= floors", "ab"),
    ("floors = 99999999999999999999", ""),
    ("floors BETWEEN 1 AND 5", "ab"),
    ("floors NOT BETWEEN 1 AND 5", "C"),
    ("floors IN (1, 9)", "aC"),
    ("floors NOT IN (1, 9)", "b"),
    ("floors IS NULL", "d"),
    ("floors IS NOT NULL", "abC"),
    ("NOT floors = 5", "aC"),
    ("NOT (floors = 5 OR floors = 1)", "C"),
    ("floors = 1 OR floors = 5 AND name = 'a'", "a"),
    ("(floors = 1 OR floors = 5) AND name = 'b'", "b"),
    ("name = 'a' OR TRUE", "abCd"),
    ("NOT TRUE", ""),
    ("FALSE", ""),
    ("NOT FALSE", "abCd"),
    ("name LIKE '_'", "abC"),
    ("name LIKE 'd\\%'", "d"),
    ("name NOT LIKE '%a%'", "bCd"),
    ("CASEI(name) = CASEI('c')", "C"),
    ("CASEI(name) LIKE casei('C%')", "C"),
    ("CASEI(name) IN (CASEI('A'), 'b')", "ab"),
    ("name < 'b'", "aC"),
    ("name = name", "abCd"),
    ("\"name\" = 'a'", "a"),
    ("name='a'or name='b'", "ab"),
    ("estate IS NULL", "abCd"),
    ("NOT estate = 'west花园'", ""),
]


def test_a_comparison_finds_what_it_says(found, houses):
    assert [
        (text, "".join(house.name[0] for house in found(BUILDINGS, text))) for text, _names in COMPARED
    ] == COMPARED


def test_texts_may_hold_quotes_of_both_ways(found):
    Place.objects.filter(region_code=city.WEST).update(name="它's \\n")
    assert len(found(PLACES, "name = '它''s \\n'")) == len(found(PLACES, "name = '它\\'s \\n'")) == 1


def test_texts_are_never_sql(found):
    assert found(PLACES, "name = '''; DROP TABLE x; --%s'") == []


def test_true_and_false_are_values_too(found, town):
    assert len(found(CASES, "is_cross_grid = FALSE")) == 2
    assert found(CASES, "is_cross_grid <> FALSE") == []


def test_a_related_attribute_can_be_named(found, town):
    assert found(BUILDINGS, "estate LIKE 'west%'") == [town.buildings["west"]]


# --- times --------------------------------------------------------------------------------------

NOON = timezone.make_aware(datetime(2026, 5, 1, 12))


@pytest.fixture
def dated(town):
    """The west case of noon on the first of May, closed a day later; the east one of noon on the second."""
    for days, side in enumerate(("west", "east")):
        town.cases[side].reported_at = NOON + days * DAY
        town.cases[side].closed_at = NOON + DAY if side == "west" else None
        town.cases[side].save()
    return town


TIMED = [
    ("reported_at = TIMESTAMP('2026-05-01T12:00:00+08:00')", "west"),
    ("reported_at = TIMESTAMP('2026-05-01T04:00:00Z')", "west"),
    ("reported_at = DATE('2026-05-01')", "west"),
    ("reported_at <> DATE('2026-05-01')", "east"),
    ("reported_at > DATE('2026-05-01')", "east"),
    ("reported_at >= DATE('2026-05-01')", "west east"),
    ("reported_at < DATE('2026-05-02')", "west"),
    ("reported_at <= DATE('2026-05-02')", "west east"),
    ("TIMESTAMP('2026-05-01T12:00:00+08:00') < reported_at", "east"),
    ("reported_at BETWEEN DATE('2026-05-01') AND DATE('2026-05-01')", "west"),
    ("reported_at IN (DATE('2026-05-01'), DATE('2026-05-02'))", "west east"),
    ("closed_at > reported_at", "west"),
    ("T_AFTER(reported_at, TIMESTAMP('2026-05-01T12:00:00+08:00'))", "east"),
    ("T_BEFORE(reported_at, DATE('2026-05-02'))", "west"),
    ("T_EQUALS(reported_at, TIMESTAMP('2026-05-02T12:00:00+08:00'))", "east"),
    ("T_DURING(reported_at, INTERVAL('2026-05-01', '2026-05-01'))", "west"),
    ("T_DURING(reported_at, DATE('2026-05-02'))", "east"),
    ("T_CONTAINS(DATE('2026-05-02'), reported_at)", "east"),
    ("T_INTERSECTS(reported_at, INTERVAL('2026-05-02T12:00:00+08:00', '..'))", "east"),
    ("T_INTERSECTS(reported_at, INTERVAL('..', '2026-05-01T12:00:00+08:00'))", "west"),
    ("T_DISJOINT(reported_at, INTERVAL('..', '2026-05-01T12:00:00+08:00'))", "east"),
    ("T_OVERLAPS(INTERVAL(reported_at, closed_at), INTERVAL('2026-05-02', '..'))", "west"),
    ("T_METBY(INTERVAL(reported_at, closed_at), TIMESTAMP('2026-05-01T04:00:00Z'))", "west"),
    ("T_STARTS(reported_at, INTERVAL('2026-05-01T04:00:00Z', '2026-05-03'))", "west"),
    ("T_FINISHES(reported_at, INTERVAL('2026-05-01', '2026-05-02T04:00:00Z'))", "east"),
]


def test_a_time_finds_its_cases(found, dated):
    assert [(text, sides_of(dated, found(CASES, text))) for text, _sides in TIMED] == TIMED


def test_every_temporal_function_holds_for_one_of_two_ways_round(found, dated):
    """An interval, and one that begins and ends later, earlier or together: the functions part them fully."""
    others = [
        "INTERVAL('2026-04-01', '2026-04-02')", "INTERVAL('2026-04-01', '2026-05-01T04:00:00Z')",
        "INTERVAL('2026-04-01', '2026-05-02')", "INTERVAL('2026-04-01', '2026-05-02T04:00:00Z')",
        "INTERVAL('2026-05-01T04:00:00Z', '2026-05-02T04:00:00Z')", "INTERVAL('2026-04-01', '2026-06-01')",
        "INTERVAL('2026-05-02', '2026-05-02T03:00:00Z')", "INTERVAL('2026-05-01T04:00:00Z', '2026-06-01')",
    ]  # fmt: skip
    wide = {"disjoint", "intersects"}  # these two hold beside one of the others
    for other in others:
        holding = [
            name for name in cql2.TEMPORAL
            if name not in wide
            and dated.cases["west"] in found(CASES, f"T_{name}(INTERVAL(reported_at, closed_at), {other})")
        ]  # fmt: skip
        assert len(holding) == 1, (other, holding)


# --- places -------------------------------------------------------------------------------------


PLACED = [
    ("S_INTERSECTS(geometry, POLYGON((ABED)))", "west"),
    ("S_INTERSECTS(POLYGON((ABED)), geometry)", "west"),
    ("S_DISJOINT(geometry, POLYGON((ABED)))", "east"),
    ("S_WITHIN(geometry, POLYGON((ABHG)))", "west"),
    ("S_CONTAINS(POLYGON((ABHG)), geometry)", "west"),
    ("S_WITHIN(POLYGON((ABHG)), geometry)", ""),
    ("S_INTERSECTS(geometry, MULTIPOLYGON(((DEHG)), ((BCFE))))", "east"),
    ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(0 0), POLYGON((BCFE))))", "east"),
    ("NOT S_INTERSECTS(geometry, POLYGON((ABED)))", "east"),
    ("S_TOUCHES(geometry, POLYGON((ABED)))", ""),
    ("S_INTERSECTS(geometry, LINESTRING(0 0, 1 1))", ""),
    ("S_INTERSECTS(geometry, MULTIPOINT((0 0), (1 1)))", ""),
    ("S_INTERSECTS(geometry, MULTIPOINT(0 0, 1 1))", ""),
    ("S_INTERSECTS(geometry, MULTILINESTRING((0 0, 1 1), (2 2, 3 3 9)))", ""),
    ("S_INTERSECTS(geometry, POINT Z(1 2 3))", ""),
]


def test_a_place_finds_its_cases(found, town):
    answers = []
    for text, _sides in PLACED:
        asked = text
        for marks in ("ABED", "ABHG", "BCFE", "DEHG"):
            asked = asked.replace(f"({marks})", f"({wkt(marks)})")
        answers.append((text, sides_of(town, found(CASES, asked))))
    assert answers == PLACED


def test_areas_touch_cross_overlap_and_equal(found, town):
    west = f"POLYGON(({wkt('ABED')}))"
    estates, roads, grids = (layers.get(name) for name in ("estates", "roads", "unit-grids"))
    assert found(estates, f"S_TOUCHES(geometry, {west})") == [town.estates["east"]]
    assert found(estates, f"S_EQUALS(geometry, {west})") == [town.estates["west"]]
    assert found(roads, f"S_CROSSES(geometry, POLYGON(({wkt('pqts')})))") == [town.road]
    assert len(found(grids, f"S_OVERLAPS(geometry, POLYGON(({wkt('pqts')})))")) == 4


def test_a_box_is_west_south_east_north(found, town):
    (west, south), (east, north) = MAP.lonlat("D"), MAP.lonlat("B")
    box = f"BBOX({west!r}, {south!r}, {east!r}, {north!r})"
    assert found(CASES, f"S_INTERSECTS(geometry, {box})") == [town.cases["west"]]


def test_every_function_takes_every_geometry(found, town):
    """The database knows them all: no answer is an error."""
    shapes = [
        "POINT(1 1)", "LINESTRING(0 0, 1 1)", "POLYGON((0 0, 1 0, 1 1, 0 0))", "MULTIPOINT((0 0), (1 1))",
        "MULTILINESTRING((0 0, 1 1))", "MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))", "BBOX(0, 0, 1, 1)",
        "BBOX(170, 0, -170, 1)",
        "GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(2 2, 3 3), POLYGON((0 0, 1 0, 1 1, 0 0)))",
    ]  # fmt: skip
    for name in cql2.SPATIAL:
        text = " OR ".join(f"S_{name}(geometry, {shape})" for shape in shapes)
        for layer in (CASES, layers.get("roads"), layers.get("estates"), layers.get("water")):
            assert (found(layer, text) != []) == (name == "disjoint")


def test_a_geometry_may_be_in_another_system(found, town):
    for system in ("EPSG:4547", "EPSG:3857", "GCJ02"):
        ring = crs.from_storage(np.array([MAP.lonlat(mark) for mark in "ABEDA"]), crs=system)
        text = ", ".join(f"{x!r} {y!r}" for x, y in ring.tolist())
        asked = f"S_WITHIN(geometry, POLYGON(({text})))"
        assert found(CASES, asked, **{"filter-crs": system}) == [town.cases["west"]]


def test_a_geometry_has_the_axis_order_of_its_system(found, town):
    ring = ", ".join(f"{lat!r} {lon!r}" for lon, lat in map(MAP.lonlat, "ABEDA"))
    uri = "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert found(CASES, f"S_WITHIN(geometry, POLYGON(({ring})))", **{"filter-crs": uri}) == [
        town.cases["west"]
    ]


# --- faults -------------------------------------------------------------------------------------

FAULTS = [  # where, and what
    ("", 1),
    ("name", 5),
    ("name = ", 8),
    ("name = 'a", 8),
    ("name == 'a'", 7),
    ("name = 'a' name", 12),
    ("name = 'a' AND", 15),
    ("(name = 'a'", 12),
    ("name = 'a')", 11),
    ("name ~ 'a'", 6),
    ("name = 'a\0'", 10),
    ("nmae = 'a'", 1),
    ("name = 5", 8),
    ("name = TRUE", 8),
    ("name = DATE('2026-05-01')", 8),
    ("name IN ('a', 5)", 15),
    ("name LIKE 5", 11),
    ("name LIKE 'a\\'", 11),
    ("name LIKE '\\\\\\'", 11),
    ("name LIKE address", 11),
    ("'a' = 'a'", 1),
    ("NULL = name", 1),
    ("name IS 5", 9),
    ("5 IS NULL", 1),
    ("category = 'nowhere' AND name = 1e999", 33),
    ("geometry = 'a'", 1),
    ("region_code.x = 'a'", 1),
    ("asset_class__id = 1", 1),
    ("password = 'a'", 1),
    ("upper(name) = 'a'", 1),
    ("S_INTERSECTS(geometry)", 22),
    ("S_INTERSECTS(name, POINT(1 1))", 14),
    ("S_INTERSECTS(geometry, geometry)", 24),
    ("S_INTERSECTS(POINT(1 1), POINT(1 1))", 26),
    ("S_INTERSECTS(geometry, POINT(1))", 31),
    ("S_INTERSECTS(geometry, POINT(1 1, 2 2))", 39),
    ("S_INTERSECTS(geometry, POINT(200 1))", 24),
    ("S_INTERSECTS(geometry, LINESTRING(1 1))", 24),
    ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0)))", 24),
    ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", 24),
    ("S_INTERSECTS(geometry, CIRCLE(1 1))", 24),
    ("S_INTERSECTS(geometry, BBOX(1, 2, 3))", 24),
    ("S_INTERSECTS(geometry, BBOX(1, 2, 3, 1))", 24),
    ("S_NEAR(geometry, POINT(1 1))", 1),
    ("T_AFTER(name, DATE('2026-05-01'))", 9),
]


def fault_of(layer, user, text: str) -> Fault:
    with pytest.raises(Fault) as fault:
        _refused(layer, user, text)
    return fault.value


def _refused(layer, user, text: str) -> None:
    filters.refuse_unknown({"filter": text}, layer)
    filters.apply(layer.visible_to(user), layer, {"filter": text})


def test_a_fault_says_where(town, chief):
    found = [fault_of(PLACES, chief, text) for text, _at in FAULTS]
    assert [(text, fault.errors[0]["at"]) for (text, _at), fault in zip(FAULTS, found, strict=True)] == FAULTS
    assert {fault.status for fault in found} == {400}


MISFITS = [
    "reported_at = '2026-05-01'",
    "reported_at = DATE('2026-13-01')",
    "T_AFTER(reported_at, 5)",
    "T_AFTER(reported_at, DATE(5))",
    "T_DURING(reported_at, INTERVAL('2026-05-01'))",
    "T_DURING(DATE('2026-05-01'), DATE('2026-05-02'))",
    "reported_at = TIMESTAMP('0001-01-01T00:00:00+08:00')",
    "reported_at < TIMESTAMP('9999-12-31T23:59:59-08:00')",
    "stage = 'opened'",
    "CASEI(is_cross_grid) = TRUE",
]


def test_what_does_not_fit_a_case_is_refused(town, chief):
    assert all(fault_of(CASES, chief, text) for text in MISFITS)


@pytest.mark.parametrize(
    "text",
    [
        "name = '" + "a" * cql2.LONGEST + "'",
        "(" * 33 + "TRUE" + ")" * 33,
        "NOT " * 33 + "TRUE",
        " OR ".join(["TRUE"] * (cql2.MOST_TERMS + 1)),
        f"floors IN ({','.join('1' * (cql2.MOST_OPTIONS + 1))})",
        f"S_INTERSECTS(geometry, LINESTRING({','.join(['1 1'] * (cql2.MOST_VERTICES + 1))}))",
        "S_INTERSECTS(geometry, " + "GEOMETRYCOLLECTION(" * 40 + "POINT(1 1)" + ")" * 41,
    ],
    ids=["length", "parentheses", "nots", "terms", "options", "vertices", "collections"],
)
def test_what_is_too_large_is_refused(text):
    with pytest.raises(Fault):
        parse(text)


def test_what_is_just_not_too_large_is_answered(found, town):
    deep = "(" * 32 + "TRUE" + ")" * 32
    assert len(found(CASES, deep)) == len(found(CASES, " AND ".join(["TRUE"] * cql2.MOST_TERMS))) == 2


WORDS = [
    "name", "'a'", "'", "5", "-1e3", "(", ")", ",", "=", "<>", "AND", "OR", "NOT", "IN", "LIKE", "IS", "NULL",
    "BETWEEN", "S_INTERSECTS", "T_AFTER", "geometry", "POINT", "POLYGON", "BBOX", "DATE", "INTERVAL", "CASEI",
    "GEOMETRYCOLLECTION", "TRUE", "Z", "\\", '"', "~", "名",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_any_words_are_read_or_refused(words):
    with suppress(Fault):
        parse(" ".join(words))


# --- over HTTP ----------------------------------------------------------------------------------


@pytest.fixture
def api(town, chief, signed_in):
    return signed_in(chief)


ITEMS = "/ogc/collections/places/items"


def test_items_are_filtered(api):
    answer = api.get(ITEMS, {"filter": "name LIKE 'west%'", "filter-lang": "cql2-text"})
    assert [feature["properties"]["name"] for feature in answer.json()["features"]] == ["west小卖部"]


def test_a_fault_is_a_400_with_its_place(api):
    answer = api.get(ITEMS, {"filter": "name = 5"})
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["at"]) == (
        400,
        "bad-parameter",
        8,
    )


UNFIT = [
    {"filter": "TRUE", "filter-lang": "cql2-json"},
    {"filter-lang": "cql2-text"},
    {"filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"},
    {"filter": "TRUE", "filter-crs": "EPSG:1"},
    {"filter": "S_INTERSECTS(geometry, POINT(1 1))", "filter-crs": "EPSG:5773"},
    {"bbox": "0,0,1,1", "bbox-crs": "EPSG:4978"},
]


def test_what_does_not_go_together_is_refused(api):
    for query in UNFIT:
        answer = api.get(ITEMS, query)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-parameter"), query


def test_a_filter_does_not_open_the_neighbours_district(town, stranger, signed_in):
    for text in ("TRUE", "name = 'west小卖部' OR TRUE", f"region_code = '{city.WEST}'", "NOT FALSE"):
        body = signed_in(stranger).get(ITEMS, {"filter": text}).json()
        assert all(f["properties"]["region_code"].startswith(city.NEIGHBOUR) for f in body["features"])


def test_queryables_are_the_attributes_and_the_geometry(api):
    for layer in layers:
        body = api.get(f"/ogc/collections/{layer.name}/queryables").json()
        assert list(body["properties"]) == ["geometry", *layer.paths]
        assert body["properties"]["geometry"]["format"].startswith("geometry-")


def test_every_queryable_can_be_asked(found, api):
    values = {"string": "'1'", "integer": "1", "number": "1.5", "boolean": "TRUE"}
    for layer in layers:
        described = api.get(f"/ogc/collections/{layer.name}/queryables").json()["properties"]
        for name, schema in described.items():
            if name == "geometry":
                continue
            value = values[schema["type"]]
            if "enum" in schema:
                value = repr(schema["enum"][0])
            if schema.get("format") == "date-time":
                value = "DATE('2026-05-01')"
            found(layer, f"{name} = {value} OR {name} IS NULL OR {name} <> {value}")


# --- tiles --------------------------------------------------------------------------------------

AT = Tile.holding(*MAP.lonlat("p"), z=16)


def test_tiles_are_filtered(api, town):
    [case] = tile_features(api, "cases", AT, filter=f"number = '{town.cases['west'].number}'")
    assert case["id"] == town.cases["west"].pk


def test_a_filter_holds_for_the_layers_that_know_all_its_names(api, town):
    tile = api.get(f"/tiles/cases,estates/{AT.z}/{AT.x}/{AT.y}.mvt", {"filter": "stage = 'closed'"})
    assert set(decoded(tile)) & {"cases", "estates"} == {"estates"}


def test_a_filter_that_no_layer_knows_is_refused(api):
    answer = api.get(f"/tiles/cases,estates/{AT.z}/{AT.x}/{AT.y}.mvt", {"filter": "nmae = 'a'"})
    assert (answer.status_code, answer.json()["errors"][0]["at"]) == (400, 1)


def test_no_filter_is_taken_where_no_layer_is_asked(api):
    assert api.get("/ogc/collections", {"filter": "TRUE"}).status_code == 400
    with pytest.raises(BadParameter):
        filters.refuse_unknown({"filter": "TRUE"})
