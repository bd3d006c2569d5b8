"""Edits carried out: the plan made anew under a lock and written, in one transaction, once.

Of two edits at once the second sees what the first has left.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

import shapely
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gis import codes
from gis.errors import Refused
from gis.models import User
from grids import homing
from grids.coverage import Area
from grids.locks import lock_ground, lock_key
from grids.models import Edit, Posting, ResponsibilityGrid
from grids.outlines import areas_of
from grids.places import collection, geos
from grids.plans import Change, Draft, GridsOverlap, LeavesGap, Plan
from grids.versions import RESPONSIBILITY, UNITS, Level, Row


class KeyUsed(Refused):
    code = "key-used"
    sentence = _("This edit was sent before by somebody else. Do it again.")


class Asked(Protocol):
    """An edit that somebody asks for; ``regions`` are codes of the ground that it concerns."""

    def regions(self) -> list[str]: ...

    def plan(self, by: User) -> Plan: ...


@transaction.atomic
def carry_out(asked: Asked, *, by: User, why: str, key: UUID) -> Edit:
    """Make the plan under the district's lock and write it; sent again with one ``key``, it is done once.

    Refused, and nothing changed, as the plan is, or if the database finds the coverage broken.
    """
    if (done := done_before(key, by=by)) is not None:
        return done
    for district in sorted({region[: codes.DISTRICT] for region in asked.regions()}):
        lock_ground(district)
    plan = asked.plan(by)
    edit = Edit.objects.create(kind=plan.kind, region_code=plan.parent, by=by, why=why, key=key)
    write(plan, edit)
    return edit


def done_before(key: UUID, *, by: User) -> Edit | None:
    """The edit that was sent with ``key`` before; who sends it at the same time waits."""
    lock_key(key)
    done = Edit.objects.filter(key=key).first()
    if done is not None and done.by_id != by.pk:
        raise KeyUsed
    return done


def write(plan: Plan, edit: Edit) -> None:
    """The rows of a plan, and what is linked to them; judged by the database in the end."""
    day = timezone.localdate()
    made: dict[int, list[int]] = {id(UNITS): [], id(RESPONSIBILITY): []}
    for change in plan.changes:
        made[id(change.level)] += _write(change, edit, day)
    if made[id(RESPONSIBILITY)]:
        homing.home_responsibility_grids(made[id(RESPONSIBILITY)])
    if made[id(UNITS)]:
        homing.home_unit_grids(made[id(UNITS)])
    homing.home_what_stands_on(geos(plan.moved_ground()))
    for change in plan.changes:
        _check_written(change.level, edit, day)


def _write(change: Change, edit: Edit, day: date) -> list[int]:
    """End and begin versions; the new rows' ids."""
    model = change.level.model
    rows = [_row(change, draft, edit, day) for draft in change.made]
    for row in change.ended:
        row.ended_in, row.valid = edit, _until(row.valid, day)
    model.objects.bulk_update(change.ended, ["ended_in", "valid"])
    model.objects.bulk_update(
        [model(pk=pk, boundary=_stored(change.level, area)) for pk, area in change.noded.items()],
        ["boundary"],
    )
    made = model.objects.bulk_create(rows)
    for row, draft in zip(made, change.made, strict=True):
        if isinstance(row, ResponsibilityGrid):
            _post_officers(row, draft.officers_of)
    _link(change, made)
    return [row.pk for row in made]


def _link(change: Change, made: Sequence[Row]) -> None:
    """Tell from which versions each of the new ones comes."""
    links, name = change.level.model.ancestors.through, change.level.model._meta.model_name
    links.objects.bulk_create(
        links(**{f"from_{name}_id": row.pk, f"to_{name}_id": ancestor.pk})
        for row, draft in zip(made, change.made, strict=True)
        for ancestor in draft.ancestors
    )


def _row(change: Change, draft: Draft, edit: Edit, day: date) -> Row:
    ended = [row for row in change.ended if row in draft.ancestors]
    ends = [row.valid.upper for row in ended if row.valid.upper is not None]
    row = change.level.model(
        code=draft.code,
        name=draft.name,
        boundary=_stored(change.level, draft.boundary),
        valid=DateRange(day, min(ends, default=None)),
        made_in=edit,
    )
    if isinstance(row, ResponsibilityGrid):
        row.region_code = edit.region_code  # of the street; homing finds the smallest that holds it
    return row


def _stored(level: Level, area: Area):
    return geos(area if level.single else areas_of(area))


def _until(valid: DateRange, day: date) -> DateRange:
    """``valid`` up to ``day``; empty for a version that began today."""
    return (
        DateRange(empty=True)
        if valid.lower is not None and valid.lower >= day
        else DateRange(valid.lower, day)
    )


def _post_officers(grid: Row, officers_of: Sequence[Row]) -> None:
    """Who answered for some earlier versions answers for ``grid``; the first one's main officer leads."""
    posted: dict[int, bool] = {}
    for n, earlier in enumerate(officers_of):
        for posting in Posting.objects.filter(grid_id=earlier.pk):
            posted.setdefault(posting.officer_id, posting.is_main and not n)
    Posting.objects.bulk_create(
        Posting(grid_id=grid.pk, officer_id=officer, is_main=is_main) for officer, is_main in posted.items()
    )


def _check_written(level: Level, edit: Edit, day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fault, ST_AsBinary(place) FROM edit_faults(%s::regclass, %s, %s)",
            [level.model._meta.db_table, edit.pk, day],
        )
        rows = cursor.fetchall()
    places = [(shapely.from_wkb(bytes(place)), fault) for fault, place in rows]
    if any(fault == "gap" for _place, fault in places):
        raise LeavesGap(where=collection([(place, "") for place, _fault in places]))
    if places:
        raise GridsOverlap(
            where=collection([(place, "") for place, _fault in places]), names=edit.region_code
        )
