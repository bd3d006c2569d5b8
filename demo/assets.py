"""部件 along the roads and in the parks: lamps, trees, manholes, bins, signs, stops, bridges."""

from dataclasses import dataclass

import numpy as np
import shapely

from demo import plane
from demo.graph import Graph
from demo.network import Plan
from demo.parcels import Parcels

WIDE, MIDDLE, ALL = ("trunk", "primary", "secondary"), ("trunk", "primary", "secondary", "tertiary"), None


@dataclass(frozen=True)
class Spacing:
    """Every ``step_m`` along roads of these ``kinds``, ``inset_m`` inside the house fronts on both sides."""

    code: str
    kinds: tuple[str, ...] | None
    step_m: float
    inset_m: float | None  # None: near the middle of the carriageway
    department: str


ALONG = (
    Spacing("0137", MIDDLE, 42, 3.5, "市政设施管理处"),  # lamps
    Spacing("0402", MIDDLE, 24, 2.4, "园林绿化中心"),  # trees
    Spacing("0103", ALL, 70, None, "市政设施管理处"),  # storm drains
    Spacing("0104", MIDDLE, 55, 5.4, "市政设施管理处"),
    Spacing("0102", ALL, 95, None, "市政设施管理处"),
    Spacing("0101", WIDE, 120, None, "自来水公司"),
    Spacing("0111", WIDE, 180, None, "燃气公司"),
    Spacing("0305", ALL, 130, 2.0, "环境卫生管理处"),  # bins
    Spacing("0204", WIDE, 430, 3.0, "公交公司"),  # bus stops
    Spacing("0131", ALL, 210, 1.8, "通信管理办公室"),
    Spacing("0127", MIDDLE, 330, 1.5, "通信管理办公室"),
    Spacing("0150", WIDE, 260, 4.0, "公安分局"),
    Spacing("0212", ALL, 240, 2.5, "地名办公室"),
    Spacing("0225", MIDDLE, 300, 2.0, "城市管理局"),
    Spacing("0308", MIDDLE, 420, 1.6, "街道办事处"),
    Spacing("0217", WIDE, 90, None, "公安交警大队"),
)
IN_PARKS = (("0407", 5), ("0139", 6), ("0146", 2), ("0406", 1), ("0305", 3), ("0301", 1))
_PAVEMENT_M = 5.6
_DEPARTMENTS = {"0301": "环境卫生管理处", "0305": "环境卫生管理处", "0146": "体育局"}


@dataclass
class Assets:
    """``code``: class of GB/T 30428.2; ``at``: ground metres; ``road``: index, or -1 in a park."""

    code: np.ndarray
    at: np.ndarray
    road: np.ndarray
    department: np.ndarray


def _along(
    spacing: Spacing, lines: np.ndarray, road_of: np.ndarray, half: np.ndarray, rng
) -> tuple[np.ndarray, np.ndarray]:
    """Points along road pieces, with the road of each."""
    length = shapely.length(lines)
    count = np.floor(length / spacing.step_m + rng.random(len(lines))).astype(int)
    piece = np.repeat(np.arange(len(lines)), count)
    nth = np.arange(len(piece)) - np.repeat(count.cumsum() - count, count)
    along = (nth + rng.uniform(0.3, 0.7, len(piece))) * length[piece] / count[piece]
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines[piece], along))
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[piece], np.minimum(along + 1, length[piece]))
    )
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines[piece], np.maximum(along - 1, 0)))
    course = ahead - behind
    normal = np.column_stack([-course[:, 1], course[:, 0]]) / np.maximum(np.hypot(*course.T), 1e-9)[:, None]
    road = road_of[piece]
    if spacing.inset_m is None:
        return at + normal * (rng.uniform(-0.35, 0.35, len(at)) * half[road])[:, None], road
    offset = normal * (half[road] - spacing.inset_m)[:, None]
    return np.concatenate([at + offset, at - offset]), np.concatenate([road, road])


def _on_carriageway(points: np.ndarray, carriageways: shapely.STRtree) -> np.ndarray:
    """Which points would stand where people drive: at crossings a pavement is the other road's middle."""
    driven_over = np.zeros(len(points), dtype=bool)
    driven_over[carriageways.query(shapely.points(points), predicate="intersects")[0]] = True
    return driven_over


def place(plan: Plan, graph: Graph, parcels: Parcels, rng: np.random.Generator) -> Assets:
    lines = np.concatenate([plane.on_the_ground(s) for s in graph.strands])
    road_of = np.repeat(np.arange(len(plan.roads)), [len(s) for s in graph.strands])
    half = np.array([road.half_width_m for road in plan.roads])
    kinds = np.array([road.kind for road in plan.roads])
    carriageways = shapely.STRtree(shapely.buffer(lines, half[road_of] - _PAVEMENT_M, quad_segs=4))
    code, at, road, department = [], [], [], []
    for spacing in ALONG:
        wanted = (
            np.ones(len(lines), dtype=bool)
            if spacing.kinds is None
            else np.isin(kinds[road_of], spacing.kinds)
        )
        points, roads = _along(spacing, lines[wanted], road_of[wanted], half, rng)
        if spacing.inset_m is not None:
            free = ~_on_carriageway(points, carriageways)
            points, roads = points[free], roads[free]
        at.append(points)
        road.append(roads)
        code.append(np.full(len(points), spacing.code))
        department.append(np.full(len(points), spacing.department))
    for p in parcels.of("park", "great_park"):
        west, south, east, north = parcels.shape[p].bounds
        for park_code, count in IN_PARKS:
            points = rng.uniform((west, south), (east, north), (count * 3, 2))
            points = points[shapely.contains_xy(parcels.shape[p], points)][:count]
            at.append(points)
            road.append(np.full(len(points), -1))
            code.append(np.full(len(points), park_code))
            department.append(np.full(len(points), _DEPARTMENTS.get(park_code, "园林绿化中心")))
    return Assets(np.concatenate(code), np.concatenate(at), np.concatenate(road), np.concatenate(department))
