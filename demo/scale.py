"""How large a demo city is."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scale:
    """``half_width_m`` and ``half_height_m`` are those of the district's outline on the drawing board;
    ``dense``: how many times more than usual is built as villages and old lanes, where houses are many."""

    name: str
    half_width_m: float
    half_height_m: float
    streets: int
    communities: int  # in the whole district
    cases: int
    dense: float


TINY = Scale(
    name="tiny",
    half_width_m=560,
    half_height_m=480,
    streets=2,
    communities=4,
    cases=3000,
    dense=1.0,
)
SMALL = Scale(
    name="small",
    half_width_m=1330,
    half_height_m=1080,
    streets=3,
    communities=12,
    cases=20_000,
    dense=0.75,
)
CITY = Scale(
    name="city",
    half_width_m=5900,
    half_height_m=5000,
    streets=12,
    communities=108,
    cases=1_000_000,
    dense=6.0,
)
SCALES = {scale.name: scale for scale in (SMALL, CITY)}
