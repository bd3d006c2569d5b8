"""A place that an address may mean, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

from geocoder.elements import Element


@dataclass(frozen=True)
class Reason:
    """Why a score is what it is: what was found or missed, and the factor that it counts."""

    code: str
    factor: float


@dataclass
class Candidate:
    """``score`` from 0 to 1 is the product of its reasons. ``level`` is how exact the place is: unit_grid,
    asset, building, door, place, estate, crossing, interpolated, beyond, stretch, lane, road, community,
    street, district, city, province, coordinate. ``address`` is the standard address, ``uncertainty_m`` the
    radius that the place is in with good reason, ``shape`` GeoJSON where no entry of the gazetteer has it.
    """

    name: str
    level: str
    address: str
    lon: float
    lat: float
    uncertainty_m: float
    reasons: tuple[Reason, ...]
    region_code: str = ""
    unit_grid_code: str = ""
    combination: int | None = None
    components: Sequence[Element] = ()
    entry: int | None = None
    source: str = ""
    source_id: int | None = None
    shape: str = ""
    score: float = field(init=False)

    def __post_init__(self) -> None:
        self.rate()

    def rate(self, *more: Reason) -> None:
        """Add reasons, and the score that follows."""
        self.reasons = (*self.reasons, *more)
        score = 1.0
        for reason in self.reasons:
            score *= reason.factor
        self.score = round(min(score, 1.0), 4)

    def metres_to(self, other: "Candidate") -> float:
        return metres(self.lon, self.lat, other.lon, other.lat)


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres on the ground between two points (EPSG:4326), on a sphere."""
    a, b = radians(lat), radians(other_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * 6_371_008.8 * asin(sqrt(half))
