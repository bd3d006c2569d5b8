"""The machine that is measured on, and how much else it has to do."""

import os
import platform
import time
from pathlib import Path

from django.db import connection

LOOK_S = 0.5


def described() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), PostGIS_Lib_Version()")
        postgresql, postgis = cursor.fetchone()
    return (
        f"{os.cpu_count()} cores; Python {platform.python_version()}, "
        f"PostgreSQL {postgresql.split()[0]}, PostGIS {postgis}"
    )


def busy() -> float:
    """The share of all cores' time that is used just now, by whatever runs."""
    before = _times()
    time.sleep(LOOK_S)
    used, idle = (now - then for now, then in zip(_times(), before, strict=True))
    return used / (used + idle)


def _times() -> tuple[int, int]:
    """Ticks used and idle since the machine started."""
    user, nice, system, idle, waiting, *others = map(
        int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    )
    return user + nice + system + sum(others), idle + waiting
