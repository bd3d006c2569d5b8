"""Range queries: what of some layers is in a region, box, circle or polygon, counted exactly, page by page.

A region holds what has its home there, and of what reaches beyond (a road through several communities) what
meets its boundary. Box, circle and polygon hold what they meet, their edge included. A circle's radius is
metres on the ground.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.contrib.gis.measure import D
from django.core.exceptions import EmptyResultSet
from django.db.models import Q

from gis import codes, crs
from gis.errors import NotHere
from gis.fields import Ground
from gis.jurisdiction import Scoped
from gis.layers import Layer
from tiles import features, filters, regions

MOST_VERTICES = 2_000
LARGEST_RADIUS_M = 50_000
MOST = 500  # features of a layer in one answer

_PAGE = "json_agg(json_build_array(fid, title, region, w, s, e, n))"


@dataclass(frozen=True)
class Meeting:
    """All that meets an area (EPSG:4326)."""

    area: GEOSGeometry

    def of(self, rows: Scoped, layer: Layer) -> Scoped:
        return rows.filter(**{f"{layer.geometry}__intersects": self.area})

    def measures(self) -> tuple[float, float]:
        """Area in m² and perimeter in m, on the ground."""
        sql = "SELECT ST_Area(g), ST_Perimeter(g) FROM (SELECT %s::geometry::geography) AS area(g)"
        return features.fetch_all(sql, [self.area.hexewkb.decode()])[0]


@dataclass(frozen=True)
class Around:
    """All within ``radius_m`` metres on the ground of a point."""

    centre: Point
    radius_m: float

    def of(self, rows: Scoped, layer: Layer) -> Scoped:
        near = Polygon.from_bbox(crs.box_around(*self.centre.coords, radius_m=self.radius_m))
        near.srid = crs.STORAGE  # its index finds the candidates, the ground decides
        return rows.alias(ground=Ground(layer.geometry)).filter(
            **{f"{layer.geometry}__bboverlaps": near}, ground__dwithin=(self.centre, D(m=self.radius_m))
        )

    def measures(self) -> tuple[float, float]:
        return math.pi * self.radius_m**2, 2 * math.pi * self.radius_m


@dataclass(frozen=True)
class Inside(Meeting):
    """All of the region ``code``, whose boundary is ``area``."""

    code: str

    def of(self, rows: Scoped, layer: Layer) -> Scoped:
        reaching = Q(region_code__in=codes.ancestors_of(self.code))
        meeting = Q(**{f"{layer.geometry}__intersects": self.area})
        return rows.in_region(self.code) | rows.filter(reaching & meeting)


Range = Meeting | Around


def region(code: str, user) -> Inside:
    """The region ``code`` as it is today; NotHere if the user may not see it."""
    boundary = regions.boundary_of(code, user)
    if boundary is None:
        raise NotHere
    return Inside(area=boundary, code=code)


def box(west: float, south: float, east: float, north: float) -> Meeting:
    return Meeting(filters.box(f"{west!r},{south!r},{east!r},{north!r}"))


class Found(NamedTuple):
    """One layer's answer: how many in all, and a page of them as (id, title, region, w, s, e, n)."""

    layer: Layer
    matched: int
    page: list[list[Any]]


def find(
    asked: list[Layer], within: Range, *, user, limit: int, offset: int, params: Mapping[str, str]
) -> list[Found]:
    """What of each layer is ``within``, ordered by primary key, in one statement.

    ``params`` narrow further, as in ``tiles.filters``.
    """
    parts, values, found = [], [], {layer.name: Found(layer, 0, []) for layer in asked}
    for layer in asked:
        rows = within.of(filters.apply(layer.visible_to(user), layer, params), layer)
        try:
            columns = features.in_lists(layer, rows)
            sql, of_layer = features.paged(rows, columns, (_PAGE, []), limit=limit, offset=offset)
        except EmptyResultSet:
            continue
        parts.append(f"(SELECT %s::text, gathered, matched FROM ({sql}) one)")
        values += [layer.name, *of_layer]
    if parts:
        for name, page, count in features.fetch_all(" UNION ALL ".join(parts), values):
            found[name] = Found(found[name].layer, count, page or [])
    return list(found.values())
