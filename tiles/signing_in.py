"""Who asks for a tile, and what changed since the last one was asked for, in one look."""

from typing import NamedTuple

import psycopg
from django.db import connection
from django.http import HttpRequest

from gis import sessions
from tiles.cache import changes

_LOOK = "SELECT seen::text, stamps, session_data, password, role, jurisdiction FROM tiles_look(%s, %s, %s)"


class Asker(NamedTuple):
    """Who asks for a tile, as the database has them now."""

    user_id: int
    role: str
    jurisdiction: str


def look(request: HttpRequest) -> Asker | None:
    """Who holds the request's session, if it was verified before (``gis.sessions``); changes are learnt."""
    key = sessions.key_of(request)
    known = sessions.verified(key)
    if known is None:
        return None
    session_data, password, role, jurisdiction = _look(key, known.user_id)
    if sessions.Verified(known.user_id, session_data, password) == known:
        return Asker(known.user_id, role, jurisdiction)
    sessions.forget(key)
    return None


def learn() -> None:
    """Let ``changes`` know what was committed until now."""
    _look("", 0)


def _look(session_key: str, user_id: int) -> tuple:
    """Session data, password, role and jurisdiction in one look, which brings new stamps along."""
    since = changes.known
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)
        seen, stamps, *found = cursor.execute(_LOOK, (since, session_key, user_id)).fetchone()  # type: ignore[misc]
    changes.learn(since, seen, stamps)
    return tuple(found)
