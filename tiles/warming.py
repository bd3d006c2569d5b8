"""The operator's look after kept tiles: filling them ahead of the morning, and telling what there is."""

from collections import Counter
from typing import NamedTuple

from django.db import connection

from gis.models import User
from tiles import cache, export, questions, signing_in


def warm(names: list[str], *, user: User, zooms: range) -> Counter[str]:
    """Have every tile that ``user`` sees of these layers in their jurisdiction; count how they were found."""
    asked = export.layers_called(names, user=user)
    found: Counter[str] = Counter()
    area = export.area_of(user.jurisdiction, user)
    for z, occupied in export.descent(asked, area, user=user, zooms=zooms):
        question = questions.compiled(",".join(names), z, "", user)
        for at in occupied:
            signing_in.learn()
            _tile, how, after = cache.tile(question, at, asker=None)
            if after is not None:
                after()
            found[how] += 1
    return found


class Kept(NamedTuple):
    """Kept tiles of a set of layers; ``oldest`` is when the first of them was drawn."""

    layers: str
    tiles: int
    bytes: int
    oldest: str


def stats() -> list[Kept]:
    """What the table of drawn tiles holds, the largest part first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT layers, count(*), sum(octet_length(packed)), to_char(min(drawn_at), 'YYYY-MM-DD HH24:MI')"
            " FROM tiles_cached GROUP BY layers ORDER BY 3 DESC, 1"
        )
        return [Kept(*row) for row in cursor.fetchall()]
