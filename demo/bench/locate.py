"""Where am I, for a report: through the server, and the one statement that finds it."""

import random
from typing import NamedTuple

import psycopg

from buildings.models import Building
from cases import locating
from cases.models import Category
from demo.bench.client import Client
from demo.bench.report import IN_TURN, in_turn, section
from demo.bench.setting import Setting
from demo.bench.timing import Way, take_turns
from gis.models import User

NUMBER = 100


class Spot(NamedTuple):
    """EPSG:4326, and the id of the category that is reported there."""

    lon: float
    lat: float
    category: int


def measure(setting: Setting) -> str:
    client = setting.sign_in(setting.reporter)
    ways = {"ours": _served(client), "SQL, same statement": _stated(setting.raw, setting.reporter)}
    samples = take_turns(_spots(setting.reporter), ways, seconds=setting.seconds / 2)
    return section("Where am I, with similar cases nearby, ms", [IN_TURN, *in_turn("locate", samples, {})])


def _spots(user: User) -> list[Spot]:
    """At random buildings of the user's district, for random categories."""
    dice = random.Random(17)
    ids = list(Building.objects.in_region(user.jurisdiction).order_by("id").values_list("id", flat=True))
    buildings = Building.objects.in_bulk(dice.sample(ids, min(NUMBER, len(ids))))
    categories = list(Category.objects.filter(is_active=True).order_by("id").values_list("id", flat=True))
    points = (building.footprint.point_on_surface for building in buildings.values())
    return [Spot(point.x, point.y, dice.choice(categories)) for point in points]


def _served(client: Client) -> Way[Spot]:
    return lambda spot: (
        lambda: client.get(f"/api/locate?lon={spot.lon}&lat={spot.lat}&category={spot.category}")
    )


def _stated(raw: psycopg.Connection, user: User) -> Way[Spot]:
    def way(spot: Spot):
        asked = locating.parameters(user, spot.lon, spot.lat, category=spot.category)
        return lambda: raw.execute(locating.QUERY, asked).fetchone()

    return way
