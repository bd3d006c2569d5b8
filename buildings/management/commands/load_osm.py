"""Load an OpenStreetMap extract; see docs/loading.md."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from buildings import osm
from gis import codes
from gis.errors import Refused
from gis.loading import report


class Command(BaseCommand):
    help = "Load regions and what stands on the ground from an OpenStreetMap extract."
    requires_system_checks = ["wangge"]

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help=".osm.pbf, .osm, .osm.gz or .osm.bz2")
        parser.add_argument(
            "--district", default="", metavar="CODE", help="Code of the district outline around the data."
        )
        parser.add_argument(
            "--region-code",
            nargs="+",
            action="extend",
            default=[],
            metavar="RELATION=CODE",
            help="Codes of boundaries that bring none.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Report, and change nothing.")
        parser.add_argument(
            "--report", type=Path, help="Write every line of the report to a .csv or .json file."
        )

    def handle(self, *, file: Path, **options):
        wanted = dict(_relation(text) for text in options["region_code"])
        district = options["district"]
        if district and not (codes.is_region_code(district) and len(district) == codes.DISTRICT):
            raise CommandError(
                _("“{code}” is not the code of a district: it has 6 digits.").format(code=district)
            )
        try:
            reports = osm.load(file, region_codes=wanted, district=district, dry_run=options["dry_run"])
        except Refused as refused:
            raise CommandError(str(refused)) from None
        for found in reports:
            self.stdout.write(found.as_text())
        total = osm.outcome(reports)
        self.stdout.write(
            _(
                "Together: {rows} read, {loaded} loaded, {outside} outside every region, {refused} refused."
            ).format(
                rows=total["rows"], loaded=total["loaded"], outside=total["outside"], refused=total["refused"]
            )
        )
        self.stdout.write("© OpenStreetMap contributors, ODbL 1.0")
        if options["report"]:
            report.write(reports, options["report"])


def _relation(text: str) -> tuple[int, str]:
    relation, _sign, code = text.partition("=")
    if not relation.isdecimal() or not codes.is_region_code(code):
        raise CommandError(_("--region-code takes RELATION=CODE, for instance 1278036=310115."))
    return int(relation), code
