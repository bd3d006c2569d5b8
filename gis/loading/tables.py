"""Tables without a geometry of their own: CSV and Excel."""

import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from gis.loading import encodings
from gis.loading.refusals import CutOff, NoSuchTable, Unreadable
from gis.loading.rows import Source


def read_csv(path: Path, *, encoding: str) -> Source:
    """Comma, semicolon or tab separated text with a heading, all values as text; also gzipped."""
    notes: list[str] = []
    data = path.read_bytes()
    if path.suffix.lower() == ".gz":
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError) as error:
            raise CutOff(file=path.name, reason=f"{error}.") from None
    found = encodings.of_text(data, file=path.name, asked=encoding, note=notes.append)
    text = data.decode(found).lstrip("\ufeff").replace("\x00", "")
    heading = text[: text.find("\n")] if "\n" in text else text
    separator = max(",;\t", key=heading.count)
    try:
        table = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
        )
    except pd.errors.EmptyDataError:
        table = pd.DataFrame()
    except pd.errors.ParserError as error:
        reason = str(error).removeprefix("Error tokenizing data. C error: ")
        if "EOF inside string" in reason:
            raise CutOff(file=path.name, reason=_("a quoted text does not end.")) from None
        raise Unreadable(file=path.name, reason=reason) from None
    return _source(path, list(table.columns), table.itertuples(index=False, name=None), notes)


def read_excel(path: Path, *, table: str) -> Source:
    """The first sheet of a workbook, or the one named; formulas give their last value."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = book.sheetnames
        if table and table not in sheets:
            raise NoSuchTable(file=path.name, table=table, tables=", ".join(sheets))
        sheet = book[table or sheets[0]]
        sheet.reset_dimensions()  # what the file claims its size to be is often wrong
        values = sheet.iter_rows(values_only=True)
        heading = [str(cell).strip() if cell is not None else "" for cell in next(values, ())]
        return _source(path, heading, values, [])
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise CutOff(file=path.name, reason=f"{error}.") from None
    except (InvalidFileException, ValueError, OSError) as error:
        raise Unreadable(file=path.name, reason=str(error)) from None


def _source(path: Path, heading: list[str], rows, notes: list[str]) -> Source:
    """Named columns and the rows that are not blank; the heading is row 1."""
    numbers, kept, width = [], [], len(heading)
    for number, row in enumerate(rows, start=2):
        if any(cell is not None and cell == cell and cell != "" for cell in row):
            numbers.append(number)
            kept.append((*row, *([None] * (width - len(row))))[:width])
    columns = list(zip(*kept, strict=True)) if kept else [()] * width
    named = {name: column for name, column in zip(heading, columns, strict=True) if name}
    return Source(name=path.name, columns=named, shapes=None, numbers=numbers, notes=notes)
