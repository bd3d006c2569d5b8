"""What a tile is asked for: layers and filters of one user at one zoom, compiled once for all tiles of it."""

import hashlib
import time
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from gis.errors import NotHere
from gis.layers import Layer, layers
from gis.models import User
from tiles import filters, mvt
from tiles.stamps import Reads, reads

REMEMBERED_S = 10  # a map asks for forty tiles at once; compiling their statement costs more than signing in
_remembered: dict[tuple, "Question"] = {}


class Question(NamedTuple):
    """A compiled statement. Whoever may ask it gets the same answer: ``digest`` stands for it in the cache.

    ``text_at`` gives the statement at a level of thinning (``tiles.budget``), with the parameters z, x and
    y; it is empty if all tiles are.
    """

    digest: bytes
    names: str
    reads: Reads
    text_at: Callable[[int], str]


def layers_named(names: str, *, user: User | AnonymousUser) -> list[Layer]:
    """The layers of a comma list; NotHere if one is unknown or not for the user's role."""
    asked = [layers.get(name) for name in dict.fromkeys(names.split(","))]
    if not user.is_authenticated or any(user.role not in layer.roles for layer in asked):
        raise NotHere
    return asked


def remembered(names: str, z: int, query: str, user_id: int, role: str, jurisdiction: str) -> Question | None:
    """The question if it was compiled in these ten seconds.

    All that decides what may be seen is part of the key, so that a change of role or jurisdiction holds
    at once; what a declaration makes of today's date is at most ten seconds late.
    """
    return _remembered.get((names, z, query, _moment(), user_id, role, jurisdiction))


def compiled(names: str, z: int, query: str, user: User) -> Question:
    """The question of this user, compiled at most every ten seconds; Refused if it cannot be asked."""
    if found := remembered(names, z, query, user.pk, user.role, user.jurisdiction):
        return found
    params = QueryDict(query)
    asked = layers_named(names, user=user)
    filters.refuse_unknown(params, *asked)

    @cache
    def text_at(thin: int) -> str:
        return mvt.statement(asked, z=z, user=user, params=params, thin=thin)

    text = text_at(0)
    question = Question(
        digest=hashlib.blake2b(f"{z} {text}".encode(), digest_size=16).digest(),
        names=names,
        reads=reads(asked, text),
        text_at=text_at,
    )
    if len(_remembered) > 500:
        _remembered.clear()
    _remembered[names, z, query, _moment(), user.pk, user.role, user.jurisdiction] = question
    return question


def _moment() -> int:
    return int(time.monotonic() / REMEMBERED_S)
