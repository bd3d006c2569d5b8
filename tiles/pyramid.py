"""Where tiles lie: Web Mercator's square, quartered once per zoom.

Extent and buffer are MVT units; metres are EPSG:3857 units.
"""

import math
import re
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from gis.errors import BadParameter

EXTENT = 4096
BUFFER = 64  # 8 px at the 512 px that the browser draws a tile with: no circle or wide line is cut
TILE_PX = 512
DEEPEST = 22
WORLD_M = 40_075_016.685_578_5  # EPSG:3857 is a square of this side

_number = re.compile(r"[0-9]{1,8}", re.ASCII)


class Tile(NamedTuple):
    """Where a tile lies in the pyramid; ``y`` counts from the north."""

    z: int
    x: int
    y: int

    @classmethod
    def read(cls, z: str, x: str, y: str) -> "Tile":
        """From the parts of an address; BadParameter if there is no such tile."""
        for name, text in (("z", z), ("x", x), ("y", y)):
            if not _number.fullmatch(text):
                raise BadParameter(name=name, reason=_("a tile is addressed by whole numbers"))
        tile = cls(int(z), int(x), int(y))
        if tile.z > DEEPEST:
            raise BadParameter(name="z", reason=_("the deepest zoom is 22"))
        for name, number in (("x", tile.x), ("y", tile.y)):
            if number >= 2**tile.z:
                raise BadParameter(name=name, reason=_("outside the tiles of this zoom"))
        return tile

    @classmethod
    def holding(cls, lon: float, lat: float, *, z: int) -> "Tile":
        """The tile of zoom ``z`` that a point (EPSG:4326) lies in."""
        side = 2**z
        north = math.asinh(math.tan(math.radians(lat))) / math.pi
        return cls(z, min(int((lon + 180) / 360 * side), side - 1), int((1 - north) / 2 * side))


def pixel_m(z: int) -> float:
    """The width of a drawn pixel in EPSG:3857 units."""
    return WORLD_M / TILE_PX / 2**z
