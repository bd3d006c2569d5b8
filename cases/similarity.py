"""Which recent cases may be the same thing (相似案件): of one category, near, not long ago, not over.

How near and how long ago stands with the category. Candidates come from the H3 cells around the spot, the
ground distance is checked after (``cases/sql/similar.sql``). A reporter sees them in his whole district, also
in a neighbouring community that he has no jurisdiction over: number, category, distance, age and the
thumbnail of a photograph, because only so is a thing at a border not reported twice. Nothing else, and
nothing of other districts.
"""

from math import ceil

import h3.api.numpy_int as h3

from cases.cells import RESOLUTION

USUAL_RADIUS_M = 10.0


def cells_around(lon: float, lat: float, radius_m: float) -> list[int]:
    """The stored cells that hold every point at most ``radius_m`` on the ground from (lon, lat)."""
    origin = h3.latlng_to_cell(lat, lon, RESOLUTION)
    return [int(cell) for cell in h3.grid_disk(origin, _rings(origin, radius_m))]


def _rings(origin: int, radius_m: float) -> int:
    """How many rings of cells around ``origin`` are needed.

    In a lattice of hexagons with edge e, two points in cells more than k steps apart are at least
    (1.5 k - 0.5) e from each other. The edge is taken a tenth short: cells differ a little from their
    neighbours, and the grid lies on a sphere while distances are on the ellipsoid.
    """
    edge_m = 0.9 * min(h3.edge_length(edge, unit="m") for edge in h3.origin_to_directed_edges(origin))
    return ceil((radius_m / edge_m + 0.5) / 1.5)
