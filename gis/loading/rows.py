"""What is read from a file: a source of columns and shapes, then rows on their way into a layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gis.geometry import Place


@dataclass(kw_only=True)
class Source:
    """The content of a file as it stands there.

    ``columns`` are lists of equal length by the file's own names; ``shapes`` shapely geometries or None for
    a table without a geometry column. ``numbers`` count rows as a spreadsheet does (the heading is row 1),
    or features from 1. ``crs`` is what the file says of itself: ``declared`` if it says so in so many words,
    or what its format implies.
    """

    name: str
    columns: Mapping[str, Sequence[Any]]
    shapes: Sequence[Any] | np.ndarray | None
    numbers: Sequence[int]
    crs: str = ""
    declared: bool = False
    mended: dict[int, str] = field(default_factory=dict)  # index to what reading itself had to repair
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(slots=True, kw_only=True)
class Row:
    """One row on its way: its number in the file, its shapely shape (EPSG:4326 once placed), its values."""

    number: int | str
    shape: Any
    values: dict[str, Any]
    repairs: list[str] = field(default_factory=list)
    fault: str = ""
    where: Place | None = None
    wrong_type: bool = False
    outside: bool = False  # refused because no region covers it
    id: int = 0  # its primary key once written; before, that of the row it replaces

    def refuse(self, reason: str, where: Place | None = None) -> None:
        """The first reason stays; ``where`` is longitude, latitude."""
        if not self.fault:
            self.fault = reason
            self.where = where or self.where


def sound(rows: Sequence[Row]) -> list[Row]:
    """The rows that nothing speaks against so far."""
    return [row for row in rows if not row.fault]
