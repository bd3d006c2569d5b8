"""Read a text as address elements: the best path through all parts that could begin at each position.

Parts come from the regions of the country, the served city's lexicon, the endings of names, numbers and fixed
words. Each has a score, each step from one kind to the next too (``grammar_order``); the best sum wins. The
work is linear in the length of the text.
"""

import re
from bisect import bisect_right

from geocoder.elements import Element, Kind, Reading
from geocoder.grammar_names import Names, Segment, goes_on
from geocoder.grammar_numbers import STARTS as NUMBER_STARTS
from geocoder.grammar_numbers import numbered
from geocoder.grammar_order import KINDS, LEVEL, START, order
from geocoder.grammar_values import value_of
from geocoder.grammar_words import words
from geocoder.lexicon import Lexicon
from geocoder.lexicon_regions import Region, regions
from geocoder.normalise import Normalised, normalise
from geocoder.numerals import CHINESE

# score, position before the last part, its kind there, start of the last part, the part, code of the region
State = tuple[float, int, int, int, Segment | None, str]
_INDEX = {kind: KINDS.index(kind) for kind in KINDS}
_POI, _CHATTER, _LANE, _STREET = (
    KINDS.index(kind) for kind in (Kind.POI, Kind.CHATTER, Kind.LANE, Kind.STREET)
)
_SEPARATORS = frozenset(" ,()-/、.~:'\"·_|&+*=^%$@<>{}")
_ANCHOR = re.compile(  # where another part may begin after a name without a known suffix
    r"[ ,()/、.~:'\"_|-]|(?<![0-9A-Z])[0-9]|(?<=[^0-9A-Z])[A-Z](?=[0-9座栋幢区])"
    rf"|(?<=[^{CHINESE}])[{CHINESE}]{{1,6}}(?:号楼|单元|楼|层|幢|栋|座|室|期|区|米|弄|号|组)"
    r"|斜?对面|正对|对过|旁边|附近|隔壁|门口|楼下|楼上|后面|前面|院内|路口|交叉|交汇|与|[东西南北][侧门区]|地下室|$"
)
_SURE = frozenset(KINDS.index(kind) for kind in (Kind.PROVINCE, Kind.CITY, Kind.DISTRICT, Kind.STREET))
_LARGE = frozenset(KINDS.index(kind) for kind in KINDS if LEVEL.get(kind, 0) <= LEVEL[Kind.GROUP]) | {START}
_WORTH_KEEPING = 3.0
_FAR_BEHIND = 4.0
_BEHIND = 0.8
_BEHIND_EACH = 0.5


def parse(text: str, lexicon: Lexicon | None = None) -> list[Element]:
    """The labelled parts of an address in the order written; see ``geocoder.parse``."""
    return list(read(text, lexicon, limit=1)[0].elements)


def read(text: str, lexicon: Lexicon | None = None, *, limit: int = 3) -> list[Reading]:
    """The best readings of ``text``, each ending with another kind; at least one, the best first."""
    normalised = normalise(text)
    if not normalised.text:
        return [Reading((), 0.0)]
    columns = _paths(normalised.text, lexicon)
    last = columns[-1]
    best = sorted(last, key=lambda kind: (-last[kind][0], kind))[:limit]
    return [Reading(_elements(normalised, columns, kind), last[kind][0]) for kind in best]


def _paths(text: str, lexicon: Lexicon | None) -> list[dict[int, State]]:
    """For each position the best way there by the kind of the last part."""
    length = len(text)
    columns: list[dict[int, State]] = [{} for _ in range(length + 1)]
    columns[0][START] = (0.0, 0, START, 0, None, "")
    begin = _take_regions(text, columns)
    anchors = [found.start() for found in _ANCHOR.finditer(text, begin)]
    names = Names(text, _walls(text), begin)
    known = regions().match
    ahead, ahead_at = 0.0, 0
    for start in range(begin, length):
        states = columns[start]
        if not states:
            continue
        top = max([state[0] for state in states.values()])
        if start >= ahead_at:
            ahead = top
        elif top < ahead - min(_FAR_BEHIND, _BEHIND + _BEHIND_EACH * (ahead_at - start)):
            continue
        separator = text[start] in _SEPARATORS
        if separator:
            _carry_over(states, columns[start + 1])
            if text[start] != "-":
                continue
        least = top - _WORTH_KEEPING
        kept = [(kind, state) for kind, state in states.items() if state[0] > least]
        segments = _segments(text, start, names, anchors, lexicon)
        best = _step(columns, start, kept, segments)
        # Inside the smaller parts no region begins, but for a new try after a separator.
        if text[start - 1] in _SEPARATORS or any(kind in _LARGE for kind, _ in kept):
            for end, meanings in known(text, start):
                best = max(best, _step_to_regions(columns[end], start, end, meanings, kept))
        if best[0] > ahead or ahead_at <= start:
            ahead, ahead_at = best
        if not segments and not separator:
            _skip(kept, columns[start + 1], start)
    return columns


