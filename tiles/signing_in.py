"""A browser's session for the map, whose forty tiles at once would each ask for session and user apart."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from gis.models import User

_FIELDS = [field.attname for field in User._meta.concrete_fields]
# Session and user in one look. Whose session it is stands inside its signed text, so it must be known before.
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


class OneLook(SessionAuthentication):
    """As SessionAuthentication, with one query instead of two for a session that was verified before.

    Signing out, a new password, a deactivated user or a session's end hold at once: each look reads the
    session and the user anew, and anything that is not as it was goes the long way again.
    """

    def authenticate(self, request: Request):
        key = request._request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        user = _look(key) or self._long_way(request, key)
        if user is None:
            return None
        self.enforce_csrf(request)
        return user, None

    def _long_way(self, request: Request, key: str) -> User | None:
        user = request._request.user
        if not user.is_active:
            return None
        session = Session.objects.filter(session_key=key).first()
        if session is not None:
            if len(_verified) > 10_000:
                _verified.clear()
            _verified[key] = Verified(user.pk, session.session_data, user.password)
        return user


def _look(key: str) -> User | None:
    if (known := _verified.get(key)) is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [known.user_id, key])
        found = cursor.fetchone()
    if found is not None:
        session_data, *values = found
        user = User.from_db(connection.alias, _FIELDS, values)
        if Verified(user.pk, session_data, user.password) == known:
            return user
    _verified.pop(key, None)
    return None
