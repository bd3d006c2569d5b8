"""From hits to candidates: each thing that was found, missed or read differently is a factor of the score."""

from collections.abc import Iterable, Sequence

from geocoder.candidates import Candidate, Reason, metres
from geocoder.elements import Kind
from geocoder.gazetteer import Known
from geocoder.lookup import Hit
from geocoder.questions import Anchor, Probe, Question

FACTORS = {
    "sounds-alike": 0.92,
    "short-form": 0.94,
    "historic-name": 0.95,
    "another-name": 0.98,
    "other-reading": 0.97,  # the name was found under the second way to read it
    "kind-differs": 0.93,  # said to be a road and found as a place, or the other way round
    "other-region": 0.45,  # not in the region that the address names
    "building-unknown": 0.86,
    "building-of-the-road": 0.93,  # the plate was found on the road, not at the door
    "building-nearby": 0.9,  # a house of that number around the place
    "number-unknown": 0.62,
    "number-differs": 0.88,  # the main number of an annex, or the annex of a number
    "between-doors": 0.85,
    "beyond-doors": 0.6,
    "name-unknown": 0.85,  # another name in the address is not known
    "far-from-the-other": 0.55,  # two things that the address names lie apart
    "only-road": 0.75,  # something on the road was asked for
    "only-region": 0.5,
    "less-exact": 0.985,
    "ambiguous": 0.8,
}
TOGETHER_M = 400  # things named in one address lie at most so far apart
FAR_M = 20_000  # what is farther off than this is equally far
SAME_M = 60  # two candidates of one name this near are one place
ALIKE = 0.975  # of the best score: as good an answer
RIVAL_M = 50  # as likely a place this far away makes an answer ambiguous
LEAST = 0.2  # what scores less is no answer
_LEVEL = {"between": "interpolated"}
_REGION_LEVEL = {2: "province", 4: "city", 6: "district", 9: "street", 12: "community"}
_UNCERTAIN_M = {"door": 10, "building": 15, "place": 25, "asset": 5, "lane": 60}

# what stands at a number by its address, where the door itself may be known
_AT_NUMBER = {"building": 0.97, "place": 0.95}

Found = tuple[Probe, Hit]


def candidates(question: Question, found: Sequence[Found], known: Known, limit: int) -> list[Candidate]:
    """The best readings of the found hits, each place once."""
    rated = [_candidate(question, probe, hit, found, known) for probe, hit in found]
    return settled(rated, limit)


def settled(rated: Iterable[Candidate], limit: int) -> list[Candidate]:
    """Best first, each place once, too weak ones left out; if the first has a rival, none is sure."""
    kept: list[Candidate] = []
    for candidate in sorted(rated, key=lambda c: (-c.score, c.uncertainty_m, c.entry or 0)):
        if candidate.score >= LEAST and not any(_same(candidate, other) for other in kept):
            kept.append(candidate)
    if any(c.score >= ALIKE * kept[0].score and _apart(c, kept[0]) for c in kept[1:]):
        for candidate in kept:  # all of them, so that the order stays
            candidate.rate(reason("ambiguous"))
    return kept[:limit]


def _apart(a: Candidate, b: Candidate) -> bool:
    """Two places, and not one within the other: an estate is no rival of a door in it."""
    return a.metres_to(b) > RIVAL_M + max(a.uncertainty_m, b.uncertainty_m)


def reason(code: str) -> Reason:
    return Reason(code, FACTORS[code])


def _same(a: Candidate, b: Candidate) -> bool:
    if a.source and (a.source, a.source_id) == (b.source, b.source_id):
        return True
    return a.metres_to(b) <= SAME_M and (a.name == b.name or a.level == b.level or a.address == b.address)


def _candidate(question: Question, probe: Probe, hit: Hit, found: Sequence[Found], known: Known) -> Candidate:
    anchor = question.anchors[probe.anchor] if probe.anchor >= 0 else None
    reasons = [
        *_of_name(probe, hit, anchor),
        *_of_number(probe, hit, anchor),
        *([] if hit.in_scope else [reason("other-region")]),
        *_of_others(question, probe, hit, found),
        _of_fame(probe, hit),
    ]
    if hit.near_m is not None:
        reasons.append(Reason("distance", 1 - 0.1 * min(hit.near_m, FAR_M) / FAR_M))
    if hit.beside_m is not None:
        reasons.append(Reason("off-the-road", 1 - 0.1 * min(hit.beside_m, TOGETHER_M) / TOGETHER_M))
    level = "door" if probe.number and not probe.plate and hit.kind == "place" else _level(hit)
    return Candidate(
        name=hit.name,
        level=level,
        address=_address(hit, known),
        lon=hit.lon,
        lat=hit.lat,
        uncertainty_m=round(max(hit.spread_m, _UNCERTAIN_M.get(hit.kind, 20)), 1),
        reasons=tuple(reasons),
        region_code=hit.region_code,
        unit_grid_code=hit.unit_grid_code,
        components=question.elements,
        entry=hit.entry,
        source=hit.source,
        source_id=hit.source_id,
    )


