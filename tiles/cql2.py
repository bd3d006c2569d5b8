"""CQL2 text (OGC 21-065) to a tree: comparisons, spatial and temporal functions, AND, OR and NOT.

Not here: arithmetic, functions of one's own, arrays, ACCENTI. Length, depth and sizes are limited, and what
cannot be read is a ``Fault`` that says where. What the names mean is ``tiles.cql2_query``'s to know.
"""

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from tiles.cql2_tree import (
    Always,
    Among,
    Both,
    Comparison,
    Fault,
    Folded,
    Function,
    Geometry,
    Interval,
    Like,
    Literal,
    Missing,
    Moment,
    Node,
    Not,
    Property,
    Scalar,
)

LONGEST = 50_000  # characters
DEEPEST = 32  # parentheses and NOTs within each other
MOST_TERMS = 200  # comparisons and functions
MOST_OPTIONS = 1_000  # of one IN
MOST_VERTICES = 2_000  # of all geometries together

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
SPATIAL = ("intersects", "disjoint", "within", "contains", "touches", "crosses", "overlaps", "equals")
TEMPORAL = (
    "after", "before", "contains", "disjoint", "during", "equals", "finishedby", "finishes", "intersects",
    "meets", "metby", "overlappedby", "overlaps", "startedby", "starts",
)  # fmt: skip

# --- words --------------------------------------------------------------------------------------


class Token(NamedTuple):
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The keyword that it may be."""
        return self.text.upper() if self.kind == "name" else ""


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<text>'(?:[^'\\]|''|\\'|\\)*+')
      | (?P<quoted>"(?:[^"]|"")++")
      | (?P<name>[^\W\d][\w.:]*)
      | (?P<sign><>|<=|>=|[=<>(),])""",
    re.VERBOSE,
)
_QUOTE = re.compile(r"''|\\'")


def _tokens(text: str) -> list[Token]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise Fault(at + 1, _("“%(text)s” cannot be read") % {"text": text[at : at + 20]})
        if found.lastgroup != "space":
            tokens.append(Token(found.lastgroup, found.group(), at + 1))
        at = found.end()
    return [*tokens, Token("end", "", len(text) + 1)]


@lru_cache(maxsize=128)
def parse(text: str) -> Node:
    """The tree of a filter; Fault if it is none, or too large."""
    if len(text) > LONGEST:
        raise Fault(LONGEST + 1, _("a filter has at most %(most)s characters") % {"most": LONGEST})
    if "\0" in text:
        raise Fault(text.index("\0") + 1, _("this character has no place in a text"))
    return _Parser(_tokens(text)).whole()


# --- sentences ----------------------------------------------------------------------------------


