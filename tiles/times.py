"""Times in query parameters: RFC 3339 instants, days of the city, and intervals of them."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from gis.errors import BadParameter

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,6})?)([Zz]|[+ -]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def interval(text: str) -> tuple[datetime | None, datetime | None, bool]:
    """Start, end and whether the end itself belongs to it, of the ``datetime`` parameter.

    ``a/b``, ``../b`` and ``a/..`` as OGC API – Features has it; a day without a time is that whole day in
    the city's time zone.
    """
    parts = text.split("/")
    if len(parts) > 2:
        raise _bad_time(text, name="datetime")
    if len(parts) == 1:
        return span(parts[0], name="datetime")
    open_start, open_end = (part in ("", "..") for part in parts)
    if open_start and open_end:
        raise _bad_time(text, name="datetime")
    start = None if open_start else span(parts[0], name="datetime")[0]
    end, closed = (None, True) if open_end else span(parts[1], name="datetime")[1:]
    if start and end and (start > end or (start == end and not closed)):
        raise BadParameter(name="datetime", reason=_("the interval ends before it begins"))
    return start, end, closed


def span(text: str, *, name: str) -> tuple[datetime, datetime, bool]:
    """One instant, or one day up to the next; ``name`` is the parameter it comes from."""
    try:
        if _DAY.fullmatch(text):
            day = datetime.fromisoformat(text).date()
            return _midnight(day), _midnight(day + timedelta(days=1)), False
        if read := _INSTANT.fullmatch(text):
            on, clock, zone = read.groups()
            zone = "+00:00" if zone in "Zz" else zone.replace(" ", "+")  # an unescaped + arrives as a space
            instant = datetime.fromisoformat(f"{on}T{clock}{zone}")
            instant.astimezone(timezone.get_fixed_timezone(0))  # at the ends of the calendar it cannot
            return instant, instant, True
    except (ValueError, OverflowError):
        pass
    raise _bad_time(text, name=name)


def _midnight(day: date) -> datetime:
    """The first instant of ``day`` in the city's time zone."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


def _bad_time(text: str, *, name: str) -> BadParameter:
    reason = _("“%(text)s” is not a time such as 2026-05-01T08:00:00+08:00, nor two with / between") % {
        "text": text
    }
    return BadParameter(name=name, reason=reason)
