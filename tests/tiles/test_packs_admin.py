"""Packs in the back office of the GIS administrator."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from tests import city
from tiles import packs
from tiles.models import Pack

LIST, ADD = "admin:tiles_pack_changelist", "admin:tiles_pack_add"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(town, gis_admin, signed_in):
    gis_admin.is_staff = True
    gis_admin.save()
    return signed_in(gis_admin)


@pytest.fixture
def pack(town) -> Pack:
    return packs.make(city.WEST, names=["roads"], zooms=range(14, 16))


def wish(**values) -> dict:
    return {"region_code": city.WEST, "layers": ["roads"], "first_zoom": 14, "last_zoom": 15} | values


def act(office, action: str, *chosen: Pack):
    asked = {"action": action, "_selected_action": [one.pk for one in chosen], "post": "yes"}
    return office.post(reverse(LIST), asked, follow=True)


def test_the_administrator_makes_a_pack(office):
    answer = office.post(reverse(ADD), wish())
    made = Pack.objects.get()
    assert answer.status_code == 302
    assert (made.region_code, made.layers) == (city.WEST, ["roads"])
    assert default_storage.size(made.file.name) == made.bytes


@pytest.mark.parametrize(
    "wrong",
    [
        {"region_code": city.NEIGHBOUR},
        {"region_code": "4110020"},
        {"region_code": city.WEST + "999"},
        {"layers": ["cases"]},
        {"layers": []},
        {"first_zoom": 16},
        {"last_zoom": 19},
        {"layers": ["buildings"], "first_zoom": 2, "last_zoom": 3},
    ],
)
def test_what_cannot_be_made_is_said_on_the_form(office, wrong):
    answer = office.post(reverse(ADD), wish(**wrong))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not Pack.objects.exists()


def test_a_pack_is_made_anew_with_what_it_has(office, pack, town):
    town.road.name = "新中轴路"
    town.road.save()
    assert "已重新制作" in act(office, "make_anew", pack).content.decode()
    newer = Pack.objects.get()
    assert newer.digest != pack.digest
    assert (newer.layers, newer.first_zoom, newer.last_zoom) == (["roads"], 14, 15)


def test_a_removed_pack_takes_its_file_along(office, pack, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        act(office, "delete_selected", pack)
    assert not Pack.objects.exists()
    assert not default_storage.exists(pack.file.name)


def test_a_pack_opens_and_the_neighbours_is_not_there(office, pack, town):
    packs.make(city.NEIGHBOUR_COMMUNITY, names=["roads"], zooms=range(14, 16))
    assert office.get(reverse("admin:tiles_pack_change", args=[pack.pk])).status_code == 200
    page = office.get(reverse(LIST)).content.decode()
    assert city.WEST in page
    assert "道路" in page
    assert city.NEIGHBOUR_COMMUNITY not in page