def _take_regions(text: str, columns: list[dict[int, State]]) -> int:
    """Read the regions in full that a text begins with, each inside the one before; where they end.

    Nothing else could be meant by them, so that no other reading of these characters is tried.
    """
    at, context = 0, ""
    while True:
        longest = max(regions().match(text, at), default=None, key=lambda match: match[0])
        if longest is None or goes_on(text, longest[0]):
            return at
        end, meanings = longest
        inside = [
            region
            for region in meanings
            if not region.short and region.ordinal in _SURE and (" " + context) in region.codes
        ]
        if not inside or (at == 0 and inside[0].ordinal == _STREET):
            return at
        column: dict[int, State] = {}
        _step_to_regions(column, at, end, tuple(inside), list(columns[at].items()))
        columns[end] = column
        at = end
        context = max(column.values())[5]
        if not context:
            return at


def _step(
    columns: list[dict[int, State]], start: int, kept: list[tuple[int, State]], segments: list[Segment]
) -> tuple[float, int]:
    """Extend the best of ``kept`` by each of ``segments``; the best score reached, and where."""
    steps = order()
    best, best_at = -1e9, start
    from_best: dict[int, tuple[float, int, str]] = {}  # by kind: the best score to go on from
    only, only_state = kept[0]
    for segment in segments:
        end, kind, score, _ = segment
        if len(kept) == 1:
            total, before, code = only_state[0] + steps[kind][only] + score, only, only_state[5]
        else:
            known = from_best.get(kind)
            if known is None:
                step = steps[kind]
                known = from_best[kind] = max([(state[0] + step[k], k, state[5]) for k, state in kept])
            total, before, code = known[0] + score, known[1], known[2]
        column = columns[end]
        there = column.get(kind)
        if there is None or there[0] < total:
            column[kind] = (total, start, before, start, segment, code)
            if total > best:
                best, best_at = total, end
    return best, best_at


def _walls(text: str) -> list[int]:
    """For each position the next one that no name crosses."""
    walls = [len(text)] * (len(text) + 1)
    for at in range(len(text) - 1, -1, -1):
        walls[at] = at if text[at] in _SEPARATORS and text[at] != "·" else walls[at + 1]
    return walls


def _carry_over(states: dict[int, State], after: dict[int, State]) -> None:
    """A separator belongs to no part."""
    for kind, state in states.items():
        there = after.get(kind)
        if there is None or there[0] < state[0]:
            after[kind] = state


def _skip(kept: list[tuple[int, State]], after: dict[int, State], start: int) -> None:
    """A character that begins nothing known is chatter."""
    before, state = max(kept, key=lambda item: item[1][0])
    total = state[0] - 2.5
    there = after.get(_CHATTER)
    if there is None or there[0] < total:
        after[_CHATTER] = (total, start, before, start, (start + 1, _CHATTER, -2.5, None), state[5])


def _segments(
    text: str, start: int, names: Names, anchors: list[int], lexicon: Lexicon | None
) -> list[Segment]:
    """All parts that could begin at ``start``, but for regions."""
    separator = text[start] in _SEPARATORS
    found = [] if separator else names.from_here(start)
    if text[start] in NUMBER_STARTS:
        found += numbered(text, start)
    found += words(text, start)
    if not separator:
        found += _unmarked(start, names, anchors)
    if lexicon is not None:
        for end, kind, full in lexicon.match(text, start):
            score = 2.6 + 0.25 * min(end - start, 8)
            found.append((end, _INDEX[kind], score, full))
            if kind is Kind.ROAD and text[end - 1] in "巷弄里坊同":
                found.append((end, _LANE, score, full))
    return found


