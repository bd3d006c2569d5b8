"""Buildings: rows that look south, towers, courtyards, halls, and shops along the pavements."""

from dataclasses import dataclass

import numpy as np
import shapely

from demo.graph import Graph
from demo.network import Plan
from demo.parcels import HOMES, Parcels
from demo import plane

SHOP_DEPTH_M, SHOP_GAP_M = 11.0, 9.0
FLOOR_M = 3.0


@dataclass(frozen=True, kw_only=True)
class Rows:
    """How a use is built: lengths along the row, depth, the pitch between rows, gaps and floors (low, high)."""

    kind: str
    length_m: tuple[float, float]
    depth_m: tuple[float, float]
    pitch_m: tuple[float, float]
    gap_m: tuple[float, float]
    floors: tuple[int, int]
    inset_m: float = 4.0
    filled: float = 1.0  # share of the places that are built on
    flat_m2: float = 0.0  # ground per home and floor; 0: nobody lives here


STYLES = {
    "estate": Rows(
        kind="residential",
        length_m=(38, 64),
        depth_m=(12, 13.5),
        pitch_m=(28, 33),
        gap_m=(9, 13),
        floors=(5, 7),
        filled=0.96,
        flat_m2=105,
    ),
    "towers": Rows(
        kind="residential",
        length_m=(26, 40),
        depth_m=(15, 18),
        pitch_m=(46, 56),
        gap_m=(18, 28),
        floors=(17, 33),
        inset_m=9,
        filled=0.94,
        flat_m2=125,
    ),
    "old_estate": Rows(
        kind="residential",
        length_m=(26, 46),
        depth_m=(10, 11.5),
        pitch_m=(19, 23),
        gap_m=(6, 9),
        floors=(3, 6),
        filled=0.95,
        flat_m2=75,
    ),
    "courtyards": Rows(
        kind="residential",
        length_m=(11, 17),
        depth_m=(8, 10),
        pitch_m=(13, 15.5),
        gap_m=(1.5, 3),
        floors=(1, 3),
        inset_m=2,
        filled=0.9,
        flat_m2=160,
    ),
    "village": Rows(
        kind="residential",
        length_m=(9.5, 12),
        depth_m=(11, 13),
        pitch_m=(15, 18),
        gap_m=(1.0, 2.5),
        floors=(2, 5),
        inset_m=2.5,
        filled=0.93,
        flat_m2=190,
    ),
    "commerce": Rows(
        kind="commercial",
        length_m=(34, 58),
        depth_m=(22, 30),
        pitch_m=(36, 44),
        gap_m=(10, 14),
        floors=(4, 12),
        inset_m=6,
    ),
    "office": Rows(
        kind="commercial",
        length_m=(30, 52),
        depth_m=(16, 20),
        pitch_m=(40, 50),
        gap_m=(16, 24),
        floors=(6, 18),
        inset_m=8,
        filled=0.9,
    ),
    "industry": Rows(
        kind="industrial",
        length_m=(46, 90),
        depth_m=(24, 34),
        pitch_m=(38, 46),
        gap_m=(12, 16),
        floors=(1, 3),
        inset_m=6,
        filled=0.85,
    ),
    "site": Rows(
        kind="other",
        length_m=(26, 38),
        depth_m=(15, 18),
        pitch_m=(52, 60),
        gap_m=(24, 32),
        floors=(2, 9),
        inset_m=14,
        filled=0.35,
    ),
    "primary_school": Rows(
        kind="public",
        length_m=(44, 62),
        depth_m=(12, 14),
        pitch_m=(34, 38),
        gap_m=(14, 18),
        floors=(3, 4),
        inset_m=7,
        filled=0.5,
    ),
    "middle_school": Rows(
        kind="public",
        length_m=(52, 72),
        depth_m=(13, 15),
        pitch_m=(36, 42),
        gap_m=(14, 20),
        floors=(4, 5),
        inset_m=8,
        filled=0.5,
    ),
    "hospital": Rows(
        kind="public",
        length_m=(48, 74),
        depth_m=(18, 22),
        pitch_m=(42, 50),
        gap_m=(14, 20),
        floors=(5, 16),
        inset_m=8,
        filled=0.9,
    ),
    "government": Rows(
        kind="public",
        length_m=(44, 66),
        depth_m=(14, 18),
        pitch_m=(40, 50),
        gap_m=(14, 20),
        floors=(4, 9),
        inset_m=9,
        filled=0.85,
    ),
    "market": Rows(
        kind="commercial",
        length_m=(48, 76),
        depth_m=(15, 19),
        pitch_m=(25, 28),
        gap_m=(8, 10),
        floors=(1, 2),
        inset_m=5,
    ),
    "mall": Rows(
        kind="commercial",
        length_m=(70, 110),
        depth_m=(44, 60),
        pitch_m=(64, 76),
        gap_m=(14, 20),
        floors=(4, 7),
        inset_m=8,
    ),
    "stadium": Rows(
        kind="public",
        length_m=(60, 84),
        depth_m=(34, 44),
        pitch_m=(60, 80),
        gap_m=(30, 40),
        floors=(2, 3),
        inset_m=14,
        filled=0.5,
    ),
    "great_park": Rows(
        kind="public",
        length_m=(14, 20),
        depth_m=(9, 12),
        pitch_m=(90, 120),
        gap_m=(80, 120),
        floors=(1, 2),
        inset_m=16,
        filled=0.3,
    ),
    "park": Rows(
        kind="public",
        length_m=(8, 12),
        depth_m=(7, 9),
        pitch_m=(60, 80),
        gap_m=(60, 80),
        floors=(1, 1),
        inset_m=12,
        filled=0.3,
    ),
}
FRONTED = {  # how much of a parcel's street side has shops before it
    "estate": 0.62,
    "old_estate": 0.75,
    "courtyards": 0.6,
    "village": 0.5,
    "towers": 0.45,
    "market": 0.7,
    "shops": 0.9,
    "commerce": 0.25,
}


