"""The layer: a named, jurisdiction-scoped query over the city, declared once in an app's ``layers.py``.

From the declaration come its vector tiles, TileJSON, style and legend, GeoJSON items, its OGC API
collection, its place in the layer tree and in search, and what may be loaded into it from a file.
``gis.checks`` refuses a declaration that does not hold.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Q

from gis.errors import NotHere
from gis.jurisdiction import Scoped
from gis.roles import EVERYONE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from gis.loading.rows import Row


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One attribute that leaves the server: its public ``name`` and the ORM ``path`` it is read from."""

    name: str
    path: str
    title: "StrOrPromise" = ""


@dataclass(frozen=True, kw_only=True)
class Simplified:
    """Below zoom ``below``: lines and areas are simplified to ``tolerance_px`` (0: not at all) and those
    smaller than ``smallest_px`` across are left out.

    ``details`` are kinds of rows that only deeper views need: (zoom, condition) leaves rows of the
    condition out below that zoom.
    """

    below: int
    tolerance_px: float = 0.25
    smallest_px: float = 1.0
    details: tuple[tuple[int, Q], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Areas that share borders. Below zoom ``below`` each vertex is drawn at the nearest point of one grid of
    ``grid_px``, the same for all tiles, so that neighbours stay neighbours: no gap and no overlap. Areas
    smaller than ``smallest_px`` across are left out.
    """

    below: int
    grid_px: float = 0.5
    smallest_px: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Clustered:
    """Below zoom ``below``: points become one point per square of ``cell_px`` with a ``point_count``.

    Squares are aligned to tile edges, so that a square lies in one tile only and counts are exact:
    ``cell_px`` is a power of two, at most 512.
    """

    below: int
    cell_px: int = 64

    def __post_init__(self):
        if self.cell_px not in (2**n for n in range(10)):
            raise ValueError(f"squares of {self.cell_px} px do not fit into tiles")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One field that a file may bring. ``required`` ones must be mapped and filled in each row."""

    name: str
    required: bool = False
    aliases: tuple[str, ...] = ()  # usual names of this column in files, tried where --map does not name one
    pattern: str = ""  # what a value must look like
    hint: "StrOrPromise" = ""  # the pattern in words, for whoever gave another value


@dataclass(frozen=True, kw_only=True)
class Loading:
    """What may be loaded into a layer from a file, and what follows (see ``gis.loading``)."""

    columns: tuple[Column, ...]
    unique: str = ""  # the column whose values must not repeat, in the file or in the table
    complete: "Callable[[Sequence[Row]], None] | None" = (
        None  # turns cleaned cells into the model's, or refuses rows
    )
    home: Callable[[Sequence[int]], list[int]] | None = (
        None  # gives rows (ids) their home; those without are returned
    )
    check: Callable[[Sequence[int]], list[tuple[int, str]]] | None = (
        None  # rows (ids) that break a rule, and why
    )
    outline: bool = False  # its rows are the city's outline: what else is loaded must lie there
    rehomes: bool = False  # new rows change where other layers' rows are at home


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A declaration; see the module's text.

    ``rows`` is called for each request and gives a QuerySet with ``visible_to``. ``geometry`` is its
    EPSG:4326 column, whose EPSG:3857 twin is named ``<geometry>_3857``. ``attributes`` is the allow-list
    of what leaves the server; ``tile_attributes`` the part of it that tiles carry. ``time`` is the
    attribute that a time window filters. ``as_of`` turns rows of today into those of another day, of a
    layer that keeps its past. ``search`` are text attributes that the search box looks in,
    the first one is what a hit is called. ``style`` is a list of MapLibre layers without ``source``,
    whose colours are names of ``tiles.palette``. ``base`` layers are the ground that all others are drawn
    on: they share one source. ``portable`` layers may be carried away on phones (``tiles.packs``): the
    ground and the territory, open to every role; nothing of cases, dwellings or people.
    """

    name: str
    title: "StrOrPromise"
    rows: Callable[[], Scoped]
    geometry: str
    attributes: tuple[str | Attribute, ...]
    tile_attributes: tuple[str, ...] = ()
    zooms: range = range(23)
    group: "StrOrPromise" = ""
    label: str = ""
    time: str = ""
    search: tuple[str, ...] = ()
    as_of: Callable[[Any, date], Scoped] | None = None
    generalise: Simplified | Coverage | Clustered | None = None
    roles: frozenset = EVERYONE
    style: tuple[dict, ...] = ()
    base: bool = False
    portable: bool = False
    shown: bool = True  # switched on when the workbench opens
    loading: Loading | None = field(default=None, compare=False)

    def visible_to(self, user) -> Scoped:
        """The rows that ``user`` may see; NotHere if the role may not see the layer at all."""
        if not user.is_authenticated or user.role not in self.roles:
            raise NotHere
        return self.rows().visible_to(user)

    @property
    def rules(self) -> Loading:
        """What may be loaded into a layer that takes files."""
        if self.loading is None:
            raise ValueError(f"nothing is loaded into {self.name}")
        return self.loading

    @property
    def twin(self) -> str:
        return f"{self.geometry}_3857"

    @cached_property
    def model(self):
        return self.rows().model

    @cached_property
    def paths(self) -> dict[str, str]:
        """Public attribute name to ORM path."""
        return {
            (a.name if isinstance(a, Attribute) else a): (a.path if isinstance(a, Attribute) else a)
            for a in self.attributes
        }

    @cached_property
    def titles(self) -> "dict[str, StrOrPromise]":
        """Public attribute name to its (lazily translated) title."""
        own = {a.name: a.title for a in self.attributes if isinstance(a, Attribute) and a.title}
        return {name: own.get(name) or self.field_of(name).verbose_name for name in self.paths}

    @property
    def lean(self) -> tuple[str, ...]:
        """The attributes that tiles carry."""
        return self.tile_attributes or tuple(self.paths)

    def field_of(self, name: str) -> Field:
        """The model field that attribute ``name`` is read from; FieldDoesNotExist if there is none."""
        model = self.model
        *relations, last = self.paths[name].split("__")
        for relation in relations:
            model = model._meta.get_field(relation).related_model
            if model is None:
                raise FieldDoesNotExist(name)
        return model._meta.get_field(last)

    @cached_property
    def geometry_field(self):
        return self.model._meta.get_field(self.geometry)


class Layers:
    """The registry: what the product shows, in the order of declaration."""

    def __init__(self) -> None:
        self._by_name: dict[str, Layer] = {}

    def register(self, *layers: Layer) -> None:
        for layer in layers:
            if layer.name in self._by_name and self._by_name[layer.name] != layer:
                raise ValueError(f"two layers are named {layer.name}")
            self._by_name[layer.name] = layer

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._by_name.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def get(self, name: str) -> Layer:
        """The layer called ``name``; NotHere if there is none."""
        try:
            return self._by_name[name]
        except KeyError:
            raise NotHere from None

    def seen_by(self, user) -> list[Layer]:
        """Layers that the role of ``user`` may see."""
        return [layer for layer in self if user.is_authenticated and user.role in layer.roles]


layers = Layers()
