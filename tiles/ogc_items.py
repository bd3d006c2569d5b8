"""OGC API – Features: the features of a collection, page by page, and one of them.

Parts 1 (Core, GeoJSON), 2 (coordinate systems) and 3 (filters in CQL2 text).
"""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from gis.errors import BadParameter, NotHere
from gis.layers import Layer
from tiles import features, filters, systems
from tiles.ogc_view import GEOJSON, OgcView, described, number, seen_layer
from tiles.systems import CRS84

LIMIT, MOST = 100, 10_000

CRS = OpenApiParameter(
    "crs", str, description="URI of the coordinate system of the answer; see crs of the collection."
)
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
        "after",
        {"type": "integer", "minimum": 0},
        description="Only features with a larger id; as in next links.",
    ),
    CRS,
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
    OpenApiParameter("filter", str, description="Condition on the queryables, in CQL2 text."),
    OpenApiParameter("filter-lang", str, enum=[filters.LANGUAGE]),
    OpenApiParameter(
        "filter-crs", str, description="Coordinate system of the geometries in filter, as for bbox-crs."
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


class Items(OgcView):
    takes = ("f", "limit", "offset", "after", "crs")

    def filtered(self, **kwargs):
        return [seen_layer(kwargs["name"], self.request.user)]

    @described("getItems", "Features of a collection", parameters=PARAMETERS)
    def get(self, request, name):
        layer, params = seen_layer(name, request.user), request.query_params
        limit = min(number(params, "limit", default=LIMIT, least=1), MOST)
        offset = number(params, "offset", default=0, least=0)
        after = number(params, "after", default=0, least=0) if "after" in params else None
        if offset and after is not None:
            raise BadParameter(name="after", reason=_("it does not go with an offset"))
        uri = params.get("crs", CRS84)
        system = systems.answered(uri, request.user)
        rows = filters.apply(layer.visible_to(request.user), layer, params)
        page = features.page(layer, rows, limit=limit, offset=offset, after=after, system=system)
        head = {
            "type": "FeatureCollection",
            "timeStamp": timezone.now().isoformat(timespec="seconds"),
            "numberReturned": len(page.features),
            "links": self._links(layer, page, limit=limit, offset=offset),
        }
        if (matched := _matched(rows, page, limit=limit, offset=offset, after=after)) is not None:
            head["numberMatched"] = matched
        return _answer({**head, "features": page.features}, uri)

    def _links(self, layer: Layer, page: features.Page, *, limit: int, offset: int) -> list[dict]:
        links = [
            self._page("self"),
            self.link("collection", "ogc-collection", layer.name),
        ]
        if page.more:
            links.append(self._page("next", limit=limit, after=page.features[-1]["id"], offset=None))
        if offset > 0:
            links.append(self._page("prev", limit=limit, offset=max(offset - limit, 0) or None))
        return links

    def _page(self, rel: str, **changed: int | None) -> dict:
        """A link to this address with other paging; filters stay."""
        query = {**self.request.query_params.dict(), **changed}
        told = urlencode({name: value for name, value in query.items() if value is not None})
        href = self.request.build_absolute_uri(self.request.path) + (f"?{told}" if told else "")
        return {"href": href, "rel": rel, "type": GEOJSON}


def _matched(rows, page: features.Page, *, limit: int, offset: int, after: int | None) -> int | None:
    """How many features match in all, exactly; None where telling would cost more than the page.

    The last page tells it. Else small pages count, for those who look around; large ones do not, and pages
    by key do not repeat it.
    """
    if after is not None:
        return None
    if not page.more and (page.features or not offset):
        return offset + len(page.features)
    return rows.order_by().count() if limit <= LIMIT else None


class Item(OgcView):
    takes = ("f", "crs")

    @described("getItem", "One feature", parameters=[CRS])
    def get(self, request, name, pk):
        layer = seen_layer(name, request.user)
        uri = request.query_params.get("crs", CRS84)
        system = systems.answered(uri, request.user)
        feature = features.one(layer, layer.visible_to(request.user), pk, system=system)
        if feature is None:
            raise NotHere
        links = [
            self.link("self", "ogc-item", layer.name, pk, media_type=GEOJSON),
            self.link("collection", "ogc-collection", layer.name),
        ]
        return _answer({**feature, "links": links}, uri)


def _answer(document: dict, uri: str) -> HttpResponse:
    response = HttpResponse(features.written(document), content_type=GEOJSON)
    response["Content-Crs"] = f"<{uri}>"
    return response
