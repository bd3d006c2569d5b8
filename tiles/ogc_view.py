"""What the resources of the OGC APIs share: who asks, which parameters they take, links, documents."""

import json

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from gis.errors import BadParameter, NotHere
from gis.layers import Layer, layers
from tiles import filters
from tiles.api import WhatTheServerHas

JSON, GEOJSON = "application/json", "application/geo+json"
JSON_SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def reply(body: dict | list, media_type: str = JSON) -> HttpResponse:
    return HttpResponse(json.dumps(body, ensure_ascii=False, default=str), content_type=media_type)


def described(operation_id: str, summary: str, **more):
    """What the OpenAPI document says of a resource."""
    answer = {200: OpenApiTypes.OBJECT}
    return extend_schema(
        operation_id=operation_id, summary=summary, tags=["OGC API"], responses=answer, **more
    )


class OgcView(APIView):
    """An OGC resource of the one who signed in."""

    content_negotiation_class = WhatTheServerHas
    formats: tuple[str, ...] = ("json", "geojson")
    takes: tuple[str, ...] = ("f",)  # query parameters beside the layers' filters

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.query_params.get("f", self.formats[0]) not in self.formats:
            raise BadParameter(name="f", reason=_("only %(name)s is served") % {"name": self.formats[0]})
        filters.refuse_unknown(request.query_params, *self.filtered(**kwargs), also=self.takes)

    def filtered(self, **kwargs) -> list[Layer]:
        """The layers whose filters this resource takes."""
        return []

    def link(self, rel: str, name: str, *args, media_type: str = JSON, title: str = "") -> dict:
        """An absolute link to the resource called ``name``."""
        href = self.request.build_absolute_uri(reverse(name, args=args))
        return {"href": href, "rel": rel, "type": media_type} | ({"title": title} if title else {})


def seen_layer(name: str, user) -> Layer:
    """The layer ``name``; NotHere if there is none or the role may not see it."""
    layer = layers.get(name)
    if layer not in layers.seen_by(user):
        raise NotHere
    return layer


def number(params, name: str, *, default: int, least: int) -> int:
    """A whole number of the query string."""
    text = params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 12) or int(text) < least:
        raise BadParameter(name=name, reason=_("it is a whole number from %(least)s on") % {"least": least})
    return int(text)
