"""The back office: who enters, what they see and change, and that its pages keep to the content policy."""

import json

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from buildings.models import Place
from cases.models import Case
from gis.models import AccessToken, User
from grids.models import Officer, Organisation, Region, ResponsibilityGrid
from tests import city
from tests.city import MAP
from tests.conftest import make_user
from tests.gis.test_addresses import OURS

MODELS = [model for model in admin.site._registry if model._meta.app_label not in ("axes", "auth", "admin")]


@pytest.fixture
def keeper(gis_admin):
    """The district's GIS administrator, who works in the back office."""
    gis_admin.is_staff = True
    gis_admin.save()
    return gis_admin


@pytest.fixture
def office(town, keeper, signed_in):
    return signed_in(keeper)


def page(model, kind: str = "changelist", *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}", args=args)


def geojson(mark: str) -> str:
    return json.dumps({"type": "Point", "coordinates": MAP.lonlat(mark)})


def errors_of(answer) -> dict:
    return answer.context["adminform"].form.errors


# --- who enters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role, staff, enters",
    [("gis_administrator", True, True), ("gis_administrator", False, False), ("duty_chief", True, False)],
)
def test_staff_enter_who_administer_the_map(town, signed_in, role, staff, enters):
    user = make_user("someone", role=role, jurisdiction=city.DISTRICT)
    user.is_staff = staff
    user.save()
    assert (signed_in(user).get(page(Place)).status_code == 200) == enters


def test_every_model_of_ours_has_its_table():
    ours = {
        m
        for app in ("wangge", "grids", "buildings", "geocoder", "cases")
        for m in apps.get_app_config(app).get_models()
    }
    within_another = {"Posting", "CasePhoto", "CaseEvent"}
    kept_by_the_database = {"Name", "Pending", "Character"}
    assert {m.__name__ for m in ours - set(MODELS)} <= within_another | kept_by_the_database | {
        m.__name__ for m in ours if not m._meta.managed
    }


def test_every_page_opens(office):
    for model in MODELS:
        row = admin.site.get_model_admin(model).get_queryset(admin_request(office)).first()
        opened = [office.get(page(model)).status_code]
        if row:
            opened.append(office.get(page(model, "change", row.pk)).status_code)
        if office.get(page(model, "add")).status_code not in (200, 403):
            opened.append("add")
        assert set(opened) == {200}, model


def admin_request(client):
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=client.session["_auth_user_id"])
    return request


def test_every_search_finds_without_failing(office):
    for model in MODELS:
        assert office.get(page(model), {"q": "东湖'%_"}).status_code == 200, model


def test_the_office_speaks_chinese(office):
    assert "网格后台管理" in office.get("/admin/").content.decode()


# --- jurisdiction -------------------------------------------------------------------------------


def test_the_neighbours_office_tells_nothing_of_ours(town, signed_in):
    neighbour = make_user("theirs", role="gis_administrator", jurisdiction=city.NEIGHBOUR)
    neighbour.is_staff = True
    neighbour.save()
    client = signed_in(neighbour)
    for model in MODELS:
        text = client.get(page(model)).content.decode()
        assert [word for word in OURS if word in text] == [], model


def test_what_is_not_visible_cannot_be_opened(office, town):
    theirs = Place.objects.get(region_code=city.NEIGHBOUR_COMMUNITY)
    assert office.get(page(Place, "change", theirs.pk)).status_code == 302
    assert office.post(page(Place, "delete", theirs.pk), {"post": "yes"}).status_code == 302
    assert Place.objects.filter(pk=theirs.pk).exists()


def test_the_common_ground_beyond_ones_own_is_seen_but_not_changed(office, town):
    """The road of the whole city, to the district's administrator."""
    address = page(type(town.road), "change", town.road.pk)
    assert office.get(address).status_code == 200
    assert office.post(address, {"name": "改名"}).status_code == 403


def test_a_superuser_without_a_jurisdiction_sees_no_row(town, signed_in):
    root = User.objects.create_superuser("root", password="correct horse")
    assert "west" not in signed_in(root).get(page(Place)).content.decode()


def test_a_reference_cannot_be_set_to_the_neighbours(office, town):
    theirs = Organisation.objects.create(name="邻区中心", kind="centre", region_code=city.NEIGHBOUR)
    user = make_user("new", role="grid_worker", jurisdiction=city.WEST)
    values = {
        "user": user.pk,
        "name": "某",
        "card_number": "1",
        "organisation": theirs.pk,
        "region_code": city.WEST,
    }
    answer = office.post(page(Officer, "add"), values)
    assert set(errors_of(answer)) == {"organisation"}


# --- geometry -----------------------------------------------------------------------------------


def add_place(office, location: str, **values):
    return office.post(page(Place, "add"), {"name": "新店", "location": location, **values})


def test_a_place_is_entered_as_geojson_and_gets_its_home(office):
    assert add_place(office, geojson("s")).status_code == 302
    place = Place.objects.get(name="新店")
    assert (place.region_code, place.unit_grid_code) == (city.WEST, city.WEST + "002")


def test_a_place_in_another_jurisdiction_is_not_saved(office):
    assert add_place(office, geojson("n")).status_code == 403
    assert not Place.objects.filter(name="新店").exists()


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "7", "POINT(1 1)"),
        '{"type": "Point"}',
        '{"type": "Point", "coordinates": []}',
        '{"type": "Point", "coordinates": ["a", 1]}',
        '{"type": "Polygon", "coordinates": [[[0,0],[1,1],[1,0],[0,0]]]}',
    ],
)
def test_what_is_no_point_is_refused_at_its_field(office, text):
    assert set(errors_of(add_place(office, text))) == {"location"}


