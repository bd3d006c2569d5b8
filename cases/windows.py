"""Time windows by name, and the stretch of time that figures are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from gis.errors import BadParameter
from tiles import filters

WINDOWS = {"today": 1, "7d": 7, "30d": 30, "1y": 365}  # days of the city, the present one included
USUAL = "7d"
FIRST = datetime(1, 1, 2, tzinfo=UTC)  # the calendar's first day, in whatever zone it is told


@dataclass(frozen=True)
class Period:
    """From ``start`` to ``end`` (None is open); ``closed`` tells whether the end itself belongs to it."""

    start: datetime | None
    end: datetime | None
    closed: bool

    def before(self, *, now: datetime) -> "Period | None":
        """The same stretch of the days before, as far as this one has gone by ``now``.

        Moved by whole days: this morning is compared with yesterday morning. None if it has no start, lies
        ahead, or if the calendar does not go back that far.
        """
        if self.start is None or self.start > now:
            return None
        days = timedelta(days=-((self.start - (self.end or now)) // timedelta(days=1)))
        if days > self.start - FIRST:
            return None
        if self.end is not None and self.end <= now:
            return Period(self.start - days, self.end - days, self.closed)
        return Period(self.start - days, now - days, closed=True)


def with_datetime(params: Mapping[str, str], *, now: datetime) -> dict[str, str]:
    """``params`` with the named ``window`` (or the usual one) written out as ``datetime``: days of the city.

    An explicit ``datetime`` goes before. BadParameter for a window that is none.
    """
    told = dict(params.items())
    name = told.pop("window", USUAL)
    if name not in WINDOWS:
        raise BadParameter(name="window", reason=_("it is one of %(names)s") % {"names": ", ".join(WINDOWS)})
    today = timezone.localdate(now)
    first = today - timedelta(days=WINDOWS[name] - 1)
    told.setdefault("datetime", f"{first}/{today}")
    return told


def period_of(params: Mapping[str, str]) -> Period:
    return Period(*filters.interval(params["datetime"]))
