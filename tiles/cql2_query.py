"""What a CQL2 tree means for a layer: a condition on its rows.

Only the layer's attributes and ``geometry`` can be named. What is missing (NULL) fulfils neither a condition
nor its opposite, as in SQL. A day (DATE) is the whole day in the city's time zone.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import BooleanField, Expression, F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from gis import crs
from gis.errors import BadParameter
from gis.layers import Layer
from tiles import cql2_tree as tree
from tiles import systems, times
from tiles.attributes import kind_of, output_field_of
from tiles.cql2_tree import Fault
from tiles.systems import System

GEOMETRY = "geometry"  # what a layer's geometry is called in filters
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_SWAPPED = {"within": "contains", "contains": "within"}
_MOMENT = timedelta(microseconds=1)  # the database's step of time

# What an interval a0…a1 is to another, b0…b1; an instant is an interval whose ends are the same.
_TEMPORAL = {
    "after": "a0 > b1",
    "before": "a1 < b0",
    "contains": "a0 < b0, a1 > b1",
    "during": "a0 > b0, a1 < b1",
    "equals": "a0 = b0, a1 = b1",
    "finishedby": "a0 < b0, a1 = b1",
    "finishes": "a0 > b0, a1 = b1",
    "intersects": "a0 <= b1, a1 >= b0",
    "meets": "a1 = b0",
    "metby": "a0 = b1",
    "overlappedby": "a0 > b0, a0 < b1, a1 > b1",
    "overlaps": "a0 < b0, a1 > b0, a1 < b1",
    "startedby": "a0 = b0, a1 > b1",
    "starts": "a0 = b0, a1 < b1",
}


def knows(layer: Layer, names: Iterable[tree.Property]) -> bool:
    """Whether the layer has all that a filter names."""
    return all(named.name in layer.paths or named.name == GEOMETRY for named in names)


def condition(node: tree.Node, layer: Layer, system: System) -> Q:
    """The condition of a tree on the rows of ``layer``; Fault for what does not fit it.

    Coordinates in the tree are in ``system``.
    """
    return _Meaning(layer, system).of(node)


class _Meaning:
    def __init__(self, layer: Layer, system: System):
        self.layer, self.system = layer, system

    def of(self, node: tree.Node) -> Q:
        match node:
            case tree.Both("AND", parts):
                return Q(*map(self.of, parts))
            case tree.Both("OR", parts):
                return Q(*map(self.of, parts), _connector=Q.OR)
            case tree.Not(inner):
                return ~self.of(inner)
            case tree.Always(value):
                return ~Q(pk__in=[]) if value else Q(pk__in=[])
            case tree.Comparison():
                return self.comparison(node)
            case tree.Like():
                return self.like(node)
            case tree.Among():
                return self.among(node)
            case tree.Missing(operand):
                return _holds("{} IS NULL", self.column(operand))
            case tree.Function(family="s"):
                return self.spatial(node)
            case tree.Function():
                return self.temporal(node)
        raise TypeError(node)

    # --- comparisons

    def comparison(self, node: tree.Comparison) -> Q:
        left, sign, right = node.left, node.sign, node.right
        if not _names_something(left):
            left, sign, right = right, _FLIPPED[sign], left
        if not _names_something(left):
            raise Fault(node.left.at, _("one side must be an attribute"))
        kind = self.kind(left)
        self.refuse_other_kind(right, kind)
        if isinstance(right, tree.Moment):
            return self.timed(left, sign, right, kind)
        if sign in ("=", "<>"):
            self.refuse_no_choice(left, right)
        return _holds(f"{{}} {sign} {{}}", self.expression(left), self.expression(right))

    def timed(self, left: tree.Scalar, sign: str, right: tree.Moment, kind: str) -> Q:
        """A comparison with a time; a day is all of it."""
        first, last = (Value(end) for end in _ends(right, kind))
        column = self.expression(left)
        if sign in ("=", "<>"):
            same = _holds("{} BETWEEN {} AND {}", column, first, last)
            return same if sign == "=" else ~same
        return _holds(f"{{}} {sign} {{}}", column, last if sign in ("<=", ">") else first)

    def like(self, node: tree.Like) -> Q:
        for side in (node.operand, node.pattern):
            if self.kind(side) != "text":
                raise Fault(side.at, _("only a text is LIKE a pattern"))
        pattern = node.pattern.of if isinstance(node.pattern, tree.Folded) else node.pattern
        if not isinstance(pattern, tree.Literal):
            raise Fault(node.pattern.at, _("the pattern is a text in quotes"))
        if (len(pattern.value) - len(pattern.value.rstrip("\\"))) % 2:
            raise Fault(pattern.at, _("the pattern ends with an escape"))
        return _holds("{} LIKE {}", self.expression(node.operand), self.expression(node.pattern))

    def among(self, node: tree.Among) -> Q:
        kind = self.kind(node.operand)
        if kind in ("time", "date"):
            same = (tree.Comparison("=", node.operand, option, node.at) for option in node.options)
            return Q(*map(self.comparison, same), _connector=Q.OR)
        for option in node.options:
            self.refuse_other_kind(option, kind)
            self.refuse_no_choice(node.operand, option)
        listed = ", ".join("{}" for _option in node.options)
        values = map(self.expression, node.options)
        return _holds(f"{{}} IN ({listed})", self.expression(node.operand), *values)

    # --- what stands on a side

    def field(self, named: tree.Property):
        if named.name == GEOMETRY:
            raise Fault(named.at, _("the geometry is only for spatial functions"))
        if named.name not in self.layer.paths:
            facts = {"name": named.name, "names": ", ".join(self.layer.paths)}
            raise Fault(named.at, _("there is no attribute “%(name)s”, but %(names)s") % facts)
        return output_field_of(self.layer, named.name)

    def column(self, named: tree.Property) -> F:
        self.field(named)
        return F(self.layer.paths[named.name])

    def kind(self, side: tree.Scalar) -> str:
        """text, number, boolean, time or date."""
        match side:
            case tree.Property():
                return kind_of(self.field(side))
            case tree.Folded(of):
                if self.kind(of) != "text":
                    raise Fault(of.at, _("only a text has upper and lower case"))
                return "text"
            case tree.Moment():
                return "time"
        return side.kind

    def expression(self, side: tree.Scalar) -> Expression | F:
        match side:
            case tree.Property():
                return self.column(side)
            case tree.Folded(of):
                return Lower(self.expression(of))
            case tree.Literal():
                return Value(side.value)
        raise Fault(side.at, _("a time is compared with an attribute"))

    def refuse_other_kind(self, side: tree.Scalar, kind: str) -> None:
        wanted = {
            "text": _("a text in single quotes"), "number": _("a number"), "boolean": _("TRUE or FALSE"),
            "time": _("a TIMESTAMP or DATE"), "date": _("a TIMESTAMP or DATE"),
        }  # fmt: skip
        given = self.kind(side)
        if given != kind and not (isinstance(side, tree.Moment) and kind == "date"):
            raise Fault(side.at, _("it is compared with %(kind)s") % {"kind": wanted[kind]})

    def refuse_no_choice(self, side: tree.Scalar, value: tree.Scalar) -> None:
        """A value that the attribute can never have is a slip."""
        if not (isinstance(side, tree.Property) and isinstance(value, tree.Literal)):
            return
        choices = [key for key, _label in self.field(side).flatchoices]
        if choices and value.value not in choices:
            facts = {"value": value.value, "choices": ", ".join(map(str, choices))}
            raise Fault(value.at, _("“%(value)s” is none of %(choices)s") % facts)

    # --- times

    def temporal(self, node: tree.Function) -> Q:
        kinds = {
            self.time_kind(named)
            for named in tree.names_in((node.left, node.right))
        }  # fmt: skip
        if not kinds:
            raise Fault(node.at, _("one side must be an attribute"))
        if len(kinds) > 1:
            raise Fault(node.at, _("a day and a time cannot be compared"))
        [kind] = kinds
        if node.name == "disjoint":
            return ~self.related("intersects", node, kind)
        return self.related(node.name, node, kind)

    def time_kind(self, named: tree.Property) -> str:
        kind = kind_of(self.field(named))
        if kind not in ("time", "date"):
            raise Fault(named.at, _("“%(name)s” is not a time") % {"name": named.name})
        return kind

    def related(self, name: str, node: tree.Function, kind: str) -> Q:
        ends = dict(zip(("a0", "a1"), self.ends(node.left, kind), strict=True))
        ends |= zip(("b0", "b1"), self.ends(node.right, kind), strict=True)
        told = (relation.split() for relation in _TEMPORAL[name].split(", "))
        return Q(*(_holds(f"{{}} {sign} {{}}", ends[one], ends[other]) for one, sign, other in told))

    def ends(self, side: tree.Property | tree.Moment | tree.Interval, kind: str) -> tuple:
        match side:
            case tree.Property():
                return self.column(side), self.column(side)
            case tree.Interval(start, end):
                return self.ends(start, kind)[0], self.ends(end, kind)[1]
            case tree.Moment(".."):
                return tuple(Value(end.date() if kind == "date" else end) for end in _EVER)
        return tuple(map(Value, _ends(side, kind)))

    # --- places

    def spatial(self, node: tree.Function) -> Q:
        left, name, right = node.left, node.name, node.right
        if isinstance(left, tree.Geometry):
            left, name, right = right, _SWAPPED.get(name, name), left
        for side, wanted in ((left, tree.Property), (right, tree.Geometry)):
            if not isinstance(side, wanted):
                raise Fault(side.at, _("one side must be the geometry, the other one coordinates"))
        if left.name != GEOMETRY:
            raise Fault(left.at, _("“%(name)s” is no geometry, but “geometry” is") % {"name": left.name})
        return Q(**{f"{self.layer.geometry}__{name}": self.area(right)})

    def area(self, given: tree.Geometry) -> GEOSGeometry:
        """The geometry in EPSG:4326, valid; Fault otherwise."""
        if given.kind == "BBox":
            return self.bbox(given)
        shape = systems.stored(self.shape(given), self.system)
        if not np.isfinite(shapely.get_coordinates(shape)).all():
            raise Fault(given.at, _("it lies outside its coordinate system"))
        lon, lat = np.abs(shapely.get_coordinates(shape)).max(axis=0)
        if lon > 180 or lat > 90:
            raise Fault(given.at, _("longitudes lie within ±180 and latitudes within ±90 degrees"))
        if not shape.is_valid:
            why = shapely.is_valid_reason(shape)
            raise Fault(given.at, _("the geometry is not valid: %(why)s") % {"why": why})
        return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=crs.STORAGE)

    def bbox(self, given: tree.Geometry) -> GEOSGeometry:
        try:
            return systems.rectangle(list(given.coordinates), system=self.system, parameter="filter")
        except BadParameter as wrong:
            raise Fault(given.at, str(wrong.facts["reason"])) from wrong

    def shape(self, given: tree.Geometry) -> BaseGeometry:
        """The geometry as it is written."""
        if given.kind == "GeometryCollection":
            if any(part.kind in ("BBox", "GeometryCollection") for part in given.coordinates):
                raise Fault(given.at, _("a collection holds plain geometries"))
            return shapely.GeometryCollection([self.shape(part) for part in given.coordinates])
        polygons = {"Polygon": (given.coordinates,), "MultiPolygon": given.coordinates}.get(given.kind, ())
        if any(ring[0] != ring[-1] for polygon in polygons for ring in polygon):
            raise Fault(given.at, _("a ring ends where it begins"))
        document = {"type": given.kind, "coordinates": given.coordinates}
        try:
            return shapely.geometry.shape(document)
        except (ValueError, shapely.errors.GEOSException) as wrong:
            raise Fault(given.at, _("these coordinates make no geometry")) from wrong


def _names_something(side: tree.Scalar) -> bool:
    return next(tree.names_in(side), None) is not None


def _holds(text: str, *parts: Expression | F) -> Q:
    """A condition in SQL with expressions at its ``{}``."""
    return Q(_Condition(*parts, text=text))


class _Condition(Func):
    """SQL of several expressions; other than a lookup's, its opposite leaves out what is NULL."""

    output_field = BooleanField()

    def __init__(self, *parts, text: str):
        super().__init__(*parts)
        self.text = text

    def as_sql(self, compiler, connection, function=None, template=None, arg_joiner=None, **_more):
        compiled = [compiler.compile(part) for part in self.get_source_expressions()]
        sql = self.text.format(*(part for part, _params in compiled))
        return f"({sql})", tuple(param for _part, params in compiled for param in params)


def _ends(moment: tree.Moment, kind: str) -> tuple[datetime, datetime] | tuple[date, date]:
    """The first and the last instant of a time or day; as days, if ``kind`` is date."""
    try:
        start, end, closed = times.span(moment.text, name="filter")
    except BadParameter as wrong:
        raise Fault(moment.at, str(wrong.facts["reason"])) from wrong
    last = end if closed else end - _MOMENT
    if kind == "date":
        return timezone.localdate(start), timezone.localdate(last)
    return start, last
