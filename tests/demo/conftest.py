"""A demo city small enough for tests: composed once, and loaded once in a transaction that is rolled back."""

from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from demo import loading
from demo.city import City, compose
from demo.scale import TINY
from gis.layers import layers
from gis.models import User
from grids.models import Organisation

SEED = 1
UNTIL = datetime(2026, 6, 30, 18, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def demo_city() -> City:
    return compose(TINY, SEED)


@pytest.fixture(scope="package")
def loaded(django_db_setup, django_db_blocker):
    """The tiny city in the database; ``said`` is what the load reported."""
    said = []
    with django_db_blocker.unblock(), transaction.atomic():
        loading.load(TINY, seed=SEED, until=UNTIL, say=said.append)
        yield SimpleNamespace(said=said, until=UNTIL)
        transaction.set_rollback(True)


@pytest.fixture
def empty(loaded, db):
    """The same database without the city, for one test."""
    models = [layer.model for layer in layers] + [Organisation, User]
    tables = ", ".join(model._meta.db_table for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")
