"""Names and bounds of the regions that codes speak of, read from the layer ``regions``."""

from django.contrib.gis.db.models import Extent
from django.db.models import QuerySet

from gis import codes
from gis.layers import layers

LAYER = "regions"


def seen_by(user) -> QuerySet:
    """The regions in force that ``user`` may see."""
    return layers.get(LAYER).visible_to(user)


def names_of(region_codes: set[str], user) -> dict[str, str]:
    """Code to name, of those that are loaded."""
    return dict(seen_by(user).filter(code__in=region_codes).values_list("code", "name"))


def spoken(region_code: str, user) -> str:
    """``东湖街道 西社区``: the region and its street, as people say where something is."""
    wanted = {code for code in (region_code[: codes.STREET], region_code) if code}
    names = names_of(wanted, user)
    return " ".join(names[code] for code in sorted(wanted, key=len) if code in names)


def bounds_of(user) -> tuple[float, float, float, float] | None:
    """The bbox of the jurisdiction of ``user``, or else of the smallest loaded region around it."""
    return _bbox(seen_by(user).in_region(user.jurisdiction)) or _bbox(
        seen_by(user).filter(code__in=codes.ancestors_of(user.jurisdiction)).order_by("-level")[:1]
    )


def _bbox(regions: QuerySet) -> tuple[float, float, float, float] | None:
    return regions.aggregate(box=Extent(layers.get(LAYER).geometry))["box"]
