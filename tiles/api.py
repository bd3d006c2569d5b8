"""Vector tiles, TileJSON and styles over HTTP."""

import hashlib
import math
import time
from functools import partial
from typing import Any, cast

from csp.decorators import csp_exempt
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.http import parse_etags
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gis.authentication import BasicAuthentication, BearerAuthentication
from gis.errors import NotHere
from gis.layers import Layer, layers
from gis.models import DataSource, User
from tiles import budget, features, filters, mvt, styles
from tiles.palette import THEMES
from tiles.signing_in import OneLook

REMEMBERED_S = 10  # a map asks for forty tiles at once; compiling their statement costs more than signing in
_remembered: dict[tuple, str] = {}


class WhatTheServerHas(BaseContentNegotiation):
    """Each address has one format, whatever the client says it would like best."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class MapView(APIView):
    authentication_classes = (BearerAuthentication, BasicAuthentication, OneLook)
    content_negotiation_class = WhatTheServerHas
    schema = None  # not in the OpenAPI document: TileJSON describes the tiles, docs/tiles.md the addresses


def layers_named(names: str, *, user) -> list[Layer]:
    """The layers of a comma list; NotHere if one is unknown or not for the user's role."""
    asked = [layers.get(name) for name in dict.fromkeys(names.split(","))]
    if any(user.role not in layer.roles for layer in asked):
        raise NotHere
    return asked


def tiles_address(request: HttpRequest | Request, asked: list[Layer]) -> str:
    """The absolute address of these layers' tiles, with ``{z}/{x}/{y}`` in it."""
    names = ",".join(layer.name for layer in asked)
    address = reverse("tile", kwargs={"names": names, "z": 0, "x": 0, "y": 0})
    return request.build_absolute_uri(address).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")


@method_decorator(csp_exempt(), name="dispatch")  # a tile is no document
class TileView(MapView):
    """``/tiles/{layers}/{z}/{x}/{y}.mvt``: several layers, by comma, in one tile."""

    def get(self, request: Request, names: str, z: str, x: str, y: str) -> HttpResponse:
        at = mvt.Tile.read(z, x, y)
        return answer(request, budget.fill(partial(remembered_statement, names, at.z, request), at))


def remembered_statement(names: str, z: int, request: Request, thin: int) -> str:
    """The statement of these layers for this user and these filters, compiled at most every ten seconds.

    All that decides what may be seen is part of the key, so that a change of role or jurisdiction holds
    at once; what a declaration makes of today's date is at most ten seconds late.
    """
    user = cast(User, request.user)
    moment = int(time.monotonic() / REMEMBERED_S)
    filtered = tuple(request.query_params.lists())
    key = (names, z, thin, moment, user.pk, user.role, user.jurisdiction, repr(filtered))
    if (text := _remembered.get(key)) is None:
        asked = layers_named(names, user=user)
        filters.refuse_unknown(request.query_params, *asked)
        text = mvt.statement(asked, z=z, user=user, params=request.query_params, thin=thin)
        if len(_remembered) > 500:
            _remembered.clear()
        _remembered[key] = text
    return text


def answer(request: Request, drawn: budget.Drawn) -> HttpResponse:
    """The tile, packed if the browser can unpack it; 304 if it has it already, 204 if there is nothing."""
    tile = drawn.tile
    etag = f'W/"{hashlib.blake2b(tile, digest_size=12).hexdigest()}"'  # weak: packed or not, it is this tile
    had = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in had or etag.removeprefix("W/") in had:
        response = HttpResponse(status=304)
    elif not tile:
        response = HttpResponse(status=204)
    else:
        response = HttpResponse(content_type="application/vnd.mapbox-vector-tile")
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            tile = drawn.packed
            response["Content-Encoding"] = "gzip"
        response.content = tile
    if drawn.thinned:
        response["X-Tile-Thinned"] = str(drawn.thinned)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Encoding", "Authorization", "Cookie"])
    return response


class TileJSONView(MapView):
    """``/tiles/{layers}.json``: TileJSON 3.0.0."""

    def get(self, request: Request, names: str) -> Response:
        asked = layers_named(names, user=request.user)
        described: dict[str, Any] = {
            "tilejson": "3.0.0",
            "name": ", ".join(str(layer.title) for layer in asked),
            "scheme": "xyz",
            "tiles": [tiles_address(request, asked)],
            "minzoom": min(layer.zooms[0] for layer in asked),
            "maxzoom": max(layer.zooms[-1] for layer in asked),
            "attribution": styles.attribution_of(asked, DataSource.credits()),
            "vector_layers": [part for layer in asked for part in vector_layers(layer)],
        }
        if bounds := features.bounds_seen(asked, user=request.user):
            described["bounds"] = bounds
            described["center"] = [
                (bounds[0] + bounds[2]) / 2,
                (bounds[1] + bounds[3]) / 2,
                described["minzoom"],
            ]
        response = Response(described)
        response["Cache-Control"] = "private, no-cache"
        return response


def vector_layers(layer: Layer) -> list[dict]:
    """What is in the tiles of a layer: itself, and its label points if it has some."""

    def one(name: str, attributes: tuple[str, ...], minzoom: int) -> dict:
        fields = {attribute: str(layer.titles[attribute]) for attribute in attributes}
        zooms = {"minzoom": minzoom, "maxzoom": layer.zooms[-1]}
        return {"id": name, "description": str(layer.title), "fields": fields, **zooms}

    found = [one(layer.name, layer.lean, layer.zooms[0])]
    from_zoom = styles.labelled_from(layer)
    if not math.isinf(from_zoom):
        minzoom = max(int(from_zoom), layer.zooms[0])
        found.append(one(styles.label_source(layer), styles.label_attributes(layer), minzoom))
    return found


class StyleView(MapView):
    """``/styles/{paper|night}.json``: the base map and the layers; ``?layers=a,b`` restricts them."""

    def get(self, request: Request, theme: str) -> Response:
        if theme not in THEMES:
            raise NotHere
        filters.refuse_unknown(request.query_params, also=("layers",))
        names = request.query_params.get("layers")
        shown = layers_named(names, user=request.user) if names else layers.seen_by(request.user)
        document = styles.style(
            theme,
            shown,
            tiles_of=lambda together: tiles_address(request, together),
            credits=DataSource.credits(),
        )
        response = Response(document)
        response["Cache-Control"] = "private, no-cache"
        return response
