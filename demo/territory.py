"""Unit grids, blocks, communities and streets: sets of the graph's faces, one inside the other."""

import heapq
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely

from demo import plane
from demo.graph import Graph
from demo.network import ARTERIALS, CUT, RIVER, Plan
from demo.scale import Scale

SMALLEST_M2, LARGEST_M2 = 5000.0, 18_000.0  # of a unit grid; its norm is 10,000


@dataclass
class Territory:
    """Per unit grid, in the order of their codes: ``polygons`` (EPSG:4326), ``centres`` (ground metres),
    ``area_m2``, ``block``, ``community`` and the ``sequence`` in it; per community ``street_of``.
    ``borders``: rows (unit grid, unit grid, metres of soft border, metres along roads and water).
    All numbers but ``sequence`` count from 0.
    """

    polygons: np.ndarray
    centres: np.ndarray
    area_m2: np.ndarray
    block: np.ndarray
    community: np.ndarray
    street_of: np.ndarray
    sequence: np.ndarray
    borders: np.ndarray

    @property
    def street(self) -> np.ndarray:
        return self.street_of[self.community]

    def locate(self, lonlat: np.ndarray) -> np.ndarray:
        """The unit grid that covers each point, on a shared border the lower code; -1 outside."""
        point, cell = shapely.STRtree(self.polygons).query(shapely.points(lonlat), predicate="intersects")
        found = np.full(len(lonlat), len(self.polygons))
        np.minimum.at(found, point, cell)
        return np.where(found == len(self.polygons), -1, found)

    def union(self, members: np.ndarray):
        """The outline of some unit grids, with exactly their vertices."""
        return shapely.coverage_union_all(self.polygons[members])


class _Sets:
    """Which things belong together (union–find)."""

    def __init__(self, size: int):
        self._root = list(range(size))

    def of(self, item: int) -> int:
        while self._root[item] != item:
            self._root[item] = item = self._root[self._root[item]]
        return item

    def join(self, item: int, other: int) -> None:
        self._root[self.of(item)] = self.of(other)

    def labels(self) -> np.ndarray:
        """Numbers from 0, the same for what belongs together."""
        return np.unique([self.of(item) for item in range(len(self._root))], return_inverse=True)[1]


