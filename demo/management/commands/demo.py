"""``manage.py demo``: an invented district to try everything on."""

import time
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import loading
from demo.scale import SCALES
from gis.errors import Refused


def _moment(text: str) -> datetime:
    """A date (its end) or a date and time, in the city's time zone."""
    moment = datetime.fromisoformat(text)
    if len(text) == 10:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else timezone.make_aware(moment)


class Command(BaseCommand):
    help = "Load an invented city into an empty database."

    def add_arguments(self, parser):
        parser.add_argument("--scale", choices=list(SCALES), default="small")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another city")
        parser.add_argument(
            "--until", type=_moment, help="the last moment of its two years of cases (default: now)"
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing if the database holds a city")

    def handle(self, *, scale, seed, until, if_empty, **options):
        if if_empty and loading.holds_a_city():
            self.stdout.write("The database already holds a city; nothing to do.")
            return
        start = time.monotonic()
        self.stdout.write(f"The demo city, scale {scale}, seed {seed}:")
        try:
            loading.load(SCALES[scale], seed=seed, until=until or timezone.now(), say=self._say)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"  {'done':<32} {time.monotonic() - start:>8.1f} s")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
