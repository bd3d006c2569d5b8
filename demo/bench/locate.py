"""Where am I, for a report: through the server, and the one statement that finds it."""

import random

import psycopg

from buildings.models import Building
from cases import locating
from cases.models import Category
from demo.bench.server import Client
from demo.bench.timing import Comparison, compare
from gis.models import User


def measure(client: Client, raw: psycopg.Connection, *, user: User, number: int = 100) -> list[Comparison]:
    """At random buildings of the user's district, for random categories."""
    dice = random.Random(17)
    ids = list(Building.objects.in_region(user.jurisdiction).order_by("id").values_list("id", flat=True))
    spots = Building.objects.in_bulk(dice.sample(ids, min(number, len(ids))))
    categories = list(Category.objects.filter(is_active=True).order_by("id").values_list("id", flat=True))
    pairs = [
        _pair(client, raw, user, *building.footprint.point_on_surface, category=dice.choice(categories))
        for building in spots.values()
    ]
    return [compare("locate a report", pairs)]


def _pair(client: Client, raw: psycopg.Connection, user: User, lon: float, lat: float, *, category: int):
    asked = locating.parameters(user, lon, lat, category=category)
    return (
        lambda: client.get(f"/api/locate?lon={lon}&lat={lat}&category={category}"),
        lambda: raw.execute(locating.QUERY, asked).fetchone(),
    )
