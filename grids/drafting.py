"""Unit grids of a community drafted by the machine: looked at with their figures, accepted, adjusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext_lazy as _

from gis import codes
from gis.errors import NotHere, Refused
from gis.jurisdiction import Scoped
from gis.layers import layers
from gis.models import User
from grids import division, plans
from grids.models import Edit, Region, UnitGrid
from grids.outlines import areas_of, ground_m2
from grids.places import collection, geos, shapely_of
from grids.plans import Draft, Plan
from grids.versions import UNITS, Level, Snapshot

ROADS, BUILDINGS, ESTATES = "roads", "buildings", "estates"  # layers that a draft goes by


class CommunityChanged(Refused):
    code = "community-changed"
    sentence = _("The unit grids of {name} are not those that were drafted over. Draft again.")


@dataclass(frozen=True)
class DraftUnits:
    """New unit grids for all the ground of ``community``; ``grids`` are the ids of all that it has."""

    community: str
    grids: Sequence[int] = ()
    level: ClassVar[Level] = UNITS

    def regions(self) -> list[str]:
        return [self.community]

    def plan(self, by: User) -> Plan:
        region = Region.objects.current().filter(code=self.community, level=codes.COMMUNITY).first()
        if region is None or not Scoped.covers(by, region.code):
            raise NotHere
        snapshot = Snapshot(UNITS, region.code)
        if {row.pk for row in snapshot.rows.values()} != set(self.grids):
            where = collection((shapely_of(row.boundary), row.code) for row in snapshot.rows.values())
            raise CommunityChanged(where=where, name=region.name)
        ground = _ground(region, snapshot)
        pieces = division.divided(ground, _lines(ROADS, ground, by), _obstacles(ground, by))
        issued = UNITS.next_codes(region.code, len(pieces))
        drafts = [
            Draft(code, "", piece, _ancestors(piece, snapshot))
            for code, piece in zip(issued, pieces, strict=True)
        ]
        return plans.assembled(Edit.Kind.DRAFT, snapshot, drafts, gone=snapshot.rows, by=by)


def _ground(region: Region, snapshot: Snapshot):
    """The ground of the community and of its grids, without that of its neighbours' grids."""
    ground = shapely.union_all([shapely_of(region.boundary), *snapshot.shapes.values()])
    others = UnitGrid.objects.current().filter(boundary__intersects=geos(ground))
    foreign = others.exclude(region_code=region.code).values_list("boundary", flat=True)
    return areas_of(shapely.difference(ground, shapely.union_all([shapely_of(area) for area in foreign])))


def _ancestors(piece, snapshot: Snapshot) -> tuple:
    """The grids whose ground ``piece`` takes, the largest part first."""
    shares = {code: shapely.intersection(area, piece).area for code, area in snapshot.shapes.items()}
    met = [code for code, share in shares.items() if share > 0.01 * piece.area]
    return tuple(snapshot.rows[code] for code in sorted(met, key=lambda code: -shares[code]))


def _obstacles(ground, by: User) -> division.Obstacles:
    courtyards = [
        area for area in _areas(ESTATES, ground, by) if division.area_m2(area) <= division.COURTYARD_M2
    ]
    return division.Obstacles(_areas(BUILDINGS, ground, by), courtyards)


def _areas(name: str, ground, by: User) -> list:
    return [part for shape in _shapes(name, ground, by) for part in areas_of(shape).geoms]


def _lines(name: str, ground, by: User) -> list:
    return [line for shape in _shapes(name, ground, by) for line in shapely.get_parts(shape).tolist()]


def _shapes(name: str, ground, by: User) -> list:
    layer = layers.get(name)
    rows = layer.visible_to(by).filter(**{f"{layer.geometry}__intersects": geos(ground)})
    found: list[GEOSGeometry] = list(rows.values_list(layer.geometry, flat=True))
    return [shapely_of(shape) for shape in found]


def statistics(plan: Plan) -> dict:
    """Of the unit grids that would begin: how many, their mean area, and how many are near the norm."""
    made = [draft for change in plan.changes if change.level is UNITS for draft in change.made]
    areas = [ground_m2(draft.boundary) for draft in made]
    fit = [area for area in areas if division.SMALLEST_M2 <= area <= division.LARGEST_M2]
    return {
        "count": len(areas),
        "mean_m2": round(sum(areas) / len(areas), 1),
        "share_near_norm": round(len(fit) / len(areas), 3),
        "slivers": sum(area < division.SMALLEST_M2 for area in areas),
        "too_large": sum(area > division.LARGEST_M2 for area in areas),
    }
