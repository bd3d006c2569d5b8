"""Responsibility grids for the drawing table and for programs: read, draw, fit, post officers."""

from typing import cast

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView
from shapely.geometry import mapping

from gis import codes
from gis.errors import BadParameter, NotHere
from gis.models import User
from gis.permissions import only, writable_by
from gis.roles import Role
from grids import editing, outlines
from grids.models import Officer, Posting, ResponsibilityGrid

MOST_OFFICERS = 50
FOUND = 20  # officers of one search


class OfficerSerializer(serializers.ModelSerializer):
    organisation: serializers.StringRelatedField = serializers.StringRelatedField()

    class Meta:
        model = Officer
        fields = ("id", "name", "card_number", "phone", "organisation", "region_code")


class PostingSerializer(serializers.ModelSerializer):
    officer = OfficerSerializer()

    class Meta:
        model = Posting
        fields = ("officer", "is_main")


class GridSerializer(serializers.ModelSerializer):
    """A responsibility grid in a list; ``bbox`` is west, south, east, north."""

    bbox = serializers.SerializerMethodField()
    unit_grids = serializers.IntegerField(source="unit_grid_count")
    postings = PostingSerializer(many=True)

    class Meta:
        model = ResponsibilityGrid
        fields = ("id", "code", "name", "region_code", "bbox", "unit_grids", "postings")

    def get_bbox(self, grid) -> list[float]:
        return list(grid.boundary.extent)


class OfficersSerializer(serializers.Serializer):
    """Who answers for the grid; ``main`` is one of ``officers``."""

    officers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=MOST_OFFICERS,
        default=list,
    )
    main = serializers.IntegerField(min_value=1, max_value=2**63 - 1, allow_null=True, default=None)

    def officers_named(self) -> editing.Officers:
        data = self.validated_data
        return editing.Officers(ids=tuple(dict.fromkeys(data["officers"])), main=data["main"])


class DrawingSerializer(OfficersSerializer):
    """``key`` is made by whoever draws: sent again with it, the grid is drawn once."""

    key = serializers.UUIDField()
    name = serializers.CharField(max_length=100)
    boundary = serializers.JSONField(help_text="GeoJSON Polygon or MultiPolygon, EPSG:4326.")


class BoundarySerializer(serializers.Serializer):
    boundary = serializers.JSONField(help_text="GeoJSON Polygon or MultiPolygon, EPSG:4326.")


def grids_of(user):
    """The responsibility grids in force that ``user`` sees, with what the list tells of them."""
    postings = Posting.objects.select_related("officer__organisation").order_by("-is_main", "officer__name")
    return (
        ResponsibilityGrid.objects.current()
        .visible_to(user)
        .annotate(unit_grid_count=Count("unit_grids"))
        .prefetch_related(Prefetch("postings", queryset=postings))
        .order_by("code")
    )


class GridsView(generics.ListAPIView):
    """The responsibility grids in force; GIS administrators draw new ones."""

    permission_classes = [writable_by(Role.GIS_ADMINISTRATOR)]
    serializer_class = GridSerializer

    def get_queryset(self):
        found = grids_of(self.request.user)
        if text := self.request.query_params.get("q", "").strip()[:50].replace("\0", ""):
            named = Q(name__icontains=text) | Q(code__startswith=text) | Q(officers__name__icontains=text)
            found = found.filter(pk__in=ResponsibilityGrid.objects.filter(named).values("pk"))
        return found

    @extend_schema(
        summary="Responsibility grids in force, by code",
        tags=["Grids"],
        parameters=[OpenApiParameter("q", description="Part of its or an officer's name, or of a code.")],
    )
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Draw a responsibility grid",
        description="Refused with the offending places as GeoJSON in `where`; the server issues the code.",
        tags=["Grids"],
        request=DrawingSerializer,
        responses={201: GridSerializer},
    )
    def post(self, request):
        asked = DrawingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        grid = editing.draw_responsibility_grid(
            outlines.read(asked.validated_data["boundary"]),
            name=asked.validated_data["name"],
            officers=asked.officers_named(),
            key=asked.validated_data["key"],
            by=request.user,
        )
        return Response(
            GridSerializer(grids_of(request.user).get(pk=grid.pk)).data, status=status.HTTP_201_CREATED
        )


class FitView(APIView):
    """What a drawing becomes when its border follows the unit grids; nothing is changed."""

    permission_classes = [only(Role.GIS_ADMINISTRATOR)]

    @extend_schema(
        summary="The free unit grids that a drawing holds, as one area",
        tags=["Grids"],
        request=BoundarySerializer,
        responses={200: OpenApiTypes.OBJECT},
    )
    def post(self, request):
        asked = BoundarySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        fitted = editing.fit(outlines.read(asked.validated_data["boundary"]), by=request.user)
        return Response(
            {
                "boundary": mapping(fitted.boundary),
                "area_m2": outlines.ground_m2(fitted.boundary),
                "unit_grids": fitted.unit_grids,
                "taken": fitted.taken,
                "elsewhere": fitted.elsewhere,
            }
        )


class GridOfficersView(APIView):
    """Who answers for a grid."""

    permission_classes = [writable_by(Role.GIS_ADMINISTRATOR)]

    @extend_schema(
        summary="Post exactly these officers to a responsibility grid",
        tags=["Grids"],
        request=OfficersSerializer,
        responses={200: GridSerializer},
    )
    def put(self, request, pk: int):
        grid = grids_of(request.user).filter(pk=pk).first()
        if grid is None:
            raise NotHere
        asked = OfficersSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        editing.post_officers(grid, asked.officers_named(), by=request.user)
        return Response(GridSerializer(grids_of(request.user).get(pk=pk)).data)


class OfficersView(generics.ListAPIView):
    """Officers who may answer for a grid of a region."""

    permission_classes = [only(Role.GIS_ADMINISTRATOR)]
    serializer_class = OfficerSerializer
    pagination_class = None

    def get_queryset(self):
        query, user = self.request.query_params, cast(User, self.request.user)
        region = query.get("region_code") or user.jurisdiction
        if not codes.is_region_code(region):
            raise BadParameter(name="region_code", reason=_("it has 2, 4, 6, 9 or 12 digits"))
        found = editing.officers_for(region, by=user).select_related("organisation")
        if text := query.get("q", "").strip()[:50].replace("\0", ""):
            found = found.filter(Q(name__icontains=text) | Q(card_number__istartswith=text))
        return found.order_by("name", "card_number")[:FOUND]

    @extend_schema(
        summary="Officers who may answer for a grid of a region",
        tags=["Grids"],
        parameters=[
            OpenApiParameter(
                "region_code", description="The grid's region; the whole jurisdiction if left out."
            ),
            OpenApiParameter("q", description="Part of a name, or the beginning of a card number."),
        ],
    )
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)
