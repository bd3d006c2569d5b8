"""H3 cells of points. One fine cell is stored; its parents come from bit arithmetic (here and in SQL)."""

import h3.api.numpy_int as h3
import numpy as np

RESOLUTION = 11  # edge about 29 m: seven cells hold all within 10 m, a hot spot is a street corner


def cell_of(lon: float, lat: float) -> int:
    """The stored cell of a point, as a signed 64-bit integer."""
    return int(h3.latlng_to_cell(lat, lon, RESOLUTION))


def cells_of(lons, lats) -> np.ndarray:
    """The stored cells of many points, shape (n,), int64."""
    return np.fromiter(
        (h3.latlng_to_cell(lat, lon, RESOLUTION) for lon, lat in zip(lons, lats, strict=True)),
        dtype=np.int64,
        count=len(lons),
    )
