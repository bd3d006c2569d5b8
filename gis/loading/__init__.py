"""Files into layers: read, map, place, clean, complete, write, home; in one transaction, with a report.

A fault of the file refuses the file, and nothing has changed then. A fault of a row refuses the row: the
report says which and why, and the others are loaded, or none if all of them are wanted (``strict``).
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from gis import crs as coordinate_systems
from gis import geometry
from gis.layers import Layer, layers
from gis.loading import extent, mapping, refusals, tables, values, vectors, writing
from gis.loading.progress import bar
from gis.loading.report import Report
from gis.loading.rows import Row, Source, sound
from gis.models import DataSource

_TABLES = (".csv", ".csv.gz", ".tsv", ".txt")
_WORKBOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a file is to be read: what ``load_layer`` was told."""

    crs: str = ""
    table: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)  # field to the file's column
    constants: Mapping[str, str] = field(default_factory=dict)  # field to the value of all rows
    attribution: str = ""
    only: Mapping[str, str] = field(default_factory=dict)  # the file's column to the value of the rows wanted


def load_file(path: Path, layer: Layer, wish: Wish, *, strict: bool = False, dry_run: bool = False) -> Report:
    """Load ``path`` into ``layer``. Raises FileRefused, with the report so far; nothing has changed then."""
    if layer.loading is None:
        names = ", ".join(known.name for known in layers if known.loading)
        raise refusals.NotLoadable(layer=layer.name, layers=names)
    report = Report(layer=layer.name, file=path.name, dry_run=dry_run)
    with reported(report), transaction.atomic():
        source = chosen(read(path, wish), wish.only)
        report.notes += source.notes
        report.rows = len(source)
        rows = mapping.rows_of(source, layer, mapping=wish.columns, constants=wish.constants)
        crs = crs_of(source, wish.crs)
        place(rows, crs=crs)
        clean(rows, layer, file=report.file)
        extent.check(rows, layer, file=report.file, city=extent.city_extent())
        put(rows, layer, report)
        settle_refused(rows, report, strict=strict)
        remember(report, crs=crs, attribution=wish.attribution)
        transaction.set_rollback(dry_run)
    return report


def remember(report: Report, *, crs: str, attribution: str) -> None:
    """Keep where the layer's rows come from."""
    DataSource.objects.create(
        layer=report.layer, file=report.file[:200], crs=crs, attribution=attribution, rows=report.loaded
    )


@contextmanager
def reported(report: Report) -> Iterator[Report]:
    """Time the work, and hand the report on with a refusal."""
    start = time.monotonic()
    try:
        yield report
    except refusals.FileRefused as refused:
        report.loaded = report.rehomed = 0
        refused.report = report
        raise
    finally:
        report.seconds = time.monotonic() - start


# --- reading ------------------------------------------------------------------------------------


def read(path: Path, wish: Wish) -> Source:
    """The content of a file of any kind."""
    if not path.exists():
        raise refusals.NoSuchFile(file=path)
    name = path.name.lower()
    if path.is_file() and not path.stat().st_size:
        raise refusals.NothingInIt(file=path.name)
    if name.endswith(_TABLES):
        source = tables.read_csv(path, encoding=wish.encoding)
    elif name.endswith(_WORKBOOKS):
        source = tables.read_excel(path, table=wish.table)
    else:
        source = vectors.read_vector(path, table=wish.table, encoding=wish.encoding)
    if not len(source):
        raise refusals.NothingInIt(file=path.name)
    return source


def chosen(source: Source, only: Mapping[str, str]) -> Source:
    """The part of ``source`` whose columns have the values asked for."""
    for column, wanted in only.items():
        if column not in source.columns:
            raise refusals.UnknownColumn(file=source.name, column=column, columns=", ".join(source.columns))
        kept = [i for i, value in enumerate(source.columns[column]) if mapping.plain(value) == wanted]
        source = Source(
            name=source.name,
            columns={name: [cells[i] for i in kept] for name, cells in source.columns.items()},
            shapes=None if source.shapes is None else [source.shapes[i] for i in kept],
            numbers=[source.numbers[i] for i in kept],
            crs=source.crs,
            declared=source.declared,
            mended={new: source.mended[old] for new, old in enumerate(kept) if old in source.mended},
            notes=source.notes,
        )
    if not len(source):
        raise refusals.NothingInIt(file=source.name)
    return source


_GEOGRAPHIC = {"4326", "4490"}


def crs_of(source: Source, asked: str) -> str:
    """The coordinate system of a file: what it declares, or what was asked for; both must agree.

    No file can declare GCJ02 or BD09, so that these are believed of a file that says EPSG:4326 or 4490;
    and 4326 and 4490 are equal to centimetres.
    """
    if not asked:
        if not source.crs:
            raise refusals.NoCRS(file=source.name)
        if source.crs.startswith("?"):
            raise refusals.CRSWithoutCode(file=source.name, name=source.crs[1:])
        return source.crs
    name = coordinate_systems.normalised(asked)
    declared = source.crs if source.declared and not source.crs.startswith("?") else ""
    both_geographic = declared in _GEOGRAPHIC and name in {*_GEOGRAPHIC, "GCJ02", "BD09"}
    if declared and declared != name and not both_geographic:
        raise refusals.OtherCRS(file=source.name, declared=declared, crs=asked)
    return name


