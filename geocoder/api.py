"""Addresses for programs and for our own pages: geocode, reverse, suggest."""

import json
from math import isfinite
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from geocoder import lookup, match, suggest
from geocoder.candidates import Candidate
from geocoder.match import Answer
from geocoder.reverse import reverse
from gis import codes
from gis import crs as coordinate_systems
from gis.errors import BadParameter, Refused

MOST = 20  # candidates or suggestions in one answer
LONGEST = 10_000  # characters of a question; longer ones are refused
SENTENCES = {
    "sounds-alike": gettext_lazy("A name that sounds the same."),
    "letter-differs": gettext_lazy("A name with one character different."),
    "short-form": gettext_lazy("The short form of a name."),
    "historic-name": gettext_lazy("A former name."),
    "another-name": gettext_lazy("Another name of the place."),
    "other-reading": gettext_lazy("The text can be read in two ways."),
    "kind-differs": gettext_lazy("It is another kind of thing than the text says."),
    "other-region": gettext_lazy("It lies outside the region that the text names."),
    "building-unknown": gettext_lazy("The building is not in the gazetteer."),
    "building-of-the-road": gettext_lazy("The building was found on the road, not at that door."),
    "building-nearby": gettext_lazy("A building of that number nearby."),
    "number-unknown": gettext_lazy("The number is not in the gazetteer."),
    "number-differs": gettext_lazy("The number is not quite the same."),
    "between-doors": gettext_lazy("Worked out between two known doors."),
    "beyond-doors": gettext_lazy("Beyond the last known door."),
    "name-unknown": gettext_lazy("Another name in the text is not in the gazetteer."),
    "far-from-the-other": gettext_lazy("Two things that the text names lie far apart."),
    "only-road": gettext_lazy("Only the road was found."),
    "only-region": gettext_lazy("Only the region was found."),
    "ambiguous": gettext_lazy("Other places answer as well."),
}


class NotFound(Refused):
    code = "outside-regions"
    status = 404
    sentence = gettext_lazy("This place lies outside the regions that you may see.")


NEAR = OpenApiParameter("near", description="lon,lat (EPSG:4326): what is close to it comes first.")
WITHIN = OpenApiParameter("within", description="Region code: look there only.")
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description=f"1 to {MOST}.")


class GeocodeView(APIView):
    """Places that an address may mean, the best first, with the reasons for their scores."""

    @extend_schema(
        operation_id="geocode",
        parameters=[OpenApiParameter("q", required=True, description="The address."), NEAR, WITHIN, LIMIT],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request):
        asked = request.query_params
        answer = match.answer(_text(asked), user=request.user, limit=_limit(asked, 5), **_where(asked))
        return Response({"q": answer.text, **document(answer, shapes=True)})


class ReverseView(APIView):
    """The address of a spot: territory, standard address, what is nearest, and a description."""

    @extend_schema(
        operation_id="geocode_reverse",
        parameters=[
            OpenApiParameter("lon", OpenApiTypes.FLOAT, required=True),
            OpenApiParameter("lat", OpenApiTypes.FLOAT, required=True),
            OpenApiParameter("crs", description="EPSG code, GCJ02 or BD09; EPSG:4326 if not given."),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request):
        asked = request.query_params
        lon, lat = (_number(asked, name) for name in ("lon", "lat"))
        system = asked.get("crs") or coordinate_systems.STORAGE
        lon, lat = coordinate_systems.to_storage(np.array([[lon, lat]]), crs=str(system))[0].tolist()
        _on_earth("lon, lat", lon, lat)
        found = reverse(lon, lat, user=request.user)
        if found is None:
            raise NotFound
        return Response(found)


class SuggestView(APIView):
    """What a text that is being typed may become: characters, pinyin or initials."""

    @extend_schema(
        operation_id="geocode_suggest",
        parameters=[OpenApiParameter("q", required=True, description="What was typed."), NEAR, WITHIN, LIMIT],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request):
        asked = request.query_params
        found = suggest.suggest(_text(asked), user=request.user, limit=_limit(asked, 8), **_where(asked))
        return Response({"q": asked["q"], "suggestions": [row._asdict() for row in found]})


# --- what goes out ------------------------------------------------------------------------------


def document(answer: Answer, *, shapes: bool = False) -> dict[str, Any]:
    """An answer as JSON; ``shapes``: with the geometry of each candidate, not only its point."""
    entries = [c.entry for c in answer.candidates if c.entry is not None] if shapes else []
    geometry = lookup.geometries(entries) if entries else {}
    return {
        "elements": [
            {"kind": e.kind, "text": e.text, "start": e.start, "end": e.end, "value": e.value}
            for e in answer.elements
        ],
        "outside": answer.outside,
        "candidates": [_candidate(c, geometry.get(c.entry or 0, ""), shapes) for c in answer.candidates],
    }


def _candidate(candidate: Candidate, geometry: str, shapes: bool) -> dict[str, Any]:
    shape = candidate.shape or geometry
    told = {
        "name": candidate.name,
        "address": candidate.address,
        "score": candidate.score,
        "level": candidate.level,
        "combination": candidate.combination,
        "location": [round(candidate.lon, 7), round(candidate.lat, 7)],
        "uncertainty_m": candidate.uncertainty_m,
        "region_code": candidate.region_code,
        "unit_grid_code": candidate.unit_grid_code,
        "source": candidate.source,
        "source_id": candidate.source_id,
        "reasons": [
            {"code": r.code, "factor": round(r.factor, 4), "text": str(SENTENCES.get(r.code, ""))}
            for r in candidate.reasons
        ],
    }
    if shapes:
        point = {"type": "Point", "coordinates": told["location"]}
        told["geometry"] = json.loads(shape) if shape else point
    return told


# --- what comes in ------------------------------------------------------------------------------


def _text(asked) -> str:
    text = asked.get("q", "")
    if not text.strip():
        raise BadParameter(name="q", reason=_("type an address"))
    if len(text) > LONGEST:
        raise BadParameter(name="q", reason=_("at most %(most)s characters") % {"most": LONGEST})
    return text


def _limit(asked, usual: int) -> int:
    text = asked.get("limit", str(usual))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= MOST):
        raise BadParameter(name="limit", reason=_("a whole number from 1 to %(most)s") % {"most": MOST})
    return int(text)


def _where(asked) -> dict[str, Any]:
    within = asked.get("within", "")
    if within and not codes.is_region_code(within):
        raise BadParameter(name="within", reason=_("a region code has 2, 4, 6, 9 or 12 digits"))
    return {"near": _spot(asked["near"]) if asked.get("near") else None, "within": within}


def _spot(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise BadParameter(name="near", reason=_("two numbers with a comma: longitude,latitude")) from None
    _on_earth("near", lon, lat)
    return lon, lat


def _number(asked, name: str) -> float:
    try:
        return float(asked[name])
    except (KeyError, ValueError):
        raise BadParameter(name=name, reason=_("a number is needed")) from None


def _on_earth(name: str, lon: float, lat: float) -> None:
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) < 85):
        raise BadParameter(name=name, reason=_("this is no place on the map"))
