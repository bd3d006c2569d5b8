"""Buildings: rows that look south, towers, courtyards, halls; and what is green between them."""

import itertools
from dataclasses import dataclass

import numpy as np
import shapely

from demo.fronts import Fronts, Shops, shops_along
from demo.parcels import HOMES, Parcels
from demo.styles import OUTLINES, STYLES, Style

FLOOR_M = 3.0
SHOP_YARD_M = 6.0  # between a shop's back and the houses behind it
PITCHES = ("primary_school", "middle_school", "stadium")
LAWNS = ("estate", "towers", "hospital", "government", "middle_school", "office")
_LAWN_GAP_M, _LAWN_HALF_M = 3.5, 3.0


@dataclass
class Houses:
    """Per building: ``shape`` (ground metres), its ``parcel``, ``kind``, ``floors``, ``homes``; a shop house
    looks on ``road`` (else -1) from ``front`` (ground metres, the middle of its pavement side; else nan);
    ``number`` counts within the parcel, 0 for shop houses. ``pitches``, ``lawns``: sports grounds and green.
    """

    shape: np.ndarray
    parcel: np.ndarray
    kind: np.ndarray
    floors: np.ndarray
    homes: np.ndarray
    road: np.ndarray
    front: np.ndarray
    number: np.ndarray
    pitches: np.ndarray
    lawns: np.ndarray


def _turned(shapes, angle: float, around: np.ndarray):
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return shapely.transform(shapes, lambda xy: (xy - around) @ turn + around)


def _free_stretches(room, tops: np.ndarray, depth: float) -> list[tuple[float, float, float]]:
    """Where a row from ``top`` down to ``top - depth`` has room: (top, west, east), north to south."""
    west, _, east, _ = room.bounds
    found = []
    for top in tops:
        lines = shapely.linestrings(
            [[(west - 1, y), (east + 1, y)] for y in (top, top - depth / 2, top - depth)]
        )
        spans = [
            shapely.bounds(shapely.get_parts(s))[:, [0, 2]].tolist()
            for s in shapely.intersection(room, lines)
        ]
        for a in spans[0]:
            for b in spans[1]:
                for c in spans[2]:
                    low, high = max(a[0], b[0], c[0]), min(a[1], b[1], c[1])
                    if high > low:
                        found.append((float(top), low, high))
    return found