def _of_fame(probe: Probe, hit: Hit) -> Reason:
    """Of equals the better known; at a number the door rather than the shop behind it."""
    if probe.number and not probe.plate:
        return Reason(
            "by-its-address" if hit.kind in _AT_NUMBER else "well-known", _AT_NUMBER.get(hit.kind, 1.0)
        )
    return Reason("well-known", 0.98 + 0.02 * hit.weight)


def _level(hit: Hit) -> str:
    if hit.kind == "region":
        return _REGION_LEVEL.get(len(hit.region_code), "region")
    return _LEVEL.get(hit.kind, hit.kind)


def _address(hit: Hit, known: Known) -> str:
    chain = known.chain(hit.region_code)
    return chain if hit.kind == "region" else chain + hit.address


def _of_name(probe: Probe, hit: Hit, anchor: Anchor | None) -> list[Reason]:
    found = []
    match probe.how:
        case "sound":
            found.append(reason("sounds-alike"))
        case "letters":
            found.append(Reason("letter-differs", 1 - 0.5 / max(len(probe.name), 2)))
        case "core":
            found.append(reason("short-form"))
    if hit.alias:
        found.append(reason("historic-name" if hit.alias == "historic" else "another-name"))
    if probe.choice and (anchor is None or anchor.kind is not Kind.LANE):
        found.append(reason("other-reading"))
    if anchor is not None and not probe.number and not probe.plate and _differs(anchor.kind, hit.kind):
        found.append(reason("kind-differs"))
    return found


def _differs(said: Kind, kind: str) -> bool:
    return (said in (Kind.ROAD, Kind.LANE)) != (kind in ("road", "lane"))


def _of_number(probe: Probe, hit: Hit, anchor: Anchor | None) -> list[Reason]:
    """What of the number and the plate was found."""
    if anchor is None:
        return []
    found = []
    if anchor.is_plain and probe.plate and not hit.name.endswith("号"):
        found.append(reason("other-reading"))  # 4号 as written is a door rather than 4号楼
    if anchor.plate and not (probe.plate or probe.named_plate or probe.as_door):
        found.append(reason("building-unknown"))
    if probe.plate and anchor.number and not probe.number:
        found.append(reason("building-of-the-road"))
    if hit.kind == "between":
        found.append(reason("between-doors"))
    elif hit.kind == "beyond":
        found.append(reason("beyond-doors"))
    elif (probe.number or probe.plate) and not hit.is_exact:
        found.append(reason("number-differs"))
    if anchor.number and not probe.number and not probe.plate:
        found.append(reason("number-unknown"))
    if probe.how == "nearby":
        found.append(reason("building-nearby"))
    return found


def _of_others(question: Question, probe: Probe, hit: Hit, found: Sequence[Found]) -> list[Reason]:
    """How the other names of the address agree: known and near, known and far, or not known."""
    reasons = []
    exact = bool(probe.number or probe.plate) and hit.kind not in ("between", "beyond")
    for n in range(len(question.anchors)):
        if n == probe.anchor or probe.anchor < 0:
            continue
        there = [(p, h) for p, h in found if p.anchor == n]
        if not there:
            reasons.append(reason("name-unknown"))
            continue
        if not any(_together(hit, other_hit) for _p, other_hit in there):
            reasons.append(reason("far-from-the-other"))
        if hit.kind in ("road", "region"):
            reasons.append(reason("only-road" if hit.kind == "road" else "only-region"))
        elif not exact:
            reasons.append(reason("less-exact"))
    return reasons


def _together(a: Hit, b: Hit) -> bool:
    """Both lie near each other; a road or an area reaches as far as it is large."""
    if a.kind == "road" and b.beside_m is not None:
        return b.beside_m <= TOGETHER_M
    if b.kind == "road" and a.beside_m is not None:
        return a.beside_m <= TOGETHER_M
    return metres(a.lon, a.lat, b.lon, b.lat) <= TOGETHER_M + a.spread_m + b.spread_m
