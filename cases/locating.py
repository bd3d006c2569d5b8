"""Where is this? Territory, who answers for it, and a description of the spot, in one round trip."""

import json
from math import isfinite

import numpy as np
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cases import similarity
from gis import crs as coordinate_systems
from gis.errors import BadParameter, Refused
from gis.models import User

# What ``GET /api/locate`` asks of the database, to be run as it is with ``parameters()``.
QUERY = """
SELECT locate(%(lon)s, %(lat)s, %(accuracy_m)s, %(asker)s, %(jurisdiction)s, %(today)s),
       similar_cases(%(lon)s, %(lat)s, %(category)s, %(cells)s, %(jurisdiction)s, %(now)s)
"""
NEXT_TO_M, BESIDE_M, ALONG_M = 3, 15, 60  # at the wall; at the door; still described by it

_radius_of: dict[int, float] = {}  # by category, as last seen; an old value costs a second look


class OutsideDistrict(Refused):
    code = "outside-district"
    status = 422
    sentence = gettext_lazy("This place lies outside your district; the neighbour answers for it.")


class OutsideRegions(Refused):
    code = "outside-regions"
    status = 422
    sentence = gettext_lazy(
        "This place lies outside every region on the map. Move the pin to where it happened."
    )


def point_of(lon: float, lat: float, *, crs: str | int = coordinate_systems.STORAGE) -> tuple[float, float]:
    """Coordinates of ``crs`` as longitude, latitude EPSG:4326; BadParameter unless they are on the earth."""
    if not (isfinite(lon) and isfinite(lat)):
        raise BadParameter(name="lon, lat", reason=_("a coordinate must be a finite number"))
    found = coordinate_systems.to_storage(np.array([[lon, lat]]), crs=str(crs))[0]
    if not (np.isfinite(found).all() and abs(found[0]) <= 180 and abs(found[1]) < 85):
        raise BadParameter(name="lon, lat", reason=_("this is no place on the map"))
    return float(found[0]), float(found[1])


def parameters(
    user: User, lon: float, lat: float, *, accuracy_m: float | None = None, category: int | None = None
) -> dict:
    """What ``QUERY`` needs; ``category`` is the id of the category to compare with."""
    radius_m = _radius_of.get(category, similarity.USUAL_RADIUS_M) if category else 0.0
    return {
        "lon": lon, "lat": lat, "accuracy_m": accuracy_m, "asker": user.pk, "jurisdiction": user.jurisdiction,
        "today": timezone.localdate(), "now": timezone.now(), "category": category,
        "cells": similarity.cells_around(lon, lat, radius_m) if category else [], "radius_m": radius_m,
    }  # fmt: skip


def locate(
    user: User, lon: float, lat: float, *, accuracy_m: float | None = None, category: int | None = None
) -> dict:
    """All that is known of a spot (EPSG:4326), for a reporter of the district that it lies in.

    ``accuracy_m`` is the radius of the device's accuracy circle; ``category`` the id of the category whose
    similar cases are wanted. Raises OutsideRegions and OutsideDistrict.
    """
    asked = parameters(user, lon, lat, accuracy_m=accuracy_m, category=category)
    found, similar = _ask(asked)
    if similar and similar["radius_m"] > asked["radius_m"]:
        asked["cells"] = similarity.cells_around(lon, lat, similar["radius_m"])
        found, similar = _ask(asked)
    if category and similar:
        _radius_of[category] = similar["radius_m"]
    _refuse_outside(found)
    place = described(found)
    spot = {"location": [lon, lat], "accuracy_m": accuracy_m, "place": place}
    return spot | _rounded(found) | {"similar": _cards(similar)}


def _ask(asked: dict) -> tuple[dict, dict | None]:
    with connection.cursor() as cursor:
        cursor.execute(QUERY, asked)
        found, similar = cursor.fetchone()
    return json.loads(found), json.loads(similar) if similar else None


def _refuse_outside(found: dict) -> None:
    match found.get("outside"):
        case "regions":
            raise OutsideRegions
        case "district":
            raise OutsideDistrict


def _rounded(found: dict) -> dict:
    """Distances to the decimetre: what a map can say."""
    for thing in ("road", "estate", "building", "door"):
        if found[thing]:
            found[thing]["distance_m"] = round(found[thing]["distance_m"], 1)
            found[thing].pop("bearing", None)
    if found["building"]:
        found["building"]["label"] = building_label(found["building"])
    return found


def _cards(similar: dict | None) -> dict | None:
    for case in similar["cases"] if similar else []:
        case["distance_m"] = round(case["distance_m"], 1)
    return similar


# --- described location -------------------------------------------------------------------------


def described(found: dict) -> str:
    """The spot in words, by the nearest thing that has a name, in the current language."""
    anchors = [(found["building"], _near_building), (found["door"], _near_door)]
    anchors = [(thing, tell) for thing, tell in anchors if thing and thing["distance_m"] <= ALONG_M]
    if anchors:
        thing, tell = min(anchors, key=lambda anchor: anchor[0]["distance_m"])
        return tell(thing)
    road, estate = found["road"], found["estate"]
    if estate and estate["distance_m"] == 0 and not (road and road["distance_m"] <= BESIDE_M):
        return _("inside {name}").format(name=estate["name"])
    if road:
        return _aside(road["name"], road)
    region = found["community"] or found["street"] or found["district"]
    return _("in {name}").format(name=region["name"]) if region else ""


def building_label(building: dict) -> str:
    """``文苑花园`` and ``3号楼`` → ``文苑花园3号楼``; without both its name, or its address."""
    number = building["number"]
    if building["estate"] and number:
        return building["estate"] + (f"{number}号楼" if number.isdecimal() else number)
    return building["name"] or building["address"]


def door_label(door: dict) -> str:
    return door["road_name"] + (f"{door['number']}号" if door["number"].isdecimal() else door["number"])


def _near_building(building: dict) -> str:
    name = building_label(building)
    return name if building["distance_m"] == 0 else _aside(name, building)


def _near_door(door: dict) -> str:
    name = door_label(door)
    return _("near {name}").format(name=name) if door["distance_m"] <= BESIDE_M else _aside(name, door)


def _aside(name: str, thing: dict) -> str:
    """Beside a thing: on which side of it, and how far, as exactly as one would pace it out."""
    if thing["distance_m"] <= NEXT_TO_M or thing["bearing"] is None:
        return _("beside {name}").format(name=name)
    metres = max(5, round(thing["distance_m"] / 5) * 5)
    side = side_of(thing["bearing"])
    return _("about {metres} m {side} of {name}").format(name=name, side=side, metres=metres)


def side_of(bearing: float) -> str:
    """The word for a bearing in degrees from north: eight sides of 45 degrees each."""
    sides = (
        pgettext("side", "north"), pgettext("side", "northeast"),
        pgettext("side", "east"), pgettext("side", "southeast"),
        pgettext("side", "south"), pgettext("side", "southwest"),
        pgettext("side", "west"), pgettext("side", "northwest"),
    )  # fmt: skip
    return sides[round(bearing / 45) % 8]
