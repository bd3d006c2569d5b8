"""The grids of one parent as a coverage: no overlaps, no gaps, the same corners on shared borders.

Pure geometry over shapely areas in EPSG:4326, by code. Corners closer than ``TOUCH`` (a millimetre) are the
same corner, and a corner that close to a side lies on it; less than ``SMALLEST_M2`` of ground is dust.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from grids.outlines import SMALLEST_M2, areas_of, ground_m2

TOUCH = 1e-8  # degrees, a millimetre
REACH = 5e-6  # degrees, half a metre: a cut that ends so near a border was meant to reach it

Area = Polygon | MultiPolygon
Shapes = Mapping[str, Area]
Corner = tuple[float, float]


@dataclass(frozen=True)
class Shift:
    """One corner moved, inserted or removed.

    ``at`` is one corner, or two neighbouring ones with a new corner between them; ``to`` is where the corner
    will be, None if it goes.
    """

    at: tuple[Corner, ...]
    to: Corner | None


class NoSuchCorner(LookupError):
    """A shift names a corner or a side that is not there."""


# --- corners ------------------------------------------------------------------------------------


def shifted(shapes: Shapes, shifts: Iterable[Shift]) -> dict[str, Area]:
    """``shapes`` after all ``shifts``, in order: a corner moves for every grid that has it.

    Raises NoSuchCorner with the place. The result may be unsound: see ``faults``.
    """
    changed = dict(shapes)
    for shift in shifts:
        at = tuple(_corner(changed, place) for place in shift.at)
        to = None if shift.to is None else _nearest(changed, shift.to) or shift.to
        touched = {code: _shifted(changed[code], at, to) for code in _having(changed, at)}
        if not touched or (len(at) == 2 and all(area is None for area in touched.values())):
            raise NoSuchCorner(shift.at)
        changed |= {code: area for code, area in touched.items() if area is not None}
    return changed


def _having(shapes: Shapes, at: Sequence[Corner]) -> list[str]:
    place = shapely.box(*_box(at))
    return [code for code, area in shapes.items() if shapely.intersects(shapely.envelope(area), place)]


def _box(at: Sequence[Corner]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _y in at], [y for _x, y in at]
    return min(xs) - TOUCH, min(ys) - TOUCH, max(xs) + TOUCH, max(ys) + TOUCH


def _corner(shapes: Shapes, place: Corner) -> Corner:
    if (corner := _nearest(shapes, place)) is None:
        raise NoSuchCorner((place,))
    return corner


def _nearest(shapes: Shapes, place: Corner) -> Corner | None:
    """The corner at ``place``, exactly as it is stored; None if there is none."""
    for code in _having(shapes, (place,)):
        corners = shapely.get_coordinates(shapes[code])
        distance = np.hypot(*(corners - place).T)
        if distance.min() <= TOUCH:
            x, y = corners[distance.argmin()].tolist()
            return x, y
    return None


def _shifted(area: Area, at: tuple[Corner, ...], to: Corner | None) -> Area | None:
    """``area`` with one shift done to its rings; None if it has no such corner or side."""
    rings, found = _rings(area), False
    for ring in rings:
        for place, ring_part in enumerate(ring):
            edited = _ring_shifted(ring_part, at, to)
            if edited is not None:
                ring[place], found = edited, True
    return _rebuilt(area, rings) if found else None


def _ring_shifted(ring: list[Corner], at: tuple[Corner, ...], to: Corner | None) -> list[Corner] | None:
    """An open ring (its last corner is not its first) after one shift."""
    if len(at) == 1:
        if at[0] not in ring:
            return None
        return [corner if corner != at[0] else to for corner in ring if corner != at[0] or to is not None]  # type: ignore[misc]
    for place, side in enumerate(pairwise([*ring, ring[0]])):
        if to is not None and set(side) == set(at):
            return [*ring[: place + 1], to, *ring[place + 1 :]]
    return None


def _rings(area: Area) -> list[list[list[Corner]]]:
    """Per polygon its rings as open lists of corners, the outer one first."""
    return [
        [[(x, y) for x, y in ring.coords[:-1]] for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in _polygons(area)
    ]


def _polygons(area: Area) -> list[Polygon]:
    return list(area.geoms) if isinstance(area, MultiPolygon) else [area]


def _rebuilt(area: Area, rings: list[list[list[Corner]]]) -> Area:
    polygons = []
    for outer, *holes in rings:
        outer, *holes = (_without_repeats(ring) for ring in (outer, *holes))
        if len(outer) >= 3:
            polygons.append(Polygon(outer, [hole for hole in holes if len(hole) >= 3]))
    if isinstance(area, MultiPolygon):
        return MultiPolygon(polygons)
    return polygons[0] if polygons else Polygon()


def _without_repeats(ring: list[Corner]) -> list[Corner]:
    return [corner for place, corner in enumerate(ring) if corner != ring[place - 1]]


# --- shared borders -----------------------------------------------------------------------------


def matched(shapes: Shapes, changed: Iterable[str]) -> dict[str, Area]:
    """``shapes`` where the ``changed`` ones and their neighbours have the same corners on shared borders."""
    result = dict(shapes)
    codes = [code for code in shapes if not shapes[code].is_empty]
    tree = shapely.STRtree([shapes[code] for code in codes])
    for code in changed:
        if code not in codes:
            continue
        near = [codes[n] for n in tree.query(shapes[code], predicate="dwithin", distance=TOUCH).tolist()]
        for other in near:
            if other != code:
                result[code] = _with_corners(
                    result[code], result[other]
                )  # what stood there before has its way
                result[other] = _with_corners(result[other], result[code])
    return result


def _with_corners(area: Area, of: Area) -> Area:
    """``area`` with those corners of a neighbour that lie on its sides."""
    theirs = np.unique(shapely.get_coordinates(of), axis=0)
    border = shapely.boundary(area)
    shapely.prepare(border)
    near = theirs[shapely.dwithin(border, shapely.points(theirs), TOUCH)]
    own = {tuple(corner) for corner in shapely.get_coordinates(area).tolist()}
    missing = [corner for corner in near.tolist() if tuple(corner) not in own]
    if not missing:
        return area
    rings = [[_ring_with(ring, missing) for ring in polygon] for polygon in _rings(area)]
    return _rebuilt(area, rings)


def _ring_with(ring: list[Corner], corners: list[list[float]]) -> list[Corner]:
    for x, y in corners:
        corner, ends = np.array([x, y]), np.array(ring)
        if (np.hypot(*(ends - corner).T) <= TOUCH).any():
            ring = [(x, y) if np.hypot(a - x, b - y) <= TOUCH else (a, b) for a, b in ring]
            continue
        side = np.roll(ends, -1, axis=0) - ends
        along = ((corner - ends) * side).sum(axis=1) / np.maximum((side**2).sum(axis=1), 1e-300)
        distance = np.hypot(*(ends + np.clip(along, 0, 1)[:, None] * side - corner).T)
        if distance.min() <= TOUCH:
            place = int(distance.argmin()) + 1
            ring = [*ring[:place], (x, y), *ring[place:]]
    return ring


# --- cutting and joining ------------------------------------------------------------------------


def divided(area: Area, cuts: Sequence[LineString]) -> list[Area]:
    """The parts of ``area`` between ``cuts``; one part if they do not divide it.

    A cut that ends within ``REACH`` of the border is prolonged over it; one that ends inside divides nothing.
    A piece of a MultiPolygon that no cut divides goes with the nearest part.
    """
    whole, parts = [], []
    for polygon in _polygons(area):
        pieces = _divided(polygon, cuts)
        if len(pieces) > 1:
            parts.extend(pieces)
        else:
            whole.append(polygon)
    if not parts:
        return [area]
    groups: list[list[Polygon]] = [[part] for part in parts]
    for polygon in whole:
        groups[int(np.argmin(shapely.distance(parts, polygon)))].append(polygon)
    ordered = sorted(groups, key=lambda group: (-group[0].centroid.y, group[0].centroid.x))
    if isinstance(area, Polygon):
        return [group[0] for group in ordered]
    return [MultiPolygon(group) for group in ordered]


def _divided(polygon: Polygon, cuts: Sequence[LineString]) -> list[Polygon]:
    border = shapely.boundary(polygon)
    reaching = [_prolonged(shapely.snap(cut, border, TOUCH), border) for cut in cuts]
    faces = shapely.get_parts(shapely.polygonize([shapely.unary_union([border, *reaching])])).tolist()
    return [face for face in faces if polygon.contains(face.representative_point())]


def _prolonged(cut: LineString, border: BaseGeometry) -> LineString:
    corners = list(cut.coords)
    for _end in range(2):
        end, before = np.array(corners[-1]), np.array(corners[-2])
        length = np.hypot(*(end - before))
        if length and border.distance(Point(end)) <= REACH:
            corners.append(tuple(end + (end - before) / length * 2 * REACH))
        corners.reverse()
    return LineString(corners)


def crossings(area: Area, cuts: Sequence[LineString]) -> list[Point]:
    """Where ``cuts`` meet the border of ``area``."""
    met = shapely.intersection(shapely.boundary(area), shapely.union_all(list(cuts)))
    return [Point(part.coords[0]) for part in shapely.get_parts(met).tolist() if not part.is_empty]


def joined(areas: Sequence[Area]) -> MultiPolygon:
    """``areas`` as one; adjacent ones lose the border between them."""
    return areas_of(shapely.union_all(areas))


def without_dust(area: MultiPolygon) -> tuple[MultiPolygon, MultiPolygon]:
    """The pieces of ``area`` worth the name, and the dust."""
    pieces = list(area.geoms)
    large = [ground_m2(piece) >= SMALLEST_M2 for piece in pieces]
    return (
        MultiPolygon([piece for piece, keep in zip(pieces, large, strict=True) if keep]),
        MultiPolygon([piece for piece, keep in zip(pieces, large, strict=True) if not keep]),
    )


def pieces(area: BaseGeometry) -> int:
    """How many pieces ``area`` has that hang together by more than a corner."""
    return len(without_dust(areas_of(area))[0].geoms)


# --- what is wrong ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Faults:
    """What an edit would break: areas of ground, and lines of borders that do not match."""

    unsound: list[tuple[str, Area]]
    overlaps: list[tuple[str, str, MultiPolygon]]
    gaps: MultiPolygon
    edges: BaseGeometry


def faults(before: Shapes, after: Shapes) -> Faults:
    """What is wrong with ``after`` that was not wrong with ``before``; ground given up is a gap."""
    changed = [code for code, area in after.items() if before.get(code) is not area]
    unsound = [(code, after[code]) for code in changed if not is_sound(after[code])]
    if unsound:
        return Faults(unsound, [], MultiPolygon(), LineString())
    lost = [area for code, area in before.items() if after.get(code) is not area]
    gaps = areas_of(
        shapely.difference(shapely.union_all(lost), shapely.union_all([after[code] for code in changed]))
    )
    return Faults(
        unsound=[],
        overlaps=_overlaps(after, changed),
        gaps=gaps if ground_m2(gaps) >= SMALLEST_M2 else MultiPolygon(),
        edges=_new_invalid_edges(before, after),
    )


def is_sound(area: Area) -> bool:
    return not area.is_empty and area.is_valid and ground_m2(area) >= SMALLEST_M2


def _overlaps(shapes: Shapes, changed: Sequence[str]) -> list[tuple[str, str, MultiPolygon]]:
    codes = list(shapes)
    tree = shapely.STRtree([shapes[code] for code in codes])
    found = []
    for code in changed:
        for n in tree.query(shapes[code], predicate="intersects").tolist():
            other = codes[n]
            if other == code or (other in changed and other < code):
                continue
            common = areas_of(shapely.intersection(shapes[code], shapes[other]))
            if ground_m2(common) >= SMALLEST_M2:
                found.append((code, other, common))
    return found


def _new_invalid_edges(before: Shapes, after: Shapes) -> BaseGeometry:
    """Border lines of ``after`` that do not match a neighbour's, and are no old sin of ``before``."""
    areas = list(after.values())
    if shapely.coverage_is_valid(areas):
        return LineString()
    new = shapely.union_all(shapely.coverage_invalid_edges(areas))
    old = shapely.union_all(shapely.coverage_invalid_edges(list(before.values())))
    return shapely.difference(new, old) if not old.is_empty else new
