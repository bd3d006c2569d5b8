"""Does a file lie in the city? A wrong coordinate system mostly shows in where its rows come to lie."""

from collections.abc import Sequence

import numpy as np
import shapely
from django.contrib.gis.db.models import Extent
from django.utils.translation import gettext as _

from gis.layers import Layer, layers
from gis.loading.refusals import Elsewhere, NoRegions
from gis.loading.rows import Row, sound

Box = tuple[float, float, float, float]  # west, south, east, north


def city_extent() -> Box | None:
    """The box of all regions in force; None if none is loaded."""
    for layer in layers:
        if layer.loading and layer.loading.outline:
            return layer.rows().order_by().aggregate(box=Extent(layer.geometry))["box"]
    return None


def check(rows: Sequence[Row], layer: Layer, *, file: str, city: Box | None) -> None:
    """Refuse the file if none of its rows meets the city; single strays are left to homing.

    The outline itself must only be on the globe, and not turned around.
    """
    boxes = shapely.bounds(np.array([row.shape for row in sound(rows)], dtype=object))
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return
    whole = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    if layer.rules.outline:
        if not _on_globe(whole) or _looks_turned(whole):
            raise Elsewhere(file=file, reason=_diagnosis(whole, city=None))
        return
    if city is None:
        raise NoRegions
    if not _meet(boxes, city).any():
        raise Elsewhere(file=file, reason=_diagnosis(whole, city=city))


def _meet(boxes: np.ndarray, city: Box) -> np.ndarray:
    west, south, east, north = city
    return (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)


def _on_globe(box: Sequence[float]) -> bool:
    return box[0] >= -180 and box[2] <= 180 and box[1] >= -90 and box[3] <= 90


def _looks_turned(box: Sequence[float]) -> bool:
    """Latitude first: as it stands the box is beyond China's latitudes, turned around it is in China."""
    west, south, east, north = box
    return west >= 3 and east <= 54 and south >= 73 and north <= 136


def _diagnosis(box: Sequence[float], *, city: Box | None) -> str:
    west, south, east, north = box
    turned = np.array([[south, west, north, east]])
    if (city is not None and _meet(turned, city).any()) or _looks_turned(box):
        return _("it looks like latitude comes first. Exchange the two coordinates.")
    if not _on_globe(box):
        return _("its coordinates are metres, not degrees. Name its projected coordinate system with --crs.")
    if abs(south) < 1 and abs(north) < 1 and city is not None and city[1] > 1:
        return _(
            "its coordinates are degrees, not metres. Name a geographic coordinate system, such as 4326, "
            "with --crs."
        )
    box_text = f"{west:.4f} {south:.4f}, {east:.4f} {north:.4f}"
    if city is None:
        return box_text
    city_text = "{:.4f} {:.4f}, {:.4f} {:.4f}".format(*city)
    return _("it lies at {box}, the city at {city}. Check its coordinate system (--crs).").format(
        box=box_text, city=city_text
    )
