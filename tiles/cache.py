"""Tiles that were drawn, kept while they are exact.

In this process' memory, and in a table for all processes. A kept tile is used only while no stamp touches it
(``tiles.stamps``): what was committed before a request is in its answer. One process draws a cold tile, all
others wait for it. Inside a transaction nothing is kept: it may see rows that nobody else ever will.
"""

import hashlib
import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

import psycopg
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction

from tiles import budget, mvt
from tiles.limits import Purses, Slow, TooSlow
from tiles.questions import Question
from tiles.stamps import Changes, Rectangle

MEMORY_BYTES = 64 * 2**20
DRAWN_AT_ONCE = 2  # a process: more statements than the database has cores are slower than their number
KEPT_DAYS = 1
PRUNED_EVERY = 500  # tiles stored
_MARGIN_M = 2.0  # PostGIS compares boxes of float32: up to a metre wider than they are

changes = Changes()


@dataclass(slots=True)
class Kept:
    """A packed (gzip) tile, empty where nothing is. No stamp numbered below ``since`` touches it."""

    packed: bytes
    etag: str
    thinned: int
    since: int


class Answer(NamedTuple):
    """``how`` it was found: hit, stored, drawn; ``after`` is to be called when the answer is sent."""

    tile: Kept
    how: str
    after: Callable[[], None] | None = None


class _Memory:
    """The tiles used last, up to a number of bytes."""

    def __init__(self) -> None:
        self._tiles: OrderedDict[tuple, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: tuple) -> Kept | None:
        with self._lock:
            if kept := self._tiles.get(key):
                self._tiles.move_to_end(key)
            return kept

    def put(self, key: tuple, kept: Kept) -> None:
        with self._lock:
            if old := self._tiles.pop(key, None):
                self._bytes -= len(old.packed) + 500
            self._tiles[key] = kept
            self._bytes += len(kept.packed) + 500
            while self._bytes > MEMORY_BYTES:
                _key, oldest = self._tiles.popitem(last=False)
                self._bytes -= len(oldest.packed) + 500

    def clear(self) -> None:
        with self._lock:
            self._tiles.clear()
            self._bytes = 0


_memory = _Memory()
_drawing: dict[tuple, threading.Lock] = {}
_stores = itertools.count(1)
_drawing_now = threading.BoundedSemaphore(DRAWN_AT_ONCE)
_purses, _slow = Purses(), Slow()


def tile(question: Question, at: mvt.Tile, *, asker: int | None) -> Answer:
    """The tile as the database has it; TooSlow, TooMany. The caller has let ``changes`` learn what is new.

    ``asker`` is the id of the user whom it is drawn for; None is the operator, who has no limit.
    """
    if connection.in_atomic_block:
        return Answer(_draw(question, at, since=0)[0], "drawn")
    key = (question.digest, at.x, at.y)
    rectangle = _rectangle(at)
    _slow.refuse(key)
    if kept := _good(key, question, rectangle):
        return Answer(kept, "hit")
    with _alone(key) as waited:
        if waited and (kept := _good(key, question, rectangle)):
            return Answer(kept, "hit")
        _slow.refuse(key)
        answer = _stored_or_drawn(question, at, rectangle, asker)
        _memory.put(key, answer.tile)
        return answer


def _good(key: tuple, question: Question, rectangle: Rectangle) -> Kept | None:
    kept = _memory.get(key)
    if kept is None:
        return None
    number = changes.number
    if changes.touch(question.reads, rectangle, kept.since):
        return None
    kept.since = max(kept.since, number)
    return kept


@contextmanager
def _alone(key: tuple) -> Iterator[bool]:
    """One thread of this process at a time; gives whether it had to wait for another."""
    lock = _drawing.setdefault(key, threading.Lock())
    waited = not lock.acquire(blocking=False)
    if waited:
        lock.acquire()
    try:
        yield waited
    finally:
        _drawing.pop(key, None)
        lock.release()


# --- the table ----------------------------------------------------------------------------------

