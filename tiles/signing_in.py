"""A browser's session for the map, whose forty tiles at once would each ask for session and user apart.

Signing out, a new password, a deactivated user or a session's end hold at once: each look reads the session
and the user anew, and anything that is not as it was verified goes the long way again.
"""

from typing import NamedTuple

import psycopg
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from gis.models import User
from tiles.cache import changes

_LOOK = "SELECT seen::text, stamps, session_data, password, role, jurisdiction FROM tiles_look(%s, %s, %s)"


class Verified(NamedTuple):
    """What Django's own sign-in found good: as long as it stands so in the database, it is good."""

    user_id: int
    session_data: str
    password: str


class Asker(NamedTuple):
    """Who asks for a tile, as the database has them now."""

    user_id: int
    role: str
    jurisdiction: str


_verified: dict[str, Verified] = {}


def look(request: HttpRequest) -> Asker | None:
    """Who holds the request's session, if it was verified before; and what changed is learnt."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    known = _verified.get(key)
    if known is None:
        return None
    session_data, password, role, jurisdiction = _look(key, known.user_id)
    if Verified(known.user_id, session_data, password) == known:
        return Asker(known.user_id, role, jurisdiction)
    _verified.pop(key, None)
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


class Remembering(SessionAuthentication):
    """SessionAuthentication that remembers what it found good, for ``look``."""

    def authenticate(self, request: Request):
        found = super().authenticate(request)
        if found:
            user, _auth = found
            _remember(request._request, user)
        return found


def _remember(request: HttpRequest, user: User) -> None:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if session := Session.objects.filter(session_key=key).first():
        if len(_verified) > 10_000:
            _verified.clear()
        _verified[key] = Verified(user.pk, session.session_data, user.password)