def place(rows: Sequence[Row], *, crs: str) -> None:
    """Bring the shapes to EPSG:4326; heights go."""
    shapes = np.array([row.shape for row in rows], dtype=object)
    for row, high in zip(rows, shapely.has_z(shapes) | shapely.has_m(shapes), strict=True):
        if high:
            row.repairs.append(_("heights left out"))
    for row, shape in zip(rows, coordinate_systems.geometries_to_storage(shapes, crs=crs), strict=True):
        row.shape = shape


# --- writing ------------------------------------------------------------------------------------


def put(rows: Sequence[Row], layer: Layer, report: Report) -> None:
    """Cleaned rows into the layer's table, inside the caller's transaction.

    Rows at fault are left out and told in the report: all of them, so that one try tells everything.
    """
    loading = layer.rules
    check_codes(rows, layer, file=report.file)
    if loading.complete:
        loading.complete(sound(rows))
    values.convert(rows, layer)
    if loading.unique:
        check_unique(sound(rows), layer)
    try:
        with transaction.atomic():
            loaded = write(sound(rows), layer)
            writing.settle()
    except (IntegrityError, DataError) as error:
        raise refusals.NotAllowed(reason=str(error).strip().splitlines()[0]) from None
    finally:
        report.tell(rows)
    report.loaded = len(loaded)
    if loading.rehomes:
        report.rehomed = writing.rehome(layer, [row.id for row in loaded])


def clean(rows: Sequence[Row], layer: Layer, *, file: str) -> None:
    """Sound geometry of the layer's type for each row, or why not."""
    kind = layer.geometry_field.geom_type
    good = sound(rows)
    shapes = np.array([row.shape for row in good], dtype=object)
    for row, cleaned in zip(bar(good, _("cleaning")), geometry.clean_all(shapes, kind=kind), strict=True):
        row.where = geometry.place_of(row.shape)
        if cleaned.geometry is None:
            row.wrong_type = cleaned.wrong_type
            row.refuse(cleaned.fault, cleaned.where)
        else:
            row.shape = cleaned.geometry
            row.repairs += cleaned.repairs
    if good and all(row.wrong_type for row in good):
        raise refusals.WrongGeometry(file=file, layer=layer.name, reason=good[0].fault)


def check_codes(rows: Sequence[Row], layer: Layer, *, file: str) -> None:
    """Refuse the file if a row lacks the code by which the layer's rows are known."""
    code = next((c.name for c in layer.rules.columns if c.required and c.name == layer.rules.unique), "")
    if lacking := [str(row.number) for row in rows if code and row.values[code] == ""]:
        raise refusals.Uncoded(file=file, field=code, count=len(lacking), rows=", ".join(lacking[:10]))


def check_unique(rows: Sequence[Row], layer: Layer) -> None:
    """Refuse codes that repeat in the file, or that stand in the table already."""
    name = layer.rules.unique
    seen: dict[str, Row] = {}
    for row in rows:
        if (value := row.values.get(name)) is None:
            continue
        if value in seen:
            raise refusals.Repeated(field=name, value=value, first=seen[value].number, second=row.number)
        seen[value] = row
    there = layer.rows().filter(**{f"{name}__in": list(seen)}).order_by(name).values_list(name, flat=True)
    if found := list(there):
        first = min((seen[value] for value in found), key=lambda row: row.number)
        facts = {"value": first.values[name], "row": first.number, "count": len(found)}
        raise refusals.AlreadyThere(field=name, layer=layer.name, **facts)


def write(rows: Sequence[Row], layer: Layer) -> list[Row]:
    """Insert the rows, give them their homes, and take out again those that break a rule of the layer."""
    loading = layer.rules
    writing.copy(rows, layer)
    writing.analyse(layer)
    by_id = {row.id: row for row in rows}
    ids = list(by_id)
    if loading.home:
        for key in loading.home(ids):
            by_id[key].outside = True
            by_id[key].refuse(_("It lies outside every region."))
    if loading.check:
        for key, reason in loading.check(ids):
            by_id[key].refuse(reason)
    if broken := [row for row in rows if row.fault]:
        writing.remove(broken, layer)
    return sound(rows)


def settle_refused(rows: Sequence[Row], report: Report, *, strict: bool) -> None:
    """Refuse the file if no row is left of it, or if all rows are wanted and one is refused."""
    refused = [row for row in rows if row.fault]
    if len(refused) == len(rows):
        raise refusals.NoRowLeft(file=report.file, row=refused[0].number, reason=refused[0].fault)
    if refused and strict:
        raise refusals.RowsRefused(refused=len(refused), rows=len(rows))