@dataclass
class Houses:
    """Per building: ``shape`` (ground metres), its ``parcel``, ``kind``, ``floors``, ``homes``; a shop house looks on
    ``road`` (else -1) from ``front`` (ground metres, the middle of its pavement side; nan for others); ``number``
    counts within the parcel, 0 for shop houses."""

    shape: np.ndarray
    parcel: np.ndarray
    kind: np.ndarray
    floors: np.ndarray
    homes: np.ndarray
    road: np.ndarray
    front: np.ndarray
    number: np.ndarray


def _turned(shapes, angle: float, around: np.ndarray):
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return shapely.transform(shapes, lambda xy: (xy - around) @ turn + around)


def _row_ends(shape, tops: np.ndarray, depth: float) -> np.ndarray:
    """West and east end of the room between each row's front and back line, rows (west, east)."""
    west, _, east, _ = shape.bounds
    ends = []
    for y in (tops, tops - depth):
        lines = shapely.linestrings(
            np.stack(
                [
                    np.column_stack([np.full_like(y, west - 1), y]),
                    np.column_stack([np.full_like(y, east + 1), y]),
                ],
                axis=1,
            )
        )
        inside = shapely.intersection(shape, lines)
        bounds = shapely.bounds(inside)
        ends.append(bounds[:, [0, 2]])
    return np.column_stack(
        [np.maximum(ends[0][:, 0], ends[1][:, 0]), np.minimum(ends[0][:, 1], ends[1][:, 1])]
    )


def rows_in(shape, angle: float, style: Rows, rng: np.random.Generator) -> np.ndarray:
    """Footprints of one parcel, north to south and west to east; none leaves ``shape`` or touches another."""
    if shape.is_empty:
        return np.array([], dtype=object)
    around = shapely.get_coordinates(shape.centroid)[0]
    room = _turned(shapely.buffer(shape, -style.inset_m, join_style="mitre"), -angle, around)
    boxes = []
    for piece in shapely.get_parts(room):
        if piece.area > 60:
            boxes.extend(_boxes(piece, style, rng))
    if not boxes:
        return np.array([], dtype=object)
    found = shapely.box(*np.array(boxes).T)
    found = found[shapely.covers(room, found)]
    return _turned(found[rng.random(len(found)) < style.filled], angle, around)


