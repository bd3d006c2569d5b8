"""What all families of rows measure with: one database, one server, its peer, and the people who ask."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from demo.bench import database
from demo.bench.client import Client
from gis.models import User
from tiles import cache


@dataclass(frozen=True, kw_only=True)
class Setting:
    """``peer`` is tipg over the same tables, None if it is not installed; ``seconds`` are for one row."""

    chief: User  # sees all layers
    reporter: User
    sign_in: Callable[[User], Client]
    raw: psycopg.Connection
    peer: Client | None
    seconds: float

    def another_connection(self) -> psycopg.Connection:
        return database.bare()

    def forget_tiles(self) -> None:
        """Let the next tile be drawn anew, in all processes of the server."""
        cache.clear()


Family = Callable[[Setting], str]
