"""Coordinates in an address: which system they are in shows where they fall; what stays open is offered."""

from collections.abc import Iterator
from math import isfinite

import numpy as np
from django.db import connection

from geocoder.candidates import Candidate, Reason
from geocoder.gazetteer import Known
from geocoder.questions import Question
from gis import crs

NEAR_DEGREES = 0.1  # outside the regions by more is outside the city
# CGCS2000 / Gauss-Kruger: EPSG codes by zone number, and without one by central meridian
_ZONES_3 = {zone: 4513 + zone - 25 for zone in range(25, 46)}
_ZONES_6 = {zone: 4491 + zone - 13 for zone in range(13, 24)}
_MERIDIANS = {75 + 3 * n: 4534 + n for n in range(21)}


def read(question: Question, known: Known) -> list[Candidate]:
    """The points that the written coordinates may mean, those in the served city first."""
    if question.coordinate is None:
        return []
    try:
        first, second = (float(number) for number in question.coordinate)
    except ValueError:
        return []
    if not (isfinite(first) and isfinite(second)):
        return []
    extent = _extent()
    found = []
    for name, lon, lat, factor in _readings(first, second, extent):
        inside = extent is None or _within(lon, lat, extent)
        found.append(_candidate(name, lon, lat, factor * (1.0 if inside else 0.3)))
    return found


def _readings(first: float, second: float, extent) -> Iterator[tuple[str, float, float, float]]:
    """Each way to read two numbers: its system, longitude, latitude, and how usual it is."""
    if abs(first) <= 180 and abs(second) <= 180:
        for x, y, swapped in ((first, second, False), (second, first, True)):
            if abs(y) >= 85 or (swapped and extent is not None and not _within(x, y, extent)):
                continue
            for name, factor in (("4326", 1.0), ("GCJ02", 0.6), ("BD09", 0.5)):
                lon, lat = crs.to_storage(np.array([[x, y]]), crs=name)[0]
                yield (
                    (f"{name} swapped" if swapped else name),
                    float(lon),
                    float(lat),
                    factor * (0.9 if swapped else 1),
                )
        return
    for x, y in ((first, second), (second, first)):
        for code in _projected(x, y, extent):
            lon, lat = crs.to_storage(np.array([[x, y]]), crs=str(code))[0]
            if np.isfinite([lon, lat]).all() and (extent is None or _within(lon, lat, extent)):
                yield f"EPSG:{code}", float(lon), float(lat), 0.95


def _projected(x: float, y: float, extent) -> list[int]:
    """The Gauss-Kruger systems in which (x, y) is a place of China: by the zone in front, or by the city."""
    if not 1_000_000 < y < 6_500_000:
        return []
    if x > 1_000_000:
        zone = int(x // 1_000_000)
        return [table[zone] for table in (_ZONES_3, _ZONES_6) if zone in table]
    if extent is None:
        return []
    middle = (extent[0] + extent[2]) / 2
    return [_MERIDIANS[m] for m in sorted(_MERIDIANS, key=lambda m: abs(m - middle))[:2]]


def _candidate(system: str, lon: float, lat: float, factor: float) -> Candidate:
    return Candidate(
        name=f"{lon:.6f},{lat:.6f}",
        level="coordinate",
        address=f"{lon:.6f},{lat:.6f}",
        lon=lon,
        lat=lat,
        uncertainty_m=10.0,
        reasons=(Reason(f"read-as {system}", factor),),
    )


def _extent() -> tuple[float, float, float, float] | None:
    """The bbox of the served regions, a little wider; None while there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
               FROM (SELECT ST_Expand(ST_Extent(boundary)::geometry, %s) AS e FROM grids_region) extent""",
            [NEAR_DEGREES],
        )
        west, south, east, north = cursor.fetchone()
    return None if west is None else (west, south, east, north)


def _within(lon: float, lat: float, extent: tuple[float, float, float, float]) -> bool:
    west, south, east, north = extent
    return west <= lon <= east and south <= lat <= north
