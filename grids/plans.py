"""What an edit of grids would change, checked as a whole.

A plan is made from a snapshot of one parent's grids and writes nothing: it is the preview. To be carried
out (``grids.edits``) it is made anew under a lock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from gis import codes
from gis.errors import Refused
from gis.jurisdiction import Scoped
from gis.layers import Layer, layers
from gis.models import User
from grids import coverage, homing
from grids.coverage import Area
from grids.models import Edit, Region, ResponsibilityGrid, UnitGrid
from grids.outlines import SMALLEST_M2, CrossesItself, NoArea, areas_of, crossings, ground_m2
from grids.places import collection, geos, listed, shapely_of
from grids.versions import RESPONSIBILITY, UNITS, Level, Row, Snapshot

REGROUPED_M2 = 0.01  # a responsibility grid follows its unit grids when they differ by more


class LeavesGap(Refused):
    code = "leaves-a-gap"
    sentence = _("The marked ground would belong to no grid. Give it to a neighbour.")


class GridsOverlap(Refused):
    code = "grids-overlap"
    sentence = _("The marked ground would belong to two grids: {names}.")


class BordersDoNotMatch(Refused):
    code = "borders-do-not-match"
    sentence = _("Along the marked lines the borders of neighbours would not match.")


class OutsideParent(Refused):
    code = "outside-parent"
    sentence = _("The marked ground lies outside {name}. Its grids end at its border.")


class OutsideYourGround(Refused):
    code = "outside-jurisdiction"
    sentence = _("{names} would change too, but lies outside your jurisdiction.")


class EmptiesGrid(Refused):
    code = "empties-a-grid"
    sentence = _("Nothing would be left of {names}. Merge or retire it instead.")


class TearsGrid(Refused):
    code = "tears-a-grid"
    sentence = _("{names} would fall into pieces that do not touch. Choose ground along a common border.")


# --- the plan -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draft:
    """A version that would begin, and the versions that it comes from."""

    code: str
    name: str
    boundary: Area
    ancestors: tuple[Row, ...]
    officers_of: tuple[Row, ...] = ()  # of a responsibility grid: whose officers answer for it


@dataclass
class Change:
    """What would happen to the grids of one level."""

    level: Level
    ended: list[Row] = field(default_factory=list)
    made: list[Draft] = field(default_factory=list)
    noded: dict[int, Area] = field(default_factory=dict)  # same ground, corners inserted into straight sides


@dataclass
class Plan:
    """An edit that has passed all checks."""

    kind: Edit.Kind
    level: Level
    parent: str
    changes: list[Change]

    def moved_ground(self) -> BaseGeometry:
        """Where the code of the edited kind of grid would be another than before."""
        parts = []
        for change in self.changes:
            if change.level is self.level:
                before = {row.code: shapely_of(row.boundary) for row in change.ended}
                parts += [
                    areas_of(shapely.difference(draft.boundary, before[draft.code]))
                    if draft.code in before
                    else draft.boundary
                    for draft in change.made
                ]
        return areas_of(shapely.union_all(parts))


def assembled(
    kind: Edit.Kind, snapshot: Snapshot, drafts: Sequence[Draft], *, gone: Iterable[str], by: User
) -> Plan:
    """The plan in which ``drafts`` stand where the grids are that are ``gone`` or have the code of a draft.

    Refused if it breaks the coverage or reaches beyond ``by``'s jurisdiction.
    """
    change = _change(snapshot, drafts, set(gone))
    _check_ground(snapshot, change)
    plan = Plan(kind, snapshot.level, snapshot.parent, [change])
    if snapshot.level is UNITS:
        plan.changes += _regrouped(change)
    _check_seen(plan, by)
    return plan


def _change(snapshot: Snapshot, drafts: Sequence[Draft], gone: set[str]) -> Change:
    by_code = {draft.code: draft for draft in drafts}
    rows = snapshot.rows | _fringe(snapshot, drafts)
    kept = {code: snapshot.shapes.get(code) or shapely_of(row.boundary) for code, row in rows.items()}
    kept = {code: area for code, area in kept.items() if code not in gone | by_code.keys()}
    after = coverage.matched(kept | {code: draft.boundary for code, draft in by_code.items()}, by_code)
    own = snapshot.shapes.keys() | by_code.keys()
    _check_coverage(snapshot, {code: area for code, area in after.items() if code in own})
    return Change(
        level=snapshot.level,
        ended=[row for code, row in snapshot.rows.items() if code in gone | by_code.keys()],
        made=[
            Draft(code, draft.name, after[code], draft.ancestors, draft.officers_of)
            for code, draft in by_code.items()
        ],
        noded={rows[code].pk: after[code] for code, area in kept.items() if after[code] is not area},
    )


def _fringe(snapshot: Snapshot, drafts: Sequence[Draft]) -> dict[str, Row]:
    """Grids of other parents along the border: they get the corners that appear there."""
    ground = geos(shapely.union_all([shapely.make_valid(draft.boundary) for draft in drafts]))
    others = snapshot.level.model.objects.current().exclude(pk__in=[row.pk for row in snapshot.rows.values()])
    return {row.code: row for row in others.filter(boundary__intersects=ground).defer("boundary_3857")}


def _check_coverage(snapshot: Snapshot, after: dict[str, Area]) -> None:
    found = coverage.faults(snapshot.shapes, after)
    for _code, area in found.unsound:
        if area.is_empty or area.is_valid or ground_m2(area.convex_hull) < SMALLEST_M2:
            raise NoArea(where=collection([(shapely.boundary(area), "")]))
        raise CrossesItself(where=collection([(crossings(areas_of(area)), "")]))
    if found.overlaps:
        named = [(place, f"{one} · {other}") for one, other, place in found.overlaps]
        raise GridsOverlap(where=collection(named), names=listed([name for _place, name in named]))
    if not found.gaps.is_empty:
        raise LeavesGap(where=collection([(found.gaps, "")]))
    if not found.edges.is_empty:
        raise BordersDoNotMatch(where=collection([(found.edges, "")]))


def _check_ground(snapshot: Snapshot, change: Change) -> None:
    """Ground that is gained lies in the parent, and nobody else answers for it."""
    before = shapely.union_all([shapely_of(row.boundary) for row in change.ended])
    gained = areas_of(shapely.difference(shapely.union_all([d.boundary for d in change.made]), before))
    if ground_m2(gained) < SMALLEST_M2:
        return
    regions = Region.objects.current().filter(
        code__in=[snapshot.parent, *codes.ancestors_of(snapshot.parent)]
    )
    parent = regions.order_by("-level").first()
    outside = areas_of(shapely.difference(gained, shapely_of(parent.boundary))) if parent else gained
    if ground_m2(outside) >= SMALLEST_M2:
        raise OutsideParent(where=collection([(outside, "")]), name=str(parent or snapshot.parent))
    others = snapshot.level.model.objects.current().exclude(pk__in=[row.pk for row in change.ended])
    for other in others.filter(boundary__intersects=geos(gained)).defer("boundary_3857"):
        common = areas_of(shapely.intersection(gained, shapely_of(other.boundary)))
        if ground_m2(common) >= SMALLEST_M2:
            raise GridsOverlap(where=collection([(common, other.code)]), names=other.code)


def _check_seen(plan: Plan, by: User) -> None:
    foreign = [
        row for change in plan.changes for row in change.ended if not Scoped.covers(by, row.region_code)
    ]
    if foreign:
        marked = [(shapely_of(row.boundary), "") for row in foreign]
        raise OutsideYourGround(where=collection(marked), names=listed([row.code for row in foreign]))


def _regrouped(change: Change) -> list[Change]:
    """Responsibility grids made up of unit grids follow them, where the unit grids' outline has changed."""
    owners = {row.responsibility_grid_id for row in change.ended if isinstance(row, UnitGrid)} - {None}
    grids = ResponsibilityGrid.objects.current().filter(pk__in=owners).defer("boundary_3857")
    followed = {}
    for grid in grids:
        members = list(grid.unit_grids.current().defer("boundary_3857"))
        if _differ_m2([shapely_of(m.boundary) for m in members], [shapely_of(grid.boundary)]) >= SMALLEST_M2:
            continue  # drawn by hand, not made up of unit grids
        gone = {row.pk for row in change.ended}
        ground = [change.noded.get(m.pk) or shapely_of(m.boundary) for m in members if m.pk not in gone]
        ground += [draft.boundary for draft in change.made if _owner_of(draft) == grid.pk]
        if not ground:
            raise EmptiesGrid(where=collection([(shapely_of(grid.boundary), grid.name)]), names=str(grid))
        if _differ_m2(ground, [shapely_of(grid.boundary)]) >= REGROUPED_M2:
            followed[grid] = coverage.joined(ground)
    changes = []
    for street in sorted({RESPONSIBILITY.parent_of(grid) for grid in followed}):
        snapshot = Snapshot(RESPONSIBILITY, street)
        drafts = [
            Draft(grid.code, grid.name, area, (grid,), (grid,))
            for grid, area in followed.items()
            if RESPONSIBILITY.parent_of(grid) == street
        ]
        changes.append(_change(snapshot, drafts, set()))
    return changes


def _owner_of(draft: Draft) -> int | None:
    """The responsibility grid of a unit grid to be: of the one whose code it keeps, or its first ancestor."""
    same = [row for row in draft.ancestors if row.code == draft.code]
    kin = same or draft.ancestors  # of a restored grid, those of now come before the one of then
    return kin[0].responsibility_grid_id if kin else None  # type: ignore[union-attr]


def _differ_m2(ones: Sequence[Area], others: Sequence[Area]) -> float:
    return ground_m2(
        areas_of(shapely.symmetric_difference(shapely.union_all(ones), shapely.union_all(others)))
    )


# --- what moves along ---------------------------------------------------------------------------


def rows_that_move(plan: Plan, *, by: User) -> list[tuple[Layer, int]]:
    """How many rows that ``by`` sees of other layers stand on ground whose grid would be another."""
    ground = geos(plan.moved_ground())
    found = []
    for layer in layers.seen_by(by):
        if homing.stands_on_territory(layer):
            rows = layer.visible_to(by).filter(**{f"{layer.geometry}__intersects": ground})
            found.append((layer, rows.exclude(unit_grid_code="").count()))  # roads and the like are in none
    return found