class _Parser:
    """Recursive descent over the tokens; each method reads what it is named after."""

    def __init__(self, tokens: list[Token]):
        self.tokens, self.next = tokens, 0
        self.depth = self.terms = self.vertices = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.next]

    @property
    def following(self) -> Token:
        return self.tokens[min(self.next + 1, len(self.tokens) - 1)]

    def take(self) -> Token:
        taken = self.token
        self.next += 1
        return taken

    def accept(self, *words: str) -> Token | None:
        """The token, if it is one of these keywords or signs."""
        if self.token.word in words or (self.token.kind == "sign" and self.token.text in words):
            return self.take()
        return None

    def expect(self, sign: str) -> Token:
        return self.accept(sign) or self.fail(_("“%(sign)s” is expected") % {"sign": sign})

    def fail(self, what: str) -> Any:
        found = f"“{self.token.text[:20]}”" if self.token.kind != "end" else _("the end")
        raise Fault(self.token.at, _("%(what)s, not %(found)s") % {"what": what, "found": found})

    def whole(self) -> Node:
        node = self.either()
        if self.token.kind != "end":
            self.fail(_("AND, OR or the end is expected"))
        return node

    # --- AND, OR, NOT

    def either(self) -> Node:
        return self._joined("OR", lambda: self._joined("AND", self.factor))

    def _joined(self, connector: str, read: Callable[[], Node]) -> Node:
        parts = [read()]
        while self.accept(connector):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Both(connector, tuple(parts))

    def factor(self) -> Node:
        negated = self.accept("NOT")
        opened = None if negated else self.accept("(")
        if not (negated or opened):
            return self.term()
        self.depth += 1
        if self.depth > DEEPEST:
            raise Fault(self.token.at, _("it nests deeper than %(most)s levels") % {"most": DEEPEST})
        if negated:
            node: Node = Not(self.factor())
        else:
            node = self.either()
            self.expect(")")
        self.depth -= 1
        return node

    def term(self) -> Node:
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise Fault(self.token.at, _("it has more than %(most)s comparisons") % {"most": MOST_TERMS})
        family, _underscore, name = self.token.text.lower().partition("_")
        if self.token.kind == "name" and self.following.text == "(":
            if family == "s" and name in SPATIAL:
                return self.function(family, name, self.spatial)
            if family == "t" and name in TEMPORAL:
                return self.function(family, name, self.temporal)
        if self.token.word in ("TRUE", "FALSE") and self.following.text not in COMPARISONS:
            return Always(self.take().word == "TRUE")
        return self.predicate()

    def function(self, family: str, name: str, argument: Callable[[], Any]) -> Function:
        at = self.take().at
        self.expect("(")
        left = argument()
        self.expect(",")
        right = argument()
        self.expect(")")
        return Function(family, name, left, right, at)

    # --- comparisons

    def predicate(self) -> Node:
        left = self.scalar()
        at = self.token.at
        if sign := self.accept(*COMPARISONS):
            return Comparison(sign.text, left, self.scalar(), at)
        if self.accept("IS"):
            return self._missing(left, at)
        negated = self.accept("NOT")
        if self.accept("LIKE"):
            node: Node = Like(left, self.scalar(), at)
        elif self.accept("BETWEEN"):
            lowest = self.scalar()
            self.accept("AND") or self.fail(_("“%(sign)s” is expected") % {"sign": "AND"})
            node = Both(
                "AND", (Comparison(">=", left, lowest, at), Comparison("<=", left, self.scalar(), at))
            )
        elif self.accept("IN"):
            node = Among(left, self.options(), at)
        else:
            return self.fail(_("a comparison is expected"))
        return Not(node) if negated else node

    def _missing(self, operand: Scalar, at: int) -> Node:
        negated = self.accept("NOT")
        if not self.accept("NULL"):
            self.fail(_("“%(sign)s” is expected") % {"sign": "NULL"})
        if not isinstance(operand, Property):
            raise Fault(operand.at, _("only an attribute can be NULL"))
        node = Missing(operand, at)
        return Not(node) if negated else node

    def options(self) -> tuple[Scalar, ...]:
        self.expect("(")
        options = [self.scalar()]
        while self.accept(","):
            if len(options) == MOST_OPTIONS:
                raise Fault(self.token.at, _("IN has at most %(most)s values") % {"most": MOST_OPTIONS})
            options.append(self.scalar())
        self.expect(")")
        return tuple(options)

    def scalar(self) -> Scalar:
        token = self.token
        called = self.following.text == "(" if token.kind == "name" else False
        if token.kind == "number":
            return Literal("number", self.number(), token.at)
        if token.kind == "text":
            return Literal("text", self.string(), token.at)
        if called and token.word == "CASEI":
            return self.folded()
        if called and token.word in ("DATE", "TIMESTAMP"):
            return self.moment()
        if not called and token.word in ("TRUE", "FALSE"):
            return Literal("boolean", self.take().word == "TRUE", token.at)
        return self.property()

    def folded(self) -> Folded:
        at = self.take().at
        self.expect("(")
        of = self.scalar()
        self.expect(")")
        if not isinstance(of, Property | Literal):
            raise Fault(of.at, _("only a text has upper and lower case"))
        return Folded(of, at)

    def property(self) -> Property:
        token = self.token
        if token.kind == "quoted":
            return Property(self.take().text[1:-1].replace('""', '"'), token.at)
        if token.kind != "name" or token.word in ("AND", "OR", "NOT", "IN", "IS", "LIKE", "BETWEEN", "NULL"):
            self.fail(_("an attribute or a value is expected"))
        if self.following.text == "(":
            raise Fault(token.at, _("there is no function “%(name)s” here") % {"name": token.text})
        return Property(self.take().text, token.at)

    def number(self) -> int | float:
        token = self.token
        if token.kind != "number":
            self.fail(_("a number is expected"))
        self.take()
        value = float(token.text)
        if not math.isfinite(value) or len(token.text) > 40:
            raise Fault(token.at, _("this number is too large"))
        return int(token.text) if token.text.lstrip("+-").isdigit() else value

    def string(self) -> str:
        if self.token.kind != "text":
            self.fail(_("a text in single quotes is expected"))
        return _QUOTE.sub("'", self.take().text[1:-1])

    # --- times

    def moment(self) -> Moment:
        at = self.take().at
        self.expect("(")
        text = self.string()
        self.expect(")")
        return Moment(text, at)

    def temporal(self) -> Property | Moment | Interval:
        token = self.token
        if self.following.text != "(":
            return self.property()
        if self.accept("INTERVAL"):
            self.expect("(")
            start = self.end_of_interval()
            self.expect(",")
            end = self.end_of_interval()
            self.expect(")")
            return Interval(start, end, token.at)
        if token.word in ("DATE", "TIMESTAMP"):
            return self.moment()
        return self.fail(_("a time is expected"))

    def end_of_interval(self) -> Moment | Property:
        token = self.token
        if token.kind == "text":
            return Moment(self.string(), token.at)
        if token.word in ("DATE", "TIMESTAMP"):
            return self.moment()
        return self.property()

    # --- places

    def spatial(self) -> Property | Geometry:
        if self.following.text == "(" or self.following.word == "Z":
            return self.geometry()
        return self.property()

    def geometry(self) -> Geometry:
        token = self.token
        if self.accept("BBOX"):
            return Geometry("BBox", self._list(self.number), token.at)
        if self.accept("GEOMETRYCOLLECTION"):
            return Geometry("GeometryCollection", self._list(self.geometry), token.at)
        if token.word not in _SHAPES:
            return self.fail(_("a geometry is expected"))
        self.take()
        self.accept("Z")
        kind, lists = _SHAPES[token.word]
        coordinates = self._nested(lists, single=kind != "MultiPoint")
        return Geometry(kind, self._only(coordinates) if kind == "Point" else coordinates, token.at)

    def _nested(self, lists: int, *, single: bool) -> tuple:
        """Positions in as many lists within each other; those of a MultiPoint may each have parentheses."""
        if lists > 1:
            return self._list(lambda: self._nested(lists - 1, single=True))
        return self._list(self.position if single else self._point_of_several)

    def _point_of_several(self) -> tuple:
        if self.token.text != "(":
            return self.position()
        return self._only(self._list(self.position))

    def _only(self, positions: tuple) -> tuple:
        if len(positions) != 1:
            self.fail(_("a point has one position"))
        return positions[0]

    def position(self) -> tuple:
        self.vertices += 1
        if self.vertices > MOST_VERTICES:
            raise Fault(self.token.at, _("it has more than %(most)s vertices") % {"most": MOST_VERTICES})
        x, y = self.number(), self.number()
        if self.token.kind == "number":
            self.number()  # the height
        return (x, y)

    def _list(self, read: Callable[[], Any]) -> tuple:
        self.expect("(")
        self.depth += 1
        if self.depth > DEEPEST:
            raise Fault(self.token.at, _("it nests deeper than %(most)s levels") % {"most": DEEPEST})
        parts = [read()]
        while self.accept(","):
            parts.append(read())
        self.expect(")")
        self.depth -= 1
        return tuple(parts)


_SHAPES = {  # the GeoJSON type, and how deep its positions lie
    "POINT": ("Point", 1),
    "LINESTRING": ("LineString", 1),
    "POLYGON": ("Polygon", 2),
    "MULTIPOINT": ("MultiPoint", 1),
    "MULTILINESTRING": ("MultiLineString", 2),
    "MULTIPOLYGON": ("MultiPolygon", 3),
}
