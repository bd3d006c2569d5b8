"""Figures: every side adds up to the same total, compared with the stretch of time before."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from cases.models import Case, Category
from cases.statistics import figures_of
from cases.windows import Period, with_datetime
from tests import city
from tests.conftest import make_user

CITY_NOON = timezone.make_aware(datetime(2026, 5, 20, 12))
TODAY = {"datetime": "2026-05-20/2026-05-20"}
WEEK = {"datetime": "2026-05-14/2026-05-20"}


def report(number: int, *, at: datetime, region: str = city.WEST, mark: str = "p", **values):
    return city.make_case(f"F{number:07}", city.MAP.point(mark), region_code=region, reported_at=at, **values)


@pytest.fixture
def week(town):
    """Of 20 May 2026: three in the west this morning and one yesterday evening; one in the east two days ago;
    one each yesterday morning, eight days ago and in the neighbouring district."""
    Case.objects.all().delete()
    lid = Category.objects.get(kind="asset", scheme="GB/T 30428.2-2013", code="0101")
    for n, hour in enumerate((0, 8, 11)):
        report(n, at=CITY_NOON.replace(hour=hour))
    report(3, at=CITY_NOON - timedelta(hours=15))
    report(4, at=CITY_NOON - timedelta(days=2), region=city.EAST, mark="t", category=lid, stage="accepted")
    report(5, at=CITY_NOON - timedelta(days=1, hours=4))
    report(6, at=CITY_NOON - timedelta(days=8), region=city.DISTRICT)
    report(7, at=CITY_NOON, region=city.NEIGHBOUR_COMMUNITY, mark="n")


def figures(user, params):
    return figures_of(user, params, now=CITY_NOON)


@pytest.mark.parametrize("side", ["stages", "majors", "regions"])
def test_every_side_adds_up_to_the_total(week, chief, side):
    told = figures(chief, WEEK)
    assert sum(row["count"] for row in told[side]) == told["total"] == 6


def test_the_histogram_adds_up_to_the_total(week, chief):
    told = figures(chief, WEEK)
    assert sum(b["asset"] + b["incident"] for b in told["histogram"]["bins"]) == told["total"]


def test_a_morning_is_compared_with_the_morning_before(week, chief):
    told = figures(chief, TODAY)
    assert (told["total"], told["previous"]) == (3, 1)  # not yesterday evening's
    assert told["previous_period"]["end"] == "2026-05-19T12:00:00+08:00"


def test_a_week_is_compared_with_the_week_before(week, chief):
    assert figures(chief, WEEK)["previous"] == 1


def test_a_time_without_a_beginning_has_nothing_before(week, chief):
    told = figures(chief, {"datetime": "../2026-05-20"})
    assert (told["total"], told["previous"], told["previous_period"]) == (7, None, None)


def test_before_the_calendar_begins_there_is_nothing(week, chief):
    told = figures(chief, {"datetime": "1000-01-01/2026-05-20"})
    assert (told["total"], told["previous"]) == (7, None)


def test_all_stages_are_named_in_their_order(week, chief):
    stages = figures(chief, WEEK)["stages"]
    assert [s["stage"] for s in stages] == Case.Stage.values
    assert {s["stage"]: s["count"] for s in stages if s["count"]} == {"reported": 5, "accepted": 1}


def test_a_major_class_carries_the_ids_that_filter_for_it(week, chief):
    asset = next(m for m in figures(chief, WEEK)["majors"] if m["kind"] == "asset")
    narrowed = {**WEEK, "category_id": ",".join(map(str, asset["categories"]))}
    assert figures(chief, narrowed)["total"] == asset["count"] == 1


def test_regions_are_those_one_level_below_mine(week, chief):
    street, rough = figures(chief, WEEK)["regions"]
    assert (street["code"], street["name"], street["count"]) == (city.STREET, "东湖街道", 6)
    assert (rough["code"], rough["count"], rough["previous"]) == (city.DISTRICT, 0, 1)


def test_drilling_down_shows_the_communities(week, chief):
    regions = figures(chief, {**WEEK, "region_code": city.STREET})["regions"]
    assert [(r["name"], r["count"]) for r in regions] == [("西社区", 5), ("东社区", 1)]


def test_a_case_that_is_not_located_more_finely_is_said_to_be_so(week, chief):
    regions = figures(chief, {"datetime": "2026-05-01/2026-05-20"})["regions"]
    rough = next(r for r in regions if r["code"] == city.DISTRICT)
    assert rough["count"] == 1
    assert rough["name"] != "魏南区"
    assert "魏南区" in rough["name"]


def test_a_day_is_counted_by_the_hour_of_the_city(week, chief):
    bins = figures(chief, TODAY)["histogram"]["bins"]
    assert [b["start"][11:13] for b in bins if b["incident"]] == ["00", "08", "11"]


def test_empty_hours_are_there_up_to_now(week, chief):
    bins = figures(chief, TODAY)["histogram"]["bins"]
    assert [b["start"][:13] for b in bins] == [f"2026-05-20T{hour:02}" for hour in range(13)]


def test_empty_days_are_there(week, chief):
    assert [b["start"][8:10] for b in figures(chief, WEEK)["histogram"]["bins"]] == [
        "14",
        "15",
        "16",
        "17",
        "18",
        "19",
        "20",
    ]


def test_years_are_counted_by_months(week, chief):
    histogram = figures(chief, {"datetime": "2025-01-01/2026-05-20"})["histogram"]
    assert histogram["step"] == "month"
    assert [b["start"][:7] for b in histogram["bins"]][-2:] == [
        "2026-04",
        "2026-05",
    ]


@pytest.mark.parametrize("window, days", [("today", 1), ("7d", 7), ("30d", 30), ("1y", 365)])
def test_a_window_is_whole_days_of_the_city_up_to_today(window, days):
    just_after_midnight = timezone.make_aware(datetime(2026, 5, 20, 0, 1))
    written = with_datetime({"window": window}, now=just_after_midnight)["datetime"]
    first = datetime(2026, 5, 20) - timedelta(days=days - 1)
    assert written == f"{first:%Y-%m-%d}/2026-05-20"


def test_a_period_ahead_has_nothing_before():
    assert Period(CITY_NOON + timedelta(days=1), None, True).before(now=CITY_NOON) is None


def test_a_past_day_is_compared_with_the_whole_day_before():
    midnight = timezone.make_aware(datetime(2026, 5, 10))
    day = Period(midnight, midnight + timedelta(days=1), False)
    assert day.before(now=CITY_NOON) == Period(midnight - timedelta(days=1), midnight, False)


# --- over HTTP ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "narrowed", [{}, {"kind": "incident"}, {"region_code": city.EAST}, {"stage": "accepted"}]
)
def test_figures_heat_items_and_a_plain_count_agree(week, chief, signed_in, narrowed):
    client, params = signed_in(chief), {**WEEK, **narrowed}
    total = client.get("/api/cases/figures", params).json()["total"]
    heat = client.get("/api/cases/heat", {**params, "zoom": 12}).json()
    items = client.get("/ogc/collections/cases/items", params).json()
    plain = Case.objects.filter(
        region_code__startswith=narrowed.get("region_code", city.DISTRICT),
        category__kind__in=[narrowed["kind"]] if "kind" in narrowed else ["asset", "incident"],
        stage__in=[narrowed["stage"]] if "stage" in narrowed else Case.Stage.values,
        reported_at__gte=timezone.make_aware(datetime(2026, 5, 14)),
        reported_at__lt=timezone.make_aware(datetime(2026, 5, 21)),
    ).count()
    assert (
        total
        == sum(f["properties"]["count"] for f in heat["features"])
        == items["numberMatched"]
        == plain
        > 0
    )


def test_the_neighbour_counts_only_his_own(week, stranger, signed_in):
    told = signed_in(stranger).get("/api/cases/figures", WEEK).json()
    assert told["total"] == 1
    assert [r["code"] for r in told["regions"]] == [city.NEIGHBOUR_STREET]


def test_the_neighbour_gets_no_count_by_naming_our_region(week, stranger, signed_in):
    told = signed_in(stranger).get("/api/cases/figures", {**WEEK, "region_code": city.DISTRICT}).json()
    assert (told["total"], told["previous"], told["regions"], told["majors"]) == (0, 0, [], [])


def test_a_community_counts_itself(week, worker, signed_in):
    told = signed_in(worker).get("/api/cases/figures", WEEK).json()
    assert [(r["code"], r["count"]) for r in told["regions"]] == [(city.WEST, 5)]


def test_an_empty_jurisdiction_counts_nothing(week, signed_in):
    nobody = make_user("nobody", role="duty_chief", jurisdiction="")
    assert signed_in(nobody).get("/api/cases/figures", WEEK).json()["total"] == 0


def test_a_misspelt_filter_is_refused(week, chief, signed_in):
    assert signed_in(chief).get("/api/cases/figures", {"regoin": "41"}).status_code == 400


def test_figures_ask_for_a_sign_in(client, db):
    assert client.get("/api/cases/figures").status_code == 401
