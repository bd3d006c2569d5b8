"""Vector files through GDAL: Shapefile (also zipped), GeoPackage, GeoJSON (also gzipped), FlatGeobuf, KML, …

GDAL forgives much; what would silently lose or garble rows is looked for here first.
"""

import gzip
import json
import shutil
import sqlite3
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely
from django.utils.translation import gettext as _
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from gis.loading import encodings
from gis.loading.refusals import (
    CRSWithoutCode,
    CutOff,
    FileRefused,
    NoSuchTable,
    Unreadable,
    WhichTable,
    WrongEncoding,
)
from gis.loading.rows import Source

JSON = {".geojson", ".json"}
_CURVES = "'CIRCULARSTRING', 'COMPOUNDCURVE', 'CURVEPOLYGON', 'MULTICURVE', 'MULTISURFACE'"


def read_vector(path: Path, *, table: str, encoding: str) -> Source:
    """All features of one table of a vector file."""
    notes: list[str] = []
    with _unpacked(path) as plain:
        if plain.suffix.lower() in JSON:
            content, says_crs = _json(plain, path.name, encoding, notes)
            return _read(content, path.name, "", "", notes, says_crs)
        table = _table(plain, path.name, table)
        encoding = _checked(plain, path.name, table, encoding, notes)
        return _read(plain, path.name, table, encoding, notes, True)


def _read(
    content: Path | bytes, name: str, table: str, encoding: str, notes: list[str], says_crs: bool
) -> Source:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            asked = {"layer": table or None, "encoding": encoding or None}
            count = pyogrio.read_info(content, **asked)["features"]
            meta, _fids, wkb, fields = pyogrio.raw.read(content, datetime_as_string=True, **asked)
        except UnicodeDecodeError:
            raise WrongEncoding(file=name, encoding=(encoding or "UTF-8").upper()) from None
        except (DataSourceError, DataLayerError, FeatureError) as error:
            raise Unreadable(file=name, reason=str(error)) from None
    size = len(fields[0]) if fields else 0 if wkb is None else len(wkb)
    if 0 <= size < count:
        raise CutOff(
            file=name, reason=_("of {count} rows only {size} can be read.").format(count=count, size=size)
        )
    shapes, mended = (None, {}) if wkb is None else _parsed(wkb)
    return Source(
        name=name,
        columns={str(name): values.tolist() for name, values in zip(meta["fields"], fields, strict=True)},
        shapes=shapes,
        numbers=range(1, size + 1),
        crs=_epsg(meta["crs"], name) if meta["crs"] else "",
        declared=bool(meta["crs"]) and says_crs,
        mended=mended,
        notes=notes + sorted({str(w.message) for w in said if "organizePolygons" not in str(w.message)}),
    )


def _parsed(wkb: np.ndarray) -> tuple[np.ndarray, dict[int, str]]:
    """Shapes, and which of them had a ring that was not closed."""
    present = np.array([data is not None for data in wkb], dtype=bool)
    shapes = np.full(len(wkb), None, dtype=object)
    shapes[present] = shapely.from_wkb(wkb[present], on_invalid="ignore")
    broken = [i for i in np.flatnonzero(present) if shapes[i] is None]
    mended = {}
    for i in broken:
        shapes[i] = shapely.from_wkb(wkb[i], on_invalid="fix")
        if shapes[i] is not None:
            mended[int(i)] = _("open ring closed")
    return shapes, mended