def _boxes(room, style: Style, rng: np.random.Generator) -> list[tuple[float, float, float, float]]:
    """Places for houses in a room whose rows run west to east: (west, south, east, north)."""
    _, south, _, north = room.bounds
    depth, pitch = rng.uniform(*style.depth_m), rng.uniform(*style.pitch_m)
    if north - south < depth:
        return []
    count = int((north - south - depth) // pitch) + 1
    slack = north - south - depth - (count - 1) * pitch
    tops = north - slack * rng.uniform(0.3, 0.7) - np.arange(count) * pitch
    length, gap = rng.uniform(*style.length_m), rng.uniform(*style.gap_m)
    boxes: list[tuple[float, float, float, float]] = []
    for top, west, east in _free_stretches(room, tops, depth):
        width = east - west
        if width < style.length_m[0] * 0.62:
            continue
        houses = max(1, int((width + gap) // (length + gap)))
        size = min((width - (houses - 1) * gap) / houses, style.length_m[1]) - 0.02
        start = west + (width - houses * size - (houses - 1) * gap) / 2
        boxes.extend(
            (start + n * (size + gap), top - depth, start + n * (size + gap) + size, top)
            for n in range(houses)
        )
    return boxes


def rows_in(room, angle: float, style: Style, rng: np.random.Generator) -> np.ndarray:
    """Footprints north to south and west to east; none leaves ``room`` or touches another."""
    nothing = np.array([], dtype=object)
    if room.is_empty:
        return nothing
    around = shapely.get_coordinates(room.centroid)[0]
    straight = _turned(room, -angle, around)
    boxes = [
        box for piece in shapely.get_parts(straight) if piece.area > 60 for box in _boxes(piece, style, rng)
    ]
    if not boxes:
        return nothing
    corners = np.array(boxes)
    stays = shapely.covers(straight, shapely.box(*corners.T)) & (rng.random(len(corners)) < style.filled)
    corners = corners[stays]
    plan = np.array(OUTLINES[style.outline], dtype=float)
    size = corners[:, None, 2:] - corners[:, None, :2]
    return _turned(shapely.polygons(corners[:, None, :2] + plan[None] * size), angle, around)


def _pitch(parcel, angle: float) -> shapely.Polygon | None:
    """A running track in the southern half of a school or stadium."""
    around = shapely.get_coordinates(parcel.centroid)[0]
    straight = _turned(shapely.buffer(parcel, -6, join_style="mitre"), -angle, around)
    if straight.is_empty:
        return None
    west, south, east, north = straight.bounds
    for half_width, lift in itertools.product((34.0, 26.0, 20.0, 15.0, 11.0), (1.0, 6.0, 12.0)):
        if 2 * half_width + lift > 0.6 * (north - south):
            continue
        y, half_length = south + half_width + lift, 1.15 * half_width
        room = shapely.intersection(straight, shapely.LineString([(west - 1, y), (east + 1, y)])).bounds
        middle = (room[0] + room[2]) / 2
        line = shapely.LineString([(middle - half_length, y), (middle + half_length, y)])
        track = line.buffer(half_width, quad_segs=8)
        if straight.covers(track):
            return _turned(track, angle, around)
    return None


def _lawn(room, footprints: np.ndarray) -> list:
    """Green between the houses, where it is broad enough."""
    left = shapely.difference(
        room, shapely.union_all(shapely.buffer(footprints, _LAWN_GAP_M, join_style="mitre"))
    )
    opened = shapely.buffer(shapely.buffer(left, -_LAWN_HALF_M, quad_segs=2), _LAWN_HALF_M - 0.5, quad_segs=2)
    return [shapely.simplify(piece, 0.4) for piece in shapely.get_parts(opened) if piece.area > 220]


def build(parcels: Parcels, fronts: Fronts, rng: np.random.Generator) -> Houses:
    shops = shops_along(fronts, parcels, rng)
    shop_of = np.split(
        np.argsort(shops.parcel, kind="stable"),
        np.bincount(shops.parcel, minlength=len(parcels.shape)).cumsum()[:-1],
    )
    taken, owner, pitches, lawns = [shops.shape], [shops.parcel], [], []
    ponds = shapely.union_all([shapely.buffer(pond, 4) for pond in parcels.ponds])
    for p, use in enumerate(parcels.use.tolist()):
        style = STYLES.get(use)
        if style is None:
            continue
        room = shapely.buffer(parcels.shape[p], -style.inset_m, join_style="mitre")
        if len(shop_of[p]):
            yards = shapely.buffer(shops.shape[shop_of[p]], SHOP_YARD_M, join_style="mitre")
            room = shapely.difference(room, shapely.union_all(yards))
        if use in PITCHES and (pitch := _pitch(parcels.shape[p], parcels.angle[p])) is not None:
            pitches.append(pitch)
            room = shapely.difference(room, pitch.buffer(6).minimum_rotated_rectangle)
        if use in ("park", "great_park"):
            room = shapely.difference(room, ponds)
        footprints = rows_in(room, parcels.angle[p], style, rng)
        taken.append(footprints)
        owner.append(np.full(len(footprints), p))
        if use in LAWNS and len(footprints):
            lawns.extend(_lawn(room, footprints))
    shape, parcel = np.concatenate(taken), np.concatenate(owner).astype(int)
    return _furnished(parcels, shops, shape, parcel, _apart(shape), pitches, lawns, rng)


def _apart(shapes: np.ndarray) -> np.ndarray:
    """Which buildings stay when of two that touch the later one goes."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    stays = np.ones(len(shapes), dtype=bool)
    for a, b in zip(one[one < other].tolist(), other[one < other].tolist(), strict=True):
        if stays[a]:
            stays[b] = False
    return stays


def _furnished(parcels: Parcels, shops: Shops, shape, parcel, stays, pitches, lawns, rng) -> Houses:
    """Floors, homes and numbers."""
    road, front = np.full(len(shape), -1), np.full((len(shape), 2), np.nan)
    road[: len(shops.road)], front[: len(shops.road)] = shops.road, shops.front
    shape, parcel, road, front = shape[stays], parcel[stays], road[stays], front[stays]
    use, is_shop = parcels.use[parcel].tolist(), road >= 0
    styles = [STYLES.get(u, STYLES["market"]) for u in use]
    low, high = np.array([style.floors for style in styles]).T
    usual = rng.integers(0, 1000, len(parcels.shape))[parcel]  # most of an estate has one height
    pick = np.where(rng.random(len(shape)) < 0.7, usual, rng.integers(0, 1000, len(shape)))
    floors = np.where(is_shop, 1 + (pick % 10 < 6), low + pick % (high - low + 1))
    flat = np.array([style.flat_m2 if u in HOMES else 0 for u, style in zip(use, styles, strict=True)])
    lived_in = ~is_shop & (flat > 0)
    homes = np.zeros(len(shape), dtype=int)
    homes[lived_in] = np.maximum(
        1, np.round(shapely.area(shape[lived_in]) * floors[lived_in] / flat[lived_in])
    )
    kind = np.where(is_shop, "commercial", [style.kind for style in styles])
    number = np.zeros(len(shape), dtype=int)
    order = np.flatnonzero(~is_shop)[np.argsort(parcel[~is_shop], kind="stable")]
    number[order] = np.arange(len(order)) - np.searchsorted(parcel[order], parcel[order]) + 1
    return Houses(
        shape=shape, parcel=parcel, kind=kind, floors=floors, homes=homes, road=road, front=front,
        number=number,
        pitches=np.array(pitches, dtype=object), lawns=np.array(lawns, dtype=object),
    )  # fmt: skip
