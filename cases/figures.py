"""The figures of a selection of cases: how many, in which stage, of which class, where and when.

Two readings of the index ``case_time`` (or ``case_category_time``), without touching the table.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Value
from django.db.models.functions import Left
from django.utils import timezone

from cases.windows import Period
from gis import codes
from gis.jurisdiction import Scoped

HOURS_UP_TO = timedelta(days=3)  # a longer stretch is counted by days,
DAYS_UP_TO = timedelta(days=400)  # and a longer one by months


@dataclass(frozen=True)
class Counts:
    """Counts of one selection by each of its sides; every side adds up to ``total``."""

    stages: Counter[str]
    categories: Counter[int]  # category ids
    regions: Counter[str]  # region codes of the level asked for; shorter where a case has no finer region

    @property
    def total(self) -> int:
        return self.stages.total()


def counted(cases: Scoped, *, region_level: int) -> Counts:
    """Count ``cases`` by stage, category and region (the first ``region_level`` digits of its code)."""
    counts = Counts(Counter(), Counter(), Counter())
    sides = (
        cases.order_by()
        .annotate(region=Left("region_code", region_level))
        .values("stage", "category_id", "region")
    )
    for stage, category, region, count in sides.annotate(count=Count("*")).values_list(
        "stage", "category_id", "region", "count"
    ):
        counts.stages[stage] += count
        counts.categories[category] += count
        counts.regions[region] += count
    return counts


def level_below(region_code: str) -> int:
    """The digits of the regions one level below ``region_code``; a community has none below it."""
    return min((level for level in codes.LEVELS if level > len(region_code)), default=codes.COMMUNITY)


# --- over time ----------------------------------------------------------------------------------


class WidthBucket(Func):
    """Which of the ascending ``bounds`` a time has passed last, counted from 1."""

    function = "width_bucket"
    output_field = IntegerField()

    def __init__(self, moment: str, bounds: list[datetime]):
        super().__init__(F(moment), Value(bounds, output_field=ArrayField(DateTimeField())))


def histogram(cases: Scoped, bounds: list[datetime]) -> list[Counter[int]]:
    """How many ``cases`` of each category (id) were reported from each bound to the next.

    A case before the first bound is an error of the caller, who knows the period.
    """
    if not bounds:
        return []
    bins: list[Counter[int]] = [Counter() for _bound in bounds]
    counts = cases.order_by().annotate(bin=WidthBucket("reported_at", bounds)).values("bin", "category_id")
    for number, category, count in counts.annotate(count=Count("*")).values_list(
        "bin", "category_id", "count"
    ):
        bins[number - 1][category] += count
    return bins


def step_of(period: Period, *, now: datetime) -> str:
    """How long a bin of ``period`` is, so that there are not many more than 400: hour, day or month."""
    length = (period.end or now) - period.start if period.start else DAYS_UP_TO * 2
    return "hour" if length <= HOURS_UP_TO else "day" if length <= DAYS_UP_TO else "month"


def bounds_of(cases: Scoped, period: Period, *, step: str, now: datetime) -> list[datetime]:
    """The starts of the bins of ``period`` in the city's time, those ahead of ``now`` left out.

    A period without a start begins with the first of ``cases``.
    """
    start = period.start or cases.order_by("reported_at").values_list("reported_at", flat=True).first()
    if start is None:
        return []
    bounds = [_floor(start, step)]
    last = min(period.end - timedelta(microseconds=0 if period.closed else 1), now) if period.end else now
    while (following := _next(bounds[-1], step)) <= last:
        bounds.append(following)
    return bounds


def _floor(moment: datetime, step: str) -> datetime:
    """The start of the hour, day or month of the city that holds ``moment``."""
    local = timezone.localtime(moment).replace(minute=0, second=0, microsecond=0)
    if step == "hour":
        return local
    return local.replace(hour=0) if step == "day" else local.replace(hour=0, day=1)


def _next(begin: datetime, step: str) -> datetime:
    if step == "hour":
        return begin + timedelta(hours=1)
    return _floor(begin + timedelta(days=1 if step == "day" else 31), step)
