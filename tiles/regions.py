"""Names and bounds of the regions that codes speak of, read from the layer ``regions``."""

from collections.abc import Iterable

from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import GEOSGeometry

from gis import codes
from gis.jurisdiction import Scoped
from gis.layers import layers

LAYER = "regions"


def seen_by(user) -> Scoped:
    """The regions in force that ``user`` may see."""
    return layers.get(LAYER).visible_to(user)


def spoken(region_codes: Iterable[str], user) -> dict[str, str]:
    """Each code as people say where something is: the street and the community, ``东湖街道 西社区``."""
    wanted = {code: (code[: codes.STREET], code) for code in region_codes}
    named = seen_by(user).filter(code__in={part for parts in wanted.values() for part in parts})
    names = dict(named.values_list("code", "name"))
    return {
        code: " ".join(names[part] for part in dict.fromkeys(parts) if part in names)
        for code, parts in wanted.items()
    }


def bounds_of(user) -> tuple[float, float, float, float] | None:
    """The bbox of the jurisdiction of ``user``, or else of the smallest loaded region around it."""
    return _bbox(seen_by(user).in_region(user.jurisdiction)) or _bbox(
        seen_by(user).filter(code__in=codes.ancestors_of(user.jurisdiction)).order_by("-level")[:1]
    )


def bounds_in_sight(user) -> tuple[float, float, float, float] | None:
    """The bbox of all regions that ``user`` may see: the district, and what is around it."""
    return _bbox(seen_by(user))


def boundary_of(code: str, user) -> GEOSGeometry | None:
    """The boundary of the region ``code`` in force; None if ``user`` may not see it."""
    return seen_by(user).filter(code=code).values_list(layers.get(LAYER).geometry, flat=True).first()


def _bbox(regions: Scoped) -> tuple[float, float, float, float] | None:
    return regions.aggregate(box=Extent(layers.get(LAYER).geometry))["box"]
