"""Places told by others: where two roads meet, a stretch between two, so many metres east of something."""

from collections.abc import Sequence
from math import cos, radians, sin

from geocoder import lookup
from geocoder.candidates import Candidate, Reason
from geocoder.elements import Kind
from geocoder.gazetteer import Known
from geocoder.lookup import Bounds
from geocoder.questions import Question
from geocoder.rank import Found, reason

BEARINGS = {"北": 0, "东北": 45, "东": 90, "东南": 135, "南": 180, "西南": 225, "西": 270, "西北": 315}
DEGREE_M = 111_320.0
NEARBY_M = 50.0  # how far 附近, 旁 and 对面 may mean
FARTHEST_M = 5_000.0
_WRITTEN_AS = {"sound": "sounds-alike", "letters": "sounds-alike", "core": "short-form"}


def crossed(question: Question, found: Sequence[Found], bounds: Bounds, known: Known) -> list[Candidate]:
    """The crossings or the stretch that the address tells by its roads; empty if there is none."""
    if not (question.crossing or question.span):
        return []
    roads = _roads_of(question, found)
    if question.span and len(roads) >= 3:
        return _stretches(question, roads, bounds, known)
    if len(roads) >= 2:
        return _crossings(question, roads, bounds, known)
    return []


def _roads_of(question: Question, found: Sequence[Found]) -> list[tuple[str, tuple[Reason, ...]]]:
    """The key of each road that was found, in the order written, with how it had to be read."""
    roads: list[tuple[str, tuple[Reason, ...]]] = []
    for n in range(len(question.anchors)):
        keys = [(probe.name, probe.how) for probe, hit in found if probe.anchor == n and hit.kind == "road"]
        if keys:
            key, how = keys[0]
            roads.append((key, (reason(_WRITTEN_AS[how]),) if how in _WRITTEN_AS else ()))
    return roads


def _crossings(question: Question, roads, bounds: Bounds, known: Known) -> list[Candidate]:
    (one, how_one), (other, how_other) = roads[:2]
    found = lookup.crossings(one, other, question.scope, bounds)
    return [
        Candidate(
            name=place.name,
            level="crossing",
            address=known.chain(place.region_code) + place.name,
            lon=place.lon,
            lat=place.lat,
            uncertainty_m=round(max(20.0, place.spread_m), 1),
            reasons=(
                *how_one,
                *how_other,
                *([] if place.in_scope else [reason("other-region")]),
                Reason("nth-crossing", 0.97**n),
            ),
            region_code=place.region_code,
            components=question.elements,
        )
        for n, place in enumerate(found)
    ]


def _stretches(question: Question, roads, bounds: Bounds, known: Known) -> list[Candidate]:
    (road, _how), (one, _one), (other, _other) = roads[:3]
    names = [anchor.names[0] for anchor in question.anchors]
    between = f"（{names[1]}至{names[2]}）" if len(names) >= 3 else ""
    return [
        Candidate(
            name=name + between,
            level="stretch",
            address=known.chain(region_code) + name + between,
            lon=lon,
            lat=lat,
            uncertainty_m=round(half_m, 1),
            reasons=tuple(reason for _key, how in roads[:3] for reason in how),
            region_code=region_code,
            components=question.elements,
            shape=shape,
        )
        for name, region_code, lon, lat, half_m, shape in lookup.stretch(
            road, one, other, question.scope, bounds
        )
    ]


def moved(question: Question, ranked: list[Candidate]) -> list[Candidate]:
    """The candidates as far off in the direction as the address says; 附近 and 对面 only widen them."""
    bearing = BEARINGS.get(question.direction)
    metres = question.distance_m
    for candidate in ranked:
        if bearing is not None and metres is not None and metres <= FARTHEST_M:
            candidate.lon, candidate.lat = _off(candidate.lon, candidate.lat, bearing, metres)
            candidate.uncertainty_m = round(candidate.uncertainty_m + 0.2 * metres, 1)
            candidate.address += f"{question.direction}{metres:g}米"
        elif question.relation or metres is not None or Kind.DIRECTION in question.kinds():
            candidate.uncertainty_m = round(candidate.uncertainty_m + (metres or NEARBY_M), 1)
    return ranked


def _off(lon: float, lat: float, bearing: float, metres: float) -> tuple[float, float]:
    """A point ``metres`` on the ground from (lon, lat), at a bearing in degrees from north."""
    angle = radians(bearing)
    return (
        lon + metres * sin(angle) / (DEGREE_M * cos(radians(lat))),
        lat + metres * cos(angle) / DEGREE_M,
    )
