"""What each piece of ground between the roads is used for."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from demo import plane
from demo.graph import Graph
from demo.network import MIDDLE, OLD_TOWN, Plan
from demo.scale import Scale
from demo.territory import Territory, parts

WALL_M = 2.5  # between a parcel's edge and the pavement or the neighbour
SMALLEST_M2 = 700.0

#                 old town, middle, rim
USES = {
    "estate": (0.22, 0.36, 0.18),
    "towers": (0.02, 0.20, 0.22),
    "old_estate": (0.34, 0.10, 0.02),
    "courtyards": (0.20, 0.02, 0.00),
    "village": (0.00, 0.07, 0.20),
    "commerce": (0.14, 0.08, 0.03),
    "office": (0.05, 0.05, 0.03),
    "industry": (0.00, 0.02, 0.16),
    "green": (0.03, 0.05, 0.07),
    "site": (0.00, 0.04, 0.05),
    "idle": (0.00, 0.01, 0.04),
}
DENSE = ("courtyards", "village")
HOMES = ("estate", "towers", "old_estate", "courtyards", "village")
# What everyone must have nearby: use, wanted ground in square metres.
PER_COMMUNITY = (("primary_school", 15_000), ("market", 9_000), ("park", 14_000))
PER_STREET = (("middle_school", 26_000), ("hospital", 20_000), ("site", 18_000), ("government", 10_000))
PER_DISTRICT = (
    ("great_park", 60_000),
    ("hospital", 36_000),
    ("stadium", 30_000),
    ("mall", 24_000),
    ("government", 26_000),
)


@dataclass
class Parcels:
    """Per parcel: ``shape`` (ground metres), ``use``, ``community``, the ``angle`` of its rows (radians),
    ``zone`` (0 old town, 1 middle, 2 rim) and the ``cell`` in its middle. ``water`` and ``banks`` of the
    river, ``ponds`` and ``paths`` of the parks: ground metres.
    """

    shape: np.ndarray
    use: np.ndarray
    community: np.ndarray
    angle: np.ndarray
    zone: np.ndarray
    cell: np.ndarray
    water: shapely.Polygon
    banks: shapely.Polygon
    ponds: list[shapely.Polygon] = field(default_factory=list)
    paths: list = field(default_factory=list)

    def of(self, *uses: str) -> np.ndarray:
        return np.flatnonzero(np.isin(self.use, uses))


def bent(geometry):
    """Something drawn on the board, on the ground."""
    return shapely.transform(shapely.segmentize(geometry, 20.0), plane.bend)


def road_space(plan: Plan, graph: Graph) -> np.ndarray:
    """The ground of all roads from house front to house front, piece by piece; ground metres."""
    return np.concatenate(
        [
            shapely.buffer(plane.on_the_ground(strands), road.half_width_m, quad_segs=4)
            for road, strands in zip(plan.roads, graph.strands, strict=True)
            if len(strands)
        ]
    )


def _buildable(blocks: np.ndarray, roads: np.ndarray, corridor) -> np.ndarray:
    """Blocks without roads and without the river's banks."""
    block, road = shapely.STRtree(roads).query(blocks, predicate="intersects")[:2]
    order = np.argsort(block, kind="stable")
    split = np.split(road[order], np.bincount(block, minlength=len(blocks)).cumsum()[:-1])
    free = np.array(
        [shapely.difference(b, shapely.union_all(roads[r])) for b, r in zip(blocks, split, strict=True)]
    )
    wet = shapely.intersects(free, corridor)
    free[wet] = shapely.difference(free[wet], corridor)
    return free


def _cut_up(
    territory: Territory, free: np.ndarray, block: np.ndarray, ground: np.ndarray, rng
) -> tuple[np.ndarray, np.ndarray]:
    """Parcels of one to four neighbouring unit grids; each with the grid in its middle."""
    shapes, cells = [], []
    for b in range(len(free)):
        own = np.flatnonzero(block == b)
        count = max(1, round(len(own) / rng.uniform(1.4, 3.2)))
        for members in parts(own, territory.centres, territory.area_m2, count):
            shape = shapely.intersection(shapely.coverage_union_all(ground[members]), free[b])
            for piece in shapely.get_parts(shapely.buffer(shape, -WALL_M, join_style="mitre")):
                if piece.area >= SMALLEST_M2:
                    at = shapely.get_coordinates(shapely.point_on_surface(piece))[0]
                    cells.append(members[np.argmin(np.hypot(*(territory.centres[members] - at).T))])
                    shapes.append(piece)
    return np.array(shapes, dtype=object), np.array(cells)


def _board_of(ground: np.ndarray) -> np.ndarray:
    """Where ground points were on the drawing board, to a metre or so."""
    board = ground.copy()
    for _ in range(4):
        board += ground - plane.bend(board)
    return board


