"""Cases of the demo city: where and when they happen."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection

from cases.cells import cell_of
from cases.models import Case, CaseEvent
from demo import happenings
from demo.profiles import PROFILES

SHANGHAI = ZoneInfo("Asia/Shanghai")
UNTIL = datetime(2026, 6, 30, 18, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def many():
    """The kind and the local time of 60,000 cases."""
    return happenings.schedule(60_000, until=UNTIL, seed=1)


def hours_of(many, code: str) -> Counter:
    profile, time = many
    wanted = [i for i, p in enumerate(PROFILES) if p.kind == "incident" and p.code == code]
    own = time[np.isin(profile, wanted)]
    return Counter(((own - own.astype("datetime64[D]")).astype(int) // 3600).tolist())


def months_of(many, code: str, kind: str = "incident") -> Counter:
    profile, time = many
    wanted = [i for i, p in enumerate(PROFILES) if (p.kind, p.code) == (kind, code)]
    return Counter((time[np.isin(profile, wanted)].astype("datetime64[M]").astype(int) % 12 + 1).tolist())


def test_cases_span_two_years_up_to_the_given_moment(many):
    _, time = many
    end = np.datetime64(UNTIL.replace(tzinfo=None))
    assert time.max() <= end
    assert end - time.max() < np.timedelta64(6, "h")
    assert np.timedelta64(725, "D") < end - time.min() < np.timedelta64(737, "D")


def test_bicycles_are_badly_parked_in_the_rush_hours(many):
    hours = hours_of(many, "0410")
    assert min(hours[7], hours[8], hours[17]) > 2 * max(hours[3], hours[12], hours[22])


def test_building_noise_is_heard_at_night(many):
    hours = hours_of(many, "0301")
    assert hours[22] > 2 * hours[10]


def test_drains_block_in_july_and_leaves_fall_in_november(many):
    drains, trees = months_of(many, "0503"), months_of(many, "0402", "asset")
    assert drains[7] > 4 * drains[1]
    assert trees[11] > 4 * trees[5]


def test_snow_lies_on_few_days_and_only_in_the_cold_months(many):
    profile, time = many
    snow = next(i for i, p in enumerate(PROFILES) if p.code == "0507")
    _, count = np.unique(time[profile == snow].astype("datetime64[D]"), return_counts=True)
    worst = np.sort(count)[::-1]
    assert worst[:20].sum() > 0.6 * count.sum()
    cold = months_of(many, "0507")
    assert sum(cold[m] for m in (11, 12, 1, 2, 3)) > 0.9 * cold.total()


def test_weekends_are_quieter_for_patrols(many):
    profile, time = many
    patrol = np.isin(profile, [i for i, p in enumerate(PROFILES) if p.hours == "patrol"])
    weekday = (time[patrol].astype("datetime64[D]").astype(int) + 3) % 7
    per_day = np.bincount(weekday, minlength=7)
    assert per_day[5:].mean() < 0.8 * per_day[:5].mean()


def test_a_few_places_have_much_of_it(loaded):
    per_cell = Counter(Case.objects.values_list("h3", flat=True))
    top = sorted(per_cell.values(), reverse=True)
    assert sum(top[: len(top) // 20]) > 0.25 * sum(top)


def test_cases_of_an_asset_lie_at_such_an_asset(loaded):
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT max(distance) FROM cases_case c JOIN cases_category k ON k.id = c.category_id,
               LATERAL (SELECT ST_Distance(a.location::geography, c.location::geography) AS distance
                        FROM buildings_asset a WHERE a.asset_class_id = k.asset_class_id
                        ORDER BY a.location <-> c.location LIMIT 1) nearest
               WHERE k.kind = 'asset'"""
        )
        assert cursor.fetchone()[0] < 10


def test_each_case_has_its_report_and_its_reporter_in_the_history(loaded):
    reports = CaseEvent.objects.filter(action="report")
    assert reports.count() == Case.objects.count()
    assert reports.filter(case__reporter__isnull=False).exists()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM cases_case c JOIN cases_caseevent e ON e.case_id = c.id
               WHERE e.at <> c.reported_at OR e.officer_id IS DISTINCT FROM c.reporter_id"""
        )
        assert cursor.fetchone()[0] == 0


def test_old_cases_are_closed_and_new_ones_are_open(loaded):
    old = Case.objects.filter(reported_at__lt=loaded.until - timedelta(days=200))
    assert not old.exclude(stage__in=("closed", "voided")).exists()
    assert Case.objects.exclude(stage__in=("closed", "voided")).exists()
    assert not Case.objects.filter(stage="closed", closed_at=None).exists()
    assert not Case.objects.exclude(stage="closed").exclude(closed_at=None).exists()
    assert not Case.objects.filter(closed_at__gt=loaded.until).exists()


def test_numbers_are_the_day_and_a_count_in_the_order_of_reports(loaded):
    by_day: dict[str, list[str]] = {}
    for number, at in Case.objects.order_by("reported_at", "number").values_list("number", "reported_at"):
        day = at.astimezone(SHANGHAI).strftime("%Y%m%d")
        assert number.startswith(day)
        by_day.setdefault(day, []).append(number[8:])
    assert all(numbers == [f"{n:05}" for n in range(1, len(numbers) + 1)] for numbers in by_day.values())


def test_each_case_carries_its_cell_and_its_responsibility_grid(loaded):
    for case in Case.objects.order_by("client_key")[:300]:
        assert case.h3 == cell_of(*case.location.coords)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM cases_case c LEFT JOIN grids_unitgrid u ON u.code = c.unit_grid_code
               LEFT JOIN grids_responsibilitygrid g ON g.id = u.responsibility_grid_id
               WHERE COALESCE(g.code, '') <> c.responsibility_grid_code"""
        )
        assert cursor.fetchone()[0] == 0


def test_cases_say_what_and_where(loaded):
    assert not Case.objects.filter(description="").exists()
    assert not Case.objects.filter(place="").exists()
    assert Case.objects.values("category").distinct().count() > 40
