"""What somebody is typing: names by their characters, their pinyin or its initials; numbers after a name."""

import re
from typing import NamedTuple

from django.db import connection

from geocoder.gazetteer import known
from geocoder.lookup import Bounds
from geocoder.match import jurisdiction_of
from geocoder.normalise import key

LONGEST = 60  # characters that are looked at
_NUMBER = re.compile(r"^(\D+?)(\d+)(?:号|号?楼|栋|幢)?$")


class Suggestion(NamedTuple):
    """``how``: begins, pinyin, initials, holds or number; ``address`` is the standard address."""

    entry: int
    kind: str
    name: str
    address: str
    region_code: str
    source: str
    source_id: int
    lon: float
    lat: float
    how: str


def suggest(
    text: str, *, near: tuple[float, float] | None = None, within: str = "", user=None, limit: int = 8
) -> list[Suggestion]:
    """At most ``limit`` places that ``text`` may become, the likeliest first."""
    typed = key(text[:LONGEST])
    if not typed:
        return []
    bounds = Bounds(near, within, jurisdiction_of(user))
    latin = re.sub(r"[^a-z]", "", typed.lower()) if re.fullmatch(r"[A-Z']+", typed) else ""
    found = _ask("geocoder_suggest", typed, latin, bounds, limit)
    if number := _NUMBER.match(typed):
        numbers = _ask("geocoder_suggest_numbers", number[1], number[2], bounds, limit)
        plates = (
            [] if numbers else _ask("geocoder_suggest_numbers", number[1] + "#", number[2], bounds, limit)
        )
        found = [*numbers, *plates, *found]
    return found[:limit]


def _ask(function: str, first: str, second: str, bounds: Bounds, limit: int) -> list[Suggestion]:
    here = known.fresh()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM {function}(%s, %s, %s::geometry, %s, %s, %s)",
            [first, second, bounds.spot, bounds.within, bounds.jurisdiction, limit],
        )
        rows = [Suggestion(*row) for row in cursor]
    return [
        row._replace(address=here.chain(row.region_code) + ("" if row.kind == "region" else row.address))
        for row in rows
    ]
