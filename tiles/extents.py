"""Where and when the features of layers are, at a price that does not grow with the city.

In space it is the outline of the jurisdiction, or of all regions in sight for the ground that a district
shares, with a margin for what reaches over the border. In time it is exact.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from django.db.models import Max, Min

from gis.jurisdiction import CommonGround
from gis.layers import Layer
from tiles import regions

MARGIN = 0.005  # degrees, about 500 m: a building at home in a community may stand across its border
Box = tuple[float, float, float, float]


class Outlines:
    """The outlines that one user's layers lie in, looked up once."""

    def __init__(self, user) -> None:
        self.user = user

    @cached_property
    def jurisdiction(self) -> Box | None:
        return _widened(regions.bounds_of(self.user))

    @cached_property
    def common_ground(self) -> Box | None:
        return _widened(regions.bounds_in_sight(self.user))

    def around(self, layers: Iterable[Layer]) -> Box | None:
        """West, south, east, north around all features of the layers; None if no region is loaded."""
        boxes = {
            self.common_ground if isinstance(layer.rows(), CommonGround) else self.jurisdiction
            for layer in layers
        } - {None}
        if not boxes:
            return None
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)


def _widened(box: Box | None) -> Box | None:
    if box is None:
        return None
    west, south, east, north = box
    return (
        max(round(west - MARGIN, 6), -180.0),
        max(round(south - MARGIN, 6), -90.0),
        min(round(east + MARGIN, 6), 180.0),
        min(round(north + MARGIN, 6), 90.0),
    )


def interval(layer: Layer, user) -> tuple[datetime | None, datetime | None]:
    """The first and the last time of the features that ``user`` may see of a layer that has a time."""
    path = layer.paths[layer.time]
    found = layer.visible_to(user).order_by().aggregate(first=Min(path), last=Max(path))
    return found["first"], found["last"]
