"""Changing grids that stand: reshape, split, merge, transfer, retire.

Each verb is what somebody asks for: ``plan`` tells what would change, or refuses with the places;
``edits.carry_out`` does it. Grids are named by the ids of their versions, so that whoever saw an older
version is told and changes nothing. A changed grid keeps its code; a split or a merge issues new ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import LineString

from gis.errors import NotHere, Refused
from gis.layers import layers
from gis.models import User
from grids import coverage, plans
from grids.coverage import Area, Shift
from grids.models import Edit, ResponsibilityGrid, UnitGrid
from grids.outlines import SMALLEST_M2, areas_of, ground_m2
from grids.places import collection, listed, shapely_of
from grids.plans import Draft, Plan
from grids.versions import RESPONSIBILITY, UNITS, Level, NamesGrids, Row, Snapshot, named

ROADS = "roads"  # the layer whose lines may cut a grid


class CornerGone(Refused):
    code = "corner-gone"
    sentence = _("There is no such corner or side at the marked place any more. Pick the grid again.")


class NothingChanges(Refused):
    code = "nothing-changes"
    status = 400
    sentence = _("This would change nothing.")


class LineDoesNotDivide(Refused):
    code = "line-does-not-divide"
    sentence = _(
        "The line does not divide {name}: it meets its border {count} times. Draw it from border to border."
    )


class PartTooSmall(Refused):
    code = "part-too-small"
    sentence = _("The marked part would be smaller than a square metre.")


class NotAdjacent(Refused):
    code = "not-adjacent"
    sentence = _("{names} have no common border. Only neighbours can be merged.")


class OfSeveralGrids(Refused):
    code = "of-several-grids"
    sentence = _("{names} belong to different responsibility grids. Transfer them to one of them first.")


class OwnerNotNamed(Refused):
    code = "owner-not-named"
    sentence = _("The marked unit grids belong to {names} now. Look again at what you chose.")


class SameGrid(Refused):
    code = "same-grid"
    status = 400
    sentence = _("Name two different grids.")


@dataclass(frozen=True)
class Reshape(NamesGrids):
    """Corners of ``grids`` and of all neighbours that have them move, appear or go."""

    level: Level
    grids: Sequence[int]
    shifts: Sequence[Shift]

    def plan(self, by: User) -> Plan:
        rows = named(self.level, self.grids, by=by)
        snapshot = Snapshot(self.level, self.level.parent_of(rows[0]))
        try:
            after = coverage.shifted(snapshot.shapes, self.shifts)
        except coverage.NoSuchCorner as gone:
            [places] = gone.args
            raise CornerGone(where=collection((shapely.Point(place), "") for place in places)) from gone
        drafts = [
            _again(snapshot.rows[code], area)
            for code, area in after.items()
            if not _same_ground(area, snapshot.shapes[code])
        ]
        if not drafts:
            raise NothingChanges
        return plans.assembled(Edit.Kind.RESHAPE, snapshot, drafts, gone=(), by=by)


def _again(row: Row, boundary: Area) -> Draft:
    """The next version of a grid."""
    return Draft(row.code, row.name, boundary, (row,), (row,))


def _same_ground(one: Area, other: Area) -> bool:
    return one is other or (one.is_valid and bool(shapely.equals(one, other)))


@dataclass(frozen=True)
class Split(NamesGrids):
    """One grid becomes as many as ``line``, or the chosen ``roads`` (ids), cut it into."""

    level: Level
    grid: int
    line: LineString | None = None
    roads: Sequence[int] = ()

    @property
    def grids(self) -> Sequence[int]:
        return (self.grid,)

    def plan(self, by: User) -> Plan:
        [row] = named(self.level, self.grids, by=by)
        snapshot = Snapshot(self.level, self.level.parent_of(row))
        area = snapshot.shapes[row.code]
        cuts = [self.line] if self.line is not None else _roads(self.roads, by)
        parts = coverage.divided(area, cuts)
        if len(parts) < 2:
            met = coverage.crossings(area, cuts)
            raise LineDoesNotDivide(where=collection((p, "") for p in met), name=str(row), count=len(met))
        small = [part for part in parts if ground_m2(part) < SMALLEST_M2]
        if small:
            raise PartTooSmall(where=collection((part, "") for part in small))
        issued = self.level.next_codes(snapshot.parent, len(parts))
        drafts = [
            Draft(code, _part_name(row.name, n), part, (row,), (row,))
            for n, (code, part) in enumerate(zip(issued, parts, strict=True), start=1)
        ]
        return plans.assembled(Edit.Kind.SPLIT, snapshot, drafts, gone=[row.code], by=by)


def _part_name(name: str, n: int) -> str:
    return f"{name[:90]}-{n}" if name else ""


def _roads(ids: Sequence[int], by: User) -> list[LineString]:
    """Centrelines of roads that ``by`` sees."""
    layer = layers.get(ROADS)
    rows = layer.visible_to(by).filter(pk__in=list(ids)).values_list(layer.geometry, flat=True)
    if not ids or len(rows) < len(set(ids)):
        raise NotHere
    return [line for row in rows for line in shapely.get_parts(shapely_of(row)).tolist()]


@dataclass(frozen=True)
class Merge(NamesGrids):
    """Adjacent grids become one with a new code, the name and main officer of the first."""

    level: Level
    grids: Sequence[int]
    name: str = ""

    def plan(self, by: User) -> Plan:
        rows = named(self.level, self.grids, by=by)
        if len(rows) < 2:
            raise SameGrid
        snapshot = Snapshot(self.level, self.level.parent_of(rows[0]))
        _check_one_owner(rows)
        boundary = _hanging_together(self.level, rows)
        [code] = self.level.next_codes(snapshot.parent, 1)
        draft = Draft(code, self.name or rows[0].name, boundary, tuple(rows), tuple(rows))
        return plans.assembled(Edit.Kind.MERGE, snapshot, [draft], gone=[row.code for row in rows], by=by)


def _check_one_owner(rows: Sequence[Row]) -> None:
    if len({row.responsibility_grid_id for row in rows if isinstance(row, UnitGrid)}) > 1:
        raise OfSeveralGrids(where=_marked(rows), names=listed([row.code for row in rows]))


def _hanging_together(level: Level, rows: Sequence[Row]) -> Area:
    """The ground of ``rows`` as one; each piece of it must be joined to another by a common border."""
    shapes = [shapely_of(row.boundary) for row in rows]
    together = coverage.joined(shapes)
    pieces_before = sum(coverage.pieces(shape) for shape in shapes)
    if coverage.pieces(together) > pieces_before - len(rows) + 1:
        raise NotAdjacent(where=_marked(rows), names=listed([row.code for row in rows]))
    return together.geoms[0] if level.single else together


def _marked(rows: Sequence[Row]) -> dict:
    return collection((shapely_of(row.boundary), str(row)) for row in rows)


@dataclass(frozen=True)
class Transfer(NamesGrids):
    """Unit grids go to the responsibility grid ``to``; ``owners`` are those that they are seen in now."""

    unit_grids: Sequence[int]
    to: int
    owners: Sequence[int] = ()
    level: ClassVar[Level] = RESPONSIBILITY

    @property
    def grids(self) -> Sequence[int]:
        return (self.to, *self.owners)

    def plan(self, by: User) -> Plan:
        [to, *owners] = named(RESPONSIBILITY, self.grids, by=by)
        units = _units(self.unit_grids, by)
        _check_owners(units, [to, *owners])
        snapshot = Snapshot(RESPONSIBILITY, RESPONSIBILITY.parent_of(to))
        ground = coverage.joined([shapely_of(unit.boundary) for unit in units])
        drafts = _given(ground, snapshot, to)
        return plans.assembled(Edit.Kind.TRANSFER, snapshot, drafts, gone=(), by=by)


def _units(ids: Sequence[int], by: User) -> list[UnitGrid]:
    """Unit grids in force, of one community or of several."""
    seen = UnitGrid.objects.visible_to(by).filter(pk__in=list(ids)).defer("boundary_3857").order_by("code")
    by_community: dict[str, list[int]] = {}
    for unit in seen:
        by_community.setdefault(unit.region_code, []).append(unit.pk)
    if not ids or len(seen) < len(set(ids)):
        raise NotHere
    for members in by_community.values():
        named(UNITS, members, by=by)
    return list(seen)


def _check_owners(units: Sequence[UnitGrid], named: Sequence[Row]) -> None:
    """Whoever else has moved one of ``units`` meanwhile, this edit does not move it again unseen."""
    ids = {row.pk for row in named}
    others = [unit for unit in units if unit.responsibility_grid_id not in ids | {None}]
    if others:
        owners = sorted({str(unit.responsibility_grid) for unit in others})
        raise OwnerNotNamed(where=_marked(others), names=listed(owners))


def _given(ground: Area, snapshot: Snapshot, to: Row) -> list[Draft]:
    """The grid ``to`` with ``ground``, and those that lose it; dust that this leaves of them goes along."""
    losers, dust = [], []
    for code, area in snapshot.shapes.items():
        if code == to.code or ground_m2(areas_of(shapely.intersection(area, ground))) < SMALLEST_M2:
            continue
        row = snapshot.rows[code]
        rest, crumbs = coverage.without_dust(areas_of(shapely.difference(area, ground)))
        if rest.is_empty:
            raise plans.EmptiesGrid(where=_marked([row]), names=str(row))
        if len(rest.geoms) > coverage.pieces(area):
            raise plans.TearsGrid(where=collection((part, row.name) for part in rest.geoms), names=str(row))
        losers.append(_again(row, rest))
        dust.append(crumbs)
    before = snapshot.shapes[to.code]
    after = coverage.joined([before, ground, *dust])
    if _same_ground(after, before):
        raise NothingChanges
    if coverage.pieces(after) > coverage.pieces(before):
        raise plans.TearsGrid(where=collection((part, to.name) for part in after.geoms), names=str(to))
    return [_again(to, after), *losers]


@dataclass(frozen=True)
class Retire(NamesGrids):
    """A grid ends: its ground goes to the neighbour ``ground_to``, with all that stands on it.

    Who answered for a responsibility grid answers for ``officers_to`` then, by default the same neighbour.
    """

    level: Level
    grid: int
    ground_to: int
    officers_to: int | None = None

    @property
    def grids(self) -> Sequence[int]:
        others = (self.ground_to,) if self.officers_to is None else (self.ground_to, self.officers_to)
        return (self.grid, *others)

    def plan(self, by: User) -> Plan:
        if self.grid in (self.ground_to, self.officers_to):
            raise SameGrid
        rows = {row.pk: row for row in named(self.level, self.grids, by=by)}
        row, heir = rows[self.grid], rows[self.ground_to]
        snapshot = Snapshot(self.level, self.level.parent_of(row))
        boundary = _hanging_together(self.level, [heir, row])
        draft = Draft(heir.code, heir.name, boundary, (heir, row), (heir,))
        drafts = [draft]
        if isinstance(row, ResponsibilityGrid):
            served = rows[self.officers_to or self.ground_to]
            if served is heir:
                drafts = [replace(draft, officers_of=(heir, row))]
            else:
                drafts.append(
                    Draft(served.code, served.name, snapshot.shapes[served.code], (served,), (served, row))
                )
        return plans.assembled(Edit.Kind.RETIRE, snapshot, drafts, gone=[row.code], by=by)
