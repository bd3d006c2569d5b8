"""Everyone's fixtures. A test that asks who may see what knows three people: an officer at home, a colleague
of the same district, and a stranger from the neighbouring one."""

import pytest
from rest_framework.test import APIClient

from gis.models import User
from gis.roles import Role
from tests import city


def make_user(username: str, *, role: Role, jurisdiction: str) -> User:
    return User.objects.create_user(username, password="correct horse", role=role, jurisdiction=jurisdiction)


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Argon2 is slow on purpose; a test that is not about it need not wait."""
    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    settings.PASSWORD_HASHERS = [quick, *settings.PASSWORD_HASHERS]


@pytest.fixture
def town(db):
    """The drawn town of ``tests.city``, loaded."""
    return city.load()


@pytest.fixture
def worker(db):
    """A grid worker of the west community."""
    return make_user("worker", role=Role.GRID_WORKER, jurisdiction=city.WEST)


@pytest.fixture
def colleague(db):
    """A grid worker of the east community, same street."""
    return make_user("colleague", role=Role.GRID_WORKER, jurisdiction=city.EAST)


@pytest.fixture
def stranger(db):
    """A duty chief of the neighbouring district."""
    return make_user("stranger", role=Role.DUTY_CHIEF, jurisdiction=city.NEIGHBOUR)


@pytest.fixture
def chief(db):
    """The duty chief of the district centre."""
    return make_user("chief", role=Role.DUTY_CHIEF, jurisdiction=city.DISTRICT)


@pytest.fixture
def gis_admin(db):
    """The district's GIS administrator."""
    return make_user("gisadmin", role=Role.GIS_ADMINISTRATOR, jurisdiction=city.DISTRICT)


@pytest.fixture
def signed_in():
    """``signed_in(user)`` is an API client with that user's session."""

    def sign_in(user) -> APIClient:
        client = APIClient()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
