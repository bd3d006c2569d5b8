"""Where things happen, and how often: a few markets, gates and corners get most of it."""

from dataclasses import dataclass

import numpy as np
import shapely

from demo import plane
from demo.city import City

HUNGRY = "餐饮"  # the trade of places.TRADES that eats in the street


@dataclass
class Spots:
    """Places of one kind: ``at`` (ground metres), how often each is chosen, how far around things happen."""

    at: np.ndarray
    weight: np.ndarray
    wander_m: float


# Kind: uses of the parcels; at their gate or in their middle; how unequal they are; how far around.
_BY_USE = {
    "market": (("market",), "gate", 1.5, 20.0),
    "school": (("primary_school", "middle_school"), "gate", 1.2, 16.0),
    "site": (("site",), "gate", 1.2, 22.0),
    "mall": (("mall", "commerce"), "gate", 1.2, 22.0),
    "village": (("village",), "gate", 1.0, 6.0),
    "park": (("park", "great_park", "green"), "middle", 1.0, 6.0),
}


def spots(city: City) -> dict[str, Spots]:
    """By kind: those of ``_BY_USE``, front, homes, food, road, bank, and the classes of assets."""
    rng = np.random.default_rng([city.seed, 6])
    fame = rng.lognormal(0, 1.0, len(city.parcels.shape))
    found = _at_parcels(city, fame)
    houses, doors = city.houses, city.doors
    of_door = np.where(doors.house >= 0, houses.parcel[doors.house], doors.parcel)
    found["front"] = _inside(city, doors.at, fame[of_door] * rng.lognormal(0, 0.8, len(of_door)), 5.0)
    middles = shapely.get_coordinates(shapely.centroid(houses.shape))
    found["homes"] = _inside(city, middles, houses.homes.clip(0, 60) * fame[houses.parcel], 9.0)
    eating = np.array(city.places.category) == HUNGRY
    found["food"] = _inside(city, np.array(city.places.at)[eating], rng.lognormal(0, 1.1, eating.sum()), 5.0)
    bank = shapely.get_coordinates(
        shapely.segmentize(shapely.get_exterior_ring(shapely.get_parts(city.parcels.banks)), 30)
    )
    found["bank"] = _inside(city, bank, np.ones(len(bank)), 4.0)
    assets = city.assets
    for code in np.unique(assets.code):
        own = assets.at[assets.code == code]
        found[str(code)] = _inside(city, own, rng.lognormal(0, 0.7, len(own)), 1.5)
    road = assets.at[assets.road >= 0]
    found["road"] = _inside(city, road, rng.lognormal(0, 1.2, len(road)), 3.0)
    return found


def _at_parcels(city: City, fame: np.ndarray) -> dict[str, Spots]:
    parcels, doors = city.parcels, city.doors
    middle = shapely.get_coordinates(shapely.point_on_surface(parcels.shape))
    gate = middle.copy()
    gated = doors.parcel >= 0
    gate[doors.parcel[gated]] = doors.at[gated]
    found = {}
    for kind, (uses, where, power, wander_m) in _BY_USE.items():
        own = parcels.of(*uses)
        found[kind] = _inside(city, (gate if where == "gate" else middle)[own], fame[own] ** power, wander_m)
    return found


def _inside(city: City, at: np.ndarray, weight: np.ndarray, wander_m: float) -> Spots:
    here = (city.territory.locate(plane.to_lonlat(at.reshape(-1, 2))) >= 0) & (weight > 0)
    return Spots(at[here], weight[here], wander_m)
