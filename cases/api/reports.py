"""Where am I, reports, and what one reported: the interface of the report page and of programs."""

import hashlib
import json
from functools import lru_cache
from itertools import groupby
from math import isfinite

from django.http import FileResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import locating, photos, reporting
from cases.models import Case, CaseEvent, CasePhoto, Category
from gis.errors import BadParameter, NotHere
from gis.permissions import only, writable_by
from gis.roles import REPORTERS

QUICK = 6  # categories offered without a search


class FiniteField(serializers.FloatField):
    default_error_messages = {"infinite": _("A finite number is needed.")}

    def to_internal_value(self, data):
        number = super().to_internal_value(data)
        if not isfinite(number):
            self.fail("infinite")
        return number


class CategoryField(serializers.PrimaryKeyRelatedField):
    def to_internal_value(self, data):
        try:
            return super().to_internal_value(data)
        except OverflowError:  # JSON has numbers that no integer is as large as
            self.fail("incorrect_type", data_type=type(data).__name__)


class SpotSerializer(serializers.Serializer):
    """A place as it comes in: ``lon``, ``lat`` in ``crs`` (an EPSG code, GCJ02 or BD09; else EPSG:4326)."""

    lon = FiniteField()
    lat = FiniteField()
    crs = serializers.CharField(max_length=20, default="4326")

    def validate(self, data):
        data["lon"], data["lat"] = locating.point_of(data["lon"], data["lat"], crs=data.pop("crs"))
        return data


class LocateSerializer(SpotSerializer):
    """With the radius of the accuracy circle in metres, and the category whose similar cases are wanted."""

    accuracy = FiniteField(min_value=0, max_value=100_000, required=False)
    category = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


class ReportSerializer(SpotSerializer):
    client_key = serializers.UUIDField()
    category = CategoryField(queryset=Category.objects.all())
    accuracy_m = FiniteField(min_value=0, max_value=100_000, required=False, allow_null=True)
    level = serializers.ChoiceField(Case.Level.choices, default=Case.Level.GENERAL)
    urgency = serializers.ChoiceField(Case.Urgency.choices, default=Case.Urgency.GENERAL)
    description = serializers.CharField(max_length=1000, allow_blank=True, default="")
    reported_at = serializers.DateTimeField(required=False, allow_null=True, source="sent_at")
    photos = serializers.ListField(child=serializers.FileField(), max_length=photos.MOST, default=list)


class ConfirmSerializer(SpotSerializer):
    client_key = serializers.UUIDField()
    note = serializers.CharField(max_length=1000, allow_blank=True, default="")


class PhotoUploadSerializer(serializers.Serializer):
    photo = serializers.FileField()


class CategorySerializer(serializers.ModelSerializer):
    class Meta:
        model = Category
        fields = ("id", "kind", "code", "name", "name_en", "major_name", "major_name_en")


class EventSerializer(serializers.ModelSerializer):
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    officer: serializers.StringRelatedField = serializers.StringRelatedField()

    class Meta:
        model = CaseEvent
        fields = ("action", "label", "officer", "at", "note")

    def get_label(self, event) -> str:
        return str(dict(CaseEvent.Action.choices).get(event.action, event.action))


class CaseSerializer(serializers.ModelSerializer):
    """A case in a list."""

    category = CategorySerializer()
    stage_label = serializers.CharField(source="get_stage_display")
    location = serializers.SerializerMethodField()
    photos = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields: tuple[str, ...] = (
            "id", "number", "client_key", "category", "stage", "stage_label", "level", "urgency", "source",
            "description", "place", "location", "accuracy_m", "region_code", "unit_grid_code",
            "responsibility_grid_code", "is_cross_grid", "reported_at", "received_at", "closed_at", "photos",
        )  # fmt: skip

    def get_location(self, case) -> list[float]:
        return list(case.location.coords)

    def get_photos(self, case) -> list[dict]:
        return [
            {
                "url": reverse("case-photo", args=[case.pk, n]),
                "thumb": reverse("case-photo-thumb", args=[case.pk, n]),
                "width": photo.width,
                "height": photo.height,
                "digest": photo.digest,
            }
            for n, photo in enumerate(case.photos.all(), start=1)
        ]


