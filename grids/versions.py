"""Versions of grids: the two kinds, what is in force under a parent, and what an edit names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gis import codes
from gis.errors import NotHere, Refused
from gis.jurisdiction import Scoped
from gis.models import User
from grids.coverage import Area
from grids.models import Edit, ResponsibilityGrid, UnitGrid
from grids.places import collection, listed, shapely_of

Row = UnitGrid | ResponsibilityGrid
LARGEST_SEQUENCE = 9999  # four digits of a unit grid code


class ChangedMeanwhile(Refused):
    code = "changed-meanwhile"
    sentence = _(
        "{names}: {who} changed this on {when}. What is there now is marked. Compare it and do yours again."
    )


class GridRetired(Refused):
    code = "grid-retired"
    sentence = _("{names} was retired by {who} on {when}. The grid that has its ground now is marked.")


class AcrossParents(Refused):
    code = "across-parents"
    sentence = _("{names} do not lie in the same community or street. Edit each for itself.")


class NoCodesLeft(Refused):
    code = "no-codes-left"
    sentence = _("All unit grid codes of {parent} are used.")


# --- the two kinds of grids ---------------------------------------------------------------------


@dataclass(frozen=True)
class Level:
    """Unit grids under a community, or responsibility grids under a street."""

    model: Any
    parent_digits: int
    single: bool  # its boundary is one polygon

    def parent_of(self, row: Row) -> str:
        return row.region_code[: self.parent_digits]

    def in_force(self, parent: str) -> list[Row]:
        rows = self.model.objects.current().in_region(parent).defer("boundary_3857")
        return list(rows.order_by("code"))

    def next_codes(self, parent: str, count: int) -> list[str]:
        """New codes; one that was ever given is never given again."""
        prefix = parent if self is UNITS else f"{parent}G"
        used = self.model.objects.filter(code__regex=rf"^{prefix}[0-9]+$").values_list("code", flat=True)
        last = max((int(code.removeprefix(prefix)) for code in used), default=0)
        if self is UNITS and last + count > LARGEST_SEQUENCE:
            raise NoCodesLeft(parent=parent)
        return [f"{prefix}{last + n:03}" for n in range(1, count + 1)]


UNITS = Level(UnitGrid, codes.COMMUNITY, single=True)
RESPONSIBILITY = Level(ResponsibilityGrid, codes.STREET, single=False)


class Snapshot:
    """The grids of one parent in force: ``rows`` and their ``shapes`` (shapely, EPSG:4326) by code."""

    def __init__(self, level: Level, parent: str):
        self.level, self.parent = level, parent
        self.rows = {row.code: row for row in level.in_force(parent)}
        self.shapes: dict[str, Area] = {code: shapely_of(row.boundary) for code, row in self.rows.items()}


# --- the versions that an edit names ------------------------------------------------------------


class _Named(Protocol):
    @property
    def level(self) -> Level: ...

    @property
    def grids(self) -> Sequence[int]: ...


class NamesGrids:
    """An edit that names ``grids`` of a ``level`` by the ids of their versions."""

    def regions(self: _Named) -> list[str]:
        """Where they lie, whether they are in force or not."""
        return list(self.level.model.objects.filter(pk__in=self.grids).values_list("region_code", flat=True))


def named(level: Level, ids: Sequence[int], *, by: User) -> list[Row]:
    """The versions with these ids, in their order, all in force and under one parent.

    Raises NotHere for what ``by`` does not see; ChangedMeanwhile or GridRetired with what is there now.
    """
    day = timezone.localdate()
    seen = level.model.objects.visible_to(by).defer("boundary_3857").in_bulk(list(ids))
    if len(seen) < len(set(ids)) or not ids:
        raise NotHere
    rows = [seen[pk] for pk in dict.fromkeys(ids)]
    ended = [row for row in rows if not row.is_in_force(day)]
    if ended:
        raise _told_meanwhile(ended, day, by)
    if len({level.parent_of(row) for row in rows}) > 1:
        marked = [(shapely_of(row.boundary), str(row)) for row in rows]
        raise AcrossParents(where=collection(marked), names=listed([row.code for row in rows]))
    return rows


def _told_meanwhile(ended: Sequence[Row], day: date, by: User) -> Refused:
    present = [row for row in _heirs(ended) if row.is_in_force(day) and Scoped.covers(by, row.region_code)]
    edit = ended[0].ended_in
    kind = GridRetired if edit is not None and edit.kind == Edit.Kind.RETIRE else ChangedMeanwhile
    return kind(
        where=collection([(shapely_of(row.boundary), str(row)) for row in present]),
        names=listed([str(row) for row in ended]),
        who=str(edit.by) if edit else "—",
        when=timezone.localtime(edit.at).strftime("%Y-%m-%d %H:%M") if edit else ended[0].valid.upper or "—",
    )


def _heirs(rows: Sequence[Row]) -> list[Row]:
    """Everything that came of ``rows``, generation by generation."""
    found: dict[int, Row] = {}
    generation = list(rows)
    while generation:
        model = type(generation[0])
        generation = [
            row
            for row in model.objects.filter(ancestors__in=generation).distinct().defer("boundary_3857")
            if row.pk not in found
        ]
        found |= {row.pk: row for row in generation}
    return list(found.values())
