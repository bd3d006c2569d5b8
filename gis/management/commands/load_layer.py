"""Load a file into a layer; see docs/loading.md."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from gis.errors import NotHere, Refused
from gis.layers import layers
from gis.loading import Wish, load_file, report


class Command(BaseCommand):
    help = (
        "Load a vector file or table into a layer: one transaction, a report of what is not taken as it is."
    )

    requires_system_checks = ["wangge"]

    def add_arguments(self, parser):
        loadable = ", ".join(layer.name for layer in layers if layer.loading)
        parser.add_argument("file", type=Path)
        parser.add_argument("--layer", required=True, help=f"One of: {loadable}.")
        parser.add_argument(
            "--crs", default="", help="EPSG code, GCJ02 or BD09; needed if the file does not say it."
        )
        parser.add_argument(
            "--table", default="", help="Table of a GeoPackage, sheet of a workbook, shapefile in a zip."
        )
        parser.add_argument(
            "--attribution",
            default="",
            help="Whom the map thanks, for instance “© OpenStreetMap contributors”.",
        )
        parser.add_argument("--encoding", default="", help="Encoding of the text, for instance GBK.")
        parser.add_argument(
            "--map",
            nargs="+",
            action="extend",
            default=[],
            metavar="FIELD=COLUMN",
            help="Which column gives a field; lon, lat and wkt give the geometry.",
        )
        parser.add_argument(
            "--set",
            nargs="+",
            action="extend",
            default=[],
            metavar="FIELD=VALUE",
            help="One value for all rows.",
        )
        parser.add_argument(
            "--only",
            nargs="+",
            action="extend",
            default=[],
            metavar="COLUMN=VALUE",
            help="Only rows with this value.",
        )
        parser.add_argument("--strict", action="store_true", help="Load nothing if a single row is refused.")
        parser.add_argument("--dry-run", action="store_true", help="Report, and change nothing.")
        parser.add_argument(
            "--report", type=Path, help="Write every line of the report to a .csv or .json file."
        )

    def handle(self, *, file: Path, layer: str, **options):
        wish = Wish(
            crs=options["crs"],
            table=options["table"],
            encoding=options["encoding"],
            attribution=options["attribution"],
            columns=pairs(options["map"], "--map"),
            constants=pairs(options["set"], "--set"),
            only=pairs(options["only"], "--only"),
        )
        try:
            found = load_file(
                file,
                layer_called(layer),
                wish,
                strict=options["strict"],
                dry_run=options["dry_run"],
            )
        except Refused as refused:
            tell(self, getattr(refused, "report", None), options["report"])
            raise CommandError(str(refused)) from None
        tell(self, found, options["report"])


def tell(command: BaseCommand, found: report.Report | None, path: Path | None) -> None:
    """Print the report, and write it to the file asked for."""
    if found:
        command.stdout.write(found.as_text())
        if path:
            report.write([found], path)


def pairs(texts: list[str], option: str) -> dict[str, str]:
    """``["name=名称"]`` as a dictionary."""
    found = dict(text.split("=", 1) for text in texts if "=" in text)
    if len(found) < len(texts):
        raise CommandError(_("{option} takes NAME=VALUE.").format(option=option))
    return found


def layer_called(name: str):
    try:
        return layers.get(name)
    except NotHere:
        known = ", ".join(layer.name for layer in layers if layer.loading)
        raise CommandError(
            _("There is no layer {layer}; loadable are: {layers}.").format(layer=name, layers=known)
        ) from None