class CaseDetailSerializer(CaseSerializer):
    """A case with its history."""

    events = EventSerializer(many=True)
    reporter: serializers.StringRelatedField = serializers.StringRelatedField()

    class Meta(CaseSerializer.Meta):
        fields = (*CaseSerializer.Meta.fields, "reporter", "events")


class ReporterView(APIView):
    """Reading is for everyone who is signed in, writing for reporters."""

    permission_classes = [writable_by(*REPORTERS)]

    def handle_exception(self, exc):
        response = super().handle_exception(exc)
        if isinstance(exc, reporting.TooManyReports):
            response["Retry-After"] = str(exc.wait_s)
        return response


def _valid(serializer: type[serializers.Serializer], data) -> dict:
    asked = serializer(data=data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


class LocateView(APIView):
    """What is at a place, and who answers for it; with a category, similar recent cases there."""

    permission_classes = [only(*REPORTERS)]

    @extend_schema(operation_id="locate", parameters=[LocateSerializer], responses=OpenApiTypes.OBJECT)
    def get(self, request):
        asked = _valid(LocateSerializer, request.query_params)
        category, accuracy = asked.get("category"), asked.get("accuracy")
        found = locating.locate(
            request.user, asked["lon"], asked["lat"], accuracy_m=accuracy, category=category
        )
        if category and found["similar"] is None:
            raise BadParameter(name="category", reason=_("there is no such category in use"))
        for case in found["similar"]["cases"] if category else []:
            thumb = reverse("case-photo-thumb", args=[case["id"], 1])
            case["thumb"] = thumb if case.pop("has_photo") else None
        return Response(found)


class CasesView(ReporterView, generics.ListAPIView):
    """Recent cases (``mine=1``: those that one reported oneself), and the way a report comes in."""

    serializer_class = CaseSerializer

    def get_queryset(self):
        user = self.request.user
        if self.request.query_params.get("mine") == "1":
            rows = Case.objects.in_district_of(user).filter(reporter=user)
        else:
            rows = Case.objects.visible_to(user)
        return rows.select_related("category").prefetch_related("photos")

    @extend_schema(operation_id="cases_list", parameters=[OpenApiParameter("mine", enum=["1"])])
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="cases_report", request=ReportSerializer,
        responses={201: CaseDetailSerializer, 200: CaseDetailSerializer},
    )  # fmt: skip
    def post(self, request):
        sent = _valid(ReportSerializer, request.data)
        if case := reporting.already(request.user, sent["client_key"]):  # no need to read its photographs
            return _answer(case, is_new=False)
        sent["photos"] = _photos(sent["photos"])
        case, is_new = reporting.report(request.user, reporting.Report(**sent))
        return _answer(case, is_new=is_new)


def _answer(case: Case, *, is_new: bool) -> Response:
    body, where = CaseDetailSerializer(_whole(case.pk)).data, reverse("case", args=[case.pk])
    return Response(body, status=201 if is_new else 200, headers={"Location": where})


def _whole(pk: int) -> Case:
    rows = Case.objects.select_related("category", "reporter").prefetch_related("photos", "events__officer")
    return rows.get(pk=pk)


def _photos(uploads) -> list[photos.Photo]:
    """The clean photographs; a refusal names the one that is wrong."""
    clean = []
    for n, upload in enumerate(uploads):
        try:
            clean.append(photos.checked(upload))
        except photos.PhotoRefused as refused:
            raise serializers.ValidationError({f"photos[{n}]": [str(refused)]}) from refused
    return clean


class CaseView(APIView):
    """A case with its photographs and its history."""

    @extend_schema(operation_id="cases_read", responses=CaseDetailSerializer)
    def get(self, request, pk: int):
        return Response(CaseDetailSerializer(_whole(_known(request.user, pk).pk)).data)


def _known(user, pk: int) -> Case:
    case = Case.objects.known_to(user).filter(pk=pk).first()
    if case is None:
        raise NotHere
    return case


