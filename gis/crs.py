"""The only room that converts coordinates. Storage is EPSG:4326, to which CGCS2000 (EPSG:4490) is equal
within centimetres.

A coordinate system is named by an EPSG code (``4547``, ``EPSG:4547``) or by one of the Chinese offset
systems ``GCJ02`` (maps sold in China, GB 20263) and ``BD09`` (Baidu), for which no EPSG code exists.
"""

from functools import lru_cache

import numpy as np
import pyproj
import shapely
from django.utils.translation import gettext_lazy as _

from gis.errors import Refused

STORAGE = 4326
_SAME_AS_STORAGE = {"4326", "4490"}
_A, _EE = 6378245.0, 0.00669342162296594323  # Krasovsky 1940, as the GCJ-02 offset is defined on it
_X_PI = np.pi * 3000.0 / 180.0
_GLOBE = pyproj.Geod(ellps="WGS84")
_DEGREE_M = 111_319.49  # of longitude on the equator; times cos(latitude) it is nowhere too long


class UnknownCRS(Refused):
    code = "unknown-crs"
    status = 400
    sentence = _("“{name}” is not a coordinate system: give an EPSG code, GCJ02 or BD09.")


def normalised(name: str | int) -> str:
    """``EPSG:4547`` → ``4547``; ``gcj-02`` → ``GCJ02``. Raises UnknownCRS."""
    text = str(name).strip().upper()
    if text.replace("-", "") in {"GCJ02", "BD09"}:
        return text.replace("-", "")
    code = text.removeprefix("EPSG").removeprefix(":")
    if code.isascii() and code.isdecimal() and _pyproj_crs(code) is not None:
        return code
    raise UnknownCRS(name=name)


@lru_cache(maxsize=64)
def _pyproj_crs(code: str) -> pyproj.CRS | None:
    try:
        return pyproj.CRS.from_epsg(int(code))
    except pyproj.exceptions.CRSError:
        return None


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(int(source), int(target), always_xy=True)


def to_storage(xy: np.ndarray, *, crs: str) -> np.ndarray:
    """Coordinates (n, 2) of ``crs`` in x, y (easting or longitude first) to longitude, latitude EPSG:4326."""
    name = normalised(crs)
    xy = np.asarray(xy, dtype=float)
    if name in _SAME_AS_STORAGE:
        return xy
    if name == "GCJ02":
        return _undo(gcj02_from_wgs84, xy)
    if name == "BD09":
        return _undo(gcj02_from_wgs84, _gcj02_from_bd09(xy))
    return np.column_stack(_transformer(name, str(STORAGE)).transform(xy[:, 0], xy[:, 1]))


def from_storage(lonlat: np.ndarray, *, crs: str) -> np.ndarray:
    """Longitude, latitude EPSG:4326 (n, 2) to x, y of ``crs``."""
    name = normalised(crs)
    lonlat = np.asarray(lonlat, dtype=float)
    if name in _SAME_AS_STORAGE:
        return lonlat
    if name == "GCJ02":
        return gcj02_from_wgs84(lonlat)
    if name == "BD09":
        return _bd09_from_gcj02(gcj02_from_wgs84(lonlat))
    return np.column_stack(_transformer(str(STORAGE), name).transform(lonlat[:, 0], lonlat[:, 1]))


def geometries_to_storage(geometries: np.ndarray, *, crs: str) -> np.ndarray:
    """An array of shapely geometries in ``crs`` to EPSG:4326, heights dropped."""
    return shapely.transform(shapely.force_2d(geometries), lambda xy: to_storage(xy, crs=crs))


def geometries_from_storage(geometries: np.ndarray, *, crs: str) -> np.ndarray:
    return shapely.transform(shapely.force_2d(geometries), lambda xy: from_storage(xy, crs=crs))


def box_around(lon: float, lat: float, *, radius_m: float) -> tuple[float, float, float, float]:
    """A bbox that holds all within ``radius_m`` metres on the ground, and at most a few percent more."""
    reach = radius_m * 1.01
    _east, north, _back = _GLOBE.fwd(lon, lat, 0, reach)
    _west, south, _back = _GLOBE.fwd(lon, lat, 180, reach)
    farthest = min(max(abs(north), abs(south)), 89.0)  # a degree is shortest at the end nearest to the pole
    width = reach / (_DEGREE_M * np.cos(np.radians(farthest)))
    return lon - width, south, lon + width, north


# --- the Chinese offset systems -----------------------------------------------------------------


def gcj02_from_wgs84(lonlat: np.ndarray) -> np.ndarray:
    """The public form of the GCJ-02 offset; outside China the two systems are the same."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    x, y = lon - 105.0, lat - 35.0
    wave = 20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)
    dlat = (
        -100
        + 2 * x
        + 3 * y
        + 0.2 * y**2
        + 0.1 * x * y
        + 0.2 * np.sqrt(np.abs(x))
        + (
            wave
            + 20 * np.sin(y * np.pi)
            + 40 * np.sin(y / 3 * np.pi)
            + 160 * np.sin(y / 12 * np.pi)
            + 320 * np.sin(y * np.pi / 30)
        )
        * 2
        / 3
    )
    dlon = (
        300
        + x
        + 2 * y
        + 0.1 * x**2
        + 0.1 * x * y
        + 0.1 * np.sqrt(np.abs(x))
        + (
            wave
            + 20 * np.sin(x * np.pi)
            + 40 * np.sin(x / 3 * np.pi)
            + 150 * np.sin(x / 12 * np.pi)
            + 300 * np.sin(x / 30 * np.pi)
        )
        * 2
        / 3
    )
    phi = np.radians(lat)
    magic = 1 - _EE * np.sin(phi) ** 2
    dlat = dlat * 180 / (_A * (1 - _EE) / (magic * np.sqrt(magic)) * np.pi)
    dlon = dlon * 180 / (_A / np.sqrt(magic) * np.cos(phi) * np.pi)
    inside = (lon > 72.004) & (lon < 137.8347) & (lat > 0.8293) & (lat < 55.8271)
    return np.column_stack([lon + np.where(inside, dlon, 0), lat + np.where(inside, dlat, 0)])


def _bd09_from_gcj02(xy: np.ndarray) -> np.ndarray:
    x, y = xy[:, 0], xy[:, 1]
    z = np.hypot(x, y) + 0.00002 * np.sin(y * _X_PI)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * _X_PI)
    return np.column_stack([z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006])


def _gcj02_from_bd09(xy: np.ndarray) -> np.ndarray:
    return _undo(_bd09_from_gcj02, xy)


def _undo(offset, xy: np.ndarray) -> np.ndarray:
    """Solve ``offset(p) == xy`` by fixed-point iteration: below a millimetre after a few rounds."""
    guess = xy.copy()
    for _round in range(10):
        step = xy - offset(guess)
        guess = guess + step
        if np.abs(step).max(initial=0) < 1e-10:
            break
    return guess
