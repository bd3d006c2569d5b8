"""Changing grids: each verb can be asked what it would do, and told to do it."""

from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView
from shapely.geometry import mapping

from gis import codes
from gis.errors import BadParameter, NotHere
from gis.permissions import only
from gis.roles import Role
from grids import drafting, edits, outlines, plans, redrawing, versions
from grids.coverage import Shift
from grids.models import Edit, Posting, Region, UnitGrid
from grids.places import shapely_of
from grids.plans import Plan
from grids.versions import RESPONSIBILITY, UNITS, Level, Row, Snapshot

MOST_GRIDS, MOST_SHIFTS, MOST_ROADS = 500, 500, 200


def an_id(**options) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=2**63 - 1, **options)


def _ids(most: int, **options) -> serializers.ListField:
    return serializers.ListField(child=an_id(), max_length=most, **options)


def _place(**options) -> serializers.ListField:
    degrees = serializers.FloatField(min_value=-180, max_value=180)
    return serializers.ListField(child=degrees, min_length=2, max_length=2, **options)


class ShiftSerializer(serializers.Serializer):
    """``at`` is one corner, or two neighbours with a new corner between them; ``to`` null removes it."""

    at = serializers.ListField(child=_place(), min_length=1, max_length=2)
    to = _place(allow_null=True)

    def validate(self, attrs):
        if len(attrs["at"]) == 2 and attrs["to"] is None:
            raise BadParameter(name="to", reason="null")
        return Shift(tuple((x, y) for x, y in attrs["at"]), attrs["to"] and tuple(attrs["to"]))


class ReshapeSerializer(serializers.Serializer):
    """Corners of these grids, and of all neighbours that share them, move, appear or go, in this order."""

    grids = _ids(MOST_GRIDS, min_length=1)
    shifts = serializers.ListField(child=ShiftSerializer(), min_length=1, max_length=MOST_SHIFTS)

    def asked(self, level: Level):
        return redrawing.Reshape(level, self.validated_data["grids"], self.validated_data["shifts"])


class SplitSerializer(serializers.Serializer):
    """One grid becomes several, along a drawn line from border to border, or along chosen roads."""

    grid = an_id()
    line = serializers.JSONField(default=None, help_text="GeoJSON LineString, EPSG:4326.")
    roads = _ids(MOST_ROADS, default=list)

    def asked(self, level: Level):
        data = self.validated_data
        line = None if data["roads"] and data["line"] is None else outlines.read_line(data["line"])
        return redrawing.Split(level, data["grid"], line, data["roads"])


class MergeSerializer(serializers.Serializer):
    """Adjacent grids become one with a new code; it has the first one's name unless another is given."""

    grids = _ids(MOST_GRIDS, min_length=2)
    name = serializers.CharField(max_length=100, default="", allow_blank=True)

    def asked(self, level: Level):
        return redrawing.Merge(level, self.validated_data["grids"], self.validated_data["name"])


class TransferSerializer(serializers.Serializer):
    """Unit grids go from the responsibility grids ``owners`` (or from none) to the one named ``to``."""

    unit_grids = _ids(MOST_GRIDS, min_length=1)
    to = an_id()
    owners = _ids(MOST_GRIDS, default=list)

    def asked(self, level: Level):
        return redrawing.Transfer(**self.validated_data)


class RetireSerializer(serializers.Serializer):
    """A grid ends; its ground and what stands there go to a neighbour, its officers to that or another."""

    grid = an_id()
    ground_to = an_id()
    officers_to = an_id(allow_null=True, default=None)

    def asked(self, level: Level):
        return redrawing.Retire(level, **self.validated_data)


class DraftSerializer(serializers.Serializer):
    """Unit grids for all the ground of a community; ``grids`` are all those that it has, which end."""

    community = serializers.RegexField(rf"^[0-9]{{{codes.COMMUNITY}}}$")
    grids = _ids(versions.LARGEST_SEQUENCE, default=list)

    def asked(self, level: Level):
        return drafting.DraftUnits(**self.validated_data)


class WhySerializer(serializers.Serializer):
    """``key`` is made by whoever edits: sent again with it, the edit is done once."""

    key = serializers.UUIDField()
    why = serializers.CharField(max_length=200, default="", allow_blank=True)


def views_of(level: Level, asks: type[serializers.Serializer], what: str) -> tuple[Any, Any]:
    """The two views of a verb: what it would do, and doing it."""

    def asked(request):
        question = asks(data=request.data)
        question.is_valid(raise_exception=True)
        return question.asked(level)  # type: ignore[attr-defined]

    class Preview(APIView):
        permission_classes = [only(Role.GIS_ADMINISTRATOR)]
        only_asks = True

        @extend_schema(
            summary=f"What would change: {what}",
            tags=["Grids"],
            request=asks,
            responses={200: OpenApiTypes.OBJECT},
        )
        def post(self, request):
            return Response(planned(asked(request).plan(request.user), by=request.user))

    class Do(APIView):
        permission_classes = [only(Role.GIS_ADMINISTRATOR)]

        @extend_schema(
            summary=what,
            description="In one transaction. Refused with the offending places as GeoJSON in `where`; with "
            "what is there now, if a grid named has changed meanwhile. Takes `key` and `why` too.",
            tags=["Grids"],
            request=asks,
            responses={200: OpenApiTypes.OBJECT},
        )
        def post(self, request):
            told = WhySerializer(data=request.data)
            told.is_valid(raise_exception=True)
            edit = edits.carry_out(asked(request), by=request.user, **told.validated_data)
            return Response(done(edit))

    return Preview, Do


