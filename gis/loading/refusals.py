"""Why a whole file is refused; nothing has changed then."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from gis.errors import Refused

if TYPE_CHECKING:
    from gis.loading.report import Report


class FileRefused(Refused):
    """The fault lies with the file or with how it was named, not with single rows.

    ``report`` tells what was found until then.
    """

    code = "file-refused"
    status = 400
    report: "Report | None" = None


class NoSuchFile(FileRefused):
    sentence = _("There is no file {file}.")


class Unreadable(FileRefused):
    sentence = _("{file} cannot be read: {reason}")


class CutOff(FileRefused):
    sentence = _("{file} is cut off or damaged: {reason} Copy it again from where it came from.")


class NothingInIt(FileRefused):
    sentence = _("{file} holds no rows.")


class WhichTable(FileRefused):
    sentence = _("{file} holds several tables: name one with --table ({tables}).")


class NoSuchTable(FileRefused):
    sentence = _("{file} has no table {table}; it has: {tables}.")


class WrongEncoding(FileRefused):
    sentence = _("The text of {file} is not {encoding}: name its encoding with --encoding (often GBK).")


class NoCRS(FileRefused):
    sentence = _(
        "{file} does not say its coordinate system: name it with --crs (an EPSG code such as 4326, 4490 "
        "or 4547, or GCJ02 or BD09)."
    )


class OtherCRS(FileRefused):
    sentence = _(
        "{file} says that it is in EPSG:{declared}, but --crs says {crs}. If the file is right, leave out "
        "--crs; if it is wrong, correct it there first."
    )


class CRSWithoutCode(FileRefused):
    sentence = _(
        "{file} is in a coordinate system without an EPSG code ({name}): name an equal one with --crs."
    )


class NoCoordinates(FileRefused):
    sentence = _(
        "{file} has no geometry, and no columns of coordinates were found: name them with --map lon=… lat=… "
        "or --map wkt=…. Its columns: {columns}."
    )


class UnknownField(FileRefused):
    sentence = _("The layer {layer} has no field {field}; it has: {fields}.")


class UnknownColumn(FileRefused):
    sentence = _("{file} has no column {column}; it has: {columns}.")


class NoColumn(FileRefused):
    sentence = _(
        "No column of {file} gives {field}, which the layer {layer} needs: name it with "
        "--map {field}=COLUMN, or give all rows one value with --set {field}=VALUE. Its columns: {columns}."
    )


class Repeated(FileRefused):
    sentence = _("{field} {value} stands in row {first} and again in row {second}.")


class AlreadyThere(FileRefused):
    sentence = _("{field} {value} of row {row} is already in the layer {layer} ({count} such rows in all).")


class WrongGeometry(FileRefused):
    sentence = _("No row of {file} fits the layer {layer}: {reason}")


class Elsewhere(FileRefused):
    sentence = _("{file} does not lie in the city: {reason}")


class NoRegions(FileRefused):
    sentence = _(
        "No region is loaded yet, so nothing can be placed. Load the outline first, at least the district's: "
        "manage.py load_layer FILE --layer regions --set code=CODE --map name=COLUMN."
    )


class NotLoadable(FileRefused):
    sentence = _("Nothing can be loaded into the layer {layer}; loadable are: {layers}.")


class Uncoded(FileRefused):
    sentence = _("{count} rows of {file} have no {field}; the first are: {rows}.")


class RowsRefused(FileRefused):
    sentence = _(
        "{refused} of {rows} rows are refused, so nothing was loaded. Correct them, or load the others "
        "without --strict."
    )


class NoRowLeft(FileRefused):
    sentence = _("Every row of {file} is refused; the first: row {row}: {reason}")


class NotAllowed(FileRefused):
    sentence = _("The database does not take the rows: {reason}")
