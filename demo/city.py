"""The whole city, composed from a scale and a seed; nothing here knows of a database."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from demo import assets, doors, graph, houses, naming, network, parcels, places, territory
from demo.fronts import Fronts, fronts_of
from demo.scale import Scale
from gis import codes

HOMES_PER_GRID = 400


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
        """Responsibility grids, as ``grids.editing`` issues them: the street's code, G and a count in it."""
        streets = np.array([code[: codes.STREET] for code in self.community_codes])[self.grid_community]
        order = np.argsort(streets, kind="stable")
        counts = np.empty(len(streets), dtype=int)
        counts[order] = _count_within(streets[order])
        return [f"{street}G{n:03}" for street, n in zip(streets, counts, strict=True)]

    @cached_property
    def grid_names(self) -> list[str]:
        community = self.grid_community
        return [
            f"{self.community_names[c].removesuffix('社区')}第{n}网格"
            for c, n in zip(community, _count_within(community), strict=True)
        ]

    @cached_property
    def sign_in_grids(self) -> tuple[int, int]:
        """Two touching responsibility grids of one community near the centre: those of the demo's workers."""
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
