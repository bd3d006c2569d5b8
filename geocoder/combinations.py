"""Which of the standard's combinations an address is put together by: rows that an administrator extends."""

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from geocoder.elements import Kind
from geocoder.questions import Question

# What each element may stand for in a pattern; a place is anything with a name that is not a road.
_STANDS_FOR = {
    Kind.STREET: ("street",), Kind.COMMUNITY: ("community", "place"), Kind.ZONE: ("place",),
    Kind.ROAD: ("road",), Kind.LANE: ("road",), Kind.ROAD_NUMBER: ("road_number",),
    Kind.LANE_NUMBER: ("lane_number", "road_number"), Kind.POI: ("poi", "place", "estate"),
    Kind.SUB_POI: ("poi", "place"), Kind.ESTATE: ("estate", "place"),
    Kind.BUILDING: ("building", "road_number"),
    Kind.UNIT_GRID: ("unit_grid",), Kind.ASSET_CODE: ("asset_code",), Kind.CROSSING: ("crossing",),
}  # fmt: skip


class Pattern(NamedTuple):
    """A row of the table in use."""

    number: int
    kinds: tuple[str, ...]
    weight: float


def of(question: Question, patterns: tuple[Pattern, ...], level: str) -> Pattern | None:
    """The combination that most of the address fulfils; of equal ones the one that tells such a ``level``."""
    return _of_kinds(
        tuple(kind for kind in _kinds_of(question) if kind in _STANDS_FOR), patterns, level == "building"
    )


@lru_cache(maxsize=4096)
def _of_kinds(kinds: tuple[Kind, ...], patterns: tuple[Pattern, ...], is_building: bool) -> Pattern | None:
    elements = Counter(kinds)
    fulfilled = [pattern for pattern in patterns if _fulfils(elements, pattern.kinds)]
    return max(
        fulfilled,
        key=lambda p: (
            len(p.kinds),
            ("building" in p.kinds) == is_building,
            _literally(elements, p.kinds),
            p.weight,
        ),
        default=None,
    )


def _kinds_of(question: Question) -> list[Kind]:
    """The kinds of the elements; a plain 3号 in a courtyard with a number (209号院) is a door in it."""
    kinds = question.kinds()
    if any(e.kind is Kind.ROAD_NUMBER and e.text.endswith("院") for e in question.elements):
        plain = {
            n for n, e in enumerate(question.elements) if e.kind is Kind.BUILDING and e.text.endswith("号")
        }
        kinds = [Kind.LANE_NUMBER if n in plain else kind for n, kind in enumerate(kinds)]
    return kinds


def _fulfils(elements: Counter[Kind], kinds: tuple[str, ...]) -> bool:
    """Each kind of the pattern is an element of its own; exact names are given away first."""
    left = elements.copy()
    for wanted in sorted(kinds, key=lambda kind: kind == "place"):
        fitting = [kind for kind in left if wanted in _STANDS_FOR[kind]]
        if not fitting:
            return False
        taken = min(fitting, key=lambda kind: (kind.value != wanted, len(_STANDS_FOR[kind])))
        left[taken] -= 1
        left += Counter()
    return True


def _literally(elements: Counter[Kind], kinds: tuple[str, ...]) -> int:
    return sum(1 for kind in kinds if kind in {element.value for element in elements})
