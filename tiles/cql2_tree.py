"""What a filter in CQL2 is made of, and the fault that one can have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gis.errors import BadParameter


class Fault(BadParameter):
    """A filter that cannot be read or does not fit; ``at`` counts characters from 1."""

    def __init__(self, at: int, what: str):
        reason = _("at character %(at)s: %(what)s") % {"at": at, "what": what}
        super().__init__(name="filter", reason=reason, errors=[{"field": "filter", "at": at, "detail": what}])


@dataclass(frozen=True)
class Property:
    name: str
    at: int


@dataclass(frozen=True)
class Literal:
    """``kind`` is text, number or boolean."""

    kind: str
    value: Any
    at: int


@dataclass(frozen=True)
class Moment:
    """A DATE, a TIMESTAMP or an end of an INTERVAL; ``..`` is open."""

    text: str
    at: int


@dataclass(frozen=True)
class Interval:
    start: "Moment | Property"
    end: "Moment | Property"
    at: int


@dataclass(frozen=True)
class Geometry:
    """``kind`` is a GeoJSON type with its coordinates, ``BBox`` with four or six numbers, or
    ``GeometryCollection`` with geometries."""

    kind: str
    coordinates: Any
    at: int


@dataclass(frozen=True)
class Folded:
    """CASEI: upper and lower case are the same."""

    of: "Property | Literal"
    at: int


Scalar = Property | Literal | Moment | Folded


@dataclass(frozen=True)
class Comparison:
    sign: str
    left: Scalar
    right: Scalar
    at: int


@dataclass(frozen=True)
class Like:
    operand: Scalar
    pattern: Scalar
    at: int


@dataclass(frozen=True)
class Among:
    operand: Scalar
    options: tuple[Scalar, ...]
    at: int


@dataclass(frozen=True)
class Missing:
    """IS NULL."""

    operand: Property
    at: int


@dataclass(frozen=True)
class Function:
    """A spatial (``S_``) or temporal (``T_``) function: ``name`` is the rest of what it is called."""

    family: str
    name: str
    left: Any
    right: Any
    at: int


@dataclass(frozen=True)
class Always:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True)
class Not:
    of: "Node"


@dataclass(frozen=True)
class Both:
    """AND or OR of several."""

    connector: str
    parts: tuple["Node", ...]


Node = Comparison | Like | Among | Missing | Function | Always | Not | Both


def names_in(node) -> Iterator[Property]:
    """The properties that a tree speaks of."""
    match node:
        case Property():
            yield node
        case tuple():
            for part in node:
                yield from names_in(part)
        case _ if hasattr(node, "__dataclass_fields__"):
            for name in node.__dataclass_fields__:
                yield from names_in(getattr(node, name))
