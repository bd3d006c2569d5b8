"""The search box: names, codes and numbers of all layers that a user sees, in one statement.

Texts that begin as asked come first, then those that hold it. Both are served by the trigram indexes of the
columns. Two characters are no trigram, but with the edge of a word they are: they are looked for at
beginnings and at ends (``花园``, ``中学``), one character at beginnings. Of cases the newest come first.
"""

from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import CharField, Lookup, Q, QuerySet, TextField
from django.utils.translation import gettext as _

from gis import codes
from gis.errors import BadParameter
from gis.layers import Layer, layers
from tiles import features, regions

LONGEST = 100  # characters of a question
HOLDS = {1: "", 2: "%{}"}  # by length of the question; longer ones are looked for anywhere


@CharField.register_lookup
@TextField.register_lookup
class Like(Lookup):
    """LIKE, or ILIKE if the pattern has letters that come in two cases; unlike Django's ``icontains``,
    which compares ``UPPER(column)``, it is served by a trigram index on the column."""

    lookup_name = "like"

    def as_sql(self, compiler, connection):
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        operator = "LIKE" if self.rhs.lower() == self.rhs.upper() else "ILIKE"
        return f"{left} {operator} {right}", [*left_params, *right_params]


class Hit(NamedTuple):
    """One line of the results; roads of one name are one hit, whose bbox holds them all."""

    pk: int
    title: str
    region_code: str
    bbox: list[float]


class Group(NamedTuple):
    """The hits of one layer; ``more`` tells that it has others."""

    layer: Layer
    hits: list[Hit]
    more: bool


def search(text: str, *, user, limit: int) -> list[Group]:
    """At most ``limit`` hits of each layer; layers with a hit that begins as asked come first."""
    text = asked(text)
    parts, params = [], []
    for layer in layers.seen_by(user):
        tiers, values = [], []
        for tier, rows in enumerate(_tiers(layer, text, user)):
            try:
                sql, of_rows = features.compiled(rows if merges(layer) else rows[: limit + 1])
            except EmptyResultSet:
                continue
            tiers.append(_tier(layer, sql))
            values += [layer.name, tier, *of_rows]
        if tiers:  # PostgreSQL does not begin the second tier where the first has enough
            parts.append(f"(SELECT * FROM ({' UNION ALL '.join(tiers)}) tiers LIMIT %s)")
            params += [*values, limit + 1]
    if not parts:
        return []
    return _grouped(features.fetch_all(" UNION ALL ".join(parts), params), limit)


def asked(text: str) -> str:
    """The question without the spaces around it; BadParameter for one that cannot be looked for."""
    text = " ".join(text.split())
    if not text:
        raise BadParameter(name="q", reason=_("type what you are looking for"))
    if len(text) > LONGEST or "\0" in text:
        raise BadParameter(name="q", reason=_("at most %(most)s characters") % {"most": LONGEST})
    return text


def _tiers(layer: Layer, text: str, user) -> list[QuerySet]:
    """The rows that begin as asked, and those that only hold it."""
    if not layer.search:
        return []
    pattern = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = layer.visible_to(user)
    begins = _any_of(layer, f"{pattern}%")
    tiers = [rows.filter(begins)]
    if holds := HOLDS.get(len(text), "%{}%"):
        tiers.append(rows.filter(_any_of(layer, holds.format(pattern)) & ~begins))
    order = (f"-{layer.paths[layer.time]}", "-pk") if layer.time else (layer.paths[layer.search[0]], "pk")
    return [features.in_lists(layer, tier).order_by(*(() if merges(layer) else order)) for tier in tiers]


def _any_of(layer: Layer, pattern: str) -> Q:
    return reduce(or_, (Q(**{f"{layer.paths[name]}__like": pattern}) for name in layer.search))


def merges(layer: Layer) -> bool:
    """Whether features of one title are one thing in many pieces, as the segments of a road are."""
    return layer.geometry_field.geom_type in ("LINESTRING", "MULTILINESTRING")


def _tier(layer: Layer, rows: str) -> str:
    """The SQL of some hits of a layer; its parameters are name, tier, and those of ``rows``."""
    if merges(layer):
        columns = "min(fid), title, min(region), max(region), min(w), min(s), max(e), max(n)"
        return f"(SELECT %s::text, %s::int, {columns} FROM ({rows}) hit GROUP BY title ORDER BY title)"
    return f"(SELECT %s::text, %s::int, fid, title, region, region, w, s, e, n FROM ({rows}) hit)"


def _grouped(found: list[tuple], limit: int) -> list[Group]:
    """The rows of the statement by layer."""
    hits: dict[str, list[Hit]] = {}
    tiers: dict[str, int] = {}
    for name, tier, pk, title, low, high, *bbox in found:
        tiers[name] = min(tier, tiers.get(name, tier))
        hits.setdefault(name, []).append(Hit(pk, title, codes.common_region([low, high]), bbox))
    groups = [Group(layers.get(name), some[:limit], len(some) > limit) for name, some in hits.items()]
    return sorted(groups, key=lambda group: tiers[group.layer.name])


def document(text: str, groups: list[Group], user) -> dict[str, Any]:
    """What the search box gets, with the names of the regions that the hits lie in."""
    wanted = {hit.region_code for group in groups for hit in group.hits}
    places = regions.spoken(wanted, user)
    return {
        "q": text,
        "groups": [
            {
                "layer": group.layer.name,
                "title": str(group.layer.title),
                "more": group.more,
                "hits": [
                    {
                        "id": hit.pk,
                        "title": features.called(group.layer, hit.title, hit.pk),
                        "subtitle": places.get(hit.region_code, ""),
                        "bbox": hit.bbox,
                    }
                    for hit in group.hits
                ],
            }
            for group in groups
        ],
    }
