"""Which region and unit grid a row belongs to, by spatial query in bulk.

A point, or an area by its interior point, belongs to the unit grid in force that covers it and to that
grid's community; without a grid, to the smallest region that covers it. On a shared border the lower code
wins. A line, or an area of the base map, belongs to the smallest region that holds all of it.
"""

from django.db import connection

from gis.errors import Refused
from gis.models import User  # noqa: F401


def home_points(table: str, geometry: str, ids: list[int]) -> int:
    raise Refused


def home_extents(table: str, geometry: str, ids: list[int]) -> int:
    raise Refused


def check_regions(ids: list[int]) -> None:
    raise Refused


def home_responsibility_grids(ids: list[int]) -> None:
    raise Refused


def home_unit_grids(ids: list[int]) -> None:
    raise Refused
