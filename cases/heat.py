"""Heat: how many cases lie in each H3 cell, exact, and the classes that a legend names."""

from dataclasses import dataclass
from math import cos, radians, sqrt

import h3.api.numpy_int as h3
import numpy as np
from django.db.models import BigIntegerField, Count, F, Func, Value
from django.utils.translation import gettext_lazy as _

from gis.errors import BadParameter
from gis.jurisdiction import Scoped

RESOLUTIONS = range(7, 12)  # edges from 1.4 km to 29 m; see cell_at
WHOLE = range(7, 10)  # few enough cells to give the whole jurisdiction at once
CLASSES = 6
_STEPS = (1, 2, 5)


class BoxNeeded(BadParameter):
    sentence = _(
        "bbox: cells this fine are given for a part of the map only; give bbox=west,south,east,north."
    )


class CellParent(Func):
    """The coarser cell that a stored cell lies in (``cases/sql/cells.sql``)."""

    function = "cell_parent"
    output_field = BigIntegerField()


@dataclass(frozen=True)
class Heat:
    """Cells shape (n,) with their counts, the count of all, and the lower bounds of the legend's classes.

    ``total`` and ``breaks`` are of the whole selection, whatever box of it is given: the scale stays
    while the map is panned.
    """

    resolution: int
    cells: np.ndarray
    counts: np.ndarray
    total: int
    breaks: list[int]

    @property
    def width_m(self) -> float:
        """From side to side of a cell, on average."""
        return sqrt(3) * h3.average_hexagon_edge_length(self.resolution, unit="m")


def resolution_at(zoom: float) -> int:
    """The resolution whose cells are some 15 to 35 pixels wide at ``zoom``."""
    return max(RESOLUTIONS[0], min(RESOLUTIONS[-1], round((zoom - 10.5) / 1.4) + 8))


def heat(cases: Scoped, *, resolution: int, bbox: tuple[float, float, float, float] | None = None) -> Heat:
    """The heat of ``cases``; BoxNeeded if the cells are too many to give without a ``bbox``."""
    if bbox is None and resolution not in WHOLE:
        raise BoxNeeded(name="bbox")
    rows = (
        cases.annotate(cell=CellParent(F("h3"), Value(resolution))).values("cell").annotate(count=Count("*"))
    )
    table = np.array(list(rows.values_list("cell", "count")), dtype=np.int64).reshape(-1, 2)
    cells, counts = table[:, 0], table[:, 1]
    total, breaks = int(counts.sum()), breaks_of(counts)
    if bbox is not None:
        inside = _in_box(
            centres_of(cells), bbox, margin_m=h3.average_hexagon_edge_length(resolution, unit="m") * 1.2
        )
        cells, counts = cells[inside], counts[inside]
    return Heat(resolution, cells, counts, total, breaks)


def centres_of(cells: np.ndarray) -> np.ndarray:
    """Longitude and latitude of each cell's centre, shape (n, 2)."""
    return np.array([h3.cell_to_latlng(int(cell))[::-1] for cell in cells], dtype=float).reshape(-1, 2)


def outline_of(cell: int) -> list[tuple[float, float]]:
    """The corners of a cell as longitude, latitude."""
    return [(lng, lat) for lat, lng in h3.cell_to_boundary(int(cell))]


def breaks_of(counts: np.ndarray) -> list[int]:
    """Lower bounds of at most CLASSES classes in round numbers that grow by factors up to the fullest cell.

    >>> breaks_of(np.array([1, 3, 40]))
    [1, 2, 5, 10, 20]
    """
    if not counts.size:
        return []
    fullest = int(counts.max())
    if fullest <= CLASSES:
        return list(range(1, fullest + 1))
    bounds = {_round_down(fullest ** (step / CLASSES)) for step in range(CLASSES)}
    return sorted(bounds)


def _round_down(number: float) -> int:
    """The greatest of 1, 2, 5, 10, 20, 50, … that is not above ``number`` (at least 1)."""
    power = 10 ** (len(str(int(number + 1e-9))) - 1)
    return max(step * power for step in _STEPS if step * power <= number + 1e-9)


def _in_box(lonlat: np.ndarray, bbox: tuple[float, float, float, float], *, margin_m: float) -> np.ndarray:
    """Which points lie in ``bbox`` or at most ``margin_m`` outside: cells that reach into the picture."""
    west, south, east, north = bbox
    dlat = margin_m / 111_320
    dlon = dlat / max(cos(radians((south + north) / 2)), 0.01)
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return (lon >= west - dlon) & (lon <= east + dlon) & (lat >= south - dlat) & (lat <= north + dlat)
