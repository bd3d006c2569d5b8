"""The past of grids: lineage, what changed between two days, restoring."""

from typing import cast

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView
from shapely.geometry import mapping

from gis import codes
from gis.errors import BadParameter, NotHere
from gis.models import User
from grids import history
from grids.api.edits import an_id
from grids.models import Edit
from grids.outlines import ground_m2
from grids.versions import UNITS, Level, Row


class RestoreSerializer(serializers.Serializer):
    """An ended version's boundary is in force again, as a new version; its neighbours of then with it."""

    grid = an_id()

    def asked(self, level: Level):
        return history.Restore(level, self.validated_data["grid"])


class LineageView(APIView):
    """What became of a grid."""

    level: Level = UNITS

    @extend_schema(
        summary="All versions that a grid comes from and that came of it, with who, when and why",
        tags=["Grids"],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request, pk: int):
        if pk >= 2**63:
            raise NotHere
        rows = history.lineage(self.level, pk, by=request.user)
        seen = {row.pk for row in rows}
        return Response({"versions": [_version(row, seen) for row in rows]})


def _version(row: Row, seen: set[int]) -> dict:
    return {
        "id": row.pk,
        "code": row.code,
        "name": row.name,
        "valid": None if row.valid.isempty else [row.valid.lower, row.valid.upper],
        "ancestors": sorted(seen & {ancestor.pk for ancestor in row.ancestors.all()}),
        "made": _edit(row.made_in),
        "ended": _edit(row.ended_in),
    }


def _edit(edit: Edit | None) -> dict | None:
    if edit is None:
        return None
    return {
        "id": edit.pk,
        "kind": edit.kind,
        "title": edit.get_kind_display(),
        "by": str(edit.by),
        "at": edit.at,
        "why": edit.why,
    }


class ChangesView(APIView):
    """Ground that changed hands between two days."""

    level: Level = UNITS

    @extend_schema(
        summary="Ground that belongs to another grid than before, as GeoJSON",
        tags=["Grids"],
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, required=True),
            OpenApiParameter("to", OpenApiTypes.DATE, required=True),
            OpenApiParameter("region_code", description="The whole jurisdiction if left out."),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request):
        user = cast(User, request.user)
        region = request.query_params.get("region_code") or user.jurisdiction
        if region and not codes.is_region_code(region):
            raise BadParameter(name="region_code", reason=_("it has 2, 4, 6, 9 or 12 digits"))
        earlier, later = (_day(request, name) for name in ("from", "to"))
        moved = history.moved_between(self.level, earlier, later, region=region, by=user)
        return Response({"type": "FeatureCollection", "features": [_piece(piece) for piece in moved]})


def _day(request, name: str):
    field = serializers.DateField()
    try:
        return field.run_validation(request.query_params.get(name, ""))
    except serializers.ValidationError as wrong:
        raise BadParameter(name=name, reason=_("a day such as 2026-05-01 is needed")) from wrong


def _piece(piece: history.Moved) -> dict:
    return {
        "type": "Feature",
        "geometry": mapping(piece.ground),
        "properties": {
            "from": piece.before and piece.before.code,
            "to": piece.after and piece.after.code,
            "area_m2": round(ground_m2(piece.ground), 1),
        },
    }
