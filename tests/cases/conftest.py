"""Reports and what came of them."""

import uuid

import pytest
from django.apps import apps

from cases.models import Case, Category
from gis.database_code import load
from tests import city
from tests.cases.pictures import picture, upload


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def rubbish(town):
    return Category.objects.get(kind="incident", scheme="GB/T 30428.2-2013", code="0110")


@pytest.fixture
def body(rubbish):
    """A report at a mark of the town, as a phone sends it."""

    def body(mark="p", **values):
        lon, lat = city.MAP.lonlat(mark, east_m=values.pop("east_m", 0), north_m=values.pop("north_m", 0))
        return {
            "client_key": str(uuid.uuid4()),
            "category": rubbish.pk,
            "lon": lon,
            "lat": lat,
            "accuracy_m": 8,
        } | values

    return body


@pytest.fixture
def send(worker, body, signed_in):
    """Report as the worker (or somebody else): JSON, or multipart if it has photographs."""

    def send(mark="p", *, user=worker, **values):
        sent = body(mark, **values)
        return signed_in(user).post("/api/cases", sent, format="multipart" if "photos" in sent else "json")

    return send


@pytest.fixture
def case(send):
    return Case.objects.get(pk=send().json()["id"])


@pytest.fixture
def pictured(send):
    return Case.objects.get(pk=send(photos=[upload(picture(800, 600))]).json()["id"])


@pytest.fixture
def committed_town(transactional_db):
    """The town for tests with several connections; the class tables, which a flush empties, come with it."""
    for app in ("buildings", "cases"):
        load(apps.get_app_config(app), using="default")
    city.load()
    category = Category.objects.get(kind="incident", scheme="GB/T 30428.2-2013", code="0110")
    lon, lat = city.MAP.lonlat("p")
    return {"category": category.pk, "lon": lon, "lat": lat}