def test_a_place_that_is_opened_and_saved_stays_where_it_is(office, town):
    place = Place.objects.get(name="west小卖部")
    field = office.get(page(Place, "change", place.pk)).context["adminform"].form["location"]
    values = {"name": "西店", "location": field.value()}
    assert office.post(page(Place, "change", place.pk), values).status_code == 302
    moved = Place.objects.get(pk=place.pk)
    assert (moved.name, moved.location.coords) == ("西店", place.location.coords)


def test_a_boundary_in_force_is_not_overwritten(office, town):
    grid = town.responsibility[city.WEST]
    before = grid.boundary.wkb
    values = {
        "name": "新名",
        "boundary": geojson("p"),
        "postings-TOTAL_FORMS": "0",
        "postings-INITIAL_FORMS": "0",
    }
    assert office.post(page(ResponsibilityGrid, "change", grid.pk), values).status_code == 302
    grid.refresh_from_db()
    assert (grid.name, grid.boundary.wkb) == ("新名", before)


def test_a_region_is_entered_with_its_boundary(office):
    boundary = json.dumps({"type": "Polygon", "coordinates": [MAP.area("ABED").coords[0]]})
    values = {
        "code": city.STREET + "009",
        "name": "新社区",
        "valid_0": "2026-01-01",
        "valid_1": "",
        "boundary": boundary,
    }
    answer = office.post(page(Region, "add"), values)
    assert answer.status_code == 302, errors_of(answer)
    assert Region.objects.get(code=city.STREET + "009").boundary.geom_type == "MultiPolygon"


# --- cases --------------------------------------------------------------------------------------


def test_cases_are_shown_and_not_changed(office, town):
    case = town.cases["west"]
    assert office.get(page(Case, "change", case.pk)).status_code == 200
    assert office.post(page(Case, "change", case.pk), {"stage": "closed"}).status_code == 403
    assert office.get(page(Case, "add")).status_code == 403
    assert office.post(page(Case, "delete", case.pk), {"post": "yes"}).status_code == 403


def test_a_list_does_not_read_geometry(office, django_assert_max_num_queries):
    with django_assert_max_num_queries(9) as captured:
        office.get(page(Case))
    assert not [query for query in captured if '"location"::bytea' in query["sql"]]


# --- accounts -----------------------------------------------------------------------------------


def change_user(client, user, **values):
    kept = {name: getattr(user, name) for name in ("username", "display_name", "role", "jurisdiction")}
    return client.post(page(User, "change", user.pk), {**kept, "is_active": "on", **values})


def test_an_account_gets_its_role_and_jurisdiction(office, worker):
    assert change_user(office, worker, role="street_manager", jurisdiction=city.STREET).status_code == 302
    worker.refresh_from_db()
    assert (worker.role, worker.jurisdiction) == ("street_manager", city.STREET)


@pytest.mark.parametrize("jurisdiction", [city.NEIGHBOUR, city.CITY, "41", "", "4110020", "%"])
def test_nobody_gives_more_ground_than_they_have(office, worker, jurisdiction):
    answer = change_user(office, worker, jurisdiction=jurisdiction)
    assert errors_of(answer).keys() & {"jurisdiction", "__all__"}


def test_staff_make_no_superusers_and_no_staff(office, worker):
    change_user(office, worker, is_superuser="on", is_staff="on")
    worker.refresh_from_db()
    assert (worker.is_superuser, worker.is_staff) == (False, False)


def test_a_new_account_has_a_jurisdiction_within_ones_own(office):
    values = {
        "username": "neu",
        "usable_password": "true",
        "password1": "battery staple x",
        "password2": "battery staple x",
        "role": "viewer",
    }
    assert set(errors_of(office.post(page(User, "add"), {**values, "jurisdiction": city.NEIGHBOUR}))) == {
        "jurisdiction"
    }
    assert office.post(page(User, "add"), {**values, "jurisdiction": city.WEST}).status_code == 302
    assert User.objects.get(username="neu").check_password("battery staple x")


def test_accounts_of_the_neighbour_are_neither_seen_nor_changed(office, stranger):
    assert "stranger" not in office.get(page(User)).content.decode()
    assert change_user(office, stranger, role="viewer").status_code == 302
    stranger.refresh_from_db()
    assert stranger.role == "duty_chief"


def test_the_password_of_the_neighbour_is_not_changed(office, stranger):
    address = reverse("admin:auth_user_password_change", args=[stranger.pk])
    office.post(
        address, {"usable_password": "true", "password1": "battery staple x", "password2": "battery staple x"}
    )
    stranger.refresh_from_db()
    assert stranger.check_password("correct horse")


def test_superusers_are_not_seen_by_other_staff(office):
    User.objects.create_superuser("root", password="correct horse", jurisdiction=city.DISTRICT)
    assert "root" not in office.get(page(User), {"q": "root"}).context["cl"].result_list.values_list(
        "username", flat=True
    )


def test_tokens_are_revoked_in_the_office(office, worker):
    token, _secret = AccessToken.objects.issue(worker, name="QGIS", scope="read")
    office.post(page(AccessToken), {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_tokens_of_the_neighbour_are_not_revoked(office, stranger):
    token, _secret = AccessToken.objects.issue(stranger, name="QGIS", scope="read")
    office.post(page(AccessToken), {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at is None
