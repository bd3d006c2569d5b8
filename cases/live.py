"""New and changed cases as server-sent events, each watcher within his jurisdiction.

The database says which cases are new (``sql/live.sql``). One connection per process listens, each case is
read once and given to those who may see it. Events: ``case`` and ``change`` (a case as GeoJSON), ``many``
(too many to tell one by one: ask anew) and ``beat`` (the stream lives).
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection
from django.db.models import Max

from cases.layers import CASES
from cases.models import Case
from gis.models import User

CHANNEL = "cases"
WAITING = 200  # messages kept for a watcher who reads slowly; one more, and he is sent away to come back
AT_ONCE = 100  # missed cases told one by one; more are told as `many`
OVERLAP = 20  # ids are given before the commit: cases a little older than the last one told may be new
BEAT_S = 10  # also how long a stream outlives its sign-in
RECONNECT_S = 1.0
START_S = 5.0  # longer without the database, and the browser is left to come back

log = logging.getLogger(__name__)


# --- what is told -------------------------------------------------------------------------------


class Told:
    """One case, ready to be sent: its text is written once for all watchers."""

    def __init__(self, event: str, row: dict[str, Any]):
        self.case_id: int = row["id"]
        self.region_code: str = row["region_code"]
        number = self.case_id if event == "case" else None
        text = json.dumps(feature_of(row), cls=DjangoJSONEncoder, ensure_ascii=False)
        self.text = event_text(event, text, number)

    def is_for(self, user: User) -> bool:
        return user.role in CASES.roles and Case.objects.all().covers(user, self.region_code)


def event_text(event: str, data: str = "", number: int | None = None) -> str:
    """An event of the stream; ``number`` is what a browser names when it comes back (Last-Event-ID)."""
    named = f"id: {number}\n" if number else ""
    return f"event: {event}\n{named}data: {data}\n\n"


MANY = event_text("many")
BEAT = event_text("beat")


def rows_of(cases):
    """``cases`` as rows that ``feature_of`` takes."""
    return cases.values("id", "location", *CASES.paths.values())


def feature_of(row: dict[str, Any]) -> dict[str, Any]:
    """A case as GeoJSON, with the attributes that leave the server."""
    return {
        "type": "Feature",
        "id": row["id"],
        "geometry": {"type": "Point", "coordinates": [row["location"].x, row["location"].y]},
        "properties": {name: row[path] for name, path in CASES.paths.items()},
    }


def read(event: str, cases) -> list[Told]:
    """``cases`` in the order of their ids."""
    return [Told(event, row) for row in rows_of(cases.order_by("pk"))]


def since(case_id: int, cases) -> list[Told] | None:
    """Cases after ``case_id``, and a few before it that may have been committed later; None if many."""
    missed = cases.filter(pk__gt=case_id - OVERLAP)
    if missed.count() > AT_ONCE:
        return None
    return read("case", missed)


def newest() -> int:
    return Case.objects.aggregate(newest=Max("pk"))["newest"] or 0


# --- the database, outside the event loop -------------------------------------------------------

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")


async def on_database(do: Callable, *args) -> Any:
    """``do(*args)`` in a thread that may use the ORM; it keeps no connection between calls."""

    def work():
        try:
            return do(*args)
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(_threads, work)


@asynccontextmanager
async def listening() -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection of our own that has begun to listen."""
    params = connection.get_connection_params()
    params.pop("cursor_factory", None)
    params.pop("context", None)
    async with await psycopg.AsyncConnection.connect(
        **params, autocommit=True, keepalives_idle=20, application_name="wangge live"
    ) as own:
        await own.execute(f"LISTEN {CHANNEL}")
        yield own


# --- the watchers -------------------------------------------------------------------------------


