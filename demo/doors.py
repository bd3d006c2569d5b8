"""Door numbers: odd on one side of a road, even on the other, rising from west to east and north to south."""

from dataclasses import dataclass

import numpy as np
import shapely

from demo import plane
from demo.fronts import Fronts
from demo.graph import Graph
from demo.houses import Houses
from demo.network import Plan

SPAN_M = 18.0  # two numbers of one side lie about so far apart where few houses stand


@dataclass
class Doors:
    """``at``: ground metres, at the pavement; the ``house``, or the ``parcel`` whose gate it is (else -1)."""

    at: np.ndarray
    road: np.ndarray
    number: np.ndarray
    house: np.ndarray
    parcel: np.ndarray


def centrelines(plan: Plan, graph: Graph) -> list:
    """Each road's course in the direction of its numbers, joined over gaps; ground metres."""
    lines: list = []
    for road, strands in zip(plan.roads, graph.strands, strict=True):
        if not len(strands):
            lines.append(None)
            continue
        heading = np.array([1.0, 0.0] if road.axis == "ew" else [0.0, -1.0])
        pieces = []
        for piece in shapely.get_parts(
            shapely.line_merge(shapely.multilinestrings(plane.on_the_ground(strands)))
        ):
            points = shapely.get_coordinates(piece)
            pieces.append(points if (points[-1] - points[0]) @ heading >= 0 else points[::-1])
        pieces.sort(key=lambda points: points[0] @ heading)
        lines.append(shapely.LineString(np.concatenate(pieces)))
    return lines


def number(plan: Plan, graph: Graph, fronts: Fronts, houses: Houses, rng: np.random.Generator) -> Doors:
    shops = np.flatnonzero(houses.road >= 0)
    gated = np.flatnonzero(fronts.gate >= 0)
    side = fronts.gate[gated]
    at = np.concatenate([houses.front[shops], (fronts.start[side] + fronts.end[side]) / 2])
    road = np.concatenate([houses.road[shops], fronts.road[side]])
    house = np.concatenate([shops, np.full(len(gated), -1)])
    parcel = np.concatenate([np.full(len(shops), -1), gated])
    numbers = np.zeros(len(at), dtype=int)
    for r, line in enumerate(centrelines(plan, graph)):
        own = np.flatnonzero(road == r)
        if line is not None and len(own):
            numbers[own] = _numbers(line, at[own], rng)
    return Doors(at=at, road=road, number=numbers, house=house, parcel=parcel)


def _numbers(line, at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Along ``line``: odd on the left, even on the right, rising on each side."""
    along = shapely.line_locate_point(line, shapely.points(at))
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(along - 1, 0)))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 1))
    course, off = ahead - here, at - here
    left = course[:, 0] * off[:, 1] - course[:, 1] * off[:, 0] > 0
    numbers = np.zeros(len(at), dtype=int)
    for odd, on_side in ((1, left), (0, ~left)):
        last = odd - 2 if odd else 0
        for i in np.flatnonzero(on_side)[np.argsort(along[on_side], kind="stable")]:
            usual = 2 * int(along[i] / SPAN_M) + odd
            last = max(last + 2 * int(rng.choice((1, 2), p=(0.93, 0.07))), usual)
            numbers[i] = last
    return numbers
