"""The figures of a selection of cases: how many, in which stage, of which class, where and when."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone

from cases.models import CaseQuerySet
from cases.windows import Period
from gis import codes

HOURS_UP_TO = timedelta(days=3)  # a longer stretch is counted by days,
DAYS_UP_TO = timedelta(days=400)  # and a longer one by months

# One reading of the cases for all sides: the compiled query of the selection stands in {cases}. Each row is
# one group of one side; GROUPING tells the side by the columns that it is not grouped by.
_COUNTS = """
SELECT GROUPING(region, category, stage, bin), region, category, stage, bin, kind, count(*)
  FROM (SELECT left(region_code, %s) AS region, category_id AS category, stage, kind,
               date_trunc(%s, reported_at AT TIME ZONE %s) AS bin
          FROM ({cases}) selected JOIN (SELECT id AS category_id, kind FROM cases_category) class USING (category_id)
       ) counted
 GROUP BY GROUPING SETS ((region), (category), (stage), (bin, kind))
"""
_REGION, _CATEGORY, _STAGE, _BIN = 0b0111, 0b1011, 0b1101, 0b1110


@dataclass(frozen=True)
class Counts:
    """Counts of one selection by each of its sides; every side adds up to ``total``."""

    regions: Counter[str]  # region codes of the level asked for; shorter where a case has no finer region
    categories: Counter[int]  # category ids
    stages: Counter[str]
    bins: dict[datetime, Counter[str]]  # start of the bin: kind of category

    @property
    def total(self) -> int:
        return self.stages.total()


def counted(cases: CaseQuerySet, *, step: str, region_level: int) -> Counts:
    """Count ``cases`` by region (``region_level`` digits), category, stage, and ``step`` of time and kind."""
    counts = Counts(Counter(), Counter(), Counter(), {})
    for side, region, category, stage, begin, kind, count in _rows(cases, step=step, region_level=region_level):
        if side == _REGION:
            counts.regions[region] = count
        elif side == _CATEGORY:
            counts.categories[category] = count
        elif side == _STAGE:
            counts.stages[stage] = count
        else:
            counts.bins.setdefault(timezone.make_aware(begin), Counter())[kind] += count
    return counts


def _rows(cases: CaseQuerySet, *, step: str, region_level: int) -> list[tuple]:
    columns = cases.order_by().values("region_code", "category_id", "stage", "reported_at")
    try:
        query, values = columns.query.sql_with_params()
    except EmptyResultSet:  # an empty jurisdiction
        return []
    with connection.cursor() as cursor:
        zone = timezone.get_default_timezone_name()
        cursor.execute(_COUNTS.format(cases=query), [region_level, step, zone, *values])
        return cursor.fetchall()


def step_of(period: Period, *, now: datetime) -> str:
    """The bins of a histogram of ``period``: at most about 400."""
    length = (period.end or now) - period.start if period.start else DAYS_UP_TO * 2
    return "hour" if length <= HOURS_UP_TO else "day" if length <= DAYS_UP_TO else "month"


def level_below(region_code: str) -> int:
    """The digits of the regions one level below ``region_code``; a community has none below it."""
    return min((level for level in codes.LEVELS if level > len(region_code)), default=codes.COMMUNITY)
