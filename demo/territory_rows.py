"""Regions, responsibility grids and unit grids into the database."""

import numpy as np
import shapely

from demo import naming, plane
from demo.copying import copy, ewkb, multi, reserve
from demo.run import Run
from grids.models import Region, ResponsibilityGrid, UnitGrid


def write(run: Run) -> None:
    with run.layer("regions") as counted:
        counted.rows = _regions(run)
    with run.layer("responsibility grids") as counted:
        counted.rows = _responsibility_grids(run)
    with run.layer("unit grids") as counted:
        counted.rows = _unit_grids(run)


def _regions(run: Run) -> int:
    city, t = run.city, run.city.territory
    streets = [t.union(t.street == s) for s in range(len(city.street_names))]
    communities = [t.union(t.community == c) for c in range(len(city.community_names))]
    shapes = [_city_outline(), shapely.coverage_union_all(t.polygons), *streets, *communities]
    return copy(
        Region,
        {
            "code": [naming.CITY, naming.DISTRICT, *city.street_codes, *city.community_codes],
            "name": [naming.CITY_NAME, naming.DISTRICT_NAME, *city.street_names, *city.community_names],
            "valid": [run.in_force] * len(shapes),
            "boundary": ewkb(multi(shapes)),
        },
    )


def _city_outline() -> shapely.Polygon:
    """The city around the district, some 50 km across and invented like the rest; EPSG:4326."""
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    radius = np.ones_like(angle)
    for wave, amplitude, phase in ((2, 0.09, 1), (3, 0.06, 4), (7, 0.03, 0), (19, 0.012, 2)):
        radius += amplitude * np.sin(wave * angle + phase)
    rim = np.column_stack([26_000 * radius * np.cos(angle), 21_000 * radius * np.sin(angle)])
    return plane.on_the_globe(shapely.Polygon(rim))


def _responsibility_grids(run: Run) -> int:
    city = run.city
    count = len(city.grid_codes)
    run.grid_ids = reserve(ResponsibilityGrid, count)
    grids = [city.territory.union(city.responsibility == g) for g in range(count)]
    return copy(
        ResponsibilityGrid,
        {
            "id": run.grid_ids,
            "code": city.grid_codes,
            "name": city.grid_names,
            "valid": [run.in_force] * count,
            "region_code": np.array(city.community_codes)[city.grid_community],
            "boundary": ewkb(multi(grids)),
        },
    )


def _unit_grids(run: Run) -> int:
    city = run.city
    count = len(city.territory.polygons)
    return copy(
        UnitGrid,
        {
            "code": city.unit_grid_codes,
            "name": [""] * count,
            "valid": [run.in_force] * count,
            "responsibility_grid": [int(run.grid_ids[g]) if g >= 0 else None for g in city.responsibility],
            "boundary": ewkb(city.territory.polygons),
        },
    )