def _boxes(piece, style: Rows, rng: np.random.Generator) -> list[tuple]:
    _, south, _, north = piece.bounds
    depth, pitch = rng.uniform(*style.depth_m), rng.uniform(*style.pitch_m)
    if north - south < depth:
        return []
    count = int((north - south - depth) // pitch) + 1
    slack = north - south - depth - (count - 1) * pitch
    tops = north - slack * rng.uniform(0.2, 0.8) - np.arange(count) * pitch - 1e-6
    length, gap = rng.uniform(*style.length_m), rng.uniform(*style.gap_m)
    boxes = []
    for top, (west, east) in zip(tops, _row_ends(piece, tops, depth), strict=True):
        width = east - west
        if not width > style.length_m[0] * 0.6:
            continue
        houses = max(1, int((width + gap) // (length + gap)))
        size = min((width - (houses - 1) * gap) / houses, style.length_m[1])
        start = west + (width - houses * size - (houses - 1) * gap) / 2
        boxes.extend(
            (start + n * (size + gap), top - depth, start + n * (size + gap) + size, top)
            for n in range(houses)
        )
    return boxes


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


def fronts_of(plan: Plan, graph: Graph, parcels: Parcels) -> Fronts:
    rings = shapely.get_exterior_ring(shapely.orient_polygons(shapely.simplify(parcels.shape, 0.8)))
    points, index = shapely.get_coordinates(rings, return_index=True)
    same = index[1:] == index[:-1]
    start, end, parcel = points[:-1][same], points[1:][same], index[:-1][same]
    long_enough = np.hypot(*(end - start).T) > 26
    start, end, parcel = start[long_enough], end[long_enough], parcel[long_enough]
    lines = [plane.on_the_ground(s) for s in graph.strands]
    road_of = np.repeat(np.arange(len(lines)), [len(s) for s in lines])
    middles = shapely.points((start + end) / 2)
    (front, line), distance = shapely.STRtree(np.concatenate(lines)).query_nearest(
        middles, max_distance=34, return_distance=True, all_matches=False
    )
    road = np.full(len(start), -1)
    half = np.array([r.half_width_m for r in plan.roads])
    close = distance < half[road_of[line]] + 7
    road[front[close]] = road_of[line[close]]
    known = road >= 0
    start, end, parcel, road = start[known], end[known], parcel[known], road[known]
    gate = np.full(len(parcels.shape), -1)
    by_length = np.argsort(np.hypot(*(end - start).T), kind="stable")
    gate[parcel[by_length]] = by_length  # the last written, the longest side, stays
    return Fronts(start, end, parcel, road, gate)


def _shops_along(fronts: Fronts, parcels: Parcels, rng: np.random.Generator) -> tuple:
    """Shop houses: shape, parcel, road and the middle of the pavement side."""
    shapes, parcel, road, front = [], [], [], []
    sides = zip(fronts.start, fronts.end, fronts.parcel.tolist(), fronts.road.tolist(), strict=True)
    for side, (start, end, p, r) in enumerate(sides):
        share = FRONTED.get(str(parcels.use[p]), 0.0)
        if not share:
            continue
        length = float(np.hypot(*(end - start)))
        along = (end - start) / length
        inward = np.array(
            [-along[1], along[0]]
        )  # exterior rings run anticlockwise: the parcel is on the left
        at = SHOP_DEPTH_M + 3
        while True:
            width = float(rng.choice((8.0, 11.0, 14.0, 18.0, 24.0), p=(0.22, 0.28, 0.24, 0.16, 0.10)))
            if at + width > length - 2:
                break
            at_gate = fronts.gate[p] == side and at - 4 < length / 2 < at + width + 4
            if rng.random() < share and not at_gate:
                a, b = start + along * at + inward * 0.6, start + along * (at + width) + inward * 0.6
                depth = inward * SHOP_DEPTH_M
                shapes.append(shapely.Polygon([a, b, b + depth, a + depth]))
                parcel.append(p)
                road.append(r)
                front.append((a + b) / 2)
            at += width + (0.8 if rng.random() < 0.8 else 7.0)
    inside = (
        shapely.covers(parcels.shape[parcel], np.array(shapes, dtype=object))
        if shapes
        else np.array([], dtype=bool)
    )
    return (
        np.array(shapes, dtype=object)[inside],
        np.array(parcel, dtype=int)[inside],
        np.array(road, dtype=int)[inside],
        np.array(front).reshape(-1, 2)[inside],
    )


def _apart(shapes: np.ndarray) -> np.ndarray:
    """Which buildings stay when of two that touch the later one goes."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    stays = np.ones(len(shapes), dtype=bool)
    for a, b in zip(one[one < other].tolist(), other[one < other].tolist(), strict=True):
        if stays[a]:
            stays[b] = False
    return stays


def build(parcels: Parcels, fronts: Fronts, rng: np.random.Generator) -> Houses:
    shops, shop_parcel, shop_road, shop_front = _shops_along(fronts, parcels, rng)
    has_shops = np.bincount(shop_parcel, minlength=len(parcels.shape)) > 0
    taken = [shops]
    owner = [shop_parcel]
    for p, use in enumerate(parcels.use.tolist()):
        if use not in STYLES:
            continue
        shape = parcels.shape[p]
        if has_shops[p]:
            shape = shapely.buffer(shape, -(SHOP_DEPTH_M + 2), join_style="mitre")
        footprints = rows_in(shape, parcels.angle[p], STYLES[use], rng)
        taken.append(footprints)
        owner.append(np.full(len(footprints), p))
    shape, parcel = np.concatenate(taken), np.concatenate(owner).astype(int)
    wet = np.zeros(len(shape), dtype=bool)
    if parcels.ponds:
        wet[shapely.STRtree(shape).query(np.array(parcels.ponds), predicate="intersects")[1]] = True
    road = np.full(len(shape), -1)
    road[: len(shops)] = shop_road
    front = np.full((len(shape), 2), np.nan)
    front[: len(shops)] = shop_front
    stays = _apart(shape) & ~wet
    return _furnished(parcels, shape[stays], parcel[stays], road[stays], front[stays], rng)


def _furnished(parcels: Parcels, shape, parcel, road, front, rng: np.random.Generator) -> Houses:
    """Floors, homes and numbers."""
    use = parcels.use[parcel]
    is_shop = road >= 0
    low = np.array([STYLES[u].floors[0] if u in STYLES else 1 for u in use.tolist()])
    high = np.array([STYLES[u].floors[1] if u in STYLES else 2 for u in use.tolist()])
    usual = rng.integers(0, 1000, len(parcels.shape))[parcel]  # most of an estate has one height
    spread = np.where(rng.random(len(shape)) < 0.7, usual, rng.integers(0, 1000, len(shape)))
    floors = np.where(is_shop, 1 + (spread % 10 < 6), low + spread % (high - low + 1))
    flat = np.array([STYLES[u].flat_m2 if u in HOMES else 0 for u in use.tolist()])
    area = shapely.area(shape)
    homes = np.where(
        is_shop | (flat == 0), 0, np.maximum(1, np.round(area * floors / np.where(flat == 0, 1, flat)))
    ).astype(int)
    kind = np.array([STYLES[u].kind if u in STYLES else "commercial" for u in use.tolist()], dtype="U16")
    kind[is_shop] = "commercial"
    number = np.zeros(len(shape), dtype=int)
    inner = np.flatnonzero(~is_shop)
    order = inner[np.argsort(parcel[inner], kind="stable")]
    first = np.searchsorted(parcel[order], parcel[order])
    number[order] = np.arange(len(order)) - first + 1
    return Houses(
        shape=shape,
        parcel=parcel,
        kind=kind,
        floors=floors,
        homes=homes,
        road=road,
        front=front,
        number=number,
    )
