"""From cleaned cells to the values of a model's fields; what does not fit refuses its row, in words."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any

from django.db import connection, models
from django.utils import timezone, translation
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from gis.layers import Layer
from gis.loading.rows import Row

_YES, _NO = {"1", "true", "t", "yes", "y", "是"}, {"0", "false", "f", "no", "n", "否"}


class _Misfit(Exception):
    """A sentence about one value."""


def convert(rows: Sequence[Row], layer: Layer) -> None:
    """Give each row the values that its model takes; empty ones are left to the model's defaults."""
    required = {column.name for column in layer.rules.columns if column.required}
    patterns = {c.name: (re.compile(c.pattern), c.hint) for c in layer.rules.columns if c.pattern}
    readers = {f.attname: _reader(f) for f in layer.model._meta.concrete_fields}
    for row in rows:
        if row.fault:
            continue
        try:
            row.values = _converted(row.values, required, patterns, readers)
        except _Misfit as misfit:
            row.refuse(str(misfit))


def _converted(values: dict[str, Any], required, patterns, readers) -> dict[str, Any]:
    done = {}
    for name, value in values.items():
        if value in ("", None):
            if name in required:
                raise _Misfit(_("{field} is missing.").format(field=name))
            continue
        if name in patterns and not patterns[name][0].fullmatch(value):
            raise _Misfit(
                _("{field} “{value}”: {hint}").format(field=name, value=value, hint=patterns[name][1])
            )
        if name in readers:
            try:
                done[name] = readers[name](value)
            except (ValueError, OverflowError) as error:
                raise _Misfit(
                    _("{field} “{value}”: {reason}").format(field=name, value=value, reason=error)
                ) from None
    return done


def _reader(field: models.Field) -> Callable[[Any], Any]:
    if field.choices:
        return partial(_choice, by_label=choices_of(field))
    match field:
        case models.BooleanField():
            return _boolean
        case models.IntegerField() if not field.is_relation:
            lowest, highest = connection.ops.integer_field_range(field.get_internal_type())
            return partial(_integer, lowest=lowest, highest=highest)
        case models.FloatField():
            return _number
        case models.DateTimeField():
            return moment
        case models.CharField() | models.TextField():
            return partial(_text, longest=field.max_length)
    return lambda value: value


def choices_of(field: models.Field) -> dict[str, str]:
    """Every way to name a choice of ``field``: its value, or its label in Chinese or English."""
    named: dict[str, Any] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            named |= {str(label).lower(): value for value, label in field.flatchoices}
    return named | {str(value).lower(): value for value, _label in field.flatchoices}


def _choice(value: Any, *, by_label: dict[str, str]) -> str:
    try:
        return by_label[str(value).lower()]
    except KeyError:
        allowed = ", ".join(dict.fromkeys(by_label.values()))
        raise ValueError(_("it must be one of {allowed}.").format(allowed=allowed)) from None


def _text(value: Any, *, longest: int | None) -> str:
    text = str(value)
    if longest and len(text) > longest:
        raise ValueError(_("it is longer than {count} characters.").format(count=longest))
    if "\0" in text:
        raise ValueError(_("it holds a zero character."))
    return text


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(_("it is not a number."))
    return number


def plain_number(text: str) -> str:
    """The number that ``text`` begins with (``20 m``, ``3;4``), empty if it begins with none."""
    match = re.match(r"\s*(\d+(?:\.\d+)?)", text)
    return match[1] if match else ""


def _integer(value: Any, *, lowest: int, highest: int) -> int:
    number = value if isinstance(value, int) else _number(value)
    if number != int(number) or not lowest <= number <= highest:
        raise ValueError(_("it is not a whole number that fits here."))
    return int(number)


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text not in _YES | _NO:
        raise ValueError(_("it is neither yes nor no."))
    return text in _YES


def moment(value: Any) -> datetime:
    """A point in time: ISO 8601, ``2026/3/5 8:20``, ``2026年3月5日 8时20分``; without a zone, the city's."""
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime.combine(value, time())
    else:
        found = _moment_of_text(str(value))
    return found if timezone.is_aware(found) else timezone.make_aware(found)


_LOOSE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时点](?:(\d{1,2})分?)?(?::?(\d{1,2})秒?)?(?:\.\d+)?)?"
)


def _moment_of_text(text: str) -> datetime:
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = datetime.combine(day, time())
        if found is None and (match := _LOOSE.fullmatch(text)):
            year, month, date_, hour, minute, second = (int(part or 0) for part in match.groups())
            found = datetime(year, month, date_, hour, minute, second)
    except ValueError:
        found = None
    if found is None:
        raise ValueError(_("it is not a date and time such as 2026-03-05 08:20."))
    return found
