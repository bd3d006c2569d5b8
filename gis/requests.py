"""A request's id: in its log lines, its answer's header and its problem details."""

import logging
import re
import time
import uuid
from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_acceptable = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = logging.getLogger("wangge.request")
PROBES = ("/healthz", "/readyz")  # asked every few seconds by whoever watches


def current_request_id() -> str:
    return _request_id.get()


class RequestIdFilter(logging.Filter):
    """Adds ``request_id`` to every log record."""

    def filter(self, record):
        record.request_id = current_request_id()
        return True


class RequestIdMiddleware:
    """Takes the id that a proxy gave (``X-Request-ID``) or makes one, and logs one line per request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _acceptable.fullmatch(given) else uuid.uuid4().hex
        reset = _request_id.set(request_id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            ms = round((time.perf_counter() - started) * 1000, 1)
            log.log(
                logging.DEBUG if request.path in PROBES else logging.INFO,
                "%s %s %s", request.method, request.path, response.status_code,
                extra={"status": response.status_code, "ms": ms},
            )  # fmt: skip
            return response
        finally:
            _request_id.reset(reset)
