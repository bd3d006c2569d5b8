"""What a process knows of names belongs to one test; what a test writes is followed as by a commit."""

import pytest
from django.db import connection

from geocoder import gazetteer
from tests import city


@pytest.fixture(autouse=True)
def nothing_known_before(monkeypatch):
    """The names of the test before are forgotten, and what is known is never older than the question."""
    fresh = gazetteer.Known()
    monkeypatch.setattr(gazetteer, "FRESH_S", 0.0)
    monkeypatch.setattr(gazetteer.known, "__dict__", fresh.__dict__)


def commit() -> None:
    """What a commit does to the gazetteer, inside the transaction of a test."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def town(db):
    """The drawn town, with its gazetteer."""
    loaded = city.load()
    commit()
    return loaded