class Watcher:
    """One open stream: the messages that wait for it; None ends it."""

    def __init__(self, user: User):
        self.user = user
        self.messages: asyncio.Queue[Told | str | None] = asyncio.Queue(WAITING)

    def offer(self, message: Told | str) -> bool:
        """Put ``message`` into the queue; False, and the stream ends, if the watcher reads too slowly."""
        try:
            self.messages.put_nowait(message)
        except asyncio.QueueFull:
            self.end()
            return False
        return True

    def end(self) -> None:
        while not self.messages.empty():
            self.messages.get_nowait()
        self.messages.put_nowait(None)


class Hub:
    """All watchers of this process and the one connection that listens for them while there are any."""

    def __init__(self) -> None:
        self.watchers: set[Watcher] = set()
        self._listener: asyncio.Task | None = None
        self._heard = asyncio.Event()
        self._newest = 0

    @asynccontextmanager
    async def joined(self, watcher: Watcher) -> AsyncIterator[None]:
        self.watchers.add(watcher)
        if self._listener is None or self._listener.done():
            self._heard = asyncio.Event()
            self._listener = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            self.watchers.discard(watcher)
            if not self.watchers and self._listener:
                self._listener.cancel()
                self._listener = None

    async def ready(self) -> None:
        """Wait until the database is listened to: from now on no case is missed."""
        await self._heard.wait()

    async def _listen(self) -> None:
        """Listen for ever; a lost connection is made anew, and what was missed meanwhile is told."""
        try:
            while True:
                try:
                    async with listening() as own:
                        await self._catch_up()
                        self._heard.set()
                        async for notification in own.notifies():
                            await self._hear(json.loads(notification.payload))
                except (psycopg.OperationalError, DatabaseError) as lost:
                    log.warning("the listening connection is lost: %s", lost)
                await asyncio.sleep(RECONNECT_S)
        finally:  # whatever ended it: nobody is left in a stream that stays silent
            if self._listener is asyncio.current_task():  # else all had left, and who is here now has another
                for watcher in self.watchers:
                    watcher.end()

    async def _catch_up(self) -> None:
        """Tell what came while nobody listened; the first time there is nothing to compare with."""
        if self._heard.is_set():
            self._tell(await on_database(since, self._newest, Case.objects.all()) or [])
            self._tell([MANY])  # changes of that time are not known one by one
        self._newest = await on_database(newest)

    async def _hear(self, news: dict) -> None:
        if news["event"] == "many":
            self._newest = await on_database(newest)
            self._tell([MANY])
            return
        event = {"new": "case", "changed": "change"}[news["event"]]
        told = await on_database(read, event, Case.objects.filter(pk__in=news["ids"]))
        self._newest = max([self._newest, *(one.case_id for one in told)])
        self._tell(told)

    def _tell(self, messages: Iterable[Told | str]) -> None:
        for message in messages:
            for watcher in list(self.watchers):
                if isinstance(message, Told) and not message.is_for(watcher.user):
                    continue
                if not watcher.offer(message):
                    self.watchers.discard(watcher)


hub = Hub()


async def events(
    watcher: Watcher, still_admitted: Callable[[], bool], after: int | None
) -> AsyncIterator[str]:
    """The text of ``watcher``'s stream, for as long as ``still_admitted`` (asked at each beat) holds.

    ``after`` is the last case he was told of before he lost the stream.
    """
    clock = asyncio.get_running_loop().time
    async with hub.joined(watcher):
        try:
            await asyncio.wait_for(hub.ready(), START_S)
        except TimeoutError:
            return
        yield f"retry: {int(RECONNECT_S * 1000)}\n\n{BEAT}"
        if after is not None:
            missed = await on_database(since, after, CASES.visible_to(watcher.user))
            yield MANY if missed is None else "".join(one.text for one in missed)
        beat_at = clock() + BEAT_S
        while True:
            message: Told | str | None = BEAT
            with suppress(TimeoutError):
                message = await asyncio.wait_for(watcher.messages.get(), max(beat_at - clock(), 0))
            if clock() >= beat_at:
                beat_at = clock() + BEAT_S
                if not await on_database(still_admitted):
                    return
            if message is None:
                return
            yield message if isinstance(message, str) else message.text
