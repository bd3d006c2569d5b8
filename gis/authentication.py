"""How programs sign in: a bearer token, or HTTP Basic with a password or a token in its place."""

import hashlib
import hmac
import time
from datetime import timedelta

from axes.helpers import get_client_ip_address
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions

from gis.models import AccessToken, User

LAST_USED_STEP_S = 300
LONGEST_NAME = User._meta.get_field("username").max_length or 0
_REMEMBER_S = 60
_remembered: dict[str, float] = {}


def token_for(secret: str) -> AccessToken:
    """The usable token with this secret; AuthenticationFailed otherwise."""
    token = (
        AccessToken.objects.usable()
        .select_related("owner")
        .filter(digest=AccessToken.digest_of(secret))
        .first()
    )
    if token is None:
        raise exceptions.AuthenticationFailed(_("The token is unknown, revoked or has ended."))
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(seconds=LAST_USED_STEP_S):
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


class BearerAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request):
        scheme, _sep, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            return None
        token = token_for(secret.strip())
        return token.owner, token

    def authenticate_header(self, request):
        return 'Bearer realm="wangge"'


def _password_user(request, username: str, password: str) -> User | None:
    """The user with this password. A right answer is remembered for a minute, keyed by the stored hash,
    because Argon2 is slow on purpose and a map asks for forty tiles at once."""
    user = User.objects.filter(username=username, is_active=True).first()
    proof = ""
    if user is not None:
        text = f"{username}\0{password}\0{user.password}".encode()
        proof = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()
        if _remembered.get(proof, 0.0) > time.monotonic():
            return user
    signed_in = authenticate(request, username=username, password=password)
    if signed_in is not None:
        reset(
            username=username, ip=get_client_ip_address(request)
        )  # as on the page: earlier mistakes are forgotten
        if len(_remembered) > 1000:
            _remembered.clear()
        _remembered[proof] = time.monotonic() + _REMEMBER_S
    return signed_in


class LockedOut(exceptions.APIException):
    """Too many wrong passwords (django-axes); the right one is not looked at either."""

    status_code = 429
    default_code = "locked-out"
    default_detail = _("Too many wrong passwords. Wait a while before you try again.")
    wait = settings.AXES_COOLOFF_TIME * 3600


class BasicAuthentication(authentication.BasicAuthentication):
    www_authenticate_realm = "wangge"

    def authenticate_credentials(self, userid, password, request=None):
        if len(userid) > LONGEST_NAME or "\0" in userid + password:  # the database could not even look for it
            raise exceptions.AuthenticationFailed(_("Wrong user name or password."))
        if password.startswith("wg_"):
            token = token_for(password)
            if userid not in ("", "token", token.owner.username):
                raise exceptions.AuthenticationFailed(_("The token belongs to somebody else."))
            return token.owner, token
        plain_request = getattr(request, "_request", request)
        user = _password_user(plain_request, userid, password)
        if getattr(plain_request, "axes_locked_out", False):
            plain_request.axes_locked_out = False  # or the middleware answers with a page for people
            raise LockedOut
        if user is None:
            raise exceptions.AuthenticationFailed(_("Wrong user name or password."))
        return user, None
