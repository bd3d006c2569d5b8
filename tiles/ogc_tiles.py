"""OGC API – Tiles 1.0: vector tiles of one collection or of several together, in WebMercatorQuad.

Tiles are addressed by matrix, row and column (z, y, x); they are those of ``tiles.api``, and kept with them.
"""

from typing import Any

from csp.decorators import csp_exempt
from django.http import HttpResponse, QueryDict
from django.urls import path
from django.utils.decorators import method_decorator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from gis.errors import BadParameter, NotHere
from gis.layers import Layer, layers
from tiles.api import tile_response
from tiles.attributes import schema_of
from tiles.extents import Box, Outlines
from tiles.ogc_view import JSON, REL, OgcView, described, reply, seen_layer
from tiles.pyramid import DEEPEST, WORLD_M, Tile
from tiles.questions import layers_named
from tiles.serving import MVT
from tiles.systems import CRS84, EPSG

QUAD = "WebMercatorQuad"
QUAD_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
_CELL_M = WORLD_M / 256  # at zoom 0; the standard's tiles are 256 cells wide
_PIXEL_M = 0.00028  # the standard's pixel, for scale denominators
_DIMENSIONS = {
    "POINT": 0,
    "MULTIPOINT": 0,
    "LINESTRING": 1,
    "MULTILINESTRING": 1,
    "POLYGON": 2,
    "MULTIPOLYGON": 2,
}

COLLECTIONS = OpenApiParameter(
    "collections",
    {"type": "array", "items": {"type": "string"}},
    style="form",
    explode=False,
    description="Only these collections; all, if left out.",
)


# --- the tile matrix set ------------------------------------------------------------------------


class MatrixSets(OgcView):
    @described("getTileMatrixSetsList", "Tile matrix sets")
    def get(self, request):
        links = [self.link("self", "ogc-matrix-set", media_type=JSON)]
        return reply({"tileMatrixSets": [{"id": QUAD, "title": QUAD, "uri": QUAD_URI, "links": links}]})


class MatrixSet(OgcView):
    @described("getTileMatrixSet", "WebMercatorQuad")
    def get(self, request):
        return reply(
            {
                "id": QUAD,
                "title": "Google Maps Compatible for the World",
                "uri": QUAD_URI,
                "crs": f"{EPSG}3857",
                "orderedAxes": ["X", "Y"],
                "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
                "tileMatrices": [_matrix(z) for z in range(DEEPEST + 1)],
            }
        )


def _matrix(z: int) -> dict:
    return {
        "id": str(z),
        "scaleDenominator": _CELL_M / 2**z / _PIXEL_M,
        "cellSize": _CELL_M / 2**z,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-WORLD_M / 2, WORLD_M / 2],
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": 2**z,
        "matrixHeight": 2**z,
    }


# --- tilesets -----------------------------------------------------------------------------------


class Tilesets(OgcView):
    """What tiles there are of all collections."""

    takes = ("f", "collections")

    @described("dataset.getTileSetsList", "Tilesets of all collections", parameters=[COLLECTIONS])
    def get(self, request):
        return reply({"tilesets": [tileset(self, _asked(request), "ogc-tileset", "ogc-tile")]})


class Tileset(OgcView):
    takes = ("f", "collections")

    @described("dataset.getTileSet", "Vector tiles of all collections", parameters=[COLLECTIONS])
    def get(self, request):
        return reply(tileset(self, _asked(request), "ogc-tileset", "ogc-tile"))


class CollectionTilesets(OgcView):
    @described("collection.getTileSetsList", "Tilesets of a collection")
    def get(self, request, name):
        layer = seen_layer(name, request.user)
        names = ("ogc-collection-tileset", "ogc-collection-tile")
        return reply({"tilesets": [tileset(self, [layer], *names, layer.name)]})


class CollectionTileset(OgcView):
    @described("collection.getTileSet", "Vector tiles of a collection")
    def get(self, request, name):
        layer = seen_layer(name, request.user)
        return reply(tileset(self, [layer], "ogc-collection-tileset", "ogc-collection-tile", layer.name))


def _asked(request) -> list[Layer]:
    """The layers of ``collections``; NotHere for one that the user may not see. All, without it."""
    names = request.query_params.get("collections")
    return layers_named(names, user=request.user) if names else layers.seen_by(request.user)


