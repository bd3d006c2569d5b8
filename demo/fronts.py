"""Where parcels look on a road: their gates, and the shops along the pavement."""

from dataclasses import dataclass

import numpy as np
import shapely

from demo import plane
from demo.graph import Graph
from demo.network import Plan
from demo.parcels import Parcels
from demo.styles import FRONTED

SHOP_DEPTH_M = 11.0
_GATE_M = 8.0
_WIDTHS_M, _WIDTH_SHARE = (8.0, 11.0, 14.0, 18.0, 24.0), (0.22, 0.28, 0.24, 0.16, 0.10)


@dataclass
class Fronts:
    """Straight pavement sides of parcels: end points (ground metres, the parcel on the left), parcel, road.

    ``gate``: per parcel the index of the side that its gate is in the middle of, or -1.
    """

    start: np.ndarray
    end: np.ndarray
    parcel: np.ndarray
    road: np.ndarray
    gate: np.ndarray


@dataclass
class Shops:
    """Shop houses: ``shape`` (ground metres), parcel, road, and the middle of the pavement side."""

    shape: np.ndarray
    parcel: np.ndarray
    road: np.ndarray
    front: np.ndarray


def fronts_of(plan: Plan, graph: Graph, parcels: Parcels) -> Fronts:
    rings = shapely.get_exterior_ring(shapely.orient_polygons(shapely.simplify(parcels.shape, 0.8)))
    points, index = shapely.get_coordinates(rings, return_index=True)
    same = index[1:] == index[:-1]
    start, end, parcel = points[:-1][same], points[1:][same], index[:-1][same]
    long_enough = np.hypot(*(end - start).T) > 24
    start, end, parcel = start[long_enough], end[long_enough], parcel[long_enough]
    road = _road_beside(plan, graph, (start + end) / 2)
    known = road >= 0
    start, end, parcel, road = start[known], end[known], parcel[known], road[known]
    gate = np.full(len(parcels.shape), -1)
    by_length = np.argsort(np.hypot(*(end - start).T), kind="stable")
    gate[parcel[by_length]] = by_length  # the last written, the longest side, stays
    return Fronts(start, end, parcel, road, gate)


def _road_beside(plan: Plan, graph: Graph, at: np.ndarray) -> np.ndarray:
    """The road whose pavement each point lies on, or -1."""
    lines = [plane.on_the_ground(strands) for strands in graph.strands]
    road_of = np.repeat(np.arange(len(lines)), [len(strands) for strands in lines])
    half = np.array([road.half_width_m for road in plan.roads])
    (point, line), distance = shapely.STRtree(np.concatenate(lines)).query_nearest(
        shapely.points(at), max_distance=34, return_distance=True, all_matches=False
    )
    beside = distance < half[road_of[line]] + 7
    found = np.full(len(at), -1)
    found[point[beside]] = road_of[line[beside]]
    return found


def shops_along(fronts: Fronts, parcels: Parcels, rng: np.random.Generator) -> Shops:
    """Houses of one or two floors, wall to wall or nearly so; the gate is left open."""
    shapes, parcel, road, front = [], [], [], []
    sides = zip(fronts.start, fronts.end, fronts.parcel.tolist(), fronts.road.tolist(), strict=True)
    for side, (start, end, p, r) in enumerate(sides):
        share = FRONTED.get(str(parcels.use[p]), 0.0)
        if not share:
            continue
        along = (end - start) / np.hypot(*(end - start))
        inward = np.array([-along[1], along[0]])
        for a, b in _stretches(start, end, share, has_gate=fronts.gate[p] == side, rng=rng):
            near, far = inward * 0.6, inward * (0.6 + SHOP_DEPTH_M)
            shapes.append([a + near, b + near, b + far, a + far])
            parcel.append(p)
            road.append(r)
            front.append((a + b) / 2 + near)
    shape = np.asarray(shapely.polygons(np.array(shapes).reshape(-1, 4, 2)))
    inside = shapely.covers(parcels.shape[np.array(parcel, dtype=int)], shape)
    return Shops(
        shape[inside], np.array(parcel, dtype=int)[inside], np.array(road, dtype=int)[inside],
        np.array(front).reshape(-1, 2)[inside],
    )  # fmt: skip


def _stretches(start, end, share: float, *, has_gate: bool, rng: np.random.Generator):
    """Pieces of a pavement side that have a shop: pairs of points. The corners stay free."""
    length = float(np.hypot(*(end - start)))
    along = (end - start) / length
    at = SHOP_DEPTH_M + 1.5
    while True:
        width = float(rng.choice(_WIDTHS_M, p=_WIDTH_SHARE))
        if at + width > length - 1.5:
            return
        at_gate = has_gate and at - _GATE_M / 2 < length / 2 < at + width + _GATE_M / 2
        if rng.random() < share and not at_gate:
            yield start + along * at, start + along * (at + width)
        at += width + (0.8 if rng.random() < 0.82 else 6.0)
