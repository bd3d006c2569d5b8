"""Ground divided into pieces near 100 m × 100 m: along roads first, then by straight cuts past buildings.

Pure geometry in EPSG:4326; lengths and areas are metres on the ground.
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from grids.outlines import areas_of

NORM_M2 = 10_000.0  # of a unit grid (GB/T 30428.1)
SMALLEST_M2, LARGEST_M2 = 5_000.0, 20_000.0
COURTYARD_M2 = 2 * LARGEST_M2  # an estate up to this size is kept whole where it can be
ROW_M = 100.0  # grids are numbered in rows of this height
TRIES, AWAY = 9, 0.3  # cuts tried, and how far from the middle of the long side, as a share of it
DEGREE_M = 111_320.0


@dataclass(frozen=True)
class Obstacles:
    """What a cut should pass by: ``buildings`` and the ``courtyards`` of estates, as areas."""

    buildings: Sequence[Polygon]
    courtyards: Sequence[Polygon]


def divided(ground, roads: Sequence[LineString], obstacles: Obstacles) -> list[Polygon]:
    """The pieces of ``ground``, which they cover without gap or overlap, from the north-west in rows."""
    blocks = _blocks(ground, roads)
    trees = shapely.STRtree(list(obstacles.buildings)), shapely.STRtree(list(obstacles.courtyards))
    pieces, block_of = [], []
    for number, block in enumerate(blocks):
        cut = _cut_up(block, trees)
        pieces += cut
        block_of += [number] * len(cut)
    return _in_rows(_without_slivers(pieces, block_of))


def area_m2(area) -> float:
    """Square metres of a small area, on a plane that touches the globe there."""
    return area.area * DEGREE_M**2 * cos(radians(area.centroid.y)) if not area.is_empty else 0.0


def _blocks(ground, roads: Sequence[LineString]) -> list[Polygon]:
    """The faces between roads and the border of the ground."""
    lines = shapely.unary_union([shapely.boundary(ground), *(r for r in roads if r.intersects(ground))])
    faces = shapely.get_parts(shapely.polygonize([lines])).tolist()
    shapely.prepare(ground)
    return [face for face in faces if ground.contains(face.representative_point())]


# --- cuts ---------------------------------------------------------------------------------------


def _cut_up(piece: Polygon, obstacles: tuple) -> list[Polygon]:
    """Pieces near the norm, each time cut across the longer side."""
    count = round(area_m2(piece) / NORM_M2)
    if count < 2 or (count == 2 and area_m2(piece) <= LARGEST_M2 and _is_courtyard(piece, obstacles[1])):
        return [piece]
    for cut in sorted(_cuts(piece, (count // 2) / count), key=lambda cut: _cost(cut, obstacles)):
        border = shapely.boundary(piece)
        faces = shapely.get_parts(shapely.polygonize([shapely.unary_union([border, cut])])).tolist()
        parts = [face for face in faces if piece.contains(face.representative_point())]
        if len(parts) > 1:
            return [small for part in parts for small in _cut_up(part, obstacles)]
    return [piece]


def _is_courtyard(piece: Polygon, courtyards: shapely.STRtree) -> bool:
    """Whether an estate fills most of the piece."""
    met = courtyards.geometries[courtyards.query(piece, predicate="intersects")]
    return any(shapely.intersection(piece, estate).area > 0.7 * piece.area for estate in met)


def _cuts(piece: Polygon, share: float) -> list[LineString]:
    """Lines across the longer side of ``piece``, around the place that leaves ``share`` on one side."""
    stretch = np.array([cos(radians(piece.centroid.y)), 1.0])  # degrees of equal length
    box = shapely.minimum_rotated_rectangle(shapely.transform(piece, lambda xy: xy * stretch))
    corners = shapely.get_coordinates(box)[:4]
    sides = corners[[1, 2]] - corners[[0, 1]]
    longer = int(np.hypot(*sides.T).argmax())
    along, across = sides[longer], sides[1 - longer]
    start = corners[0] if longer == 0 else corners[1]
    across = across if longer == 0 else -across
    away = np.array(sorted(np.linspace(-AWAY, AWAY, TRIES), key=abs))  # of cuts that cost the same the middle
    places = np.clip(share + away * min(share, 1 - share), 0.05, 0.95)
    ends = [(start + along * p - 0.01 * across, start + along * p + 1.01 * across) for p in places]
    return [LineString(np.array(pair) / stretch) for pair in ends]


def _cost(cut: LineString, obstacles: tuple) -> float:
    """How much of a cut lies in buildings, and some of how much lies in courtyards (degrees)."""
    inside = [
        sum(shapely.length(shapely.intersection(tree.geometries[tree.query(cut)], cut))) for tree in obstacles
    ]
    return 10 * inside[0] + inside[1]


# --- slivers ------------------------------------------------------------------------------------


def _without_slivers(pieces: Sequence[Polygon], block_of: Sequence[int]) -> list[Polygon]:
    """Pieces too small to be a grid join their best neighbour: of their block, not too large, long border."""
    members = {n: [n] for n in range(len(pieces))}
    size = {n: area_m2(piece) for n, piece in enumerate(pieces)}
    near = _borders(pieces)
    queue = [(size[n], n) for n in members if size[n] < SMALLEST_M2]
    heapq.heapify(queue)
    while queue:
        small, n = heapq.heappop(queue)
        if size.get(n) != small or not near[n]:
            continue

        def fitness(other: int, n: int = n) -> tuple:
            return block_of[other] == block_of[n], size[n] + size[other] <= LARGEST_M2, near[n][other]

        into = max(near[n], key=fitness)
        members[into] += members.pop(n)
        size[into] += size.pop(n)
        for other, length in near.pop(n).items():
            del near[other][n]
            if other != into:
                near[into][other] += length
                near[other][into] += length
        if size[into] < SMALLEST_M2:
            heapq.heappush(queue, (size[into], into))
    joined = (shapely.union_all([pieces[n] for n in group]) for group in members.values())
    return [part for area in joined for part in areas_of(area).geoms]


def _borders(pieces: Sequence[Polygon]) -> dict[int, dict[int, float]]:
    """The length of the common border of each pair of neighbours."""
    near: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    one, other = shapely.STRtree(pieces).query(pieces, predicate="intersects")
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        if a < b and (length := shapely.intersection(pieces[a], pieces[b]).length) > 0:
            near[a][b] = near[b][a] = length
    return near


def _in_rows(pieces: Sequence[Polygon]) -> list[Polygon]:
    """From west to east in rows from north to south."""
    centres = shapely.get_coordinates(shapely.centroid(list(pieces)))
    row = np.floor((centres[:, 1].max() - centres[:, 1]) * DEGREE_M / ROW_M)
    return [pieces[n] for n in np.lexsort([centres[:, 0], row]).tolist()]
