"""Cases and the first line of their history into the database."""

import numpy as np
import shapely

from cases.models import Case, CaseEvent, Category
from cases.reference import IN_USE
from demo import happenings
from demo.city import City
from demo.copying import copy, ewkb, indexed_afterwards, reserve, timestamps
from demo.profiles import PROFILES
from demo.run import Run
from demo.spots import spots

_SIDES = ("门前", "门前", "东侧", "西侧", "南侧", "北侧", "对面", "附近")
_ELSEWHERE = 0.03  # share of a worker's reports that lie in somebody else's grid


def write(run: Run) -> None:
    categories = {(c.kind, c.code): c.pk for c in Category.objects.filter(scheme=IN_USE)}
    category = np.array([categories[profile.kind, profile.code] for profile in PROFILES])
    city = run.city
    total = city.scale.cases
    with run.layer("cases and reports") as counted, indexed_afterwards(Case), indexed_afterwards(CaseEvent):
        for cases in happenings.happen(
            total,
            until=run.until,
            seed=city.seed,
            spots=spots(city),
            doors=city.doors,
            territory=city.territory,
        ):
            counted.rows += _cases(run, cases, category)
            if total > happenings.CHUNK:
                run.say(f"    {counted.rows:,} of {total:,}")


def _cases(run: Run, cases: happenings.Cases, category: np.ndarray) -> int:
    city, size = run.city, len(cases.number)
    rng = np.random.default_rng([city.seed, 11, int(cases.number[0])])
    grid = city.responsibility[cases.cell]
    crossing, worker = _workers(cases.source, grid, len(run.reporters), rng)
    reporter = [int(run.reporters[w]) if w >= 0 else None for w in worker]
    units = np.array(city.unit_grid_codes)[cases.cell].tolist()
    grid_codes = [*city.grid_codes, ""]  # -1: nobody's
    sides = np.array(_SIDES)[rng.integers(len(_SIDES), size=size)].tolist()
    doors = np.array(_doorsteps(city), dtype=object)[cases.door].tolist()
    reported, ids = timestamps(cases.reported), reserve(Case, size)
    copy(
        Case,
        {
            "id": ids, "number": cases.number, "client_key": cases.key, "category": category[cases.profile],
            "location": ewkb(shapely.points(cases.lonlat)), "h3": cases.h3,
            "accuracy_m": np.round(rng.gamma(4, 1.6, size) + 2, 1),
            "region_code": [unit[:12] for unit in units], "unit_grid_code": units,
            "responsibility_grid_code": [grid_codes[g] for g in grid.tolist()],
            "is_cross_grid": crossing.tolist(),
            "place": [door + side for door, side in zip(doors, sides, strict=True)],
            "description": cases.description, "level": cases.level, "urgency": cases.urgency,
            "source": np.where((cases.source == "patrol") & (worker < 0), "public", cases.source),
            "stage": cases.stage, "reporter": reporter, "reported_at": reported,
            "closed_at": timestamps(cases.closed),
        },
    )  # fmt: skip
    copy(
        CaseEvent,
        {
            "case": ids,
            "action": [CaseEvent.Action.REPORT.value] * size,
            "officer": reporter,
            "at": reported,
            "note": [""] * size,
        },
    )
    return size


def _doorsteps(city: City) -> list[str]:
    """How each door is called: its address, at a gate with the name of what lies behind it."""
    known = [city.known.get(parcel, "") for parcel in city.doors.parcel.tolist()]
    return [f"{address}{name}" for address, name in zip(city.addresses, known, strict=True)]


def _workers(source: np.ndarray, grid: np.ndarray, workers: int, rng) -> tuple[np.ndarray, np.ndarray]:
    """Whether a report is from outside the reporter's own grid, and who reported on patrol (-1: nobody)."""
    patrol = (source == "patrol") & (grid >= 0)
    crossing = patrol & (rng.random(len(grid)) < _ELSEWHERE)
    return crossing, np.where(patrol, np.where(crossing, (grid + 1) % workers, grid), -1)
