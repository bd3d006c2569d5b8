"""The OGC APIs over the layers: each layer is a collection, with its features and its tiles.

What a user may not see does not exist here.
"""

from django.urls import path, reverse
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator

from gis.layers import Layer, layers
from tiles import extents, ogc_tiles, systems
from tiles.attributes import schema_of
from tiles.cql2_query import GEOMETRY
from tiles.extents import Outlines
from tiles.ogc_items import Item, Items
from tiles.ogc_view import (
    GEOJSON,
    JSON_SCHEMA,
    OPENAPI,
    REL,
    OgcView,
    described,
    number,
    reply,
    seen_layer,
)
from tiles.systems import CRS84

__all__ = ["CONFORMS_TO", "number", "seen_layer", "urlpatterns"]

TEMPORAL = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
CONFORMS_TO = [
    f"http://www.opengis.net/spec/{standard}/conf/{part}"
    for standard, parts in {
        "ogcapi-features-1/1.0": ("core", "geojson", "oas30"),
        "ogcapi-features-2/1.0": ("crs",),
        "ogcapi-features-3/1.0": ("queryables", "filter", "features-filter"),
        "cql2/1.0": (
            "cql2-text", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
            "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
            "temporal-functions",
        ),
        "ogcapi-tiles-1/1.0": (
            "core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets",
            "collections-selection", "mvt", "oas30",
        ),
        "tms/2.0": ("tilematrixset", "json-tilematrixset", "tilematrixsetlimits", "json-tilematrixsetlimits"),
        "ogcapi-common-2/1.0": ("collections",),
    }.items()
    for part in parts
]  # fmt: skip


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
            self.link(f"{REL}tilesets-vector", "ogc-tilesets", title=_("Vector tiles")),
            self.link(f"{REL}tiling-schemes", "ogc-matrix-sets", title=_("Tile matrix sets")),
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
        outlines, offered = Outlines(request.user), systems.offered(request.user)
        collections = [collection(self, layer, outlines, offered) for layer in layers.seen_by(request.user)]
        links = [self.link("self", "ogc-collections")]
        return reply({"links": links, "crs": offered, "collections": collections})


class Collection(OgcView):
    @described("getCollection", "One collection")
    def get(self, request, name):
        layer = seen_layer(name, request.user)
        return reply(collection(self, layer, Outlines(request.user), systems.offered(request.user)))


class Queryables(OgcView):
    """What filters can name."""

    @described("getQueryables", "Attributes that a filter of the collection can name")
    def get(self, request, name):
        layer = seen_layer(name, request.user)
        kind = layer.geometry_field.geom_type.lower()
        geometry = {
            "title": _("Geometry"),
            "x-ogc-role": "primary-geometry",
            "format": "geometry-any" if kind == "geometry" else f"geometry-{kind}",
        }
        attributes = {attribute: schema_of(layer, attribute) for attribute in layer.paths}
        document = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": request.build_absolute_uri(request.path),
            "type": "object",
            "title": str(layer.title),
            "properties": {GEOMETRY: geometry, **attributes},
            "additionalProperties": False,
        }
        return reply(document, JSON_SCHEMA)


def collection(view: OgcView, layer: Layer, outlines: Outlines, offered: list[str]) -> dict:
    """A collection's description; answers come in the systems ``offered``."""
    title = str(layer.title)
    queryables = f"{REL}queryables"
    return {
        "id": layer.name,
        "title": title,
        "itemType": "feature",
        "crs": offered,
        "storageCrs": CRS84,
        "extent": extent(layer, outlines),
        "links": [
            view.link("self", "ogc-collection", layer.name, title=title),
            view.link("items", "ogc-items", layer.name, media_type=GEOJSON, title=title),
            view.link(queryables, "ogc-queryables", layer.name, media_type=JSON_SCHEMA, title=title),
            view.link(f"{REL}tilesets-vector", "ogc-collection-tilesets", layer.name, title=title),
        ],
    }


def extent(layer: Layer, outlines: Outlines) -> dict:
    """Where, and if the layer has a time when; without features in sight the interval is open."""
    document: dict = {}
    if box := outlines.around([layer]):
        document["spatial"] = {"bbox": [box], "crs": CRS84}
    if layer.time:
        ends = [end.isoformat() if end else None for end in extents.interval(layer, outlines.user)]
        document["temporal"] = {"interval": [ends], "trs": TEMPORAL}
    return document


urlpatterns = [
    path("ogc", Landing.as_view(), name="ogc"),
    path("ogc/", Landing.as_view(schema=None)),
    path("ogc/api", Description.as_view(), name="ogc-api"),
    path("ogc/conformance", Conformance.as_view(), name="ogc-conformance"),
    path("ogc/collections", Collections.as_view(), name="ogc-collections"),
    path("ogc/collections/<str:name>", Collection.as_view(), name="ogc-collection"),
    path("ogc/collections/<str:name>/queryables", Queryables.as_view(), name="ogc-queryables"),
    path("ogc/collections/<str:name>/items", Items.as_view(), name="ogc-items"),
    path("ogc/collections/<str:name>/items/<int:pk>", Item.as_view(), name="ogc-item"),
    *ogc_tiles.urlpatterns,
]
