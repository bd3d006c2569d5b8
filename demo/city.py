"""The whole city, composed from a scale and a seed; nothing here knows of a database."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from demo import assets, doors, graph, houses, naming, network, parcels, places, plane, territory
from demo.fronts import Fronts, fronts_of
from demo.happenings import Spots
from demo.scale import Scale

HOMES_PER_GRID = 400
WANDER_M = {
    "front": 5.0, "market": 20.0, "school": 16.0, "site": 22.0, "homes": 9.0, "road": 3.0, "mall": 22.0, "park": 6.0,
    "food": 5.0, "bank": 4.0, "village": 6.0,
}  # fmt: skip


@dataclass
class City:
    scale: Scale
    seed: int
    plan: network.Plan
    graph: graph.Graph
    territory: territory.Territory
    parcels: parcels.Parcels
    fronts: Fronts
    houses: houses.Houses
    doors: doors.Doors
    places: places.Places
    assets: assets.Assets
    known: dict[int, str]  # names of parcels
    addresses: list[str]  # per door
    community_names: list[str]
    street_names: list[str]
    responsibility: np.ndarray  # per unit grid its responsibility grid, -1 in the free community
    free_community: int
    names: naming.Names

    @cached_property
    def street_codes(self) -> list[str]:
        return [f"{naming.DISTRICT}{s + 1:03}" for s in range(len(self.street_names))]

    @cached_property
    def community_codes(self) -> list[str]:
        street = self.territory.street_of
        return [f"{self.street_codes[s]}{n:03}" for s, n in zip(street, _count_within(street), strict=True)]

    @cached_property
    def unit_grid_codes(self) -> list[str]:
        t = self.territory
        return [f"{self.community_codes[c]}{n:03}" for c, n in zip(t.community, t.sequence, strict=True)]

    @cached_property
    def grid_community(self) -> np.ndarray:
        """The community of each responsibility grid."""
        numbers, first = np.unique(self.responsibility, return_index=True)
        return self.territory.community[first[numbers >= 0]]

    @cached_property
    def grid_codes(self) -> list[str]:
        """Responsibility grids: the community's code, a G and a count within the community."""
        community = self.grid_community
        return [
            f"{self.community_codes[c]}G{n:02}"
            for c, n in zip(community, _count_within(community), strict=True)
        ]

    @cached_property
    def grid_names(self) -> list[str]:
        community = self.grid_community
        return [
            f"{self.community_names[c].removesuffix('社区')}第{n}网格"
            for c, n in zip(community, _count_within(community), strict=True)
        ]

    @cached_property
    def sign_in_grids(self) -> tuple[int, int]:
        """Two responsibility grids of one community that touch each other, near the centre: the demo's workers'."""
        t, community = self.territory, self.grid_community
        pairs = np.unique(np.sort(self.responsibility[t.borders[:, :2].astype(int)], axis=1), axis=0)
        pairs = pairs[(pairs[:, 0] >= 0) & (pairs[:, 0] != pairs[:, 1])]
        pairs = pairs[community[pairs[:, 0]] == community[pairs[:, 1]]]
        middles = [t.centres[np.isin(self.responsibility, pair)].mean(axis=0) for pair in pairs]
        one, other = pairs[np.argmin(np.hypot(*np.array(middles).T))]
        return int(one), int(other)


def _count_within(sorted_labels: np.ndarray) -> np.ndarray:
    """1, 2, 3 … within each run of equal labels."""
    return np.arange(len(sorted_labels)) - np.searchsorted(sorted_labels, sorted_labels) + 1


