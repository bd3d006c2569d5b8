"""What this process knows of the gazetteer by heart: the served regions, and every name for the grammar.

Both follow the database: what was committed is known a second later. Names are only ever added (a name that
is gone finds nothing), regions are read again when one changes.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.db import connection, transaction

from geocoder.combinations import Pattern
from geocoder.elements import Kind
from geocoder.lexicon import Name
from gis import codes

FRESH_S = 1.0  # how long what is known is not asked for again
WELL_KNOWN = 0.4  # names of less weight are found, but do not help to take a text apart
LONGEST = 40  # characters of a name that the grammar looks for

_KIND_OF = {
    "road": Kind.ROAD, "lane": Kind.LANE, "estate": Kind.ESTATE, "building": Kind.POI, "place": Kind.POI,
    "responsibility_grid": Kind.POI,
}  # fmt: skip
REGION_KIND = {
    codes.PROVINCE: Kind.PROVINCE, codes.CITY: Kind.CITY, codes.DISTRICT: Kind.DISTRICT,
    codes.STREET: Kind.STREET, codes.COMMUNITY: Kind.COMMUNITY,
}  # fmt: skip


@dataclass
class CityNames:
    """The lexicon of the served city: ``match`` gives the names that begin at a place of a text."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    _lengths: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, names: Iterable[tuple[str, Kind]]) -> None:
        for key, kind in names:
            if 2 <= len(key) <= LONGEST and not key.isdecimal():
                self.kinds[key] = kind
                self._lengths[key[:2]].add(len(key))

    def match(self, text: str, start: int) -> Sequence[Name]:
        lengths = self._lengths.get(text[start : start + 2])
        if lengths is None:
            return ()
        found = []
        for length in sorted(lengths, reverse=True):
            name = text[start : start + length]
            if len(name) == length and (kind := self.kinds.get(name)) is not None:
                found.append(Name(start + length, kind, name))
        return found


@dataclass(frozen=True)
class Region:
    code: str
    name: str
    key: str
    core: str

    @property
    def kind(self) -> Kind:
        return REGION_KIND[len(self.code)]


class Known:
    """The names and regions of the database, kept up to date."""

    def __init__(self) -> None:
        self.names = CityNames()
        self.regions: list[Region] = []
        self.by_key: dict[str, list[Region]] = {}
        self.name_of: dict[str, str] = {}
        self.patterns: tuple[Pattern, ...] = ()
        self._seen: Any = None
        self._asked = 0.0
        self._lock = Lock()

    def fresh(self) -> "Known":
        """Itself, at most ``FRESH_S`` old."""
        if time.monotonic() - self._asked > FRESH_S:
            with self._lock, transaction.atomic():
                self._refresh()
                self._asked = time.monotonic()
        return self

    def _refresh(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
                          (SELECT ARRAY[count(*), max(id)] FROM geocoder_entry
                            WHERE source = 'grids_region')"""
            )
            horizon, regions = cursor.fetchone()
            last = self._seen or (0, None)
            cursor.execute(
                "SELECT key, kind FROM geocoder_name WHERE added_by >= %s AND weight >= %s",
                [last[0], WELL_KNOWN],
            )
            self.names.add((key, _KIND_OF[kind]) for key, kind in cursor if kind in _KIND_OF)
            if regions != last[1]:
                self._read_regions(cursor)
            cursor.execute(
                "SELECT number, pattern, weight FROM geocoder_combination WHERE is_active ORDER BY number"
            )
            self.patterns = tuple(Pattern(number, tuple(kinds), weight) for number, kinds, weight in cursor)
        self._seen = (horizon, regions)

    def _read_regions(self, cursor) -> None:
        cursor.execute(
            """SELECT DISTINCT ON (number) number, name, key, geocoder_core(key, 'region') FROM geocoder_entry
               WHERE source = 'grids_region' ORDER BY number, upper(valid) DESC NULLS FIRST"""
        )
        self.regions = [Region(*row) for row in cursor]
        self.name_of = {region.code: region.name for region in self.regions}
        by_key: defaultdict[str, list[Region]] = defaultdict(list)
        for region in self.regions:
            for key in {region.key, region.core}:
                by_key[key].append(region)
        self.by_key = dict(by_key)
        self.names.add((region.key, region.kind) for region in self.regions)

    def chain(self, code: str) -> str:
        """The names of the regions down to ``code``, as an address begins: 许昌市魏都区柳溪街道."""
        return "".join(self.name_of.get(c, "") for c in (*codes.ancestors_of(code), code))


known = Known()


def rebuild() -> None:
    """Make the whole gazetteer anew from its sources, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT geocoder_rebuild()")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE geocoder_entry, geocoder_name")


def counts() -> list[tuple[str, int, int]]:
    """Kind, entries and distinct names of each kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT kind, count(*), count(DISTINCT NULLIF(key, '')) FROM geocoder_entry
               GROUP BY kind ORDER BY kind"""
        )
        return cursor.fetchall()
