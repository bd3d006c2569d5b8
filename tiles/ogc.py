"""OGC API – Features 1.0 (Core, GeoJSON, OpenAPI 3.0) over the layers: each layer is a collection.

Coordinates are CRS84: longitude and latitude as stored. What a user may not see does not exist here.
"""

import json
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.views import APIView

from gis.errors import BadParameter, NotHere
from gis.layers import Layer, layers
from tiles import features, filters
from tiles.api import WhatTheServerHas
from tiles.features import Extent

LIMIT, MOST = 100, 10_000
CONFORMS_TO = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "geojson", "oas30")
]
JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
TEMPORAL = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

PARAMETERS = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
        description="Most features in one answer; more than the maximum is taken as the maximum.",
    ),
    OpenApiParameter(
        "offset", {"type": "integer", "minimum": 0, "default": 0}, description="Features passed over."
    ),
    OpenApiParameter(
        "bbox",
        {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
        style="form",
        explode=False,
        description="west,south,east,north in CRS84, or in bbox-crs. Only features that intersect it.",
    ),
    OpenApiParameter(
        "bbox-crs", str, description="Coordinate system of bbox: a URI of the OGC, EPSG:…, GCJ02 or BD09."
    ),
    OpenApiParameter(
        "datetime",
        str,
        description="RFC 3339 instant, or interval a/b, ../b, a/..; only collections with a time.",
    ),
    OpenApiParameter(
        "region_code", str, description="Only in this region and below; comma for any of several."
    ),
    OpenApiParameter(
        "attributes",
        {"type": "object", "additionalProperties": {"type": "string"}},
        style="form",
        explode=True,
        description="Any attribute of the collection by its name: equal to it; comma for any of several.",
    ),
]


def reply(body: dict, media_type: str = JSON) -> HttpResponse:
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
    takes: tuple[str, ...] = ("f",)  # query parameters beside the layer's filters

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.query_params.get("f", "json") not in ("json", "geojson"):
            raise BadParameter(name="f", reason=_("only json is served"))
        filters.refuse_unknown(request.query_params, *self.filtered(**kwargs), also=self.takes)

    def filtered(self, **kwargs) -> list[Layer]:
        """The layers whose filters this resource takes."""
        return []

    def link(self, rel: str, name: str, *args, media_type: str = JSON, title: str = "") -> dict:
        """An absolute link to the resource called ``name``."""
        href = self.request.build_absolute_uri(reverse(name, args=args))
        return {"href": href, "rel": rel, "type": media_type} | ({"title": title} if title else {})


class Landing(OgcView):
    @described("getLandingPage", "Landing page")
    def get(self, request):
        links = [
            self.link("self", "ogc", title=_("This page")),
            self.link("service-desc", "ogc-api", media_type=OPENAPI, title=_("Description of the interface")),
            self.link(
                "service-doc", "api-docs", media_type="text/html", title=_("Documentation of the interface")
            ),
            self.link("conformance", "ogc-conformance", title=_("Conformance classes")),
            self.link("data", "ogc-collections", title=_("Collections")),
        ]
        return reply({"title": _("Wangge"), "description": _("The layers of the city."), "links": links})


class Conformance(OgcView):
    @described("getConformance", "Conformance classes")
    def get(self, request):
        return reply({"conformsTo": CONFORMS_TO})


class Description(OgcView):
    """The OpenAPI document of these resources alone, with the paths that the standard speaks of."""

    @described("getApi", "OpenAPI document")
    def get(self, request):
        root = reverse("ogc").rstrip("/")
        document = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)
        document["paths"] = {
            path.removeprefix(root) or "/": item
            for path, item in document["paths"].items()
            if path.startswith(root)
        }
        document["servers"] = [{"url": request.build_absolute_uri(root)}]
        return reply(document, OPENAPI)


class Collections(OgcView):
    @described("getCollections", "Collections")
    def get(self, request):
        seen = layers.seen_by(request.user)
        extents = features.extents(seen, request.user)
        collections = [collection(self, layer, extents[layer.name]) for layer in seen]
        return reply({"links": [self.link("self", "ogc-collections")], "collections": collections})


