"""Which parts of an address follow which: scores from the usual order and its exceptions.

The levels are those of GB/T 37149, refined; an address goes from the large to the small. Skipping levels
costs nothing, going back costs, and the exceptions (``reference/order.csv``) are what people really write:
the estate before the road, a shop after its room.
"""

import csv
from functools import cache
from pathlib import Path

from geocoder.elements import Kind

ORDER = Path(__file__).parent / "reference" / "order.csv"
KINDS = tuple(Kind)
START = len(KINDS)
_LEVELS = (
    (Kind.COUNTRY,),
    (Kind.PROVINCE,),
    (Kind.CITY,),
    (Kind.DISTRICT,),
    (Kind.ZONE,),
    (Kind.STREET,),
    (Kind.COMMUNITY,),
    (Kind.GROUP,),
    (Kind.ROAD,),
    (Kind.LANE,),
    (Kind.ROAD_NUMBER, Kind.LANE_NUMBER),
    (Kind.POI, Kind.ESTATE),
    (Kind.PHASE, Kind.SUB_POI),
    (Kind.BUILDING,),
    (Kind.UNIT,),
    (Kind.FLOOR,),
    (Kind.ROOM,),
)
LEVEL = {kind: level for level, kinds in enumerate(_LEVELS) for kind in kinds}


@cache
def order() -> list[list[float]]:
    """``order()[to][from]``: what it adds to a reading that a part of one kind follows another (or START)."""
    table = [[_usual(before, after) for before in (*KINDS, None)] for after in KINDS]
    with ORDER.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for before in row["before"].split():
                for after in row["after"].split():
                    column = START if before == "start" else KINDS.index(Kind(before))
                    table[KINDS.index(Kind(after))][column] = float(row["score"])
    return table


def _usual(before: Kind | None, after: Kind) -> float:
    if before is None or before not in LEVEL or after not in LEVEL:
        return 0.0
    step = LEVEL[after] - LEVEL[before]
    if step > 0:
        return 0.0
    return -2.0 if step == 0 else -1.6 + 0.15 * step
