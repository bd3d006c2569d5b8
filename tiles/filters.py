"""Query parameters that narrow a layer: ``bbox``, ``datetime``, ``region_code``, ``filter``, its attributes.

``apply`` uses the parameters that the layer understands; ``refuse_unknown`` is called once per request with
all layers asked for, so that a misspelt filter is an error (OGC API – Features, 7.15) and widens no answer.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _

from gis import codes
from gis.errors import BadParameter
from gis.jurisdiction import Scoped
from gis.layers import Layer
from tiles import cql2, cql2_query, systems
from tiles.attributes import output_field_of
from tiles.cql2_tree import names_in
from tiles.systems import CRS84, box
from tiles.times import interval, span

COMMON = frozenset(
    {"bbox", "bbox-crs", "datetime", "as_of", "region_code", "filter", "filter-lang", "filter-crs"}
)
LANGUAGE = "cql2-text"


def apply(rows: Scoped, layer: Layer, params: Mapping[str, str]) -> Scoped:
    """``rows`` of ``layer`` narrowed by those ``params`` that the layer understands.

    Raises BadParameter, in the user's language, for a value that cannot be read. A layer without a time
    takes no notice of ``datetime``, as the standard says, nor one without a past of ``as_of``; one that has
    not all that ``filter`` names takes no notice of it.
    """
    if "bbox" in params:
        system = systems.named(params.get("bbox-crs", CRS84), parameter="bbox-crs")
        rows = rows.filter(**{f"{layer.geometry}__intersects": box(params["bbox"], system=system)})
    if "datetime" in params:
        when = interval(params["datetime"])
        if layer.time:
            rows = _within(rows, layer.paths[layer.time], *when)
    if "as_of" in params:
        day = timezone.localdate(span(params["as_of"], name="as_of")[0])
        rows = layer.as_of(rows, day) if layer.as_of else rows
    if "region_code" in params:
        rows = _in_any_region(rows, params["region_code"])
    if "filter" in params:
        tree = cql2.parse(params["filter"])
        if cql2_query.knows(layer, names_in(tree)):
            system = systems.named(params.get("filter-crs", CRS84), parameter="filter-crs")
            rows = rows.filter(cql2_query.condition(tree, layer, system))
    for name in layer.paths.keys() - COMMON:
        if name in params:
            rows = rows.filter(**{f"{layer.paths[name]}__in": _values(layer, name, params[name])})
    return rows


def refuse_unknown(params: Mapping[str, str], *layers: Layer, also: Iterable[str] = ()) -> None:
    """BadParameter for a name that neither a layer nor the endpoint (``also``) knows, or that comes twice.

    So is a ``filter`` that no layer has all names of.
    """
    known = set(also).union(*(COMMON.union(layer.paths) for layer in layers))
    for name in params:
        if name not in known:
            raise BadParameter(name=name, reason=_("there is no such parameter here"))
        if hasattr(params, "getlist") and len(params.getlist(name)) > 1:
            raise BadParameter(name=name, reason=_("it is given more than once"))
    for name, needed in (("bbox-crs", "bbox"), ("filter-crs", "filter"), ("filter-lang", "filter")):
        if name in params and needed not in params:
            raise BadParameter(name=name, reason=_("it needs a %(name)s") % {"name": needed})
    if params.get("filter-lang", LANGUAGE) != LANGUAGE:
        raise BadParameter(
            name="filter-lang", reason=_("filters are written in %(name)s") % {"name": LANGUAGE}
        )
    if "filter" in params:
        tree = cql2.parse(params["filter"])
        if not any(cql2_query.knows(layer, names_in(tree)) for layer in layers):
            cql2_query.condition(tree, layers[0], systems.STORED)  # says which name is unknown, and where


def _in_any_region(rows: Scoped, text: str) -> Scoped:
    """Rows in any of the regions (comma between codes), with all that lies below them."""
    wanted = text.split(",")
    for code in wanted:
        if not codes.is_region_code(code):
            reason = _("“%(code)s” is not a region code") % {"code": code}
            raise BadParameter(name="region_code", reason=reason)
    found = rows.in_region(wanted[0])
    for code in wanted[1:]:
        found = found | rows.in_region(code)
    return found


def _within(rows: Scoped, path: str, start: datetime | None, end: datetime | None, closed: bool):
    if start:
        rows = rows.filter(**{f"{path}__gte": start})
    if end:
        rows = rows.filter(**{f"{path}__lte" if closed else f"{path}__lt": end})
    return rows


# --- attributes ---------------------------------------------------------------------------------


def _values(layer: Layer, name: str, text: str) -> list:
    """The values of ``a,b,c``, any of which a row may have."""
    field = output_field_of(layer, name)
    return [_value(field, name, part) for part in text.split(",")]


def _instant(text: str, *, name: str) -> datetime:
    start, _end, is_instant = span(text, name=name)
    if not is_instant:
        raise BadParameter(name=name, reason=_("a time with its hour is needed"))
    return start


def _value(field: Field, name: str, text: str):
    kind = field.get_internal_type()
    if kind == "DateTimeField":
        return _instant(text, name=name)
    if kind == "BooleanField":
        if text not in ("true", "false"):
            raise BadParameter(name=name, reason=_("it is true or false"))
        return text == "true"
    try:
        if "\0" in text or (text == "" and kind not in ("CharField", "TextField")):
            raise ValidationError(text)
        value = field.to_python(text)
    except (ValidationError, OverflowError) as wrong:
        reason = _("“%(value)s” is not a value of this attribute") % {"value": text.replace("\0", "")}
        raise BadParameter(name=name, reason=reason) from wrong
    choices = [key for key, _label in field.flatchoices]
    if choices and value not in choices:
        facts = {"value": text, "choices": ", ".join(map(str, choices))}
        reason = _("“%(value)s” is none of %(choices)s") % facts
        raise BadParameter(name=name, reason=reason)
    return value
