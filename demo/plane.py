"""The two planes of the demo city: the drawing board, where roads are straight, and the ground, where not.

Everything is planned on the drawing board in metres east and north of the centre. ``bend`` moves the plan to
the ground smoothly, so that what was noded on the board stays noded; ``to_lonlat`` brings it to EPSG:4326.
"""

import numpy as np
import shapely

CENTRE = (113.83, 34.03)
DIGITS = 8  # of a degree: about a millimetre
_A, _E2 = 6_378_137.0, 0.00669438002290
_SIN2 = np.sin(np.radians(CENTRE[1])) ** 2
_LAT_M = np.radians(1) * _A * (1 - _E2) / (1 - _E2 * _SIN2) ** 1.5
_LON_M = np.radians(1) * _A * np.cos(np.radians(CENTRE[1])) / np.sqrt(1 - _E2 * _SIN2)
_SCALE = np.array([_LON_M, _LAT_M])

#        amplitude m, wave length m, direction of the wave, of the shift, phase
_WAVES = (
    (190.0, 9400.0, 0.9, 2.4, 1.2),
    (70.0, 5200.0, 0.6, 2.1, 0.4),
    (46.0, 2900.0, 2.0, 0.7, 1.9),
    (17.0, 1150.0, 1.1, 2.6, 3.1),
    (9.0, 640.0, 2.7, 1.2, 5.0),
)


def bend(board: np.ndarray) -> np.ndarray:
    """Points of the drawing board, shape (n, 2), moved to the ground; metres on both sides.

    The shift changes by less than half of the way, so that nothing folds.
    """
    moved = np.array(board, dtype=float)
    for amplitude, length, wave, shift, phase in _WAVES:
        along = board[:, 0] * np.cos(wave) + board[:, 1] * np.sin(wave)
        swing = amplitude * np.sin(2 * np.pi * along / length + phase)
        moved[:, 0] += swing * np.cos(shift)
        moved[:, 1] += swing * np.sin(shift)
    return moved


def to_lonlat(metres: np.ndarray) -> np.ndarray:
    """Ground metres to EPSG:4326, rounded: the same place always has the same coordinates."""
    return np.round(np.asarray(metres) / _SCALE + CENTRE, DIGITS)


def to_metres(lonlat: np.ndarray) -> np.ndarray:
    return (np.asarray(lonlat) - CENTRE) * _SCALE


def on_the_globe(geometries):
    """Ground geometries (metres) in EPSG:4326."""
    return shapely.transform(geometries, to_lonlat)


def on_the_ground(geometries):
    """EPSG:4326 geometries in ground metres."""
    return shapely.transform(geometries, to_metres)