# --- packing ------------------------------------------------------------------------------------


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The file itself, or what a .gz or .zip holds, in a folder that is gone afterwards."""
    packing = path.suffix.lower()
    if packing not in (".gz", ".zip"):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield _gunzipped(path, Path(folder)) if packing == ".gz" else _unzipped(path, Path(folder))
        except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise CutOff(file=path.name, reason=f"{error}.") from None


def _gunzipped(path: Path, folder: Path) -> Path:
    plain = folder / path.stem
    with gzip.open(path) as packed, plain.open("wb") as out:
        shutil.copyfileobj(packed, out)
    return plain


def _unzipped(path: Path, folder: Path) -> Path:
    """The data set in a zip: a folder of shapefiles counts as one, each shapefile as a table."""
    with zipfile.ZipFile(path) as packed:
        if damaged := packed.testzip():
            raise CutOff(file=path.name, reason=_("its part {name} is damaged.").format(name=damaged))
        packed.extractall(folder)
    files = [
        f
        for f in folder.rglob("*")
        if f.is_file() and not f.name.startswith(".") and "__MACOSX" not in f.parts
    ]
    shapefiles = [f for f in files if f.suffix.lower() == ".shp"]
    found = shapefiles or [
        f for f in files if f.suffix.lower() in (*JSON, ".gpkg", ".fgb", ".kml", ".gml", ".tab")
    ]
    if not found:
        raise Unreadable(file=path.name, reason=_("it holds no vector file."))
    return found[0] if len(found) == 1 else found[0].parent


# --- what GDAL would forgive --------------------------------------------------------------------


def _table(plain: Path, name: str, table: str) -> str:
    """The table to read; the only one need not be named."""
    try:
        tables = [str(row[0]) for row in pyogrio.list_layers(plain)]
    except DataSourceError as error:
        raise _reason(plain, name, str(error)) from None
    if table and table not in tables:
        raise NoSuchTable(file=name, table=table, tables=", ".join(tables))
    if not table and len(tables) > 1:
        raise WhichTable(file=name, tables=", ".join(tables))
    return table or (tables[0] if tables else "")


def _reason(plain: Path, name: str, error: str) -> FileRefused:
    """What GDAL cannot open at all: broken, or not a vector file."""
    try:
        _checked(plain, name, "", "", [])
    except FileRefused as refused:
        return refused
    return Unreadable(file=name, reason=error.replace(str(plain), name))


def _checked(plain: Path, name: str, table: str, encoding: str, notes: list[str]) -> str:
    """Look for damage that GDAL overlooks; the encoding to read with, empty for the format's own."""
    suffix = plain.suffix.lower()
    if plain.is_dir() or suffix in (".shp", ".dbf"):
        return _check_shapefile(plain / f"{table}.shp" if plain.is_dir() else plain, name, encoding, notes)
    if suffix == ".gpkg":
        _check_geopackage(plain, name, table)
    return encoding


def _check_shapefile(shp: Path, name: str, encoding: str, notes: list[str]) -> str:
    beside = {f.suffix.lower(): f for f in shp.parent.iterdir() if f.stem == shp.stem}
    for suffix, what in ((".shx", _("index")), (".dbf", _("table"))):
        if suffix not in beside:
            raise Unreadable(
                file=name, reason=_("its {what} {suffix} is missing.").format(what=what, suffix=suffix)
            )
    head = shp.read_bytes()[:100]
    if len(head) < 100 or shp.stat().st_size < 2 * int.from_bytes(head[24:28], "big"):
        raise CutOff(file=name, reason=_("the .shp is shorter than it says."))
    dbf = beside[".dbf"].read_bytes()
    rows, start, width = (int.from_bytes(dbf[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    if len(dbf) < 32 or len(dbf) < start + rows * width:
        raise CutOff(file=name, reason=_("the .dbf is shorter than it says."))
    cpg = beside[".cpg"].read_text("ascii", "replace") if ".cpg" in beside else ""
    return encodings.of_dbf(dbf, cpg=cpg, file=name, asked=encoding, note=notes.append)


def _check_geopackage(plain: Path, name: str, table: str) -> None:
    """SQLite's own check of its pages; curves would silently become lines of many points."""
    try:
        with closing(_sqlite(plain)) as database:
            result = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise CutOff(file=name, reason=f"{error}.") from None
    if result != "ok":
        raise CutOff(file=name, reason=f"{result}.")
    if not table:
        return
    with closing(_sqlite(plain)) as database:
        column = database.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", [table]
        ).fetchone()
    if column:
        sql = f'SELECT COUNT(*) AS n FROM "{table}" WHERE ST_GeometryType("{column[0]}") IN ({_CURVES})'
        curves = pyogrio.raw.read(plain, sql=sql, read_geometry=False)[3][0][0]
        if curves:
            reason = _("{count} rows hold curves; turn them into lines first.").format(count=curves)
            raise Unreadable(file=name, reason=reason)


def _sqlite(plain: Path) -> sqlite3.Connection:
    """Only to read; a name may hold what an address would take for its end (``#``, ``?``)."""
    return sqlite3.connect(f"{plain.resolve().as_uri()}?mode=ro", uri=True)


def _json(plain: Path, name: str, encoding: str, notes: list[str]) -> tuple[bytes, bool]:
    """The whole text in UTF-8, and whether it names a coordinate system (RFC 7946 knows only EPSG:4326)."""
    data = plain.read_bytes()
    text = data.decode(encodings.of_text(data, file=name, asked=encoding, note=notes.append))
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise CutOff(file=name, reason=f"{error}.") from None
    return text.encode(), isinstance(content, dict) and "crs" in content


def _epsg(crs: str, name: str) -> str:
    """The EPSG code of what the file declares."""
    try:
        found = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise CRSWithoutCode(file=name, name=crs[:80]) from None
    code = found.to_epsg() or found.to_epsg(min_confidence=25)
    return str(code) if code else f"?{found.name}"
