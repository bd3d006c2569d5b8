"""One family of refusals in the domain, and its one mapping to HTTP (RFC 9457 problem details)."""

import logging
import math
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from gis.requests import current_request_id

log = logging.getLogger(__name__)


class Refused(Exception):
    """The domain says no, and nothing has changed.

    Subclasses stand beside their verb and set ``code``, ``status`` and a translated ``sentence`` that may
    use the keyword arguments given. ``where`` is GeoJSON (EPSG:4326) of the offending places, if any.
    """

    code = "refused"
    status = 409
    sentence = _("This cannot be done.")
    wait = 0  # seconds after which it may be asked again

    def __init__(self, *, where: dict | None = None, errors: list[dict] | None = None, **facts):
        self.where, self.errors, self.facts = where, errors or [], facts
        super().__init__(str(self))

    def __str__(self) -> str:
        return str(self.sentence).format(**self.facts)


class BadParameter(Refused):
    """A query parameter or field that cannot be read."""

    code = "bad-parameter"
    status = 400
    sentence = _("{name}: {reason}")


class NotHere(Refused):
    """Unknown, or not visible to whoever asks: the two are not told apart."""

    code = "not-found"
    status = 404
    sentence = _("There is nothing here that you may see.")


def problem_body(*, status: int, code: str, detail: str, errors=None, where=None) -> dict[str, Any]:
    """RFC 9457: machine code, a sentence in the user's language, and where it is wrong."""
    body: dict[str, Any] = {
        "type": f"urn:wangge:problem:{code}",
        "title": detail,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    if where:
        body["where"] = where
    if request_id := current_request_id():
        body["instance"] = f"urn:wangge:request:{request_id}"
    return body


def problem(*, status: int, headers: dict[str, str] | None = None, **told) -> Response:
    """An answer with the ``problem_body`` of what is ``told``."""
    body = problem_body(status=status, **told)
    return Response(body, status=status, headers=headers, content_type="application/problem+json")


def _field_errors(detail, path="") -> list[dict]:
    """Flatten DRF's nested detail to rows of {field, detail}."""
    if isinstance(detail, dict):
        return [
            row
            for key, value in detail.items()
            for row in _field_errors(value, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(detail, (list, tuple)):
        if all(not isinstance(item, (dict, list)) for item in detail):
            return [{"field": path, "detail": str(item)} for item in detail]
        return [row for i, item in enumerate(detail) for row in _field_errors(item, f"{path}[{i}]")]
    return [{"field": path, "detail": str(detail)}]


def handle(exc: Exception, context: dict) -> Response | None:
    """DRF's exception handler; what it does not know becomes a logged 500 without detail."""
    set_rollback()
    match exc:
        case Refused():
            headers = {"Retry-After": str(exc.wait)} if exc.wait else None
            return problem(
                status=exc.status,
                code=exc.code,
                detail=str(exc),
                errors=exc.errors,
                where=exc.where,
                headers=headers,
            )
        case Http404():
            return problem(status=404, code="not-found", detail=str(NotHere()))
        case PermissionDenied():
            return problem(
                status=403, code="permission-denied", detail=str(exceptions.PermissionDenied().detail)
            )
        case DjangoValidationError():
            detail = exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}
            return problem(
                status=400,
                code="invalid",
                detail=str(_("Some values are not right.")),
                errors=_field_errors(detail),
            )
        case exceptions.ValidationError():
            return problem(
                status=400,
                code="invalid",
                detail=str(_("Some values are not right.")),
                errors=_field_errors(exc.detail),
            )
        case exceptions.APIException():
            headers = {}
            if auth_header := getattr(exc, "auth_header", None):
                headers["WWW-Authenticate"] = auth_header
            if wait := getattr(exc, "wait", None):
                headers["Retry-After"] = str(math.ceil(wait))
            code = str(exc.default_code).replace("_", "-")
            return problem(status=exc.status_code, code=code, detail=str(exc.detail), headers=headers)
    return None
