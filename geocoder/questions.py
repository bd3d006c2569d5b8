"""What an address asks for: the names, numbers and plates in it, and how they hang together.

An address says its place several times over, from the city down to the room. Each saying that may have a row
of its own in the gazetteer is an ``Anchor``; the deeper ones are tried first, the others bear witness.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geocoder.elements import Element, Kind, Reading, Value
from geocoder.normalise import key

if TYPE_CHECKING:
    from geocoder.gazetteer import Known, Region

REGIONS = (Kind.PROVINCE, Kind.CITY, Kind.DISTRICT, Kind.ZONE, Kind.STREET, Kind.COMMUNITY)
LEVELS = {Kind.PROVINCE: 2, Kind.CITY: 4, Kind.DISTRICT: 6, Kind.STREET: 9, Kind.COMMUNITY: 12}
NAMES = (Kind.ROAD, Kind.POI, Kind.SUB_POI, Kind.ESTATE)
INSIDE = (Kind.UNIT, Kind.FLOOR, Kind.ROOM)
LONGEST_NAME = 40


@dataclass
class Anchor:
    """One named thing with what is numbered in it. ``names`` are ways to look it up, the best first."""

    kind: Kind
    names: list[str]
    number: str = ""
    plate: str = ""
    after_road: str = ""  # the key of the road that stands before it
    is_plain: bool = False  # the plate is written as a plain 4号, which may be a door as well
    with_plate: str = ""  # the key with the plate as written: some buildings are named so (光明商城E座)


@dataclass
class Question:
    """An address, ready to be looked up. ``scope`` are the codes of the deepest regions that it names."""

    text: str
    elements: Sequence[Element]
    anchors: list[Anchor] = field(default_factory=list)
    scope: list[str] = field(default_factory=list)
    regions: "list[Region]" = field(default_factory=list)
    whole: tuple[str, ...] = ()  # keys of the whole text as one name: with its regions, and without
    code: str = ""  # of a unit grid or an asset
    coordinate: tuple[str, str] | None = None
    crossing: bool = False
    span: bool = False
    relation: str = ""
    direction: str = ""
    distance_m: float | None = None
    inside: tuple[Element, ...] = ()

    @property
    def roads(self) -> list[Anchor]:
        return [anchor for anchor in self.anchors if anchor.kind in (Kind.ROAD, Kind.LANE)]

    def kinds(self) -> list[Kind]:
        return [element.kind for element in self.elements]


def written(value: Value) -> str:
    """A number as the gazetteer reads it: a range is ``4-7``."""
    return value if isinstance(value, str) else "-".join(value)


def ask(text: str, reading: Reading | Sequence[Element], known: "Known") -> Question:
    """The question that the labelled elements of ``text`` put."""
    elements = reading.elements if isinstance(reading, Reading) else tuple(reading)
    question = Question(text=text, elements=elements)
    question.regions = _regions_named(elements, known)
    for element in _without_strangers(elements, known):
        _take(element, question)
    question.scope = _deepest(question.regions)
    question.whole = _whole(question)
    if not question.anchors:
        _number_in_region(question)
    question.crossing = question.crossing or _joined(question)
    return question


def _take(element: Element, question: Question) -> None:
    """One element into the question; numbers hang on the anchor before them."""
    value = written(element.value)
    match element.kind:
        case Kind.ROAD | Kind.POI | Kind.SUB_POI | Kind.ESTATE:
            question.anchors.append(_named(element, question))
        case Kind.LANE:
            _take_lane(value, question)
        case Kind.ROAD_NUMBER | Kind.LANE_NUMBER:
            _take_number(value, question)
        case Kind.PHASE if question.anchors:
            names = question.anchors[-1].names
            names.insert(0, names[0] + key(element.text))
        case Kind.BUILDING if question.anchors:
            anchor = question.anchors[-1]
            anchor.plate = anchor.plate or value
            anchor.with_plate = anchor.names[0] + key(element.text)
            anchor.is_plain = not anchor.number and bool(re.fullmatch(r"\S+号", element.text))
        case Kind.UNIT | Kind.FLOOR | Kind.ROOM:
            question.inside = (*question.inside, element)
        case Kind.UNIT_GRID | Kind.ASSET_CODE:
            question.code = question.code or key(value)
        case Kind.COORDINATE if isinstance(element.value, tuple):
            question.coordinate = element.value
        case Kind.CROSSING:
            question.crossing = True
        case Kind.SPAN:
            question.span = True
        case Kind.RELATION:
            question.relation = value
        case Kind.DIRECTION | Kind.SIDE:
            question.direction = value
        case Kind.DISTANCE:
            question.distance_m = float(value) if value.replace(".", "", 1).isdecimal() else None


def _named(element: Element, question: Question) -> Anchor:
    roads = question.roads
    name = key(written(element.value))
    said = key(element.text)
    return Anchor(
        element.kind, list(dict.fromkeys([name, said])), after_road=roads[-1].names[-1] if roads else ""
    )


def _take_lane(value: str, question: Question) -> None:
    """A lane hangs on its road: 628 of 世纪大道 is a number of the road and a series of its own."""
    lane = value + "弄" if value.isdecimal() else value
    before = question.anchors[-1] if question.anchors else None
    if before is None or before.kind not in (Kind.ROAD, Kind.LANE):
        question.anchors.append(Anchor(Kind.LANE, [key(lane)]))
        return
    if value.isdecimal():
        before.number = before.number or value
    names = [before.names[-1] + key(lane), *([] if value.isdecimal() else [key(lane)])]
    question.anchors.append(Anchor(Kind.LANE, names, after_road=before.names[-1]))


def _take_number(value: str, question: Question) -> None:
    if not question.anchors:
        return
    anchor = question.anchors[-1]
    if not anchor.number:
        anchor.number = value
    elif not anchor.plate:
        anchor.plate = value


def _number_in_region(question: Question) -> None:
    """A village numbers its houses itself: the deepest region named becomes what is numbered."""
    number = next((e for e in question.elements if e.kind in (Kind.ROAD_NUMBER, Kind.LANE_NUMBER)), None)
    plate = next((e for e in question.elements if e.kind is Kind.BUILDING), None)
    region = next((e for e in reversed(question.elements) if e.kind in REGIONS), None)
    if region is not None:
        question.anchors.append(
            Anchor(
                region.kind,
                list(dict.fromkeys([key(region.text), key(written(region.value))])),
                number=written(number.value) if number else "",
                plate=written(plate.value) if plate else "",
            )
        )


def _without_strangers(elements: Sequence[Element], known: "Known") -> list[Element]:
    """The elements; a short region name that is none of the served ones begins the name behind it.

    同安 is a district somewhere, but 同安花圆 here is a misspelt estate.
    """
    kept: list[Element] = []
    for element in elements:
        last = kept[-1] if kept else None
        may_follow = element.kind in (*NAMES, Kind.STREET, Kind.COMMUNITY)
        if may_follow and last is not None and last.end == element.start and _may_begin_a_name(last, known):
            kept.pop()
            text = last.text + element.text
            kind = element.kind if element.kind in NAMES else Kind.POI
            element = Element(kind, text, last.start, element.end, key(text))
        kept.append(element)
    return [
        Element(Kind.POI, e.text, e.start, e.end, key(e.text)) if _may_begin_a_name(e, known) else e
        for e in kept
    ]


def _may_begin_a_name(element: Element, known: "Known") -> bool:
    return (
        element.kind in REGIONS
        and key(element.text) != key(written(element.value))
        and not _served(element, known)
    )


def _served(element: Element, known: "Known") -> "list[Region]":
    return known.by_key.get(key(written(element.value))) or known.by_key.get(key(element.text)) or []


def _regions_named(elements: Sequence[Element], known: "Known") -> "list[Region]":
    """The served regions that the address names, each in accord with those named above it."""
    chosen: list[Region] = []
    for element in elements:
        if element.kind not in REGIONS:
            continue
        found = _served(element, known)
        above = {region.code for region in chosen}
        fitting = [r for r in found if not above or any(r.code.startswith(code) for code in above)]
        chosen += fitting or found
    return chosen


def _deepest(regions: "list[Region]") -> list[str]:
    """Codes without those that another one lies in."""
    found = {region.code for region in regions}
    return sorted(c for c in found if not any(other != c and other.startswith(c) for other in found))


def _whole(question: Question) -> tuple[str, ...]:
    """The text as one name: 中国保险大厦 has a country in it, and is a building."""
    no_name = {*INSIDE, Kind.CHATTER, Kind.RELATION, Kind.DIRECTION, Kind.DISTANCE, Kind.SIDE}
    said = [e for e in question.elements if e.kind not in no_name]
    names = (
        key("".join(e.text for e in said)),
        key("".join(e.text for e in said if e.kind not in (*REGIONS, Kind.COUNTRY))),
    )
    return tuple(name for name in dict.fromkeys(names) if 2 <= len(name) <= LONGEST_NAME)


def _joined(question: Question) -> bool:
    """明德路与翠竹路: two roads joined by a word are a crossing, unless it is a stretch."""
    kinds = question.kinds()
    return (
        not question.span
        and Kind.JOINER in kinds
        and [a.kind for a in question.anchors] == [Kind.ROAD, Kind.ROAD]
        and not any(a.number for a in question.anchors)
    )


@dataclass(frozen=True)
class Probe:
    """One look-up: a name, or a number or plate in it. ``anchor`` -1 is the whole text as a name."""

    anchor: int
    name: str
    number: str = ""
    plate: str = ""
    beside: str = ""
    choice: int = 0  # 0: the anchor's first name
    as_door: bool = False  # the plain plate is read as the number of a door
    named_plate: bool = False  # the plate is part of the name
    how: str = ""  # the name is not as written: sound, letters or core


def probes(question: Question) -> Iterator[Probe]:
    """Everything to look up for a question, the whole text as a name included (anchor -1)."""
    for n, anchor in enumerate(question.anchors):
        for choice, name in enumerate(dict.fromkeys(anchor.names)):
            beside = anchor.after_road
            if anchor.number and anchor.plate:
                yield Probe(n, name, anchor.number, anchor.plate, choice=choice)
            if anchor.plate:
                yield Probe(n, name, "", anchor.plate, choice=choice)
            if anchor.is_plain:
                yield Probe(n, name, anchor.plate, choice=choice, as_door=True)
            if anchor.number:
                yield Probe(n, name, anchor.number, choice=choice)
            yield Probe(n, name, beside=beside, choice=choice)
        if anchor.with_plate:
            yield Probe(n, anchor.with_plate, beside=anchor.after_road, named_plate=True)
    for name in question.whole:
        if not any(name in anchor.names for anchor in question.anchors):
            yield Probe(-1, name)
