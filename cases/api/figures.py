"""Cases for programs and for our own pages."""

import math

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import heat, live, statistics, windows
from cases.layers import CASES
from gis.errors import BadParameter
from tiles import filters

LATEST = 30  # cases of the ticker

FILTERS = [
    OpenApiParameter(
        "window",
        enum=list(windows.WINDOWS),
        description="Days of the city, up to today; 7d if neither is given.",
    ),
    OpenApiParameter("datetime", description="RFC 3339 instant or interval, as in OGC API - Features."),
    OpenApiParameter("region_code", description="Cases in this region and below it; several with commas."),
    *[
        OpenApiParameter(name, description="One or more values, with commas.")
        for name in ("category_id", "kind", "stage", "source")
    ],
]


def asked(request, *also: str) -> dict[str, str]:
    """The filter of a request with its window as ``datetime``; BadParameter for what it cannot mean."""
    filters.refuse_unknown(request.query_params, CASES, also=("window", *also))
    return windows.with_datetime(request.query_params, now=timezone.now())


class FiguresView(APIView):
    """Counts of the selected cases by stage, class, region and time, with those of the period before."""

    @extend_schema(
        operation_id="cases_figures",
        parameters=[*FILTERS, OpenApiParameter("bbox", description="west,south,east,north")],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request):
        return Response(statistics.figures_of(request.user, asked(request), now=timezone.now()))


@method_decorator(gzip_page, name="dispatch")
class HeatView(APIView):
    """H3 cells with their counts as GeoJSON; fine cells (high zoom) only within a bbox."""

    @extend_schema(
        operation_id="cases_heat",
        parameters=[
            *FILTERS,
            OpenApiParameter(
                "zoom",
                OpenApiTypes.FLOAT,
                required=True,
                description="Zoom of the map; decides the size of the cells.",
            ),
            OpenApiParameter(
                "bbox",
                description="west,south,east,north; needed for fine cells. Counts stay those of whole cells.",
            ),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request):
        params = asked(request, "zoom")
        box = filters.box(params.pop("bbox")).extent if "bbox" in params else None
        found = heat.heat(
            statistics.selected(request.user, params),
            resolution=heat.resolution_at(_zoom(params.pop("zoom", ""))),
            bbox=box,
        )
        return Response(statistics.heat_geojson(found, params))


class LatestView(APIView):
    """The newest of the selected cases, as the event stream tells them."""

    @extend_schema(operation_id="cases_latest", parameters=FILTERS, responses=OpenApiTypes.OBJECT)
    def get(self, request):
        cases = statistics.selected(request.user, asked(request)).order_by("-reported_at", "-pk")[:LATEST]
        return Response(
            {"type": "FeatureCollection", "features": [live.feature_of(row) for row in live.rows_of(cases)]}
        )


def _zoom(text: str) -> float:
    try:
        zoom = float(text)
    except ValueError:
        zoom = math.nan
    if not 0 <= zoom <= 24:
        raise BadParameter(name="zoom", reason=_("a number from 0 to 24 is needed"))
    return zoom
