"""Roads, water, green, estates, buildings, doors, places and assets into the database."""

import numpy as np
import shapely

from buildings.models import Asset, AssetClass, Building, Door, Estate, Green, Place, Road, Water
from cases.reference import IN_USE
from demo import naming, plane
from demo.copying import copy, ewkb, multi, reserve
from demo.houses import FLOOR_M
from demo.parcels import HOMES
from demo.run import Run
from grids import homing

COURTYARDS = (*HOMES, "primary_school", "middle_school", "hospital", "government", "industry")
_BLOCK_LETTERS = "ABCDEFGHJKLM"


def write(run: Run) -> None:
    with run.layer("roads") as counted:
        counted.rows = _roads(run)
    with run.layer("water") as counted:
        counted.rows = _water(run)
    with run.layer("green") as counted:
        counted.rows = _green(run)
    with run.layer("estates") as counted:
        estates = _estates(run)
        counted.rows = int((estates > 0).sum())
    with run.layer("buildings") as counted:
        counted.rows = _buildings(run, estates)
    with run.layer("doors") as counted:
        counted.rows = _doors(run)
    with run.layer("places") as counted:
        counted.rows = _places(run)
    with run.layer("assets") as counted:
        counted.rows = _assets(run)


def _homeless(count: int) -> dict[str, list[str]]:
    """Codes of rows that ``grids.homing`` gives their region afterwards."""
    return {"region_code": [""] * count, "unit_grid_code": [""] * count}


def _roads(run: Run) -> int:
    plan, strands = run.city.plan, run.city.graph.strands
    drawn = [i for i in range(len(plan.roads)) if len(strands[i])]
    paths = plane.on_the_globe(np.array(run.city.parcels.paths, dtype=object))
    lines = [shapely.line_merge(shapely.multilinestrings(strands[i])) for i in drawn] + list(paths)
    ids = reserve(Road, len(lines))
    run.road_ids = np.zeros(len(plan.roads), dtype=int)
    run.road_ids[drawn] = ids[: len(drawn)]
    copy(
        Road,
        {
            "id": ids,
            "name": [plan.roads[i].name for i in drawn] + [""] * len(paths),
            "kind": [plan.roads[i].kind for i in drawn] + ["path"] * len(paths),
            "centreline": ewkb(
                np.array([shapely.multilinestrings(shapely.get_parts(line)) for line in lines])
            ),
            **_homeless(len(lines)),
        },
    )
    homing.home_extents(Road._meta.db_table, "centreline")
    return len(lines)


def _water(run: Run) -> int:
    parcels = run.city.parcels
    shapes = plane.on_the_globe(multi([parcels.water, *parcels.ponds]))
    ponds = len(parcels.ponds)
    copy(
        Water,
        {
            "name": [naming.RIVER] + [""] * ponds,
            "kind": ["河流"] + ["池塘"] * ponds,
            "extent": ewkb(shapes),
            **_homeless(len(shapes)),
        },
    )
    homing.home_extents(Water._meta.db_table, "extent")
    return len(shapes)


def _green(run: Run) -> int:
    """Parks without their ponds, lawns, sports grounds, and the banks of the river."""
    parcels, houses, known = run.city.parcels, run.city.houses, run.city.known
    ponds = shapely.union_all(parcels.ponds)
    parks, greens = parcels.of("park", "great_park"), parcels.of("green")
    kinds = {
        "公园": [shapely.difference(parcels.shape[p], ponds) for p in parks],
        "绿地": list(parcels.shape[greens]),
        "滨河绿带": [bank for bank in shapely.get_parts(parcels.banks) if bank.area > 300],
        "宅旁绿地": list(houses.lawns),
        "运动场": list(houses.pitches),
    }
    shapes = [shape for of_kind in kinds.values() for shape in of_kind]
    names = [known.get(int(p), "") for p in parks] + [""] * (len(shapes) - len(parks))
    copy(
        Green,
        {
            "name": names,
            "kind": [kind for kind, of_kind in kinds.items() for _ in of_kind],
            "extent": ewkb(plane.on_the_globe(multi(shapes))),
            **_homeless(len(shapes)),
        },
    )
    homing.home_extents(Green._meta.db_table, "extent")
    return len(shapes)


