"""``manage.py bench``: how long our answers take, beside the bare SQL of the same answers."""

import os
import platform

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from demo.bench import database, items, locate, tiles
from demo.bench.server import serving
from demo.scale import SCALES
from gis.models import User
from gis.roles import Role

SECONDS = {"small": 8, "city": 20}  # of a row


class Command(BaseCommand):
    help = "Measure tiles, items and locating against the SQL that they stand on, in a database of its own."

    def add_arguments(self, parser):
        parser.add_argument("--scale", choices=list(SCALES), default="small")
        parser.add_argument("--seconds", type=float, help="what a row may take; n says how far it came")

    def handle(self, *, scale, seconds, **options):
        address = database.use(scale)
        seconds = seconds or SECONDS[scale]
        chief = User.objects.filter(role=Role.DUTY_CHIEF).order_by("pk").first()
        reporter = User.objects.filter(role=Role.ACCEPTOR).order_by("pk").first()
        if chief is None or reporter is None:
            raise CommandError(f"The database {connection.settings_dict['NAME']} does not hold the demo.")
        self.stdout.write(f"\nscale {scale}: {database.size()}\n{self._machine()}")
        self.stdout.write(EXPLAINED.format(seconds=seconds))
        with database.bare() as raw, serving(address) as sign_in:
            for measure, user in ((tiles.measure, chief), (items.measure, chief), (locate.measure, reporter)):
                self.stdout.write(measure(sign_in(user), raw, user=user, seconds=seconds))
                self.stdout.flush()

    def _machine(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), PostGIS_Lib_Version()")
            postgresql, postgis = cursor.fetchone()
        load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
        return (
            f"{os.cpu_count()} cores, load {load}; Python {platform.python_version()}, "
            f"PostgreSQL {postgresql.split()[0]}, PostGIS {postgis}"
        )


EXPLAINED = """
Milliseconds. Ours: over HTTP from the real server, signed in, jurisdiction and packing included, nothing
cached. SQL: the same statement alone on a bare connection. Both in turn, both with warm pages; a row takes
what it can in {seconds:g} s, in a fixed random order, and n says how much that was."""
