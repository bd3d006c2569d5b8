"""Coordinate systems: control points, round trips, names."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import crs

lons, lats = st.floats(74, 134), st.floats(4, 53)  # China
METRE = 1 / 111_320


def one(function, x: float, y: float, system: str) -> tuple[float, float]:
    [[a, b]] = function(np.array([[x, y]]), crs=system)
    return a, b


def test_cgcs2000_is_stored_as_it_is():
    assert one(crs.to_storage, 113.8, 34.03, "EPSG:4490") == (113.8, 34.03)


def meridian_arc(lat: float) -> float:
    """Metres along a meridian of the CGCS2000 ellipsoid from the equator, by Simpson's rule."""
    a, f = 6_378_137.0, 1 / 298.257222101
    e2 = f * (2 - f)
    phi = np.radians(np.linspace(0, lat, 20_001))
    radius = a * (1 - e2) / (1 - e2 * np.sin(phi) ** 2) ** 1.5
    return (phi[1] / 3) * (radius[0] + 4 * radius[1:-1:2].sum() + 2 * radius[2:-1:2].sum() + radius[-1])


@pytest.mark.parametrize("lat", [20.0, 34.0, 45.5])
def test_on_the_central_meridian_of_4547_the_northing_is_the_meridian_arc(lat):
    """CGCS2000 / 3-degree Gauss-Kruger CM 114E: false easting 500 km, scale 1."""
    assert one(crs.from_storage, 114.0, lat, "4547") == pytest.approx((500_000, meridian_arc(lat)), abs=1e-3)


def test_easting_comes_first_in_4547():
    assert one(crs.to_storage, 500_000, meridian_arc(34.0), "4547") == pytest.approx((114, 34), abs=1e-8)


def test_gcj02_agrees_with_a_published_point():
    """Tiananmen: WGS 84 116.3912, 39.9072 is 116.39744, 39.90860 in GCJ-02."""
    assert one(crs.from_storage, 116.3912, 39.9072, "GCJ02") == pytest.approx((116.39744, 39.90860), abs=2e-5)


def test_bd09_agrees_with_a_published_point():
    """The usual example: GCJ-02 116.404, 39.915 is BD-09 116.41036949, 39.92133699."""
    [[lon, lat]] = crs._bd09_from_gcj02(np.array([[116.404, 39.915]]))
    assert (lon, lat) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


@pytest.mark.parametrize("point", [(2.35, 48.85), (139.7, 35.7), (151.2, -33.9)])
def test_outside_china_gcj02_is_wgs84(point):
    assert one(crs.from_storage, *point, "GCJ02") == point


@settings(deadline=None)  # the first example pays for loading
@given(lons, lats)
def test_the_offset_of_gcj02_is_some_hundred_metres(lon, lat):
    x, y = one(crs.from_storage, lon, lat, "GCJ02")
    assert 0 < np.hypot(x - lon, y - lat) < 2000 * METRE


@pytest.mark.parametrize("system", ["GCJ02", "BD09", "4490", "3857", "4526", "4547", "32649"])
@settings(deadline=None)  # the first example pays for loading
@given(lon=st.floats(108, 118), lat=st.floats(20, 45))
def test_a_round_trip_ends_within_a_millimetre(system, lon, lat):
    there = one(crs.from_storage, lon, lat, system)
    assert one(crs.to_storage, *there, system) == pytest.approx((lon, lat), abs=METRE / 1000)


@settings(deadline=None)  # the first example pays for loading
@given(lons, lats)
def test_the_chinese_offsets_come_back_within_a_millimetre_all_over_china(lon, lat):
    for system in ("GCJ02", "BD09"):
        there = one(crs.from_storage, lon, lat, system)
        assert one(crs.to_storage, *there, system) == pytest.approx((lon, lat), abs=METRE / 1000)


@pytest.mark.parametrize(
    "name, normal",
    [
        (4547, "4547"),
        ("4547", "4547"),
        ("EPSG:4547", "4547"),
        ("epsg:4547", "4547"),
        (" gcj-02 ", "GCJ02"),
        ("bd09", "BD09"),
    ],
)
def test_a_system_has_one_name(name, normal):
    assert crs.normalised(name) == normal


@pytest.mark.parametrize(
    "name",
    [
        "",
        "EPSG:",
        "0",
        "999999",
        "+proj=longlat",
        "WGS84",
        "http://example.com/crs",
        "４５４７",
        "-4547",
        "9" * 40,
    ],
)
def test_what_is_no_system_is_refused_by_name(name):
    with pytest.raises(crs.UnknownCRS) as refused:
        crs.normalised(name)
    assert name in str(refused.value)


def test_no_points_are_no_points():
    assert crs.to_storage(np.empty((0, 2)), crs="BD09").shape == (0, 2)


def test_geometries_lose_their_heights():
    [flat] = crs.geometries_to_storage(np.array([shapely.from_wkt("POINT Z (113.8 34 7)")]), crs="4490")
    assert not flat.has_z