class ConfirmView(ReporterView):
    """The same thing: what one sees is already this case."""

    @extend_schema(
        operation_id="cases_confirm", request=ConfirmSerializer,
        responses={201: OpenApiTypes.OBJECT, 200: OpenApiTypes.OBJECT},
    )  # fmt: skip
    def post(self, request, pk: int):
        event, is_new = reporting.confirm(request.user, pk, **_valid(ConfirmSerializer, request.data))
        said = {"case": event.case_id, "number": event.case.number, "at": event.at}
        return Response(said, status=201 if is_new else 200)


class PhotosView(ReporterView):
    """Photographs that come after their report, each safe to send again."""

    @extend_schema(
        operation_id="cases_add_photo", request=PhotoUploadSerializer,
        responses={201: CaseSerializer, 200: CaseSerializer},
    )  # fmt: skip
    def post(self, request, pk: int):
        case = _known(request.user, pk)
        before = case.photos.count()
        [photo] = _photos([_valid(PhotoUploadSerializer, request.data)["photo"]])
        kept = reporting.add_photo(request.user, case, photo)
        return Response(CaseSerializer(_whole(case.pk)).data, status=201 if len(kept) > before else 200)


class PhotoView(APIView):
    """The n-th photograph of a case that one may open."""

    @extend_schema(operation_id="cases_photo", responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request, pk: int, n: int):
        return _picture(request, _nth(Case.objects.known_to(request.user), pk, n), "image")


class ThumbView(APIView):
    """Its thumbnail, also for those who stand before the same thing in a neighbouring community."""

    @extend_schema(operation_id="cases_photo_thumb", responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request, pk: int, n: int):
        try:
            photo = _nth(Case.objects.known_to(request.user), pk, n)
        except NotHere:
            if not request.user.has_role(*REPORTERS):
                raise
            photo = _nth(reporting.comparable(request.user), pk, n)
        return _picture(request, photo, "thumbnail")


def _nth(cases, pk: int, n: int) -> CasePhoto:
    if not cases.filter(pk=pk).exists():
        raise NotHere
    found = CasePhoto.objects.filter(case_id=pk)[n - 1 : n].first() if 1 <= n <= photos.MOST else None
    if found is None:
        raise NotHere
    return found


def _picture(request, photo: CasePhoto, field: str):
    etag = quote_etag(f"{photo.digest[:32]}-{field}")
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    try:
        file = getattr(photo, field).open("rb")
    except FileNotFoundError:
        raise NotHere from None
    headers = {"Cache-Control": "private, max-age=86400", "Content-Disposition": "inline", "ETag": etag}
    return FileResponse(file, content_type="image/jpeg", headers=headers)


class CategoriesView(APIView):
    """The tree of categories in use (kind, major class, class), and the six that one is likely to need."""

    @extend_schema(operation_id="categories", responses=OpenApiTypes.OBJECT)
    def get(self, request):
        found = {"kinds": _tree(), "most_used": reporting.most_used(request.user, QUICK)}
        etag = quote_etag(hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:32])
        response = Response(found, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
        return get_conditional_response(request, etag=etag, response=response)


def _tree() -> list[dict]:
    rows = Category.objects.filter(is_active=True).order_by("-kind", "scheme", "code")
    return [
        {"kind": kind, **_both_languages(Category.Kind(kind).label), "majors": _majors(of_kind)}
        for kind, of_kind in groupby(rows, key=lambda row: row.kind)
    ]


def _majors(rows) -> list[dict]:
    return [
        {"code": code, "name": name, "name_en": name_en, "classes": [_class(row) for row in classes]}
        for (code, name, name_en), classes in groupby(rows, key=_major)
    ]


def _major(row: Category) -> tuple[str, str, str]:
    return row.code[:2], row.major_name, row.major_name_en


def _class(row: Category) -> dict:
    names = {"name": row.name, "name_en": row.name_en, "initials": _initials(row.name)}
    return {"id": row.pk, "code": row.code, **names}


def _both_languages(label) -> dict:
    names = {}
    for key, language in (("name", "zh-hans"), ("name_en", "en")):
        with translation.override(language):
            names[key] = str(label)
    return names


@lru_cache(maxsize=1024)
def _initials(name: str) -> str:
    """``暴露垃圾`` → ``bllj``: what is quickest to type on a phone."""
    # here, because its tables take longest of all to load and nothing else needs them
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
