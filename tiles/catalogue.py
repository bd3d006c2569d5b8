"""What there is to see, over HTTP: the layer tree, one feature's card, the search box and range queries."""

import json
import math
from datetime import datetime
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.contrib.gis.geos import Point
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from gis import shapes
from gis.errors import BadParameter, NotHere
from gis.layers import Layer
from gis.layers import layers as registry
from tiles import features, filters, ranges, regions, search, styles
from tiles.ogc import number, seen_layer
from tiles.palette import THEMES

MOST_HITS = 20


# --- the layer tree -----------------------------------------------------------------------------


class LayersView(APIView):
    @extend_schema(
        operation_id="layers_tree",
        summary="The layer tree: titles, attributes, legends and exact counts of what you see",
        tags=["Layers"],
        parameters=[OpenApiParameter("theme", str, enum=list(THEMES), description="Colours of the legends.")],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request):
        filters.refuse_unknown(request.query_params, also=("theme",))
        theme = request.query_params.get("theme", THEMES[0])
        if theme not in THEMES:
            raise BadParameter(name="theme", reason=", ".join(THEMES))
        seen = registry.seen_by(request.user)
        counts = features.counts(seen, request.user)
        return Response(
            {
                "bounds": regions.bounds_of(request.user),
                "layers": [{**described(layer, theme), "count": counts[layer.name]} for layer in seen],
            }
        )


def described(layer: Layer, theme: str) -> dict[str, Any]:
    """A layer as the browser needs it."""
    return {
        "name": layer.name,
        "title": str(layer.title),
        "group": str(layer.group),
        "geometry": layer.geometry_field.geom_type,
        "zooms": [layer.zooms[0], layer.zooms[-1]],
        "shown": layer.shown,
        "base": layer.base,
        "label": layer.label,
        "time": layer.time,
        "searchable": bool(layer.search),
        "attributes": [attribute(layer, name) for name in layer.paths],
        "legend": styles.legend(layer, theme),
    }


def attribute(layer: Layer, name: str) -> dict[str, Any]:
    """An attribute's name and title, and the labels of its choices."""
    field = filters.output_field_of(layer, name)
    return {
        "name": name,
        "title": str(layer.titles[name]),
        "choices": [{"value": value, "label": str(label)} for value, label in field.flatchoices],
    }


# --- one feature --------------------------------------------------------------------------------


class FeatureView(APIView):
    @extend_schema(
        operation_id="layers_feature",
        summary="One feature: its attributes as people read them, and its geometry",
        tags=["Layers"],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request, name, pk):
        layer = seen_layer(name, request.user)
        card = card_of(layer, pk, request.user)
        if card is None:
            raise NotHere
        return Response(card)


def card_of(layer: Layer, pk: int, user) -> dict[str, Any] | None:
    """What the map shows of a feature that was picked; None if ``user`` may not see it."""
    rows = layer.visible_to(user).filter(pk=pk)
    columns = {f"a{n}": F(path) for n, path in enumerate(layer.paths.values())}
    geometry = AsGeoJSON(layer.geometry, precision=features.DECIMALS)
    row = features.in_lists(layer, rows).values(
        "fid", "title", "region", *"wsen", geojson=geometry, **columns
    )
    if not (found := row.first()):
        return None
    places = regions.spoken({found["region"]}, user)
    return {
        "layer": layer.name,
        "layer_title": str(layer.title),
        "id": pk,
        "title": features.called(layer, found["title"], pk),
        "region": places.get(found["region"], ""),
        "attributes": [
            {
                "name": name,
                "title": str(layer.titles[name]),
                "value": found[f"a{n}"],
                "display": displayed(layer, name, found[f"a{n}"], user),
            }
            for n, name in enumerate(layer.paths)
        ],
        "bbox": [found[edge] for edge in "wsen"],
        "geometry": json.loads(found["geojson"]),
    }


def displayed(layer: Layer, name: str, value, user) -> str:
    """A value as people read it; empty where there is none."""
    choices = dict(filters.output_field_of(layer, name).flatchoices)
    if name == "region_code" and value:
        return regions.spoken({value}, user)[value] or value
    match value:
        case None:
            return ""
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            return date_format(timezone.localtime(value), "DATETIME_FORMAT")
        case _other if value in choices:
            return str(choices[value])
        case float() | int():
            return str(localize(value))
    return str(value)


# --- search -------------------------------------------------------------------------------------


