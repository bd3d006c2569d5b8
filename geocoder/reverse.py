"""A spot to its address: territory, the standard address nearest to it, and how one would describe it."""

import json
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from geocoder.match import jurisdiction_of

REACH_M = 200.0  # what is farther off does not tell where a spot is
AT_M = 3.0  # at the wall or the door itself
BESIDE_M = 15.0
ALONG_M = 60.0  # still told by a door or a house
CROSSING_M = 40.0


def reverse(lon: float, lat: float, *, user=None) -> dict[str, Any] | None:
    """All that tells where a spot (EPSG:4326) is; None outside every region that ``user`` sees.

    ``address`` is the standard address of the nearest door, building or estate with the regions before it,
    ``described`` the spot in natural words. Distances are metres on the ground, bearings degrees from north
    as seen from the thing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT geocoder_around(%s, %s, %s, %s, %s)",
            [lon, lat, REACH_M, jurisdiction_of(user), timezone.localdate()],
        )
        (row,) = cursor.fetchone()
    if row is None:
        return None
    found = json.loads(row) if isinstance(row, str) else row
    for thing in ("door", "building", "estate", "place", "road", "crossing"):
        found[thing] = _told(found.get(thing))
    if found["building"]:
        found["building"]["name"] = building_name(found["building"])
    chain = "".join(region["name"] for region in found["regions"] or [])
    nearest = _nearest(found)
    found["address"] = chain + (nearest["name"] if nearest else "")
    found["described"] = described(found) or chain
    return {"location": [lon, lat], **found}


def _told(thing: dict | None) -> dict | None:
    """Distances to the decimetre, bearings to the degree, and the side of the thing that the spot is on."""
    if thing:
        thing["distance_m"] = round(thing["distance_m"], 1)
        bearing = thing.pop("bearing", None)
        thing["bearing"] = None if bearing is None else round(bearing) % 360
        thing["side"] = side_of(bearing) if bearing is not None and thing["distance_m"] > AT_M else ""
    return thing


def building_name(building: dict) -> str:
    """同安花园 and 3号楼 → 同安花园3号楼; without them its address with its name."""
    number = building["number"] + ("号楼" if building["number"].isdecimal() else "")
    if number and building["estate"]:
        return building["estate"] + number
    return building["address"] + (building["name"] or number)


def _nearest(found: dict) -> dict | None:
    """What gives a spot its standard address: the house it is in, the nearest door or house, its estate."""
    building, door, estate = found["building"], found["door"], found["estate"]
    if building and building["distance_m"] == 0:
        return building
    near = [thing for thing in (door, building) if thing and thing["distance_m"] <= ALONG_M]
    if near:
        return min(near, key=lambda thing: thing["distance_m"])
    if estate and estate["distance_m"] == 0:
        return estate
    return found["road"] if found["road"] and found["road"]["distance_m"] <= ALONG_M else door


def described(found: dict) -> str:
    """The spot in the words of somebody who stands there."""
    crossing, road, estate = found["crossing"], found["road"], found["estate"]
    near = [t for t in (found["building"], found["door"], found["place"]) if t and t["distance_m"] <= ALONG_M]
    nearest = min(near, key=lambda thing: thing["distance_m"], default=None)
    if nearest and nearest["distance_m"] == 0:
        return nearest["name"]
    if (
        crossing
        and crossing["distance_m"] <= CROSSING_M
        and not (nearest and nearest["distance_m"] <= BESIDE_M)
    ):
        return _aside(crossing)
    if nearest:
        return _aside(nearest)
    if estate and estate["distance_m"] == 0:
        return _("inside {name}").format(name=estate["name"])
    return _aside(road or estate) if road or estate else ""


def _aside(thing: dict) -> str:
    """Beside a thing: on which side of it, and about how far."""
    if not thing["side"]:
        return _("beside {name}").format(name=thing["name"])
    metres = max(5, round(thing["distance_m"] / 5) * 5)
    return _("about {metres} m {side} of {name}").format(
        name=thing["name"], side=thing["side"], metres=metres
    )


def side_of(bearing: float) -> str:
    """The word for a bearing in degrees from north: eight sides of 45 degrees each."""
    sides = (
        pgettext("side", "north"), pgettext("side", "northeast"),
        pgettext("side", "east"), pgettext("side", "southeast"),
        pgettext("side", "south"), pgettext("side", "southwest"),
        pgettext("side", "west"), pgettext("side", "northwest"),
    )  # fmt: skip
    return sides[round(bearing / 45) % 8]