def _unmarked(start: int, names: Names, anchors: list[int]) -> list[Segment]:
    """Names without a known suffix, up to the next places where something else may begin."""
    found: list[Segment] = []
    first = bisect_right(anchors, start)
    for end in anchors[first : first + 3]:
        if end - start > 16 or end > names.wall(start):
            break
        if end - start == 1:
            found.append((end, _CHATTER, -3.0, None))
        else:
            score = -1.3 - 0.12 * (end - start) + names.unmarked(start, end)
            found.append((end, _POI, score, None))
    return found


def _step_to_regions(
    column: dict[int, State],
    start: int,
    end: int,
    meanings: tuple[Region, ...],
    kept: list[tuple[int, State]],
) -> tuple[float, int]:
    """Regions that lie in the region read before are likelier than others."""
    best = -1e9
    steps = order()
    for region in meanings:
        kind = region.ordinal
        step = steps[kind]
        for before, state in kept:
            fit, code = _fit(region, state[5])
            total = state[0] + step[before] + fit
            there = column.get(kind)
            if there is None or there[0] < total:
                column[kind] = (total, start, before, start, (end, kind, fit, region.full), code)
                best = max(best, total)
    return best, end


def _fit(region: Region, context: str) -> tuple[float, str]:
    """The score of a region name after the region ``context``, and the code it then has, if it is clear."""
    _, index, _, codes, short, score = region
    if not context:
        return score, codes[1:] if codes.count(" ") == 1 else ""
    at = codes.find(" " + context)
    if at < 0 and len(context) >= 6 and (near := codes.find(" " + context[:4])) >= 0:
        # A street of another district of the city: districts are redrawn, habits stay.
        return score + (1.5 if short else 0.0), codes[near + 1 :].split(" ", 1)[0]
    if at < 0:
        return score - (2.5 if short else 1.2), context
    close = 1.3 if len(context) >= 4 else 0.6
    if short and index == _STREET:
        close = 2.2 if len(context) >= 6 else 0.8
    return score + close, codes[at + 1 :].split(" ", 1)[0]


def _elements(normalised: Normalised, columns: list[dict[int, State]], kind: int) -> tuple[Element, ...]:
    """The parts on the way to the last position, by their places in the original."""
    parts: list[tuple[int, int, int, object]] = []
    state = columns[-1][kind]
    while state[4] is not None:
        end, kind, _, note = state[4]
        parts.append((state[3], end, kind, note))
        state = columns[state[1]][state[2]]
    return tuple(_labelled(normalised, parts[::-1]))


def _labelled(normalised: Normalised, parts: list[tuple[int, int, int, object]]) -> list[Element]:
    """Elements of ``parts``: chatter joined, a POI inside another one told apart, values in normal form."""
    found: list[Element] = []
    inside = False
    for start, end, index, note in parts:
        kind = KINDS[index]
        first, last = normalised.span(start, end)
        written = normalised.text[start:end]
        if kind is Kind.POI and inside:
            kind = Kind.SUB_POI
        elif kind is Kind.BUILDING and _in_a_yard(found, written):
            kind = Kind.LANE_NUMBER
        if kind in (Kind.POI, Kind.ESTATE):
            inside = True
        elif kind in _OUTSIDE:
            inside = False
        if kind is Kind.CHATTER and found and found[-1].kind is Kind.CHATTER:
            first = found.pop().start
        text = normalised.original[first:last]
        value = text if kind is Kind.CHATTER else value_of(kind, written, note)
        found.append(Element(kind, text, first, last, value))
    return found


def _in_a_yard(before: list[Element], written: str) -> bool:
    """Whether ``written`` is a door of a yard with a number (209号院3号), not one of its buildings."""
    return (
        bool(before)
        and before[-1].kind is Kind.ROAD_NUMBER
        and before[-1].text.endswith("院")
        and written[-1] == "号"
    )


# After these a POI is not inside the one before.
_OUTSIDE = frozenset((Kind.RELATION, Kind.JOINER, Kind.CROSSING, Kind.SIDE, Kind.DIRECTION, Kind.SPAN))
