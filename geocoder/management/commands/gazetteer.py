"""The gazetteer, for operators; see docs/geocoder.md."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from geocoder import checking, gazetteer


class Command(BaseCommand):
    help = "Make the gazetteer anew, check it against the map, or count it."

    def add_arguments(self, parser):
        parser.add_argument("action", choices=["rebuild", "check", "stats"])
        parser.add_argument("--limit", type=int, default=20, help="check: findings of one kind to list")

    def handle(self, *, action, limit, **options):
        match action:
            case "rebuild":
                gazetteer.rebuild()
                self._tell()
            case "stats":
                self._tell()
            case "check":
                self._check(limit)

    def _tell(self) -> None:
        for kind, entries, names in gazetteer.counts():
            self.stdout.write(f"{kind:<22} {entries:>10,} {names:>10,}")

    def _check(self, limit: int) -> None:
        """One line a finding. What contradicts the map fails; what only looks wrong on the map is told."""
        broken = 0
        for name, findings in checking.findings(limit):
            self.stdout.write(f"{name}: {len(findings)}")
            for line in findings:
                self.stdout.write(f"  {line}")
            broken += len(findings) if name in checking.ERRORS else 0
        if broken:
            raise CommandError(_("The gazetteer does not follow the map: run manage.py gazetteer rebuild."))
