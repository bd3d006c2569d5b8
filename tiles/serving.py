"""A tile's answer, and the short way to it.

Most requests of a map are for tiles, from a session that was seen a moment ago, for layers that were compiled
a moment ago. ``ShortWay`` answers these before anything that a page needs is set up. It knows how to say yes;
whatever is not plainly in order goes the long way, which asks everything anew and can say no.
"""

import re
import zlib
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from gis.errors import Refused
from tiles import cache, mvt, questions, signing_in
from tiles.questions import Question

MVT = "application/vnd.mapbox-vector-tile"
_address = re.compile(r"/tiles/([a-z0-9_,-]+)/(\d{1,2})/(\d{1,7})/(\d{1,7})\.mvt", re.ASCII)


class TileResponse(HttpResponse):
    """A tile; ``after`` is done when it is on its way."""

    after: Callable[[], None] | None = None

    def close(self) -> None:
        after, self.after = self.after, None
        try:
            if after is not None:
                after()
        finally:
            super().close()


def respond(request: HttpRequest, question: Question, at: mvt.Tile, *, asker: int) -> TileResponse:
    """The tile, packed if the browser can unpack it; 304 if it has it already, 204 if there is nothing.

    ``asker`` is the user's id, for the limits.
    """
    tile, how, after = cache.tile(question, at, asker=asker)
    had = request.headers.get("If-None-Match")
    if had and tile.etag.removeprefix("W/") in {etag.removeprefix("W/") for etag in parse_etags(had)}:
        response = TileResponse(status=304)
    elif not tile.packed:
        response = TileResponse(status=204)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = TileResponse(tile.packed, content_type=MVT)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = TileResponse(zlib.decompress(tile.packed, wbits=31), content_type=MVT)
    response.after = after
    headers = response.headers
    headers["ETag"] = tile.etag
    headers["Cache-Control"] = "private, no-cache"
    headers["X-Tile-Cache"] = how
    headers["X-Content-Type-Options"] = "nosniff"
    if tile.thinned:
        headers["X-Tile-Thinned"] = str(tile.thinned)
    patch_vary_headers(response, ("Accept-Encoding", "Authorization", "Cookie"))
    return response


class ShortWay:
    """Middleware: the tiles of a session and a question that are known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            answer = self._answer(request)
        except (OperationalError, InterfaceError):  # the connection is gone
            connection.close()
            answer = None
        return answer or self.get_response(request)

    def _answer(self, request: HttpRequest) -> HttpResponse | None:
        found = _address.fullmatch(request.path_info)
        if found is None or request.method != "GET" or "HTTP_AUTHORIZATION" in request.META:
            return None
        names, z, x, y = found.groups()
        asker = signing_in.look(request)
        if asker is None:
            return None
        question = questions.remembered(names, int(z), request.META["QUERY_STRING"], *asker)
        if question is None:
            return None
        try:
            return respond(request, question, mvt.Tile.read(z, x, y), asker=asker.user_id)
        except Refused:  # the long way has the words for it
            return None
