"""A browser's session, read with its user in one query where Django's own sign-in takes two.

Signing out, a new password, a deactivated user or a session's end hold at once: each look reads the session
and the user anew, and anything that is not as it was verified goes the long way again.
"""

from typing import NamedTuple

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest
from rest_framework import authentication
from rest_framework.request import Request

from gis.models import User

_FIELDS = [field.attname for field in User._meta.concrete_fields]
# Whose session it is stands inside its signed text, so it must be known before.
_LOOK = f"""
SELECT s.session_data, {", ".join(f"u.{name}" for name in _FIELDS)}
  FROM {User._meta.db_table} u, {Session._meta.db_table} s
 WHERE u.id = %s AND u.is_active AND s.session_key = %s AND s.expire_date > now()
"""


class Verified(NamedTuple):
    """What Django's own sign-in found good: as long as it stands so in the database, it is good."""

    user_id: int
    session_data: str
    password: str


_verified: dict[str, Verified] = {}


def key_of(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def verified(key: str) -> Verified | None:
    """What was found good of the session ``key``. It must be compared with the database before it is used."""
    return _verified.get(key)


def forget(key: str) -> None:
    _verified.pop(key, None)


class SessionAuthentication(authentication.SessionAuthentication):
    """As REST framework's, with one query for a session that was verified before."""

    def authenticate(self, request: Request):
        key = key_of(request._request)
        user = _look(key) or _long_way(request._request, key)
        if user is None:
            return None
        self.enforce_csrf(request)
        return user, None


def _look(key: str) -> User | None:
    if (known := verified(key)) is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [known.user_id, key])
        found = cursor.fetchone()
    if found is not None:
        session_data, *values = found
        user = User.from_db(connection.alias, _FIELDS, values)
        if Verified(user.pk, session_data, user.password) == known:
            return user
    forget(key)
    return None


def _long_way(request: HttpRequest, key: str) -> User | None:
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    if session := Session.objects.filter(session_key=key).first():
        if len(_verified) > 10_000:
            _verified.clear()
        _verified[key] = Verified(user.pk, session.session_data, user.password)
    return user