_FETCH = "SELECT packed, etag, thinned, mine FROM tiles_fetch(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_STORE = "SELECT tiles_store(%s, %s, %s, %s, %s, %s, %s::pg_snapshot, %s, %s, %s)"


def _execute(sql: str, values: tuple) -> psycopg.Cursor:
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(sql, values, binary=True, prepare=True)


def _stored_or_drawn(question: Question, at: mvt.Tile, rectangle: Rectangle, asker: int | None) -> Answer:
    """The tile from the table; drawn if it is not there, by one process while the others wait."""
    which = (question.digest, *at)
    lock = _lock_of(which)
    here, anywhere = map(sorted, question.reads)
    for _once_and_after_waiting in range(2):
        since = changes.number
        row = _execute(_FETCH, (*which, here, anywhere, *rectangle, lock)).fetchone()
        packed, etag, thinned, mine = row  # type: ignore[misc]  # a function gives one row
        if etag is not None:
            return Answer(Kept(packed, etag, thinned, since), "stored")
        if mine:
            return _drawn_and_stored(question, at, since, which, lock, asker)
        _wait_for(lock)
    if asker is not None:
        _purses.spend(asker)
    return Answer(_draw(question, at, since)[0], "drawn")


def _drawn_and_stored(
    question: Question, at: mvt.Tile, since: int, which: tuple, lock: int, asker: int | None
) -> Answer:
    try:
        if asker is not None:
            _purses.spend(asker)
        kept, snapshot = _draw(question, at, since)
    except BaseException:
        with suppress(DatabaseError):  # without the connection there is no lock either
            _execute("SELECT pg_advisory_unlock(%s)", (lock,))
        raise

    def store() -> None:
        values = (*which, kept.packed, kept.etag, snapshot, kept.thinned, question.names, lock)
        _execute(_STORE, values)
        if next(_stores) % PRUNED_EVERY == 0:
            prune()

    return Answer(kept, "drawn", store)


def _lock_of(which: tuple) -> int:
    return int.from_bytes(hashlib.blake2b(repr(which).encode(), digest_size=8).digest(), signed=True)


def _wait_for(lock: int) -> None:
    """Until whoever draws the tile has stored it, or for as long as a statement may take."""
    with suppress(OperationalError):
        _execute("SELECT pg_advisory_lock(%s)", (lock,))
        _execute("SELECT pg_advisory_unlock(%s)", (lock,))


def _draw(question: Question, at: mvt.Tile, since: int) -> tuple[Kept, str]:
    try:
        with _drawing_now:
            drawn = budget.fill(question.text_at, at)
    except OperationalError as error:
        if not isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise
        _slow.note((question.digest, at.x, at.y))
        raise TooSlow from error
    packed = drawn.packed if drawn.tile else b""
    return Kept(packed, etag_of(drawn.tile), drawn.thinned, since), drawn.snapshot


def etag_of(tile: bytes) -> str:
    """Weak: packed or not, it is this tile."""
    return f'W/"{hashlib.blake2b(tile, digest_size=12).hexdigest()}"'


def _rectangle(at: mvt.Tile) -> Rectangle:
    """What a tile shows with its buffer, in EPSG:3857."""
    side = mvt.WORLD_M / 2**at.z
    west, north = at.x * side - mvt.WORLD_M / 2, mvt.WORLD_M / 2 - at.y * side
    margin = side * mvt.BUFFER / mvt.EXTENT + _MARGIN_M
    return (west - margin, north - side - margin, west + side + margin, north + margin)


# --- for operators ------------------------------------------------------------------------------


def prune() -> int:
    """Forget tiles drawn a day ago, and the oldest beyond the size of the table; gives how many went."""
    most = settings.TILE_CACHE_MB * 2**20
    return _execute("SELECT tiles_prune(make_interval(days => %s), %s)", (KEPT_DAYS, most)).fetchone()[0]  # type: ignore[index]


def clear() -> int:
    """Forget all tiles, in the table and, by a stamp on everything, in every process; gives how many went."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tiles_cached")
        gone = cursor.rowcount
        cursor.execute("SELECT tiles_touch_everything()")
        return gone
