"""Case numbers: the day and a count within it (``2026112100017``)."""

from datetime import date

from django.db import connection
from django.utils import timezone


def next_numbers(count: int, *, day: date | None = None) -> list[str]:
    """``count`` new case numbers of ``day`` (today in the city's time zone), in rising order.

    Unique among all who ask at once; a number that is drawn and not used is lost.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_case_numbers(%s, %s)", [day or timezone.localdate(), count])
        return [number for (number,) in cursor]
