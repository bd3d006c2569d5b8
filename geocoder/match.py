"""An address to places: read it, look up what it names, and rank what was found.

normalise → elements (grammar, lexicon) → question → probes → gazetteer → rank
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from geocoder import combinations, coordinates, lookup, parse, rank, relative
from geocoder.candidates import Candidate
from geocoder.elements import Element
from geocoder.gazetteer import Known, known
from geocoder.lookup import Bounds
from geocoder.outside import outside
from geocoder.questions import Probe, Question, ask, probes
from geocoder.rank import Found

_SPACED = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|(?<=\d)\s+(?=\d)")
LONGEST = 400  # characters that are read; what follows is no address any more


@dataclass
class Answer:
    """What an address may mean, the best first. ``outside`` names the region elsewhere that it lies in, if it
    says so and nothing good was found here; ``elements`` are how it was read."""

    text: str
    elements: Sequence[Element]
    candidates: list[Candidate] = field(default_factory=list)
    outside: str = ""


def geocode(
    text: str, *, near: tuple[float, float] | None = None, within: str = "", user=None, limit: int = 5
) -> list[Candidate]:
    """Places that ``text`` may mean, at most ``limit``, the best first; an empty list if there is none.

    ``near`` (lon, lat EPSG:4326) prefers what is close to it, ``within`` looks in one region only. ``user``
    gets nothing from outside the jurisdiction; None is the operator, who sees the whole city.
    """
    return answer(text, near=near, within=within, user=user, limit=limit).candidates


def answer(
    text: str, *, near: tuple[float, float] | None = None, within: str = "", user=None, limit: int = 5
) -> Answer:
    """``geocode`` with how the text was read."""
    return answers([text], near=near, within=within, user=user, limit=limit)[0]


def answers(
    texts: Sequence[str],
    *,
    near: tuple[float, float] | None = None,
    within: str = "",
    user=None,
    limit: int = 5,
) -> list[Answer]:
    """Many addresses with a few statements for all of them together."""
    bounds = Bounds(near, within, jurisdiction_of(user))
    here = known.fresh()
    asked = [(n, question) for n, text in enumerate(texts) for question in _readings(text[:LONGEST], here)]
    found = _found([question for _n, question in asked], bounds, here)
    best: dict[int, Answer] = {}
    for (n, question), hits in zip(asked, found, strict=True):
        told = _answered(question, hits, bounds, here, limit)
        if n not in best or _better(told, best[n]):
            best[n] = told
    return [best[n] for n in range(len(texts))]


def _readings(text: str, here: Known) -> Iterator[Question]:
    """How a text may be read: as written, and with the spaces inside names and numbers closed."""
    yield ask(text, parse(text, here.names), here)
    if _SPACED.search(text):
        kept = [n for n, character in enumerate(text) if not character.isspace()]
        closed = "".join(text[n] for n in kept)
        elements = [
            replace(
                e,
                start=kept[e.start],
                end=kept[e.end - 1] + 1,
                text=text[kept[e.start] : kept[e.end - 1] + 1],
            )
            for e in parse(closed, here.names)
        ]
        yield ask(text, elements, here)


def _better(one: Answer, other: Answer) -> bool:
    return bool(one.candidates) and (
        not other.candidates or one.candidates[0].score > other.candidates[0].score
    )


def jurisdiction_of(user) -> str | None:
    """The code prefix that a user sees: None sees all, someone not signed in nothing."""
    if user is None:
        return None
    return user.jurisdiction if user.is_authenticated else ""


def _answered(question: Question, found: list[Found], bounds: Bounds, here: Known, limit: int) -> Answer:
    special = [*coordinates.read(question, here), *relative.crossed(question, found, bounds, here)]
    ranked = rank.settled(special, limit) if special else rank.candidates(question, found, here, limit)
    ranked = relative.moved(question, ranked)
    for candidate in ranked:
        pattern = combinations.of(question, here.patterns, candidate.level)
        candidate.combination = pattern.number if pattern else None
    return Answer(
        text=question.text,
        elements=question.elements,
        candidates=ranked,
        outside="" if ranked and ranked[0].score >= 0.5 else outside(question, here),
    )


# --- what the gazetteer has for it --------------------------------------------------------------


def _found(questions: Sequence[Question], bounds: Bounds, here: Known) -> list[list[Found]]:
    """The hits of all questions: as written; then names that may have been meant; then houses nearby."""
    found: list[list[Found]] = [[] for _ in questions]
    _look_up(questions, [list(_probes(q)) for q in questions], bounds, found)
    _look_up(questions, _misspelt(questions, found, here), bounds, found)
    _look_nearby(questions, found, bounds)
    return found


def _probes(question: Question) -> list[Probe]:
    if question.code:
        return [Probe(-1, question.code)]
    asked = list(probes(question))
    if not asked and question.regions:
        deepest = max(question.regions, key=lambda region: len(region.code))
        asked.append(Probe(-1, deepest.key))
    return asked


def _look_up(
    questions: Sequence[Question],
    asked: Sequence[Sequence[Probe]],
    bounds: Bounds,
    found: list[list[Found]],
) -> None:
    flat = [(n, probe) for n, some in enumerate(asked) for probe in some]
    hits = lookup.find([(probe, questions[n].scope) for n, probe in flat], bounds)
    for (n, probe), some in zip(flat, hits, strict=True):
        found[n].extend((probe, hit) for hit in some)


def _misspelt(questions: Sequence[Question], found: list[list[Found]], here: Known) -> list[list[Probe]]:
    """Probes with other names for the anchors of which nothing was found and whose name nobody has.

    The whole text is read otherwise only if nothing at all was found.
    """
    missing: list[list[Probe]] = []
    for question, hits in zip(questions, found, strict=True):
        there = {probe.anchor for probe, _hit in hits}
        lost = [
            probe
            for probe in probes(question)
            if not (there if probe.anchor < 0 else {probe.anchor, -1} & there)
            and probe.name not in here.names.kinds
        ]
        missing.append(lost)
    meant = lookup.alike(probe.name for some in missing for probe in some)
    return [[replace(p, name=name, how=how) for p in some for name, how in meant[p.name]] for some in missing]


def _look_nearby(questions: Sequence[Question], found: list[list[Found]], bounds: Bounds) -> None:
    """Where the plate of a building was not found by its series: houses of that number around the place."""
    asked: list[tuple[int, Probe]] = []
    spots: list[tuple[float, float, str]] = []
    for n, question in enumerate(questions):
        for a, anchor in enumerate(question.anchors):
            own = [(p, h) for p, h in found[n] if p.anchor == a]
            if not anchor.plate or any(
                p.plate or p.named_plate or (p.as_door and h.is_exact) for p, h in own
            ):
                continue
            for probe, hit in [(p, h) for p, h in own if h.kind in ("place", "door", "building")][:3]:
                asked.append((n, Probe(a, probe.name, anchor.number, anchor.plate, how="nearby")))
                spots.append((hit.lon, hit.lat, anchor.plate))
    for (n, probe), hits in zip(asked, lookup.plates_near(spots, bounds), strict=True):
        found[n].extend((probe, hit) for hit in hits)