def _allot(parcels: Parcels, scale: Scale, street_of: np.ndarray, rng: np.random.Generator) -> None:
    """First what everyone must have nearby, then by zone what is usual there."""
    area = shapely.area(parcels.shape)
    compact = area / shapely.minimum_bounding_radius(parcels.shape) ** 2 > 1.1

    def give(use: str, wanted_m2: float, among: np.ndarray) -> None:
        open_ = among[(parcels.use[among] == "") & compact[among]]
        if len(open_) > 2:
            misfit = np.abs(np.log(area[open_] / wanted_m2)) + rng.uniform(0, 0.25, len(open_))
            parcels.use[open_[np.argmin(misfit)]] = use

    everywhere = np.arange(len(area))
    for use, wanted in PER_DISTRICT:
        near = parcels.zone < 2 if use in ("mall", "government") else parcels.zone >= 0
        give(use, wanted, everywhere[near])
    for street in range(street_of.max() + 1):
        for use, wanted in PER_STREET:
            give(use, wanted, np.flatnonzero(street_of[parcels.community] == street))
    for community in range(len(street_of)):
        for use, wanted in PER_COMMUNITY:
            give(use, wanted, np.flatnonzero(parcels.community == community))
    for zone in range(3):
        left = np.flatnonzero((parcels.use == "") & (parcels.zone == zone))
        weights = np.array(
            [by_zone[zone] * (scale.dense if use in DENSE else 1) for use, by_zone in USES.items()]
        )
        parcels.use[left] = rng.choice(list(USES), size=len(left), p=weights / weights.sum())
    narrow = ~compact & np.isin(parcels.use, ("towers", "industry", "site", "commerce"))
    parcels.use[narrow] = np.where(area[narrow] > 2500, "old_estate", "green")
    parcels.use[area < 1600] = np.where(rng.random((area < 1600).sum()) < 0.5, "green", "shops")


def _pond(shape, rng: np.random.Generator):
    """A round-edged pond in the middle of a park."""
    radius = np.sqrt(shape.area) * 0.2
    blob = shapely.buffer(shapely.buffer(shape, -1.5 * radius), 0.75 * radius)
    if blob.is_empty:
        return None
    piece = max(shapely.get_parts(blob), key=lambda p: p.area)
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    wobble = 1 + 0.16 * np.sin(2 * angle + rng.uniform(0, 6)) + 0.09 * np.sin(3 * angle + rng.uniform(0, 6))
    centre = piece.centroid
    size = np.sqrt(piece.area / np.pi)
    rim = np.column_stack(
        [centre.x + size * wobble * np.cos(angle), centre.y + size * wobble * np.sin(angle)]
    )
    pond = shapely.intersection(shapely.Polygon(rim), shapely.buffer(shape, -8))
    return max(shapely.get_parts(pond), key=lambda p: p.area, default=None)


def lay_out(
    scale: Scale, plan: Plan, graph: Graph, territory: Territory, rng: np.random.Generator
) -> Parcels:
    ground = plane.on_the_ground(territory.polygons)
    number = np.unique(territory.block, return_inverse=True)[1]
    blocks = np.array(
        [shapely.coverage_union_all(ground[number == b]) for b in range(number.max() + 1)], dtype=object
    )
    corridor = bent(plan.corridor)
    roads = road_space(plan, graph)
    free = _buildable(blocks, roads, corridor)
    shape, cell = _cut_up(territory, free, number, ground, rng)
    at = shapely.get_coordinates(shapely.centroid(shape))
    board = _board_of(at)
    step = np.array([5.0, 0.0])
    east = plane.bend(board + step) - plane.bend(board - step)
    distance = np.hypot(board[:, 0] / scale.half_width_m, board[:, 1] / scale.half_height_m)
    water = bent(plan.river.buffer(plan.river_half_width_m))
    district = shapely.coverage_union_all(ground)
    near = roads[shapely.intersects(roads, corridor)]
    banks = shapely.intersection(shapely.difference(corridor, shapely.union_all([water, *near])), district)
    parcels = Parcels(
        shape=shape,
        use=np.full(len(shape), "", dtype="U16"),
        community=territory.community[cell],
        angle=np.arctan2(east[:, 1], east[:, 0]),
        zone=np.digitize(distance, (OLD_TOWN, MIDDLE)),
        cell=cell,
        water=water,
        banks=shapely.buffer(banks, -2),
    )
    _allot(parcels, scale, territory.street_of, rng)
    _landscape(parcels, rng)
    return parcels


def _landscape(parcels: Parcels, rng: np.random.Generator) -> None:
    """A pond in some parks, a path around its middle and walks to the corners in all."""
    for p in parcels.of("park", "great_park"):
        shape = parcels.shape[p]
        pond = _pond(shape, rng) if parcels.use[p] == "great_park" or rng.random() < 0.5 else None
        if pond is not None and pond.area > 300:
            parcels.ponds.append(pond)
            heart = pond.buffer(5)
        else:
            heart = shapely.point_on_surface(shape).buffer(9)
        parcels.paths.append(shapely.simplify(heart.exterior, 0.3))
        parcels.paths.extend(_walks(shape, heart))


def _walks(park, heart) -> list[shapely.LineString]:
    """From the corners of a park to the path around its heart."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(park))[:-1]
    middle = shapely.get_coordinates(heart.centroid)[0]
    lines = shapely.linestrings(np.stack([corners, np.broadcast_to(middle, corners.shape)], axis=1))
    walks = shapely.difference(shapely.intersection(lines, park), heart)
    return [walk for walk in shapely.get_parts(walks) if walk.length > 8]
