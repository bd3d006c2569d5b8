"""A tile has at most 500 KB when it is packed, whatever it shows.

A tile that is larger is made again at a level of thinning (``tiles.parts.of``), until it fits.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from isal import isal_zlib

from tiles import mvt
from tiles.parts import LAST_LEVEL
from tiles.pyramid import Tile

BUDGET = mvt.BUDGET  # bytes, packed
NOTHING = "SELECT ''::bytea"


@dataclass(frozen=True)
class Drawn:
    """A tile, the snapshot of the database that it shows, and its level of thinning (0: it is whole)."""

    tile: bytes
    snapshot: str
    thinned: int

    @cached_property
    def packed(self) -> bytes:
        """The tile by gzip at its quickest level."""
        return isal_zlib.compress(self.tile, 1, wbits=31)


def fill(text_at: Callable[[int], str], at: Tile) -> Drawn:
    """The tile of the lowest level that fits; ``text_at`` gives ``mvt.statement`` at a level."""
    thin = 0
    while True:
        drawn = Drawn(*mvt.run(text_at(thin) or NOTHING, at), thinned=thin)
        if thin == LAST_LEVEL or fits(drawn):
            return drawn
        halvings = math.log2(len(drawn.packed) / BUDGET)  # a level keeps half of the level before, at least
        thin = min(LAST_LEVEL, thin + max(1, math.floor(halvings)))


def fits(drawn: Drawn) -> bool:
    return len(drawn.tile) <= BUDGET or len(drawn.packed) <= BUDGET