class Collection(OgcView):
    @described("getCollection", "One collection")
    def get(self, request, name):
        layer = seen_layer(name, request.user)
        return reply(collection(self, layer, features.extents([layer], request.user)[layer.name]))


class Items(OgcView):
    takes = ("f", "limit", "offset")

    def filtered(self, **kwargs):
        return [seen_layer(kwargs["name"], self.request.user)]

    @described("getItems", "Features of a collection", parameters=PARAMETERS)
    def get(self, request, name):
        layer, params = seen_layer(name, request.user), request.query_params
        limit = min(number(params, "limit", default=LIMIT, least=1), MOST)
        offset = number(params, "offset", default=0, least=0)
        rows = filters.apply(layer.visible_to(request.user), layer, params)
        page = features.page(layer, rows, limit=limit, offset=offset)
        head = {
            "type": "FeatureCollection",
            "timeStamp": timezone.now().isoformat(timespec="seconds"),
            "numberMatched": page.matched,
            "numberReturned": page.returned,
            "links": self._links(layer, page, limit=limit, offset=offset),
        }
        text = f'{json.dumps(head, ensure_ascii=False)[:-1]}, "features": [{page.text}]}}'
        return HttpResponse(text, content_type=GEOJSON)

    def _links(self, layer: Layer, page: features.Page, *, limit: int, offset: int) -> list[dict]:
        links = [
            self._page("self", limit=limit, offset=offset),
            self.link("collection", "ogc-collection", layer.name),
        ]
        if offset + page.returned < page.matched and page.returned:
            links.append(self._page("next", limit=limit, offset=offset + limit))
        if offset > 0:
            links.append(self._page("prev", limit=limit, offset=max(offset - limit, 0)))
        return links

    def _page(self, rel: str, **changed: int) -> dict:
        """A link to this address with other paging; filters stay."""
        query = {**self.request.query_params.dict(), **changed}
        if not query["offset"]:
            del query["offset"]
        href = f"{self.request.build_absolute_uri(self.request.path)}?{urlencode(query)}"
        return {"href": href, "rel": rel, "type": GEOJSON}


class Item(OgcView):
    @described("getItem", "One feature")
    def get(self, request, name, pk):
        layer = seen_layer(name, request.user)
        text = features.one(layer, layer.visible_to(request.user), pk)
        if text is None:
            raise NotHere
        links = [
            self.link("self", "ogc-item", layer.name, pk, media_type=GEOJSON),
            self.link("collection", "ogc-collection", layer.name),
        ]
        return HttpResponse(f'{text[:-1]},"links":{json.dumps(links)}}}', content_type=GEOJSON)


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


def collection(view: OgcView, layer: Layer, extent: Extent) -> dict:
    """A collection's description."""
    title = str(layer.title)
    return {
        "id": layer.name,
        "title": title,
        "itemType": "feature",
        "crs": [filters.CRS84],
        "extent": extent_document(extent, timed=bool(layer.time)),
        "links": [
            view.link("self", "ogc-collection", layer.name, title=title),
            view.link("items", "ogc-items", layer.name, media_type=GEOJSON, title=title),
        ],
    }


def extent_document(extent: Extent, *, timed: bool) -> dict:
    """Where, and if ``timed`` when; a collection without features has no bbox and an open interval."""
    document: dict = {}
    if extent.bbox:
        document["spatial"] = {"bbox": [extent.bbox], "crs": filters.CRS84}
    if timed:
        ends = [end.isoformat() if end else None for end in (extent.first, extent.last)]
        document["temporal"] = {"interval": [ends], "trs": TEMPORAL}
    return document


urlpatterns = [
    path("ogc", Landing.as_view(), name="ogc"),
    path("ogc/", Landing.as_view(schema=None)),
    path("ogc/api", Description.as_view(), name="ogc-api"),
    path("ogc/conformance", Conformance.as_view(), name="ogc-conformance"),
    path("ogc/collections", Collections.as_view(), name="ogc-collections"),
    path("ogc/collections/<str:name>", Collection.as_view(), name="ogc-collection"),
    path("ogc/collections/<str:name>/items", Items.as_view(), name="ogc-items"),
    path("ogc/collections/<str:name>/items/<int:pk>", Item.as_view(), name="ogc-item"),
]
