"""Areas between the database, shapely and the browser; EPSG:4326 throughout."""

from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _
from shapely.geometry import mapping


def shapely_of(geometry: GEOSGeometry) -> Any:
    return shapely.from_wkb(bytes(geometry.wkb))


def geos(area) -> Any:
    return GEOSGeometry(memoryview(shapely.to_wkb(area)), srid=4326)


def collection(places: Iterable[tuple]) -> dict:
    """Places with the names of what is there, as a GeoJSON FeatureCollection."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": mapping(place), "properties": {"name": name}}
            for place, name in places
        ],
    }


def listed(names: Sequence[str]) -> str:
    return _(", ").join(names)
