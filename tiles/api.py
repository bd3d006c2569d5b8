"""Vector tiles, TileJSON and styles over HTTP."""

import math
from typing import Any, cast

from csp.decorators import csp_exempt
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gis.errors import NotHere
from gis.layers import Layer, layers
from gis.models import DataSource, User
from tiles import filters, mvt, questions, serving, signing_in, sprites, styles
from tiles.extents import Outlines
from tiles.palette import THEMES
from tiles.questions import layers_named


class WhatTheServerHas(BaseContentNegotiation):
    """Each address has one format, whatever the client says it would like best."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class MapView(APIView):
    content_negotiation_class = WhatTheServerHas
    schema = None  # not in the OpenAPI document: TileJSON describes the tiles, docs/tiles.md the addresses


def tiles_address(request: HttpRequest | Request, asked: list[Layer]) -> str:
    """The absolute address of these layers' tiles, with ``{z}/{x}/{y}`` in it."""
    names = ",".join(layer.name for layer in asked)
    address = reverse("tile", kwargs={"names": names, "z": 0, "x": 0, "y": 0})
    return request.build_absolute_uri(address).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")


@method_decorator(csp_exempt(), name="dispatch")  # a tile is no document
class TileView(MapView):
    """``/tiles/{layers}/{z}/{x}/{y}.mvt``: several layers, by comma, in one tile.

    The long way to it: of those who sign in anew, of questions not compiled yet, and of refusals.
    """

    def get(self, request: Request, names: str, z: str, x: str, y: str) -> HttpResponse:
        return tile_response(request, names, mvt.Tile.read(z, x, y), query=request.META["QUERY_STRING"])


def tile_response(request: Request, names: str, at: mvt.Tile, *, query: str) -> HttpResponse:
    """One tile of these layers for whoever asks, with the filters of a query string."""
    user = cast(User, request.user)
    signing_in.learn()
    question = questions.compiled(names, at.z, query, user)
    return serving.respond(request._request, question, at, asker=user.pk)


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
        if bounds := Outlines(request.user).around(asked):
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
            sprite=sprite_address(request, theme),
        )
        response = Response(document)
        response["Cache-Control"] = "private, no-cache"
        return response


class SpriteView(APIView):
    """``/sprites/{paper|night}[@2x].{json|png}``: the badges of the styles. They tell nothing of anybody."""

    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = WhatTheServerHas
    schema = None

    def get(self, request: Request, theme: str, ratio: int, kind: str) -> HttpResponse:
        if theme not in THEMES or kind not in ("json", "png"):
            raise NotHere
        if kind == "json":
            response = HttpResponse(sprites.index(ratio), content_type="application/json")
        else:
            response = HttpResponse(sprites.sheet(theme, ratio), content_type="image/png")
        response["Cache-Control"] = "public, max-age=3600"
        return response


def sprite_address(request: HttpRequest | Request, theme: str) -> str:
    """The absolute address of a theme's sprite, to which clients add ``@2x`` and ``.json`` or ``.png``."""
    address = reverse("sprite", kwargs={"theme": theme, "kind": "json"})
    return request.build_absolute_uri(address.removesuffix(".json"))
