"""The plan of the roads, on the drawing board: arterials, collectors that jog, lanes, a diagonal, a river.

The plan is a heap of lines that cross as they like; ``demo.graph`` makes one planar graph of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Polygon

from demo.scale import Scale

# Half the width between the house fronts' side of the pavements, metres.
HALF_WIDTHS = {
    "trunk": 25.0,
    "primary": 20.0,
    "secondary": 15.0,
    "tertiary": 11.0,
    "residential": 7.0,
    "service": 4.5,
}
CUT, RIVER, EDGE = -1, -2, -3  # what a line is when it is no road
ARTERIALS = ("trunk", "primary", "secondary")
REACH_M = 420  # how far the arterials and the river are drawn beyond the district
UNIT_M = 100.0
OLD_TOWN, MIDDLE = 0.3, 0.64  # of the way from the centre to the rim


@dataclass
class Road:
    """``axis``: "ew" or "ns". ``bridges``: it crosses the river."""

    kind: str
    axis: str
    line: LineString | MultiLineString
    bridges: bool = False
    name: str = ""

    @property
    def half_width_m(self) -> float:
        return HALF_WIDTHS[self.kind]


@dataclass
class Plan:
    outline: Polygon
    river: LineString
    river_half_width_m: float
    roads: list[Road] = field(default_factory=list)
    cuts: list[LineString] = field(default_factory=list)

    @property
    def corridor(self) -> Polygon:
        """The river with its banks, between the two riverside roads."""
        return self.river.buffer(self.bank_m)

    @property
    def bank_m(self) -> float:
        return self.river_half_width_m + 34


def outline(scale: Scale, rng: np.random.Generator) -> Polygon:
    """The district: an ellipse-like shape with a few bays, as borders in the fields have."""
    angle = np.linspace(0, 2 * np.pi, max(90, int(scale.half_width_m / 12)), endpoint=False)
    radius = np.ones_like(angle)
    for wave, amplitude in ((2, 0.03), (3, 0.035), (5, 0.022), (9, 0.012), (17, 0.006)):
        radius += amplitude * np.sin(wave * angle + rng.uniform(0, 2 * np.pi))
    squareness = (np.abs(np.cos(angle)) ** 2.8 + np.abs(np.sin(angle)) ** 2.8) ** (-1 / 2.8)
    radius *= squareness
    return Polygon(
        np.column_stack(
            [scale.half_width_m * radius * np.cos(angle), scale.half_height_m * radius * np.sin(angle)]
        )
    )


def _river(scale: Scale, rng: np.random.Generator) -> LineString:
    """Comes in at the north west and leaves in the south east, with meanders."""
    t = np.linspace(0, 1, max(60, int(scale.half_height_m / 18)))
    north = (scale.half_height_m + REACH_M) * (1 - 2 * t)
    east = scale.half_width_m * (-0.62 + 0.95 * t)
    for waves, amplitude in ((1.6, 0.10), (3.7, 0.035)):
        east += scale.half_width_m * amplitude * np.sin(2 * np.pi * waves * t + rng.uniform(0, 2 * np.pi))
    return LineString(np.column_stack([east, north]))


def _positions(half_m: float, rng: np.random.Generator) -> np.ndarray:
    """Where arterials cross one axis: uneven, one near the centre, out to beyond the outline."""
    start = rng.uniform(-90, 90)
    steps = rng.uniform(540, 760, size=(2, int(half_m / 540) + 2))
    return np.unique(np.concatenate([[start], start + steps[0].cumsum(), start - steps[1].cumsum()]).round(1))


def _arterial_kind(index: int, centre: int, position: float, half_m: float, others: np.ndarray) -> str:
    ring = 0.66 * half_m
    if half_m > 3000 and any(index == int(np.argmin(np.abs(others - side))) for side in (ring, -ring)):
        return "trunk"
    return "primary" if (index - centre) % 3 == 0 else "secondary"


def _arterials(plan: Plan, us: np.ndarray, vs: np.ndarray, scale: Scale) -> None:
    reach = (scale.half_width_m + REACH_M, scale.half_height_m + REACH_M)
    for axis, along, half_m, far in (
        ("ns", us, scale.half_width_m, reach[1]),
        ("ew", vs, scale.half_height_m, reach[0]),
    ):
        centre = int(np.argmin(np.abs(along)))
        for index, position in enumerate(along):
            ends = (
                [(position, far), (position, -far)] if axis == "ns" else [(-far, position), (far, position)]
            )
            kind = _arterial_kind(index, centre, position, half_m, along)
            plan.roads.append(Road(kind, axis, LineString(ends), bridges=True))


def _diagonal(plan: Plan, scale: Scale, rng: np.random.Generator) -> None:
    """One old highway across the lattice, south west to north east."""
    reach = np.array([scale.half_width_m, scale.half_height_m])
    start, end = reach * (-0.98, rng.uniform(-0.72, -0.6)), reach * (0.98, rng.uniform(0.55, 0.7))
    bow = np.array([[0.0, 0.0], [0.06, -0.05], [0.0, 0.0]]) * reach
    points = np.array([start, (start + end) / 2, end]) + bow
    t = np.linspace(0, 1, 40)[:, None]
    curve = (1 - t) ** 2 * points[0] + 2 * t * (1 - t) * points[1] + t**2 * points[2]
    plan.roads.append(
        Road("primary" if scale.half_width_m > 3000 else "secondary", "ew", LineString(curve), bridges=True)
    )


def _riverside(plan: Plan) -> None:
    """A road along each bank, where the river runs through the district."""
    inside = plan.outline.buffer(-60)
    for side, name in ((1, "滨河东路"), (-1, "滨河西路")):  # the river runs south: its left is the east
        bank = shapely.offset_curve(plan.river, side * plan.bank_m).intersection(inside)
        parts = [part for part in shapely.get_parts(bank) if part.length > 300]
        if parts:
            plan.roads.append(Road("tertiary", "ns", shapely.multilinestrings(parts), name=name))


def _collector_runs(
    lattice: np.ndarray, strips: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[int, int, int, float]]:
    """Collectors between two arterials, each running through two to four blocks and then jogging aside.

    Yields (strip, first block, last block + 1, position).
    """
    for strip in range(len(strips) - 1):
        block = 0
        while block < len(lattice) - 1:
            end = min(block + int(rng.integers(2, 5)), len(lattice) - 1)
            share = rng.uniform(0.36, 0.64)
            if rng.random() > 0.08:
                yield strip, block, end, strips[strip] + share * (strips[strip + 1] - strips[strip])
            block = end


def _collectors(plan: Plan, us: np.ndarray, vs: np.ndarray, rng: np.random.Generator) -> tuple[dict, dict]:
    """Adds the collectors; where each superblock (i, j) has its north–south and its east–west one."""
    north_south: dict[tuple[int, int], float] = {}
    east_west: dict[tuple[int, int], float] = {}
    for i, first, last, u in _collector_runs(vs, us, rng):
        plan.roads.append(Road("tertiary", "ns", LineString([(u, vs[last]), (u, vs[first])]), bridges=True))
        north_south |= {(i, j): u for j in range(first, last)}
    for j, first, last, v in _collector_runs(us, vs, rng):
        plan.roads.append(Road("tertiary", "ew", LineString([(us[first], v), (us[last], v)]), bridges=True))
        east_west |= {(i, j): v for i in range(first, last)}
    return north_south, east_west


class _Quarter:
    """A four-sided piece of ground, corners south west, south east, north east, north west."""

    def __init__(self, corners):
        self.corners = np.asarray(corners, dtype=float)

    def at(self, s: float, t: float) -> np.ndarray:
        """The point at share ``s`` of the way east and ``t`` of the way north."""
        a, b, c, d = self.corners
        return (1 - t) * ((1 - s) * a + s * b) + t * ((1 - s) * d + s * c)

    @property
    def size_m(self) -> tuple[float, float]:
        a, b, c, d = self.corners
        return (
            float(np.linalg.norm(b - a) + np.linalg.norm(c - d)) / 2,
            float(np.linalg.norm(d - a) + np.linalg.norm(c - b)) / 2,
        )

    def split(self, rng: np.random.Generator) -> tuple[str, LineString, "_Quarter", "_Quarter"]:
        """Across the longer side, somewhere near the middle and not quite square."""
        a, b, c, d = self.corners
        low = rng.uniform(0.42, 0.58)
        high = low + rng.uniform(-0.04, 0.04)
        width, height = self.size_m
        if width >= height:
            foot, head = self.at(low, 0), self.at(high, 1)
            return "ns", LineString([head, foot]), _Quarter([a, foot, head, d]), _Quarter([foot, b, c, head])
        left, right = self.at(0, low), self.at(1, high)
        return "ew", LineString([left, right]), _Quarter([a, b, right, left]), _Quarter([left, right, c, d])

    def cuts(self) -> Iterator[LineString]:
        """Lines that divide it into pieces of about ``UNIT_M``."""
        columns, rows = (max(1, round(side / UNIT_M)) for side in self.size_m)
        for n in range(1, columns):
            yield LineString([self.at(n / columns, 0), self.at(n / columns, 1)])
        for n in range(1, rows):
            yield LineString([self.at(0, n / rows), self.at(1, n / rows)])


def _block_m(scale: Scale, centre: np.ndarray) -> float:
    """How long a block's side may be here: the old town is finely meshed, the rim is not."""
    distance = float(np.hypot(centre[0] / scale.half_width_m, centre[1] / scale.half_height_m))
    return 120.0 if distance < OLD_TOWN else 175.0 if distance < MIDDLE else 225.0


