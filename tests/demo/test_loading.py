"""The load: the same again from the same seed; all or nothing; never over a city that is there."""

import hashlib
from io import StringIO

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.urls import reverse

from cases.models import Case, Category
from demo import happenings, loading
from demo.city import City, compose
from demo.people import PASSWORD, SIGN_INS
from demo.scale import TINY
from demo.spots import spots
from gis.layers import layers
from gis.models import User
from gis.roles import Role
from grids.models import Officer, Region, ResponsibilityGrid
from tests.demo.conftest import UNTIL


def digest(city: City) -> str:
    """Everything of a city that is written, in one number."""
    found = hashlib.sha256()
    for shapes in (city.territory.polygons, city.houses.shape, shapely.points(city.doors.at)):
        found.update(b"".join(shapely.to_wkb(shapes).tolist()))
    found.update(
        "".join([*city.addresses, *city.places.name, *city.known.values(), *city.grid_codes]).encode()
    )
    for cases in happenings.happen(
        500, until=UNTIL, seed=city.seed, spots=spots(city), doors=city.doors, territory=city.territory
    ):
        found.update(
            cases.lonlat.tobytes() + cases.reported.tobytes() + "".join(cases.number + cases.key).encode()
        )
    return found.hexdigest()


def test_the_same_seed_gives_the_same_city(demo_city):
    assert digest(compose(TINY, demo_city.seed)) == digest(demo_city)


def test_another_seed_gives_another_city(demo_city):
    assert digest(compose(TINY, demo_city.seed + 1)) != digest(demo_city)


def test_every_layer_has_something(loaded):
    chief = User.objects.get(username="chief")
    assert [layer.name for layer in layers if not layer.visible_to(chief).exists()] == []


def test_the_neighbour_sees_nothing_of_the_district(loaded):
    neighbour = User.objects.get(username="neighbour")
    for layer in layers:
        codes = set(layer.visible_to(neighbour).values_list("region_code", flat=True))
        assert not any(code.startswith("411002") for code in codes), layer.name


def test_there_is_a_sign_in_for_every_role(loaded):
    assert {who.role for who in SIGN_INS} == set(Role)
    for who in SIGN_INS:
        user = User.objects.get(username=who.username)
        assert (user.role, user.display_name) == (who.role, who.name)


def test_all_sign_ins_have_the_demo_password(loaded):
    users = User.objects.filter(username__in=[who.username for who in SIGN_INS])
    assert users.values("password").distinct().count() == 1  # one hash for all: Argon2 is slow on purpose
    assert users.get(username="chief").check_password(PASSWORD)


def test_nobody_else_has_a_password(loaded):
    others = User.objects.exclude(username__in=[who.username for who in SIGN_INS])
    assert others.exists()
    assert all(user.password.startswith("!") for user in others)


def test_both_workers_have_a_grid_and_the_grids_touch(loaded):
    one, other = (
        ResponsibilityGrid.objects.get(postings__officer__user__username=name, postings__is_main=True)
        for name in ("worker", "worker2")
    )
    assert one.region_code == other.region_code == User.objects.get(username="community").jurisdiction
    assert one.boundary.touches(other.boundary)


def test_officers_have_phone_numbers_that_nobody_can_have(loaded):
    assert all(o.phone.startswith("1990000") and len(o.phone) == 11 for o in Officer.objects.all())


def test_a_city_that_is_there_is_left_alone(loaded):
    before = Case.objects.count()
    with pytest.raises(CommandError):
        call_command("demo", stdout=StringIO())
    assert Case.objects.count() == before


def test_if_empty_says_that_there_is_nothing_to_do(loaded):
    before, said = Case.objects.count(), StringIO()
    call_command("demo", "--if-empty", stdout=said)
    assert "nothing to do" in said.getvalue()
    assert Case.objects.count() == before


def test_a_load_that_fails_leaves_the_database_as_it_was(empty):
    Category.objects.filter(kind="incident", code="0112").delete()
    with pytest.raises(KeyError):
        loading.load(TINY, seed=1, until=UNTIL, say=lambda line: None)
    assert not loading.holds_a_city()
    assert not Region.objects.exists()
    assert not User.objects.exists()


def test_the_load_reports_each_layer_with_its_rows(loaded):
    report = "\n".join(loaded.said)
    for name in ("regions", "unit grids", "roads", "buildings", "doors", "assets", "cases and reports"):
        assert name in report
    assert f"{TINY.cases:,}" in report


def test_the_sign_in_page_of_the_demo_names_its_people(loaded, client, settings):
    settings.DEMO = True
    page = client.get(reverse("sign-in")).content.decode()
    assert PASSWORD in page
    assert all(who.username in page and who.name in page for who in SIGN_INS)
