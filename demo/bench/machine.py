"""The machine that is measured on, and how much else it has to do."""

import os
import platform
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

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


# --- what serving costs, however busy the machine is ----------------------------------------------


class Cpu(NamedTuple):
    """Seconds of CPU time that server processes and database backends took."""

    server: float = 0
    database: float = 0

    def and_since(self, before: "Cpu", now: "Cpu") -> "Cpu":
        """This, and what was taken from ``before`` until ``now``."""
        return Cpu(*(sum_s + last - first for sum_s, first, last in zip(self, before, now, strict=True)))


def serving_cpu() -> Cpu:
    """Of the servers that this process started, and of its database's backends if they run here too."""
    return Cpu(_cpu_s(_offspring(os.getpid())), _cpu_s(_backends()))


def _backends() -> list[int]:
    if not connection.settings_dict["HOST"].startswith("/"):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for [pid] in cursor.fetchall()]


def _offspring(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # the thread has just ended
            for child in map(int, (task / "children").read_text().split()):
                yield child
                yield from _offspring(child)


def _cpu_s(pids: Iterable[int]) -> float:
    ticks = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            # The second field is the program's name in brackets and may hold blanks.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
