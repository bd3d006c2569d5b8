"""Case numbers: the day and a count."""

import pytest
from django.db import connection
from django.utils import timezone

from cases.numbering import next_numbers
from tests import city
from tests.cases.at_once import at_once


def test_numbers_of_another_day_carry_that_day(db):
    day = timezone.datetime(2024, 2, 29).date()
    assert next_numbers(2, day=day) == ["2024022900001", "2024022900002"]


def test_a_number_that_a_file_brought_is_passed_over(town):
    city.make_case("2024022800002", city.MAP.point("p"), region_code=city.WEST)
    day = timezone.datetime(2024, 2, 28).date()
    assert next_numbers(3, day=day) == ["2024022800001", "2024022800003", "2024022800004"]


def test_after_99999_the_count_grows(db):
    day = timezone.datetime(2024, 2, 27).date()
    next_numbers(1, day=day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('case_number_20240227', 99999)")
    assert next_numbers(1, day=day) == ["20240227100000"]


@pytest.mark.django_db(transaction=True)
def test_numbers_drawn_at_once_are_all_different(committed_town):
    drawn = at_once(*[lambda: next_numbers(50) for _ in range(4)])
    assert len({number for numbers in drawn for number in numbers}) == 200
