"""The composed city into the database: all of it, or nothing."""

import time
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from demo import case_rows, ground_rows, people_rows, territory_rows
from demo.city import compose
from demo.people import SIGN_INS
from demo.run import Run, Say
from demo.scale import Scale
from gis.errors import Refused
from gis.layers import layers
from gis.models import User


class AlreadyACity(Refused):
    code = "already-a-city"
    sentence = _("This database already holds a city. The demo city needs an empty one.")


def holds_a_city() -> bool:
    """Whether any layer has a row, or somebody has a name that the demo needs."""
    names = [who.username for who in SIGN_INS]
    return (
        any(layer.model.objects.exists() for layer in layers)
        or User.objects.filter(username__in=names).exists()
    )


def load(scale: Scale, *, seed: int, until: datetime, say: Say) -> None:
    """Compose a city with cases up to ``until`` and load it; ``say`` is told each layer's rows and seconds.

    Raises AlreadyACity if the database holds one. One transaction: a failure leaves the database as it was.
    """
    if holds_a_city():
        raise AlreadyACity
    start = time.monotonic()
    run = Run(compose(scale, seed), until=until, say=say)
    say(f"  {'composed':<32} {time.monotonic() - start:>8.1f} s")
    with transaction.atomic():
        with connection.cursor() as cursor:  # a million deferred checks would wait in memory
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL maintenance_work_mem = '256MB'")
        for rows in (territory_rows, people_rows, ground_rows, case_rows):
            rows.write(run)
    with run.layer("analysed"), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
