"""A declaration that does not hold is refused at start; one that holds says everything about its layer."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from gis.checks import problems_of
from gis.errors import NotHere
from gis.layers import Attribute, Layers, layers
from gis.models import User
from gis.roles import Role
from grids.layers import UNIT_GRIDS


@pytest.mark.parametrize("layer", list(layers), ids=lambda layer: layer.name)
def test_every_declared_layer_holds(layer):
    assert problems_of(layer) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"rows": User.objects.all}, "not Scoped"),
        ({"geometry": "name"}, "not a geometry column"),
        ({"attributes": ("code", "colour")}, "'colour' does not exist"),
        ({"tile_attributes": ("name", "valid")}, "'valid' is used but is not an attribute"),
        ({"label": "nickname"}, "'nickname' is used"),
        ({"roles": frozenset({Role.VIEWER})}, "portable, but not open to every role"),
        (
            {"attributes": (Attribute(name="owner", path="responsibility_grid__owner__name"),)},
            "'owner' does not exist",
        ),
    ],
)
def test_a_faulty_declaration_is_named(fault, said):
    assert any(said in problem for problem in problems_of(replace(UNIT_GRIDS, **fault)))


def test_the_layers_of_the_loading_contract_are_declared():
    territory = {"regions", "unit-grids", "responsibility-grids"}
    ground = {"roads", "doors", "estates", "buildings", "places", "assets", "water", "green"}
    assert territory | ground | {"cases"} <= {layer.name for layer in layers if layer.loading}


def test_two_layers_cannot_share_a_name():
    registry = Layers()
    registry.register(UNIT_GRIDS)
    with pytest.raises(ValueError, match="unit-grids"):
        registry.register(replace(UNIT_GRIDS, label="name"))


def test_a_role_that_may_not_see_a_layer_is_told_there_is_none(db):
    viewer = User(username="v", role=Role.VIEWER, jurisdiction="41")
    with pytest.raises(NotHere):
        replace(UNIT_GRIDS, roles=frozenset({Role.GIS_ADMINISTRATOR})).visible_to(viewer)


def test_nobody_is_not_somebody(db):
    with pytest.raises(NotHere):
        UNIT_GRIDS.visible_to(AnonymousUser())


def test_the_models_and_the_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
