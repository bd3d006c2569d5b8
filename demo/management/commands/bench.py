"""``manage.py bench``: how long our answers take, beside the bare SQL of the same answers and beside tipg."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from demo.bench import (
    composite,
    cost,
    database,
    hits,
    items,
    latency,
    locate,
    machine,
    server,
    throughput,
    tipg,
    trace,
)
from demo.bench.setting import Family, Setting
from demo.scale import SCALES
from gis.models import User
from gis.roles import Role

SECONDS = {"small": 5, "city": 25}  # of a row
FAMILIES: dict[str, Family] = {
    "cost": cost.measure,
    "latency": latency.measure,
    "throughput": throughput.measure,
    "composite": composite.measure,
    "hits": hits.measure,
    "trace": trace.measure,
    "items": items.measure,
    "locate": locate.measure,
}


class Command(BaseCommand):
    help = "Measure tiles, items and locating against bare SQL and against tipg, in a database of its own."

    def add_arguments(self, parser):
        names = ", ".join(FAMILIES)
        parser.add_argument("families", nargs="*", metavar="FAMILY", help=f"of: {names}; all unless told")
        parser.add_argument("--scale", choices=list(SCALES), default="small")
        parser.add_argument("--seconds", type=float, help="about what a row may take; n says how far it came")

    def handle(self, *, families, scale, seconds, **options):
        if unknown := set(families) - set(FAMILIES):
            raise CommandError(f"There is no {', '.join(unknown)}; there are {', '.join(FAMILIES)}.")
        began = time.monotonic()
        with _set_up(scale, seconds or SECONDS[scale]) as setting:
            self._tell(f"\nscale {scale}: {database.size()}\n{machine.described()}")
            self._tell(f"{OTHERS} before: {machine.busy():.0%}\n{EXPLAINED.format(setting.seconds)}")
            if setting.peer is None:
                self._tell("tipg is not installed, so its rows are missing; `make bench` installs it.")
            for name in families or FAMILIES:
                self._tell(FAMILIES[name](setting))
        self._tell(f"\n{OTHERS} afterwards: {machine.busy():.0%}; {time.monotonic() - began:.0f} s in all")

    def _tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


@contextmanager
def _set_up(scale: str, seconds: float) -> Iterator[Setting]:
    address = database.use(scale)
    chief, reporter = _first(Role.DUTY_CHIEF), _first(Role.ACCEPTOR)
    with database.bare() as raw, server.serving(address) as sign_in, tipg.serving(address) as peer:
        yield Setting(chief=chief, reporter=reporter, sign_in=sign_in, raw=raw, peer=peer, seconds=seconds)


def _first(role: Role) -> User:
    user = User.objects.filter(role=role).order_by("pk").first()
    if user is None:
        raise CommandError(f"The database {connection.settings_dict['NAME']} does not hold the demo.")
    return user


OTHERS = "time of the cores that other work took"
EXPLAINED = """
Ours: over HTTP from the real server, signed in, jurisdiction and packing included. All ways to an answer
are timed in turn on the same database, with warm pages. A row takes about {:g} s: each way goes as far as it
comes in its share, in one fixed random order, and n says how far; medians are compared over what both did.
An aim stands in brackets. The client, the servers and the database share the cores, and so does all else that
runs on the machine: ratios tell more than times."""