def _estates(run: Run) -> np.ndarray:
    """Walled ground with a name; returned is each parcel's primary key, 0 where it is none."""
    parcels, known = run.city.parcels, run.city.known
    walled = np.array([p for p in parcels.of(*COURTYARDS).tolist() if p in known], dtype=int)
    ids = np.zeros(len(parcels.shape), dtype=int)
    ids[walled] = reserve(Estate, len(walled))
    shapes = plane.on_the_globe(parcels.shape[walled])
    copy(
        Estate,
        {
            "id": ids[walled],
            "name": [known[p] for p in walled.tolist()],
            "boundary": ewkb(multi(shapes)),
            **run.home(shapely.get_coordinates(shapely.point_on_surface(shapes))),
        },
    )
    return ids


def _buildings(run: Run, estates: np.ndarray) -> int:
    """Numbered within an estate; named by the landmark where they are one; shop houses by their door."""
    city, h = run.city, run.city.houses
    shapes = plane.on_the_globe(h.shape)
    of_shop = dict(zip(city.doors.house.tolist(), city.addresses, strict=True))
    of_gate = dict(zip(city.doors.parcel.tolist(), city.addresses, strict=True))
    siblings = np.bincount(h.parcel, h.number > 0, len(estates)).astype(int)
    name, number, address, estate = [], [], [], []
    for house, (parcel, n) in enumerate(zip(h.parcel.tolist(), h.number.tolist(), strict=True)):
        own = int(estates[parcel]) if n else 0
        name.append(_landmark(city.known.get(parcel, ""), n, siblings[parcel]) if n and not own else "")
        number.append(f"{n}号楼" if own else "")
        address.append(of_gate.get(parcel, "") if n else of_shop.get(house, ""))
        estate.append(own or None)
    return copy(
        Building,
        {
            "name": name, "number": number, "address": address, "estate": estate, "kind": h.kind,
            "floors": h.floors,
            "height_m": np.round(h.floors * FLOOR_M + 0.6, 1),
            "footprint": ewkb(multi(shapes)),
            **run.home(shapely.get_coordinates(shapely.point_on_surface(shapes))),
        },
    )  # fmt: skip


def _landmark(name: str, number: int, siblings: int) -> str:
    return f"{name}{_BLOCK_LETTERS[number - 1]}座" if name and 1 < siblings <= len(_BLOCK_LETTERS) else name


def _doors(run: Run) -> int:
    doors = run.city.doors
    lonlat = plane.to_lonlat(doors.at)
    return copy(
        Door,
        {
            "road_name": [run.city.plan.roads[r].name for r in doors.road],
            "number": [f"{n}号" for n in doors.number],
            "road": run.road_ids[doors.road],
            "location": ewkb(shapely.points(lonlat)),
            **run.home(lonlat),
        },
    )


def _places(run: Run) -> int:
    places = run.city.places
    lonlat = plane.to_lonlat(np.array(places.at))
    return copy(
        Place,
        {
            "name": places.name,
            "category": places.category,
            "address": places.address,
            "location": ewkb(shapely.points(lonlat)),
            **run.home(lonlat),
        },
    )


def _assets(run: Run) -> int:
    """Those in the district, numbered within their class."""
    city, a = run.city, run.city.assets
    lonlat = plane.to_lonlat(a.at)
    here = np.flatnonzero(city.territory.locate(lonlat) >= 0)
    here = here[np.argsort(a.code[here], kind="stable")]
    code = a.code[here]
    sequence = np.arange(len(code)) - np.searchsorted(code, code) + 1
    classes = {k.code: k for k in AssetClass.objects.filter(scheme=IN_USE)}
    names = [road.name for road in city.plan.roads]
    rng = np.random.default_rng([city.seed, 10])
    return copy(
        Asset,
        {
            "code": [f"{naming.DISTRICT}{k}{n:06}" for k, n in zip(code, sequence, strict=True)],
            "asset_class": [classes[k].pk for k in code],
            "name": [classes[k].name for k in code],
            "state": rng.choice(["intact", "damaged", "lost"], len(code), p=(0.97, 0.025, 0.005)),
            "department": a.department[here],
            "owner": [""] * len(code),
            "position": [names[r] if r >= 0 else "" for r in a.road[here].tolist()],
            "location": ewkb(shapely.points(lonlat[here])),
            **run.home(lonlat[here]),
        },
    )
