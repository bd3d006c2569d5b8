"""The address of the event stream: who is let in, and from where."""

from importlib import import_module
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from cases import live
from cases.layers import CASES
from gis.authentication import BasicAuthentication, BearerAuthentication, LockedOut
from gis.errors import problem_body
from gis.models import User

_Session = import_module(settings.SESSION_ENGINE).SessionStore


async def cases(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """New and changed cases of the user's jurisdiction, as they come (see ``cases.live``).

    ``Last-Event-ID`` (or ``after``, for a tab that takes the stream over from another) names the last case
    that was received; those after it are sent first.
    """
    if not _from_here(request):
        return _refusal(
            request, 403, "foreign-origin", _("The stream is open to this site's own pages only.")
        )
    try:
        user = await live.on_database(_signed_in, request)
    except LockedOut as locked:
        refusal = _refusal(request, locked.status_code, locked.default_code, str(locked.detail))
        refusal["Retry-After"] = str(round(locked.wait))
        return refusal
    if user is None:
        return _refusal(request, 401, "not-authenticated", _("Sign in to follow the cases."))
    if user.role not in CASES.roles:
        return _refusal(request, 403, "permission-denied", _("Your role does not see cases."))

    def still_admitted() -> bool:
        try:
            now = _signed_in(request)
        except LockedOut:
            return False
        return now is not None and _standing(now) == _standing(user)

    events = live.events(live.Watcher(user), still_admitted, _last_told(request))
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"  # a proxy passes each event on at once
    return _readable(request, response)


def _standing(user: User) -> tuple:
    """What a stream was opened for: when it changes, the browser comes back for another one."""
    return user.pk, user.role, user.jurisdiction


def _last_told(request: HttpRequest) -> int | None:
    number = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None


def _signed_in(request: HttpRequest) -> User | None:
    """Whose token, password or session cookie the request carries, as it stands now; None for nobody.

    Raises LockedOut after too many wrong passwords.
    """
    try:
        for scheme in (BearerAuthentication(), BasicAuthentication()):
            if found := scheme.authenticate(Request(request)):
                return found[0]
    except AuthenticationFailed:
        return None
    request.session = _Session(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    return user if user.is_authenticated else None


def _from_here(request: HttpRequest) -> bool:
    """Whether a page of this site asks (or a program, which has no origin).

    The pages come from another port of the same host; a cookie belongs to all ports of its host, so the
    port tells nothing about who may read the answer.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    return urlsplit(origin).hostname == urlsplit(f"//{request.get_host()}").hostname


def _readable(request: HttpRequest, response):
    """Let the page, which is of another origin, read the answer."""
    if origin := request.headers.get("Origin"):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Credentials"] = "true"
    patch_vary_headers(response, ["Origin"])
    return response


def _refusal(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    response = JsonResponse(
        problem_body(status=status, code=code, detail=detail),
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
    return response if code == "foreign-origin" else _readable(request, response)