class SearchView(APIView):
    @extend_schema(
        summary="Names, codes and numbers of all layers that you see",
        tags=["Search"],
        parameters=[
            OpenApiParameter("q", str, required=True, description="What the name begins with, or holds."),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST_HITS, "default": 5},
                description="Most hits of each layer.",
            ),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )  # fmt: skip
    def get(self, request):
        params = request.query_params
        filters.refuse_unknown(params, also=("q", "limit"))
        text = params.get("q", "")
        limit = min(number(params, "limit", default=5, least=1), MOST_HITS)
        groups = search.search(text, user=request.user, limit=limit)
        return Response(search.document(text, groups, request.user))


# --- range queries ------------------------------------------------------------------------------


class CircleSerializer(serializers.Serializer):
    centre = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, help_text="Longitude, latitude."
    )
    radius_m = serializers.FloatField(
        max_value=ranges.LARGEST_RADIUS_M, help_text="Metres on the ground; more than 0."
    )

    def validate_centre(self, centre):
        if not (abs(centre[0]) <= 180 and abs(centre[1]) < 89):  # also refuses what is no number
            raise serializers.ValidationError(gettext_lazy("This is not a longitude and latitude."))
        return centre

    def validate_radius_m(self, radius_m):
        if not (math.isfinite(radius_m) and radius_m > 0):
            raise serializers.ValidationError(gettext_lazy("The radius is more than 0 m."))
        return radius_m


class RangeSerializer(serializers.Serializer):
    """One of region, box, circle and polygon, and the layers to look in."""

    layers = serializers.ListField(child=serializers.CharField(), min_length=1, max_length=50)
    region = serializers.CharField(required=False, help_text="A region code.")
    box = serializers.ListField(
        child=serializers.FloatField(), min_length=4, max_length=4, required=False,
        help_text="West, south, east, north (EPSG:4326).",
    )  # fmt: skip
    circle = CircleSerializer(required=False)
    polygon = serializers.DictField(
        required=False,
        help_text=f"GeoJSON Polygon or MultiPolygon (EPSG:4326), at most {ranges.MOST_VERTICES} vertices.",
    )
    datetime = serializers.CharField(required=False, help_text="As in the items of a collection.")
    limit = serializers.IntegerField(min_value=1, max_value=ranges.MOST, default=20)
    offset = serializers.IntegerField(min_value=0, max_value=10**9, default=0)

    def validate(self, asked):
        given = [name for name in ("region", "box", "circle", "polygon") if name in asked]
        if len(given) != 1:
            raise serializers.ValidationError(gettext_lazy("Give one of region, box, circle and polygon."))
        return asked


class RangeView(APIView):
    only_asks = True

    @extend_schema(
        summary="What lies in a region, box, circle or polygon: exact counts and a page of each layer",
        tags=["Search"],
        request=RangeSerializer,
        responses={200: OpenApiTypes.OBJECT},
    )
    def post(self, request):
        serializer = RangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        wanted = [seen_layer(name, request.user) for name in dict.fromkeys(asked["layers"])]
        within = range_of(asked, request.user)
        params = {"datetime": asked["datetime"]} if "datetime" in asked else {}
        found = ranges.find(
            wanted, within, user=request.user, limit=asked["limit"], offset=asked["offset"], params=params
        )
        area_m2, perimeter_m = within.measures()
        return Response(
            {
                "measures": {"area_m2": area_m2, "perimeter_m": perimeter_m},
                "layers": answered(found, offset=asked["offset"], user=request.user),
            }
        )


def range_of(asked: dict[str, Any], user) -> ranges.Range:
    """The range that the request draws."""
    if "region" in asked:
        return ranges.region(asked["region"], user)
    if "box" in asked:
        return ranges.box(*asked["box"])
    if "circle" in asked:
        circle = asked["circle"]
        return ranges.Around(Point(tuple(circle["centre"]), srid=4326), circle["radius_m"])
    area = shapes.area(asked["polygon"], most_vertices=ranges.MOST_VERTICES)
    return ranges.Meeting(shapes.stored(area))


def answered(found: list[ranges.Found], *, offset: int, user) -> list[dict[str, Any]]:
    """The layers of an answer; ``next`` is the offset of the following page, if there is one."""
    places = regions.spoken({region for one in found for _pk, _title, region, *_edges in one.page}, user)
    return [
        {
            "layer": one.layer.name,
            "title": str(one.layer.title),
            "count": one.matched,
            "next": offset + len(one.page) if one.page and offset + len(one.page) < one.matched else None,
            "features": [
                {
                    "id": pk,
                    "title": features.called(one.layer, title, pk),
                    "subtitle": places.get(region, ""),
                    "bbox": edges,
                }
                for pk, title, region, *edges in one.page
            ],
        }
        for one in found
    ]
