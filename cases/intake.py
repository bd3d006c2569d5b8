"""Cases from a file: categories by code or name, numbers where they are missing, cells, and their homes."""

from collections import defaultdict
from collections.abc import Sequence

import shapely
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.cells import cells_of
from cases.models import Case, Category
from cases.numbering import next_numbers
from gis.loading.rows import Row, sound
from gis.loading.values import moment
from grids import homing

_SCHEMES = ("CJ/T 214-2007", "GB/T 30428.2-2013")  # the newer one has the last word on a name
_INCIDENT_CODE_FIRST = (Category.Kind.ASSET, Category.Kind.INCIDENT)


def complete_cases(rows: Sequence[Row]) -> None:
    """Turn the cells of new cases into a case's values; rows that make no sense are refused."""
    by_name = _categories()
    for row in rows:
        _give_category(row, by_name)
        _give_times(row)
        row.values.setdefault("source", Case.Source.IMPORT)
    good = sound(rows)
    _give_numbers(good)
    shapes = [row.shape for row in good]
    for row, cell in zip(good, cells_of(shapely.get_x(shapes), shapely.get_y(shapes)), strict=True):
        row.values["h3"] = int(cell)


def _categories() -> dict[str, int]:
    """Category ids by Chinese name, ``kind:code`` and code.

    A bare code means an incident: asset and incident codes look alike, ``asset:0101`` names the asset's.
    """
    found: dict[str, int] = {}
    for scheme in _SCHEMES:
        for kind in _INCIDENT_CODE_FIRST:
            for category in Category.objects.filter(scheme=scheme, kind=kind, is_active=True):
                names = (category.name, category.code, f"{kind}:{category.code}")
                found |= dict.fromkeys(names, category.pk)
    return found


def _give_category(row: Row, by_name: dict[str, int]) -> None:
    named = row.values.pop("category", "")
    if not named:
        row.refuse(_("{field} is missing.").format(field="category"))
    elif named in by_name:
        row.values["category_id"] = by_name[named]
    else:
        row.refuse(_("There is no category “{name}”: give its name or its four digits.").format(name=named))


def _give_times(row: Row) -> None:
    times = {}
    for name in ("reported_at", "closed_at"):
        if value := row.values.get(name):
            try:
                row.values[name] = times[name] = moment(value)
            except ValueError as error:
                row.refuse(f"{name} “{value}”: {error}")
    if len(times) == 2 and times["closed_at"] < times["reported_at"]:
        row.refuse(_("It was closed before it was reported."))
    if "closed_at" in times and not row.values.get("stage"):
        row.values["stage"] = Case.Stage.CLOSED


def _give_numbers(rows: Sequence[Row]) -> None:
    """Numbers of the day of the report for the cases that bring none."""
    by_day = defaultdict(list)
    for row in rows:
        if not row.values.get("number") and row.values.get("reported_at"):
            by_day[timezone.localdate(row.values["reported_at"])].append(row)
    for day in sorted(by_day):
        for row, number in zip(by_day[day], next_numbers(len(by_day[day]), day=day), strict=True):
            row.values["number"] = number


def home_cases(ids: Sequence[int]) -> list[int]:
    """Home cases that have no unit grid yet: a case keeps the territory of its report."""
    open_ids = list(Case.objects.filter(id__in=ids, unit_grid_code="").values_list("id", flat=True))
    homeless = homing.home_points("cases_case", "location", open_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE cases_case c SET responsibility_grid_code = covering.code
               FROM (
                 SELECT c.id, g.code FROM cases_case c CROSS JOIN LATERAL (
                   SELECT code FROM (
                     SELECT code, valid FROM grids_responsibilitygrid
                     WHERE ST_Covers(boundary, c.location) OFFSET 0
                   ) g WHERE valid @> %(day)s::date ORDER BY code LIMIT 1
                 ) g WHERE c.id = ANY(%(ids)s)
               ) covering WHERE c.id = covering.id AND c.responsibility_grid_code = ''""",
            {"ids": open_ids, "day": timezone.localdate()},
        )
    return homeless