def _divide(
    plan: Plan, quarter: _Quarter, *, block_m: float, rng: np.random.Generator, depth: int = 0
) -> None:
    """Lanes through a quarter until its blocks are small enough, then the lines between its unit grids."""
    if max(quarter.size_m) <= block_m * rng.uniform(1.1, 1.45):
        plan.cuts.extend(quarter.cuts())
        return
    axis, line, one, other = quarter.split(rng)
    if depth and rng.random() < 0.3:
        plan.cuts.append(line)
    else:
        plan.roads.append(Road("residential" if depth == 0 else "service", axis, line))
    _divide(plan, one, block_m=block_m, rng=rng, depth=depth + 1)
    _divide(plan, other, block_m=block_m, rng=rng, depth=depth + 1)


def _lanes(plan: Plan, us, vs, collectors, scale: Scale, rng: np.random.Generator) -> None:
    north_south, east_west = collectors
    near = plan.outline.buffer(30)
    for i in range(len(us) - 1):
        for j in range(len(vs) - 1):
            columns = [us[i], *([north_south[i, j]] if (i, j) in north_south else []), us[i + 1]]
            rows = [vs[j], *([east_west[i, j]] if (i, j) in east_west else []), vs[j + 1]]
            for west, east in pairwise(columns):
                for south, north in pairwise(rows):
                    quarter = _Quarter([(west, south), (east, south), (east, north), (west, north)])
                    if near.intersects(Polygon(quarter.corners)):
                        block_m = _block_m(scale, quarter.corners.mean(axis=0))
                        _divide(plan, quarter, block_m=block_m, rng=rng)


def draw(scale: Scale, rng: np.random.Generator) -> Plan:
    """The whole plan of a city of this scale."""
    river = _river(scale, rng)
    plan = Plan(
        outline=outline(scale, rng),
        river=river,
        river_half_width_m=22.0 if scale.half_width_m > 3000 else 15.0,
    )
    us, vs = _positions(scale.half_width_m, rng), _positions(scale.half_height_m, rng)
    _arterials(plan, us, vs, scale)
    _diagonal(plan, scale, rng)
    _riverside(plan)
    collectors = _collectors(plan, us, vs, rng)
    _lanes(plan, us, vs, collectors, scale, rng)
    return plan
