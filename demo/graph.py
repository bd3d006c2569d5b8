"""One planar graph of the plan: edges know their road and their two faces.

Faces are the smallest pieces of ground.
Unit grids, blocks, communities and streets are sets of faces, so all their borders are the same vertices.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from demo import plane
from demo.network import ARTERIALS, CUT, EDGE, RIVER, Plan

_NODE_M = 0.01  # precision of the drawing board when lines are noded
_STEP_M = 32.0  # longest straight piece of a bent line


@dataclass
class Graph:
    """``faces``: polygons, EPSG:4326. Per segment between two vertices that borders a face in the district:
    ``owner`` (index of the road or CUT, RIVER, EDGE), ``left``, ``right`` (face; -1 outside), ``length_m``.
    ``strands``: per road the noded lines it consists of, EPSG:4326.
    """

    faces: np.ndarray
    board: np.ndarray
    area_m2: np.ndarray
    owner: np.ndarray
    left: np.ndarray
    right: np.ndarray
    length_m: np.ndarray
    strands: list[np.ndarray]


def _sources(plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """All lines of the plan and what each is, in the order in which one counts where several run together."""
    order = sorted(range(len(plan.roads)), key=lambda i: -plan.roads[i].half_width_m)
    lines = [plan.roads[i].line for i in order] + [plan.river, plan.outline.exterior, *plan.cuts]
    owners = [*order, RIVER, EDGE, *[CUT] * len(plan.cuts)]
    return np.array(lines, dtype=object), np.array(owners)


def _owners(plan: Plan, edges: np.ndarray) -> np.ndarray:
    """Whose each noded edge is. A road without a bridge ends at the riverside."""
    lines, owners = _sources(plan)
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    edge, line = shapely.STRtree(lines).query(middles, predicate="dwithin", distance=5 * _NODE_M)
    first = np.full(len(edges), len(lines) - 1)
    np.minimum.at(first, edge, line)
    found = owners[first]
    bridges = np.array([road.bridges for road in plan.roads])
    wet = shapely.contains_properly(plan.corridor.buffer(-1), middles)
    found[wet & (found >= 0) & ~bridges[np.maximum(found, 0)]] = CUT
    return found


def _drawn(plan: Plan, edges: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Which edges belong on the map as roads: those in the district, and arterials some way beyond."""
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    inside = shapely.contains_properly(plan.outline, middles)
    arterial = np.array([road.kind in ARTERIALS for road in plan.roads])[np.maximum(owners, 0)]
    return (owners >= 0) & (inside | arterial)


def build(plan: Plan) -> Graph:
    lines, _ = _sources(plan)
    edges = shapely.get_parts(shapely.union_all(lines, grid_size=_NODE_M))
    owners = _owners(plan, edges)
    bent = plane.on_the_globe(shapely.transform(shapely.segmentize(edges, _STEP_M), plane.bend))
    drawn = _drawn(plan, edges, owners)
    strands = [bent[drawn & (owners == i)] for i in range(len(plan.roads))]
    faces = shapely.get_parts(shapely.polygonize(bent))
    outline = plane.on_the_globe(shapely.transform(shapely.segmentize(plan.outline, _STEP_M), plane.bend))
    faces = faces[shapely.contains_properly(outline, shapely.point_on_surface(faces))]
    return _with_neighbours(faces, bent, owners, strands)


def _segments(geometries) -> tuple[np.ndarray, np.ndarray]:
    """Consecutive vertex pairs as rows (x1, y1, x2, y2) and the index of the geometry they are of."""
    points, index = shapely.get_coordinates(geometries, return_index=True)
    same = index[1:] == index[:-1]
    return np.hstack([points[:-1], points[1:]])[same], index[:-1][same]


def _keys(segments: np.ndarray) -> np.ndarray:
    """The same complex pair of numbers for a segment and its reverse, as rows to be compared."""
    forward = (segments[:, 0] < segments[:, 2]) | (
        (segments[:, 0] == segments[:, 2]) & (segments[:, 1] < segments[:, 3])
    )
    swapped = segments[:, [2, 3, 0, 1]]
    return np.where(forward[:, None], segments, swapped)


def _with_neighbours(faces, bent, owners, strands) -> Graph:
    rings, face = _segments(faces)
    drawn, edge = _segments(bent)
    keys, number = np.unique(np.vstack([_keys(rings), _keys(drawn)]), axis=0, return_inverse=True)
    number = number.ravel()
    of_ring, of_drawn = number[: len(rings)], number[len(rings) :]
    owner = np.full(len(keys), CUT)
    owner[of_drawn] = owners[edge]
    left, right = np.full(len(keys), -1), np.full(len(keys), -1)
    left[of_ring[::-1]] = face[::-1]  # the first face that has the segment …
    later = left[of_ring] != face
    right[of_ring[later]] = face[later]  # … and the other one
    bordering = left >= 0
    metres = plane.to_metres(keys.reshape(-1, 2)).reshape(-1, 4)
    length = np.hypot(metres[:, 2] - metres[:, 0], metres[:, 3] - metres[:, 1])
    ground = plane.on_the_ground(faces)
    return Graph(
        faces=faces,
        board=shapely.get_coordinates(shapely.centroid(ground)),
        area_m2=shapely.area(ground),
        owner=owner[bordering],
        left=left[bordering],
        right=right[bordering],
        length_m=length[bordering],
        strands=strands,
    )
