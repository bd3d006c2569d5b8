"""The layer tree and the card of a feature."""

import pytest

from gis.layers import layers
from tests import city
from tests.city import MAP


@pytest.fixture
def tree(town, chief, signed_in):
    """The layer tree of the chief, by name."""
    return {one["name"]: one for one in signed_in(chief).get("/api/layers").json()["layers"]}


def test_each_layer_is_in_the_tree_with_its_exact_count(tree, chief):
    assert {name: one["count"] for name, one in tree.items()} == {
        layer.name: layer.visible_to(chief).count() for layer in layers
    }


def test_attributes_have_titles_and_choices_their_labels(tree):
    [stage] = [one for one in tree["cases"]["attributes"] if one["name"] == "stage"]
    assert stage["title"] == "阶段"
    assert {"value": "reported", "label": "已上报"} in stage["choices"]


def test_choices_of_a_generated_column_are_told_too(tree):
    [level] = [one for one in tree["regions"]["attributes"] if one["name"] == "level"]
    assert [choice["value"] for choice in level["choices"]] == [2, 4, 6, 9, 12]


def test_legends_are_of_the_theme_asked_for(town, chief, signed_in):
    paper, night = (
        [one["legend"] for one in signed_in(chief).get("/api/layers", {"theme": theme}).json()["layers"]]
        for theme in ("paper", "night")
    )
    assert paper != night


def test_the_bounds_are_those_of_the_jurisdiction(town, worker, signed_in):
    bounds = signed_in(worker).get("/api/layers").json()["bounds"]
    assert bounds == pytest.approx([*MAP.lonlat("G"), *MAP.lonlat("B")])


def test_a_jurisdiction_that_is_not_loaded_has_the_bounds_of_the_region_around_it(town, worker, signed_in):
    worker.jurisdiction = city.STREET + "099"
    worker.save()
    bounds = signed_in(worker).get("/api/layers").json()["bounds"]
    assert bounds == pytest.approx([*MAP.lonlat("G"), *MAP.lonlat("C")])


def test_a_jurisdiction_without_any_region_has_no_bounds(db, worker, signed_in):
    assert signed_in(worker).get("/api/layers").json()["bounds"] is None


def test_the_neighbour_counts_none_of_ours(town, stranger, signed_in):
    for one in signed_in(stranger).get("/api/layers").json()["layers"]:
        assert one["count"] == layers.get(one["name"]).visible_to(stranger).count(), one["name"]


@pytest.mark.parametrize("query", [{"theme": "pink"}, {"them": "night"}])
def test_the_tree_refuses_what_it_does_not_know(town, chief, signed_in, query):
    assert signed_in(chief).get("/api/layers", query).status_code == 400


# --- the card -----------------------------------------------------------------------------------


@pytest.fixture
def card(town, chief, signed_in):
    """``card(layer, side)`` is what the chief sees of a thing of the town."""

    def card(name, row):
        return signed_in(chief).get(f"/api/layers/{name}/{row.pk}").json()

    return card


def shown(card) -> dict[str, str]:
    return {one["name"]: one["display"] for one in card["attributes"]}


def test_every_layer_has_a_card(town, chief, signed_in):
    client = signed_in(chief)
    for layer in layers:
        row = layer.visible_to(chief).first()
        answer = client.get(f"/api/layers/{layer.name}/{row.pk}")
        assert [one["name"] for one in answer.json()["attributes"]] == list(layer.paths), layer.name


def test_a_card_tells_values_as_people_read_them(town, card):
    case = town.cases["west"]
    display = shown(card("cases", case))
    assert (display["stage"], display["is_cross_grid"], display["closed_at"]) == ("已上报", "否", "")


def test_a_card_names_the_region(town, card):
    assert card("cases", town.cases["west"])["region"] == "东湖街道 西社区"


def test_a_region_code_is_shown_by_name(town, card):
    assert shown(card("cases", town.cases["west"]))["region_code"] == "东湖街道 西社区"


def test_a_card_has_the_whole_geometry(town, card):
    estate = town.estates["west"]
    geometry = card("estates", estate)["geometry"]
    expected = [[[list(point) for point in ring] for ring in part] for part in estate.boundary.coords]
    assert geometry["coordinates"][0][0] == [pytest.approx(point, abs=1e-7) for point in expected[0][0]]


def test_what_has_no_name_is_called_by_its_layer(town, card):
    town.buildings["west"].name = ""
    town.buildings["west"].save()
    pk = town.buildings["west"].pk
    assert card("buildings", town.buildings["west"])["title"] == f"{layers.get('buildings').title} {pk}"


def test_the_neighbour_gets_no_card(town, chief, stranger, signed_in):
    client = signed_in(stranger)
    for layer in layers:
        ours, theirs = (set(layer.visible_to(u).values_list("pk", flat=True)) for u in (chief, stranger))
        for pk in ours - theirs:
            assert client.get(f"/api/layers/{layer.name}/{pk}").status_code == 404, layer.name


@pytest.mark.parametrize("address", ["nothing/1", "places/0", f"places/{10**30}", "places/x"])
def test_a_card_of_nothing_is_not_found(town, chief, signed_in, address):
    assert signed_in(chief).get(f"/api/layers/{address}").status_code == 404