def tileset(view: OgcView, asked: list[Layer], own: str, tile: str, *args: str) -> dict:
    """A tileset's metadata; ``own`` and ``tile`` are the names of its address and of its tiles'."""
    template = view.link("item", tile, *args, "0", "1", "2", media_type=MVT)
    template["href"] = template["href"].removesuffix("/0/1/2") + "/{tileMatrix}/{tileRow}/{tileCol}"
    if chosen := view.request.query_params.get("collections"):
        template["href"] += f"?collections={chosen}"
    document: dict[str, Any] = {
        "title": ", ".join(str(layer.title) for layer in asked),
        "dataType": "vector",
        "crs": f"{EPSG}3857",
        "tileMatrixSetURI": QUAD_URI,
        "links": [
            view.link("self", own, *args),
            view.link(f"{REL}tiling-scheme", "ogc-matrix-set"),
            {**template, "templated": True},
        ],
        "layers": [_layer(layer) for layer in asked],
    }
    if box := Outlines(view.request.user).around(asked):
        west, south, east, north = box
        document["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84}
        document["tileMatrixSetLimits"] = [_limits(z, box) for z in _zooms(asked)]
    return document


def _zooms(asked: list[Layer]) -> range:
    return range(min(layer.zooms[0] for layer in asked), max(layer.zooms[-1] for layer in asked) + 1)


def _limits(z: int, box: Box) -> dict:
    west, south, east, north = box
    first, last = Tile.holding(west, north, z=z), Tile.holding(east, south, z=z)
    return {
        "tileMatrix": str(z),
        "minTileRow": first.y,
        "maxTileRow": last.y,
        "minTileCol": first.x,
        "maxTileCol": last.x,
    }


def _layer(layer: Layer) -> dict:
    schema = {"type": "object", "properties": {name: schema_of(layer, name) for name in layer.lean}}
    told = {
        "id": layer.name,
        "title": str(layer.title),
        "dataType": "vector",
        "minTileMatrix": str(layer.zooms[0]),
        "maxTileMatrix": str(layer.zooms[-1]),
        "propertiesSchema": schema,
    }
    dimension = _DIMENSIONS.get(layer.geometry_field.geom_type)
    return told if dimension is None else told | {"geometryDimension": dimension}


# --- tiles --------------------------------------------------------------------------------------

_tile: dict[str, Any] = {
    "tags": ["OGC API"],
    "responses": {(200, MVT): OpenApiTypes.BINARY, 204: None},
}


@method_decorator(csp_exempt(), name="dispatch")
class TileOfSeveral(OgcView):
    formats = ("mvt",)
    takes = ("f", "collections")

    def filtered(self, **kwargs):
        return _asked(self.request)

    @extend_schema(
        operation_id="dataset.getTile",
        summary="A vector tile of all collections",
        parameters=[COLLECTIONS],
        **_tile,
    )
    def get(self, request, z, y, x):
        return _answer(request, _asked(request), z, x, y)


@method_decorator(csp_exempt(), name="dispatch")
class TileOfOne(OgcView):
    formats = ("mvt",)

    def filtered(self, **kwargs):
        return [seen_layer(kwargs["name"], self.request.user)]

    @extend_schema(operation_id="collection.getTile", summary="A vector tile of a collection", **_tile)
    def get(self, request, name, z, y, x):
        return _answer(request, [seen_layer(name, request.user)], z, x, y)


def _answer(request, asked: list[Layer], z: str, x: str, y: str) -> HttpResponse:
    """The tile that ``/tiles/…`` has of these layers, with the filters of the request."""
    try:
        at = Tile.read(z, x, y)
    except BadParameter as outside:
        raise NotHere from outside
    filters = QueryDict(request.META["QUERY_STRING"], mutable=True)
    for name in ("f", "collections"):
        filters.pop(name, None)
    return tile_response(request, ",".join(layer.name for layer in asked), at, query=filters.urlencode())


_one = f"ogc/collections/<str:name>/tiles/{QUAD}"
urlpatterns = [
    path("ogc/tileMatrixSets", MatrixSets.as_view(), name="ogc-matrix-sets"),
    path(f"ogc/tileMatrixSets/{QUAD}", MatrixSet.as_view(), name="ogc-matrix-set"),
    path("ogc/tiles", Tilesets.as_view(), name="ogc-tilesets"),
    path(f"ogc/tiles/{QUAD}", Tileset.as_view(), name="ogc-tileset"),
    path(f"ogc/tiles/{QUAD}/<str:z>/<str:y>/<str:x>", TileOfSeveral.as_view(), name="ogc-tile"),
    path("ogc/collections/<str:name>/tiles", CollectionTilesets.as_view(), name="ogc-collection-tilesets"),
    path(_one, CollectionTileset.as_view(), name="ogc-collection-tileset"),
    path(f"{_one}/<str:z>/<str:y>/<str:x>", TileOfOne.as_view(), name="ogc-collection-tile"),
]