def _responsibility(t: territory.Territory, homes: np.ndarray, free: int) -> np.ndarray:
    """Whole unit grids, connected, with about ``HOMES_PER_GRID`` homes each, inside one community."""
    grid, number = np.full(len(t.polygons), -1), 0
    for community in range(len(t.street_of)):
        own = np.flatnonzero(t.community == community)
        if community != free:
            count = max(2, min(round(homes[own].sum() / HOMES_PER_GRID), len(own) // 2))
            for part in territory.parts(own, t.centres, homes + 1.0, count):
                grid[part] = number
                number += 1
    taken = np.flatnonzero(grid >= 0)
    position = np.full(len(grid), -1)
    position[taken] = np.arange(len(taken))
    pairs = position[t.borders[:, :2].astype(int)]
    known = (pairs >= 0).all(axis=1)
    known &= t.community[taken[pairs[:, 0]]] == t.community[taken[pairs[:, 1]]]
    borders = np.column_stack([pairs, t.borders[:, 2:]])[known]
    label = territory.whole(grid[taken], borders, t.area_m2[taken], t.community[taken])
    grid[taken] = np.unique(label, return_inverse=True)[1]
    return grid


def compose(scale: Scale, seed: int) -> City:
    def rng(part: int) -> np.random.Generator:
        return np.random.default_rng([seed, part])

    names = naming.Names(rng(0))
    plan = network.draw(scale, rng(1))
    g = graph.build(plan)
    t = territory.divide(scale, plan, g)
    p = parcels.lay_out(scale, plan, g, t, rng(2))
    fronts = fronts_of(plan, g, p)
    h = houses.build(p, fronts, rng(3))
    naming.name_roads(plan, [float(shapely.length(s).sum()) for s in g.strands], names)
    known = places.landmarks(p, names)
    d = doors.number(plan, g, fronts, h, rng(4))
    addresses = [
        f"{plan.roads[r].name}{n}号" for r, n in zip(d.road.tolist(), d.number.tolist(), strict=True)
    ]
    a = assets.place(plan, g, p, rng(5))
    homes = np.bincount(p.cell[h.parcel], h.homes, len(t.polygons))
    free = len(t.street_of) - 1
    streets = int(t.street_of.max()) + 1
    return City(
        scale=scale,
        seed=seed,
        plan=plan,
        graph=g,
        territory=t,
        parcels=p,
        fronts=fronts,
        houses=h,
        doors=d,
        places=places.settle(p, known, d, h, addresses, names),
        assets=a,
        known=known,
        addresses=addresses,
        community_names=naming.communities(len(t.street_of), names),
        street_names=[f"{name}街道" for name in naming.STREETS[:streets]],
        responsibility=_responsibility(t, homes, free),
        free_community=free,
        names=names,
    )


def spots(city: City) -> dict[str, Spots]:
    """Where things happen, and how often: a few markets, gates and corners get most of it."""
    rng = np.random.default_rng([city.seed, 6])
    p, d = city.parcels, city.doors
    fame = rng.lognormal(0, 1.0, len(p.shape))
    middle = shapely.get_coordinates(shapely.point_on_surface(p.shape))
    gate = middle.copy()
    gated = d.parcel[d.parcel >= 0]
    gate[gated] = d.at[d.parcel >= 0]
    parcel_of_door = np.where(d.house >= 0, city.houses.parcel[d.house], d.parcel)
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {
        "front": (d.at, fame[parcel_of_door] * rng.lognormal(0, 0.8, len(d.at))),
        "homes": (
            shapely.get_coordinates(shapely.centroid(city.houses.shape)),
            city.houses.homes.clip(0, 60) * fame[city.houses.parcel],
        ),
    }
    for kind, uses, at, power in (
        ("market", ("market",), gate, 1.5), ("school", ("primary_school", "middle_school"), gate, 1.2), ("site", ("site",), gate, 1.2),
        ("mall", ("mall", "commerce"), gate, 1.2), ("park", ("park", "great_park", "green"), middle, 1.0), ("village", ("village",), gate, 1.0),
    ):  # fmt: skip
        own = p.of(*uses)
        found[kind] = (at[own], fame[own] ** power)
    hungry = np.array([category == "餐饮" for category in city.places.category])
    found["food"] = (np.array(city.places.at)[hungry], rng.lognormal(0, 1.1, hungry.sum()))
    for code in np.unique(city.assets.code):
        own = city.assets.code == code
        found[str(code)] = (city.assets.at[own], rng.lognormal(0, 0.7, own.sum()))
    found["road"] = (
        city.assets.at[city.assets.road >= 0],
        rng.lognormal(0, 1.2, (city.assets.road >= 0).sum()),
    )
    edge = shapely.get_exterior_ring(shapely.get_parts(p.banks))
    found["bank"] = (shapely.get_coordinates(shapely.segmentize(edge, 30.0)), None)
    return {kind: _inside(city, at, weight, WANDER_M.get(kind, 1.5)) for kind, (at, weight) in found.items()}


def _inside(city: City, at: np.ndarray, weight: np.ndarray | None, wander_m: float) -> Spots:
    here = city.territory.locate(plane.to_lonlat(at)) >= 0 if len(at) else np.zeros(0, dtype=bool)
    weight = np.ones(len(at)) if weight is None else np.asarray(weight, dtype=float)
    here &= weight > 0
    return Spots(at[here], weight[here], wander_m)
