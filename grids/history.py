"""What became of a grid, what changed between two days, and earlier boundaries in force again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from shapely.geometry import MultiPolygon

from gis.errors import NotHere, Refused
from gis.models import User
from grids import plans
from grids.models import Edit
from grids.outlines import SMALLEST_M2, areas_of, ground_m2
from grids.places import collection, shapely_of
from grids.plans import Draft, Plan
from grids.versions import Level, NamesGrids, Row, Snapshot


class StillInForce(Refused):
    code = "still-in-force"
    sentence = _("{name} is in force: there is nothing to restore.")


class NotEnded(Refused):
    code = "not-ended-by-an-edit"
    sentence = _("{name} was not ended by an edit and cannot be restored.")


class GroundHasChanged(Refused):
    code = "ground-has-changed"
    sentence = _("The grids of that time and those of now differ in ground at the marked places.")


# --- lineage ------------------------------------------------------------------------------------


def lineage(level: Level, pk: int, *, by: User) -> list[Row]:
    """All versions that a version comes from and that came of it, as ``by`` sees them, oldest first."""
    rows = level.model.objects.visible_to(by).select_related("made_in__by", "ended_in__by")
    if not rows.filter(pk=pk).exists():
        raise NotHere
    found, generation = {pk}, {pk}
    for relation in ("ancestors", "descendants"):
        generation = {pk}
        while generation:
            links = level.model.objects.filter(pk__in=generation).values_list(relation, flat=True)
            generation = {other for other in links if other is not None} - found
            found |= generation
    kin = rows.filter(pk__in=found).defer("boundary", "boundary_3857").prefetch_related("ancestors")
    return sorted(kin, key=lambda row: (row.made_in_id or 0, row.code))


# --- two days -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """Ground that belonged to ``before`` on one day and to ``after`` on another; None where to nobody."""

    ground: MultiPolygon
    before: Row | None
    after: Row | None


def moved_between(level: Level, earlier: date, later: date, *, region: str, by: User) -> list[Moved]:
    """The ground of ``region`` that changed hands from one day to another, piece by piece."""
    seen = level.model.objects.visible_to(by).in_region(region).defer("boundary_3857")
    then, now = seen.on(earlier), seen.on(later)
    gone = list(then.exclude(pk__in=now.values("pk")).order_by("code"))
    come = list(now.exclude(pk__in=then.values("pk")).order_by("code"))
    before, after = ([shapely_of(row.boundary) for row in rows] for rows in (gone, come))
    moved = []
    for one, area in zip(gone, before, strict=True):
        met = [n for n, other in enumerate(after) if area.intersects(other)]
        pieces = [(come[n], shapely.intersection(area, after[n])) for n in met]
        moved += [(piece, one, other) for other, piece in pieces if other.code != one.code]
        moved.append((shapely.difference(area, shapely.union_all([after[n] for n in met])), one, None))
    for other, area in zip(come, after, strict=True):
        moved.append((shapely.difference(area, shapely.union_all(before)), None, other))
    areas = [Moved(areas_of(piece), one, other) for piece, one, other in moved]
    return [piece for piece in areas if ground_m2(piece.ground) >= SMALLEST_M2]


# --- restoring ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Restore(NamesGrids):
    """The boundary of an ended version, as a new version with its old code.

    Its neighbours of that time come back with it, as far as the ground demands: the smallest set of grids of
    then that covers the same ground as a set of grids of now.
    """

    level: Level
    grid: int

    @property
    def grids(self) -> Sequence[int]:
        return (self.grid,)

    def plan(self, by: User) -> Plan:
        row = self.level.model.objects.visible_to(by).filter(pk=self.grid).first()
        if row is None:
            raise NotHere
        if row.ended_in_id is None:
            in_force = self.level.model.objects.current().filter(pk=row.pk).exists()
            raise (StillInForce if in_force else NotEnded)(name=str(row))
        snapshot = Snapshot(self.level, self.level.parent_of(row))
        then, now = _same_ground(row, _before(self.level, snapshot.parent, row.ended_in_id), snapshot)
        drafts = [_restored(one, now, snapshot) for one in then]
        gone = {code for code in now if code not in {one.code for one in then}}
        return plans.assembled(Edit.Kind.RESTORE, snapshot, drafts, gone=gone, by=by)


def _before(level: Level, parent: str, edit: int) -> list[Row]:
    """The versions under ``parent`` as they stood when ``edit`` began."""
    begun = Q(made_in=None) | Q(made_in__lt=edit)
    lasting = Q(ended_in=None, valid__isempty=False) | Q(ended_in__gte=edit)
    return list(level.model.objects.in_region(parent).filter(begun, lasting).defer("boundary_3857"))


def _same_ground(row: Row, then: Sequence[Row], snapshot: Snapshot) -> tuple[list[Row], set[str]]:
    """The fewest versions of then, ``row`` among them, and codes of now that cover the same ground."""
    outlines = {one.pk: shapely_of(one.boundary) for one in then}
    old, new = {row.pk}, set[str]()
    while True:
        ground = shapely.union_all([outlines[pk] for pk in old])
        met = {code for code, area in snapshot.shapes.items() if _shares(area, ground)}
        covered = shapely.union_all([snapshot.shapes[code] for code in met])
        more = {pk for pk, area in outlines.items() if _shares(area, covered)}
        if met == new and more <= old:
            break
        old, new = old | more, met
    differs = areas_of(shapely.symmetric_difference(ground, covered))
    if ground_m2(differs) >= SMALLEST_M2:
        raise GroundHasChanged(where=collection([(differs, "")]))
    return [one for one in then if one.pk in old], new


def _shares(one, other) -> bool:
    return one.intersects(other) and ground_m2(areas_of(shapely.intersection(one, other))) >= SMALLEST_M2


def _restored(one: Row, now: set[str], snapshot: Snapshot) -> Draft:
    outline = shapely_of(one.boundary)
    heirs = tuple(snapshot.rows[code] for code in sorted(now) if _shares(snapshot.shapes[code], outline))
    same = tuple(heir for heir in heirs if heir.code == one.code)
    others = tuple(heir for heir in heirs if heir not in same)
    return Draft(one.code, one.name, outline, (*same, *others, one), same or heirs)