# --- what is answered ---------------------------------------------------------------------------


def planned(plan: Plan, *, by) -> dict:
    """What a plan would change: grids that end and begin on both levels, officers, rows that move."""
    return {
        "kind": plan.kind,
        "unit_grids": _changes(plan, UNITS),
        "responsibility_grids": _changes(plan, RESPONSIBILITY),
        "officers": _officers(plan),
        "statistics": drafting.statistics(plan) if plan.kind == Edit.Kind.DRAFT else None,
        "moves": [
            {"layer": layer.name, "title": str(layer.title), "count": count}
            for layer, count in plans.rows_that_move(plan, by=by)
        ],
    }


def _changes(plan: Plan, level: Level) -> dict:
    changes = [change for change in plan.changes if change.level is level]
    return {
        "ended": [_named(row) for change in changes for row in change.ended],
        "made": _collection(
            (
                draft.boundary,
                {"code": draft.code, "name": draft.name, "from": [r.code for r in draft.ancestors]},
            )
            for change in changes
            for draft in change.made
        ),
    }


def _officers(plan: Plan) -> int:
    """How many officers answer for a responsibility grid that would change."""
    ended = [row.pk for change in plan.changes if change.level is RESPONSIBILITY for row in change.ended]
    return Posting.objects.filter(grid_id__in=ended).values("officer").distinct().count()


def done(edit: Edit) -> dict:
    """What an edit has changed, with the ids of the versions that began."""
    return {
        "id": edit.pk,
        "kind": edit.kind,
        "at": edit.at,
        "unit_grids": _changed(UNITS, edit),
        "responsibility_grids": _changed(RESPONSIBILITY, edit),
    }


def _changed(level: Level, edit: Edit) -> dict:
    rows = (
        level.model.objects.filter(Q(made_in=edit) | Q(ended_in=edit)).defer("boundary_3857").order_by("code")
    )
    made = [row for row in rows if row.made_in_id == edit.pk]
    return {
        "ended": [_named(row) for row in rows if row.ended_in_id == edit.pk and row.made_in_id != edit.pk],
        "made": _collection(
            (
                shapely_of(row.boundary),
                _named(row) | {"from": list(row.ancestors.order_by("code").values_list("code", flat=True))},
            )
            for row in made
        ),
    }


def _named(row: Row) -> dict:
    return {"id": row.pk, "code": row.code, "name": row.name}


def _collection(features) -> dict:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": mapping(area),
                "properties": {**properties, "area_m2": round(outlines.ground_m2(area), 1)},
            }
            for area, properties in features
        ],
    }


class SpotSerializer(serializers.Serializer):
    lon = serializers.FloatField(min_value=-180, max_value=180)
    lat = serializers.FloatField(min_value=-90, max_value=90)

    @classmethod
    def spot(cls, request) -> Point:
        asked = cls(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Point(asked.validated_data["lon"], asked.validated_data["lat"], srid=4326)


class CommunityAtView(APIView):
    """The community that would be drafted, and the unit grids that would end."""

    permission_classes = [only(Role.GIS_ADMINISTRATOR)]

    @extend_schema(
        summary="The community at a place, with the ids of its unit grids in force",
        tags=["Grids"],
        parameters=[SpotSerializer],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request):
        at = (
            Region.objects.current()
            .in_region(request.user.jurisdiction)
            .covering(SpotSerializer.spot(request))
        )
        region = at.filter(level=codes.COMMUNITY).order_by("code").first()
        if region is None:
            raise NotHere
        units = UnitGrid.objects.current().in_region(region.code).order_by("code")
        ids = list(units.values_list("pk", flat=True))
        return Response({"code": region.code, "name": region.name, "unit_grids": ids})


class GridAtView(APIView):
    """A grid to be edited, exactly, and the grids that share its border."""

    permission_classes = [only(Role.GIS_ADMINISTRATOR)]
    level: Level = UNITS

    @extend_schema(
        summary="The exact outlines of the grid at a place and of its neighbours under the same parent",
        tags=["Grids"],
        parameters=[SpotSerializer],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request):
        grids = self.level.model.objects.current().visible_to(request.user)
        row = grids.covering(SpotSerializer.spot(request)).order_by("code").first()
        if row is None:
            raise NotHere
        snapshot = Snapshot(self.level, self.level.parent_of(row))
        area = snapshot.shapes[row.code]
        near = [code for code, other in snapshot.shapes.items() if other.intersects(area)]
        rows = [snapshot.rows[code] for code in near]
        return Response(
            _collection(
                (snapshot.shapes[one.code], _named(one) | {"picked": one.pk == row.pk, "owner": _owner(one)})
                for one in rows
            )
        )


def _owner(row: Row) -> int | None:
    return getattr(row, "responsibility_grid_id", None)