def _components(size: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    sets = _Sets(size)
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        sets.join(a, b)
    return sets.labels()


def _without_slivers(graph: Graph, hard: np.ndarray) -> np.ndarray:
    """A unit grid per face: faces too small to be one join a neighbour, across a road only if they must."""
    inner = graph.right >= 0
    near: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    rows = zip(
        graph.left[inner].tolist(),
        graph.right[inner].tolist(),
        graph.length_m[inner].tolist(),
        hard[inner].tolist(),
        strict=True,
    )
    for a, b, length, is_hard in rows:
        near[a][b][is_hard] += length
        near[b][a][is_hard] += length
    sets, area = _Sets(len(graph.faces)), graph.area_m2.tolist()
    queue = [(size, face) for face, size in enumerate(area) if size < SMALLEST_M2]
    heapq.heapify(queue)
    while queue:
        size, face = heapq.heappop(queue)
        if sets.of(face) != face or area[face] != size or not near[face]:
            continue
        into = max(near[face], key=lambda other: _fitness(size + area[other], *near[face][other]))
        _join(face, into, near, sets, area)
        if area[into] < SMALLEST_M2:
            heapq.heappush(queue, (area[into], into))
    return sets.labels()


def _fitness(joint_m2: float, soft_m: float, hard_m: float) -> tuple:
    return (soft_m > 3, joint_m2 <= LARGEST_M2, soft_m or hard_m)


def _join(face: int, into: int, near, sets: _Sets, area: list[float]) -> None:
    sets.join(face, into)
    area[into] += area[face]
    for other, (soft, hard) in near.pop(face).items():
        del near[other][face]
        if other != into:
            for a, b in ((into, other), (other, into)):
                near[a][b][0] += soft
                near[a][b][1] += hard


def _borders(graph: Graph, cell: np.ndarray, hard: np.ndarray) -> np.ndarray:
    inner = graph.right >= 0
    pairs = np.sort(np.column_stack([cell[graph.left[inner]], cell[graph.right[inner]]]), axis=1)
    apart = pairs[:, 0] != pairs[:, 1]
    pairs, index = np.unique(pairs[apart], axis=0, return_inverse=True)
    index = index.ravel()
    length, is_hard = graph.length_m[inner][apart], hard[inner][apart]
    soft_m = np.bincount(index, length * ~is_hard, len(pairs))
    hard_m = np.bincount(index, length * is_hard, len(pairs))
    return np.column_stack([pairs, soft_m, hard_m])


def parts(items: np.ndarray, centres: np.ndarray, weights: np.ndarray, count: int) -> list[np.ndarray]:
    """Divide items into ``count`` sets of like weight, each time across the longer side."""
    if count <= 1 or len(items) <= 1:
        return [items]
    spread = np.ptp(centres[items], axis=0)
    order = items[np.argsort(centres[items][:, int(np.argmax(spread))], kind="stable")]
    share = weights[order].cumsum() / weights[order].sum()
    at = int(np.clip(np.searchsorted(share, (count // 2) / count) + 1, 1, len(order) - 1))
    return [
        *parts(order[:at], centres, weights, count // 2),
        *parts(order[at:], centres, weights, count - count // 2),
    ]


def whole(label: np.ndarray, borders: np.ndarray, area_m2: np.ndarray, within: np.ndarray) -> np.ndarray:
    """The labels with each set in one piece: smaller pieces go to the neighbour with the longest border.

    ``within``: a piece stays in its own part of the city where it has a neighbour there.
    """
    one, other = borders[:, 0].astype(int), borders[:, 1].astype(int)
    length = borders[:, 2] + borders[:, 3]
    label = label.copy()
    while len(strays := _strays(label, one, other, area_m2)):
        for members in strays:
            inside = np.zeros(len(label), dtype=bool)
            inside[members] = True
            touching = inside[one] != inside[other]
            outside = np.where(inside[one], other, one)[touching]
            score = length[touching] + 1e6 * (within[outside] == within[members[0]])
            labels, index = np.unique(label[outside], return_inverse=True)
            label[members] = labels[np.argmax(np.bincount(index, score))]
    return label


def _strays(label: np.ndarray, one: np.ndarray, other: np.ndarray, area_m2: np.ndarray) -> list[np.ndarray]:
    """The members of each piece that is not the largest of its label."""
    same = label[one] == label[other]
    piece = _components(len(label), one[same], other[same])
    _, first = np.unique(piece, return_index=True)
    by_size = np.argsort(np.bincount(piece, area_m2), kind="stable")
    largest = dict(zip(label[first[by_size]].tolist(), by_size.tolist(), strict=True))
    return [np.flatnonzero(piece == p) for p in range(len(first)) if largest[label[first[p]]] != p]


def _divide(scale: Scale, graph: Graph, cell: np.ndarray, block, quarter, centres, area_m2, borders) -> tuple:
    """Streets out of quarters between arterials, communities out of blocks."""
    everywhere = np.zeros(len(area_m2), dtype=int)
    quarters = np.unique(quarter)
    at = np.array(
        [np.average(centres[quarter == q], axis=0, weights=area_m2[quarter == q]) for q in quarters]
    )
    weight = np.array([area_m2[quarter == q].sum() for q in quarters])
    street = np.empty(len(area_m2), dtype=int)
    for number, part in enumerate(parts(np.arange(len(quarters)), at, weight, scale.streets)):
        street[np.isin(quarter, quarters[part])] = number
    street = whole(street, borders, area_m2, everywhere)
    community = np.empty(len(area_m2), dtype=int)
    number = 0
    share = np.bincount(street, area_m2).cumsum() / area_m2.sum()
    counts = np.diff(np.round(share * scale.communities), prepend=0).astype(int)
    for s in range(len(counts)):
        own = np.flatnonzero(street == s)
        count = max(1, int(counts[s]))
        blocks = np.unique(block[own])
        at = np.array([centres[own[block[own] == b]].mean(axis=0) for b in blocks])
        weight = np.array([area_m2[own[block[own] == b]].sum() for b in blocks])
        for part in parts(np.arange(len(blocks)), at, weight, count):
            community[own[np.isin(block[own], blocks[part])]] = number
            number += 1
    return street, whole(community, borders, area_m2, street)


def _in_reading_order(centres: np.ndarray, row_m: float) -> np.ndarray:
    """The order from west to east in rows from north to south."""
    top = centres[:, 1].max()
    row = np.floor((top - centres[:, 1]) / row_m)
    return np.lexsort([centres[:, 0], row])


def _renumbered(label: np.ndarray, centres: np.ndarray, row_m: float) -> np.ndarray:
    """The same sets, numbered from 0 in reading order."""
    numbers = np.unique(label)
    at = np.array([centres[label == n].mean(axis=0) for n in numbers])
    position = np.empty(label.max() + 1, dtype=int)
    position[numbers[_in_reading_order(at, row_m)]] = np.arange(len(numbers))
    return position[label]


def divide(scale: Scale, plan: Plan, graph: Graph) -> Territory:
    arterial = np.array([road.kind in ARTERIALS for road in plan.roads])
    is_road = graph.owner >= 0
    hard = is_road | (graph.owner == RIVER)
    inner = graph.right >= 0
    soft = inner & (graph.owner == CUT)
    local = inner & ~(is_road & arterial[np.maximum(graph.owner, 0)]) & (graph.owner != RIVER)
    block_of_face = _components(len(graph.faces), graph.left[soft], graph.right[soft])
    quarter_of_face = _components(len(graph.faces), graph.left[local], graph.right[local])
    cell = _without_slivers(graph, hard)
    borders = _borders(graph, cell, hard)
    by_size = np.argsort(graph.area_m2)
    largest = np.empty(cell.max() + 1, dtype=int)
    largest[cell[by_size]] = by_size  # the last written, the largest face, decides
    area_m2 = np.bincount(cell, graph.area_m2)
    members = np.split(np.argsort(cell, kind="stable"), np.bincount(cell).cumsum()[:-1])
    polygons = np.array([shapely.coverage_union_all(graph.faces[m]) for m in members], dtype=object)
    centres = shapely.get_coordinates(shapely.centroid(plane.on_the_ground(polygons)))
    street, community = _divide(
        scale, graph, cell, block_of_face[largest], quarter_of_face[largest], centres, area_m2, borders
    )
    return _numbered(polygons, centres, area_m2, block_of_face[largest], street, community, borders)


def _numbered(polygons, centres, area_m2, block, street, community, borders) -> Territory:
    street = _renumbered(street, centres, 900)
    community = _renumbered(community + street * (community.max() + 1), centres, 450)
    street_of = np.empty(community.max() + 1, dtype=int)
    street_of[community] = street
    order = np.lexsort([np.arange(len(street_of)), street_of])  # a street's communities follow one another
    position = np.empty(len(order), dtype=int)
    position[order] = np.arange(len(order))
    community, street_of = position[community], street_of[order]
    sequence = np.empty(len(polygons), dtype=int)
    for c in range(len(street_of)):
        own = np.flatnonzero(community == c)
        sequence[own[_in_reading_order(centres[own], 100)]] = np.arange(1, len(own) + 1)
    order = np.lexsort([sequence, community])  # the order of the codes
    place = np.empty(len(order), dtype=int)
    place[order] = np.arange(len(order))
    borders = np.column_stack([place[borders[:, :2].astype(int)], borders[:, 2:]])
    return Territory(
        polygons=polygons[order],
        centres=centres[order],
        area_m2=area_m2[order],
        block=block[order],
        community=community[order],
        street_of=street_of,
        sequence=sequence[order],
        borders=borders,
    )
