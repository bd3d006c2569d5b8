"""Packs over HTTP: what there is for a phone, and the bytes."""

from typing import cast

from csp.decorators import csp_exempt
from django.db.models.fields.files import FieldFile
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from tiles import byte_ranges, packs, regions
from tiles.api import WhatTheServerHas
from tiles.models import Pack

KIND = "application/vnd.pmtiles"


class PackSerializer(serializers.ModelSerializer):
    region = serializers.CharField(source="region_code", help_text="Its region's code.")
    name = serializers.SerializerMethodField(help_text="Its region's name.")
    url = serializers.SerializerMethodField(help_text="Where the PMTiles file is.")

    class Meta:
        model = Pack
        fields = (
            "id", "region", "name", "url", "layers", "first_zoom", "last_zoom", "data_at", "bytes", "digest",
        )  # fmt: skip

    def get_name(self, pack: Pack) -> str:
        return self.context["names"][pack.region_code] or pack.region_code

    def get_url(self, pack: Pack) -> str:
        return reverse("pack", args=[pack.pk])


class PacksView(APIView):
    @extend_schema(
        summary="Packs of tiles for phones: first those that hold your whole jurisdiction",
        tags=["Layers"],
        responses=PackSerializer(many=True),
    )
    def get(self, request):
        found = packs.best_for(request.user)
        names = regions.spoken({pack.region_code for pack in found}, request.user)
        return Response(PackSerializer(found, many=True, context={"names": names}).data)


@method_decorator(csp_exempt(), name="dispatch")  # tiles are no document
class PackView(APIView):
    """``/tiles/packs/{id}.pmtiles``, whole or in part."""

    content_negotiation_class = WhatTheServerHas
    schema = None  # described by the list; docs/tiles.md has the address

    def get(self, request, pk: int):
        pack = get_object_or_404(Pack.objects.visible_to(request.user), pk=pk)
        file = cast(FieldFile, pack.file).open("rb").file
        return byte_ranges.answer(request._request, file, size=pack.bytes, etag=f'"{pack.digest}"', kind=KIND)
