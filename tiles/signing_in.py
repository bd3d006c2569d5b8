"""Who asks for a tile, and what changed since the last one was asked for, in one look."""

from typing import NamedTuple

import psycopg
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest

from gis import sessions
from gis.models import User
from tiles.cache import changes

MOST_STAMPS = 2000
# The stamps that the snapshot ``known`` did not see are of transactions not yet begun then, or not yet ended:
# two ranges of the index, however long some transaction has been open. The subselect hides its value from
# the planner, which therefore keeps one plan for all.
_LOOK = f"""
SELECT pg_current_snapshot()::text,
       (SELECT coalesce(string_agg(concat_ws(' ', id, relation, west, south, east, north), E'\n'), '')
          FROM ((SELECT * FROM tiles_stamp WHERE xid >= (SELECT pg_snapshot_xmax(%(known)s::pg_snapshot))
                  ORDER BY xid LIMIT {MOST_STAMPS})
                UNION ALL
                SELECT stamp.* FROM pg_snapshot_xip(%(known)s::pg_snapshot) open
                  JOIN tiles_stamp stamp ON stamp.xid = open
                LIMIT {MOST_STAMPS}) unseen),
       holder.*
  FROM (VALUES (1)) one
  LEFT JOIN (SELECT s.session_data, u.password, u.role, u.jurisdiction
               FROM {User._meta.db_table} u, {Session._meta.db_table} s
              WHERE u.id = %(user_id)s::bigint AND u.is_active
                AND s.session_key = %(key)s::text AND s.expire_date > now()) holder ON true
"""


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
        values = {"known": since, "user_id": user_id, "key": session_key}
        seen, stamps, *found = cursor.execute(_LOOK, values, prepare=True).fetchone()  # type: ignore[misc]
    too_many = stamps.count("\n") + 1 >= MOST_STAMPS
    changes.learn(since, seen, None if too_many else stamps)
    return tuple(found)
