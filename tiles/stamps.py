"""What changed on the ground, and since when: how a tile that was drawn is known to be still good.

Each statement that writes to a table of a layer stamps the rectangles that it touched, in its own
transaction (``sql/stamps.sql``). A process learns of the stamps that are new whenever it is asked for a tile,
in the query that signs the asker in, so that what was committed before a request is known to it. Rectangles
are west, south, east, north in EPSG:3857.
"""

import re
import threading
import time
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from django.apps import apps
from django.db import connections

from gis.layers import Layer, layers

MOST_KEPT = 10_000
OLDEST_S = 3600  # a process that looked away for longer starts anew: stamps are kept a day (tiles_prune)
_table = re.compile(r'"([a-z0-9_]+)"')

Rectangle = tuple[float, float, float, float]


class Reads(NamedTuple):
    """The tables a tile is made of: changes matter ``here``, in its rectangle, or ``anywhere``."""

    here: frozenset[str]
    anywhere: frozenset[str]

    def touched_by(self, relation: str, box: Rectangle, tile: Rectangle) -> bool:
        if relation in self.anywhere:
            return True
        return (
            relation in self.here
            and box[0] <= tile[2]
            and box[2] >= tile[0]
            and box[1] <= tile[3]
            and box[3] >= tile[1]
        )


@cache
def _tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in apps.get_models())


def reads(asked: Iterable[Layer], sql: str) -> Reads:
    """What the statement ``sql`` of these layers reads: their own tables here, what they join anywhere."""
    own = frozenset(layer.model._meta.db_table for layer in asked)
    return Reads(own, frozenset(_table.findall(sql)) & _tables() - own)


def follow(app_config, using, **_signal) -> None:
    """After ``migrate``: the app's tables that layers read stamp their changes."""
    wanted = _followed()
    with connections[using].cursor() as cursor:
        for model in app_config.get_models():
            table = model._meta.db_table
            if table in wanted:
                cursor.execute("SELECT tiles_follow(%s::regclass, %s)", [f'"{table}"', sorted(wanted[table])])


def _followed() -> dict[str, set[str]]:
    """Each table that a layer reads, with its columns in EPSG:3857 that layers show."""
    found: dict[str, set[str]] = {}
    for layer in layers:
        own = layer.model._meta.db_table
        found.setdefault(own, set()).add(layer.twin)
        sql = str(layer.rows().order_by().values_list("pk", *layer.paths.values()).query)
        for table in reads([layer], sql).anywhere:
            found.setdefault(table, set())
    return found


class Changes:
    """The stamps that this process knows of, numbered in the order in which it learnt of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[tuple[str, Rectangle]] = []
        self._ids: set[int] = set()
        self._first = 0  # the number of the first line
        self._known = ""
        self._learnt_at = 0.0

    @property
    def known(self) -> str | None:
        """The snapshot up to which stamps are known; None if too long ago to ask for what is new since."""
        return self._known if self._known and time.monotonic() - self._learnt_at < OLDEST_S else None

    @property
    def number(self) -> int:
        """What the next stamp will be numbered."""
        with self._lock:
            return self._first + len(self._lines)

    def learn(self, asked_since: str | None, seen: str, stamps: str | None) -> None:
        """Add ``stamps`` that are new since snapshot ``asked_since``, up to ``seen``.

        One a line: id, relation, west, south, east, north. None: there are more than one may ask for.
        """
        with self._lock:
            self._learnt_at = time.monotonic()
            if asked_since is None or stamps is None:
                self._drop(len(self._lines))
                self._first += 1  # whatever was drawn until now is not known to be good
                self._known = seen
                return
            for line in stamps.splitlines():
                self._add(*line.split(" "))
            if len(self._lines) > MOST_KEPT:
                self._drop(MOST_KEPT // 2)
            if _end(seen) >= _end(self._known):
                self._known = seen

    def _add(self, number: str, relation: str, *box: str) -> None:
        if (stamp := int(number)) not in self._ids:
            self._ids.add(stamp)
            west, south, east, north = map(float, box)
            self._lines.append((relation, (west, south, east, north)))

    def _drop(self, lines: int) -> None:
        del self._lines[:lines]
        self._first += lines
        if not self._lines:
            self._ids.clear()

    def touch(self, reads: Reads, tile: Rectangle, since: int) -> bool:
        """Whether a stamp of number ``since`` or later touches the tile, as far as is known."""
        with self._lock:
            if since < self._first:
                return True
            fresh = self._lines[since - self._first :]
        return any(reads.touched_by(relation, box, tile) for relation, box in fresh)


def _end(snapshot: str) -> int:
    """The first transaction number that a snapshot knows nothing of."""
    return int(snapshot.split(":")[1]) if snapshot else -1
